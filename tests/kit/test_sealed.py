"""Words under the field key: only this key, only this record, never the same text twice."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.crypto import derive
from minga.kit.db import Database
from minga.kit.sealed import FieldKey, NotReadable, field_key

KEY = FieldKey("a secret of the tests, long enough to be one")


@given(st.text(max_size=300))
def test_words_come_back_and_are_not_seen(words: str) -> None:
    sealed = KEY.seal(words, "one")
    assert KEY.open(sealed, "one") == words
    assert len(words) < 4 or words not in sealed


def test_the_same_words_are_never_sealed_alike() -> None:
    assert KEY.seal("behind the blue door", "one") != KEY.seal("behind the blue door", "one")


@pytest.mark.parametrize("change", [lambda s: s[:-2], lambda s: "2" + s[1:], lambda _: "", lambda _: "1.###"])
def test_changed_words_are_not_readable(change: object) -> None:
    with pytest.raises(NotReadable):
        KEY.open(change(KEY.seal("behind the blue door", "one")), "one")  # type: ignore[operator]


def test_sealed_words_do_not_open_in_another_record_or_under_another_key() -> None:
    sealed = KEY.seal("behind the blue door", "one")
    with pytest.raises(NotReadable):
        KEY.open(sealed, "two")
    with pytest.raises(NotReadable):
        FieldKey("another secret of the tests, as long as that").open(sealed, "one")


def test_a_database_without_a_key_says_so(database: Database) -> None:
    database.field_key = None
    with database.read() as session, pytest.raises(RuntimeError, match="without the node's key"):
        field_key(session)
    database.field_key = KEY
    with database.read() as session:
        assert field_key(session) is KEY


def test_keys_are_derived_as_the_standard_says() -> None:
    """RFC 5869 as the library of ciphers has it, which is not loaded for it."""
    wanted = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"minga field").derive(b"a secret")
    assert derive("a secret", "field") == wanted
