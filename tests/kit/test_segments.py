"""Signed files of records: the vector of the specification, and every change to a file is found."""

import io
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from minga.kit.dids import did_key
from minga.kit.segments import BadSegment, Reader, Writer

KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
HEADERS = {
    "Origin": "did:key:z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH",
    "Origin-Name": "Downtown Mutual Aid",
    "Key": "0",
    "Key-Log": "d4f8402711835f67d2316c9d0b2a1203888ad8116ecf20f3f3f5ea102de2e7db",
    "Audience": "network",
    "Feed": "network",
    "Form": "feed",
    "Epoch": "1795158000",
    "Seq": "1",
    "Prev": "-",
    "Level": "network",
    "Kinds": "community,listing",
    "Created": "2026-11-20T07:00:00Z",
}
BREAD = {
    "direction": "offer",
    "kind": "item",
    "level": "network",
    "quantity_milli": 2000,
    "title": "Bread, weekly",
    "unit": "piece",
}


def written(lines: int = 2, **headers: str) -> bytes:
    out = io.BytesIO()
    writer = Writer(out, KEY, HEADERS | headers).begin()
    about = {"about": "Neighbours who help.", "level": "network", "name": "Downtown Mutual Aid"}
    writer.put("community", "c", "1a1f7c141800000", about)
    for n in range(1, lines):
        writer.put("listing", f"0199aa00-0000-7000-8000-{n:012}", "1a1f7c141800001", BREAD)
    writer.end()
    return out.getvalue()


def test_the_vector_of_the_specification() -> None:
    """Headers, chain and signatures as another program makes them; the last mark is the chain of the third line."""
    assert did_key(KEY.public_key().public_bytes_raw()) == HEADERS["Origin"]
    lines = written().split(b"\n")
    assert lines[15].startswith(
        b"= 0 8f651ef28253bf93fe272b31320d026879c1fc80a1e45df9b8efd249eb24e5b0 fEEdnDTNyCDXwACR0CMT2uFVUk6x0JdkFbz4"
    )
    assert lines[18].startswith(b". 2 00e2bb784c924fadb5dcce4855fe7504dd26e71db5efd6c7f42f70febf85d0d7 ")


def test_what_is_written_is_read_again() -> None:
    second = written(3)
    found = list(Reader(io.BytesIO(second)).records())
    assert [one.kind for one in found] == ["community", "listing", "listing"]
    assert found[1].record == BREAD
    many = Reader(io.BytesIO(written(2_500)))
    assert len(list(many.records())) == 2_500


def test_every_change_is_found() -> None:
    """Bits that flip, bytes that go or change places, ends that are cut."""
    chance, whole = random.Random(7), written(4)
    for _ in range(150):
        data, at = bytearray(whole), chance.randrange(len(whole) - 1)
        way = chance.randrange(4)
        if way == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            del data[at]
        elif way == 2:
            data[at], data[at + 1] = data[at + 1], data[at]
        else:
            del data[at:]
        if bytes(data) == whole:
            continue
        with pytest.raises(BadSegment):
            list(Reader(io.BytesIO(bytes(data))).records())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"minga-sync 1", b"minga-sync 2"), "unknown_version"),
        ((b"Note", b"Vote"), "unknown_header"),
        ((b"+ listing", b"+ person"), "bad_grammar"),
        ((b"+ community", b"! community"), "bad_grammar"),
        ((HEADERS["Origin"].encode(), b"did:key:znobody"), "bad_key"),
        ((HEADERS["Origin"].encode(), did_key(bytes([9]) * 32).encode()), "bad_chain"),
        ((b'"kind":"item"', b'"kind": "item"'), "not_canonical"),
        ((b"\n", b"\r\n"), "bad_grammar"),
        ((b"Bread", b"B" * (1 << 20)), "too_large"),
    ],
)
def test_each_fault_is_said_in_words(change: tuple[bytes, bytes], code: str) -> None:
    with pytest.raises(BadSegment) as refused:
        list(Reader(io.BytesIO(written(Note="by hand").replace(*change))).records())
    assert refused.value.name == code
    assert refused.value.status == 422


def test_segments_follow_each_other() -> None:
    first = io.BytesIO()
    writer = Writer(first, KEY, HEADERS).begin()
    following = written(Seq="2", Prev=writer.end())
    assert len(list(Reader(io.BytesIO(first.getvalue() + following)).records())) == 2
    with pytest.raises(BadSegment, match="changed"):
        list(Reader(io.BytesIO(first.getvalue() + written())).records())


def test_a_writer_refuses_what_a_reader_would() -> None:
    writer = Writer(io.BytesIO(), KEY, HEADERS).begin()
    with pytest.raises(ValueError, match="fit"):
        writer.put("listing", "no id", "1a1f7c141800001", {})
    with pytest.raises(ValueError, match="header"):
        Writer(io.BytesIO(), KEY, HEADERS | {"Origin-Name": "two\nlines"}).begin()
