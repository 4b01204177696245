"""Words under the node's field key: what is kept so that a copied database alone does not tell it.

AES-256-GCM (NIST SP 800-38D) with a fresh nonce; the record's id is authenticated too, so that sealed words cannot
be moved to another record. The first part of the text names the version of the scheme.
"""

import base64
import binascii
import os
from functools import cached_property

from minga.kit.ciphers import aead, exceptions
from minga.kit.crypto import derive, mac
from minga.kit.db import Session

PURPOSE = "field"
MARK_PURPOSE = "field mark"
VERSION = "1"
NONCE_BYTES = 12


class NotReadable(Exception):
    """Sealed words that this node's key does not open: damaged, moved, or sealed under another secret."""


class FieldKey:
    """The node's key for words in fields, derived from its secret."""

    def __init__(self, secret: str) -> None:
        self._key = derive(secret, PURPOSE)
        self._mark = derive(secret, MARK_PURPOSE)

    @cached_property
    def _cipher(self) -> "aead.AESGCM":
        return aead.AESGCM(self._key)

    def seal(self, words: str, about: str) -> str:
        """The words as they are kept in the record of that id.

        >>> key = FieldKey("a secret of the node, long enough")
        >>> key.open(key.seal("Behind the blue door.", "post 1"), "post 1")
        'Behind the blue door.'
        """
        nonce = os.urandom(NONCE_BYTES)
        body = nonce + self._cipher.encrypt(nonce, words.encode(), about.encode())
        return f"{VERSION}.{base64.b64encode(body).decode()}"

    def mark(self, words: str, about: str) -> str:
        """A mark by which equal words are found again without being kept; it says nothing without the key.

        >>> key = FieldKey("a secret of the node, long enough")
        >>> key.mark("112233", "phone") == key.mark("112233", "phone"), key.mark("112233", "other")[:4] == "1122"
        (True, False)
        """
        return mac(self._mark, about, words).hex()

    def open(self, sealed: str, about: str) -> str:
        """The words again; NotReadable when they are not this record's or not under this key."""
        version, _, text = sealed.partition(".")
        try:
            body = base64.b64decode(text, validate=True)
            if version != VERSION or len(body) <= NONCE_BYTES:
                raise NotReadable("another version, or nothing in it")
            return self._cipher.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], about.encode()).decode()
        except (exceptions.InvalidTag, binascii.Error) as fault:
            raise NotReadable("sealed under another key, or changed") from fault


def field_key(session: Session) -> FieldKey:
    """The key that belongs to the database this session works on."""
    key = session.info["database"].field_key
    if not isinstance(key, FieldKey):
        raise RuntimeError("this database was opened without the node's key")
    return key
