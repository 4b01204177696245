"""The library `cryptography`, loaded when something is sealed or signed first: most web processes never need it."""

from typing import TYPE_CHECKING

from minga.kit.later import Later

if TYPE_CHECKING:
    from cryptography import exceptions as exceptions
    from cryptography.hazmat.primitives.asymmetric import ed25519 as ed25519
    from cryptography.hazmat.primitives.ciphers import aead as aead
else:
    exceptions = Later("cryptography.exceptions")
    ed25519 = Later("cryptography.hazmat.primitives.asymmetric.ed25519")
    aead = Later("cryptography.hazmat.primitives.ciphers.aead")
