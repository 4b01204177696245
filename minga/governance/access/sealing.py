"""The key of a sealed poll while it runs, and what it seals. It is wrapped by a secret of the node outside the database.

AES-256-GCM (NIST SP 800-38D), a fresh nonce for each ballot; poll and voter are authenticated too, so that a sealed ballot
cannot be moved to somebody else.
"""

import os

from minga.governance.models import Poll, PollKey
from minga.kit.ciphers import aead, exceptions
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.sealed import NONCE_BYTES, NotReadable, field_key

KEY_BYTES = 32
LOOSE = "paper"
NOT_OPENED = N_(
    "A ballot of this vote cannot be opened. Whoever runs this node has to put its secret back first."
)


class PollCipher:
    """Seals and opens the ballots of one poll."""

    def __init__(self, key: bytes, poll_id: Id) -> None:
        self._cipher, self._poll_id = aead.AESGCM(key), poll_id

    def seal(self, plain: bytes, voter: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, self._about(voter))

    def open(self, sealed: bytes, voter: str) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._about(voter))
        except exceptions.InvalidTag as fault:
            raise Conflict(NOT_OPENED, code="not_opened") from fault

    def _about(self, voter: str) -> bytes:
        return f"ballot {self._poll_id} {voter}".encode()


def wrapped_key(session: Session, poll_id: Id) -> str:
    """A new key, as it is kept in the database."""
    return field_key(session).seal(os.urandom(KEY_BYTES).hex(), _about(poll_id))


def poll_cipher(session: Session, poll: Poll) -> PollCipher:
    """The cipher of a sealed poll that runs; after its close there is none."""
    found = session.get(PollKey, poll.id)
    if found is None:
        raise Conflict(NOT_OPENED, code="not_opened")
    try:
        return PollCipher(bytes.fromhex(field_key(session).open(found.wrapped, _about(poll.id))), poll.id)
    except NotReadable as fault:
        raise Conflict(NOT_OPENED, code="not_opened") from fault


def _about(poll_id: Id) -> str:
    return f"poll {poll_id}"
