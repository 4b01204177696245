"""Keys as the world outside writes them: did:key of Ed25519 (multibase base58btc of `ed 01` and the key)."""

from minga.kit.ciphers import ed25519
from minga.kit.crypto import derive
from minga.kit.secrets import Secret

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"


def community_key(secret: Secret, community_id: str) -> "ed25519.Ed25519PrivateKey":
    """The key that a community signs with; as long as no key log names one, it comes from the node's secret."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(
        derive(secret.reveal(), f"community key {community_id}")
    )


def did_key(public: bytes) -> str:
    """An Ed25519 key as a did:key.

    >>> did_key(bytes(32))[:12]
    'did:key:z6Mk'
    """
    return "did:key:z" + _base58(_ED25519 + public)


def key_of_did(did: str) -> bytes | None:
    """The Ed25519 key that a did:key names; None when it names none.

    >>> key_of_did(did_key(bytes(range(32)))) == bytes(range(32)), key_of_did("did:key:z0")
    (True, None)
    """
    text = did.removeprefix("did:key:z")
    if text == did or any(one not in _BASE58 for one in text):
        return None
    number = 0
    for one in text:
        number = number * 58 + _BASE58.index(one)
    if number.bit_length() > 34 * 8:
        return None
    found = number.to_bytes(34, "big")
    return found[2:] if found[:2] == _ED25519 else None


def _base58(data: bytes) -> str:
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return text
