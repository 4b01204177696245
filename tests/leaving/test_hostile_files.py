"""Files of communities that were written to do harm: each is refused in words, and not one row is written."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from minga.communities.models import Community, Membership
from minga.identity.models import OperatorGrant, Person
from minga.interfaces.http import Node
from minga.kit import chains
from minga.kit.clock import FixedClock
from minga.kit.dids import did_key
from minga.kit.errors import Refused
from minga.kit.ids import new_id
from minga.kit.segments import NAMES, Writer
from tests.leaving.moving import taken_in, taken_out, text_of
from tests.village import Village

MINE = Ed25519PrivateKey.generate()
Change = Callable[[list[tuple[str, str, dict[str, Any]]]], None]


def packed(text: bytes, *more: tuple[str, bytes], way: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as file:
        file.writestr("bundle.sync.txt", text)
        for name, data in more:
            file.writestr(name, data)
    return out.getvalue()


def signed_anew(data: bytes, change: Change) -> bytes:
    """The file with other records, signed by somebody who holds a key of their own."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    heads: dict[str, str] = {}
    for line in text_of(data):
        name, _, value = line.partition(": ")
        if name in NAMES:
            heads.setdefault(name, value)
        elif line.startswith("+ "):
            _plus, ref, stamp, text = line.split(" ", 3)
            found.append((ref, stamp, json.loads(text)))
    change(found)
    kinds = sorted({ref.split("/")[0] for ref, _stamp, _record in found})
    out = io.BytesIO()
    did = did_key(MINE.public_key().public_bytes_raw())
    writer = Writer(out, MINE, heads | {"Origin": did, "Kinds": ",".join(kinds)}).begin()
    for ref, stamp, record in found:
        kind, _slash, id = ref.partition("/")
        writer.put(kind, id, stamp, record)
    writer.end()
    return packed(out.getvalue())


def first(records: list[tuple[str, str, dict[str, Any]]], kind: str) -> dict[str, Any]:
    return next(record for ref, _stamp, record in records if ref.startswith(f"{kind}/"))


def counts(node: Node) -> list[int]:
    with node.database.read() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Person, Community, Membership, OperatorGrant)
        ]


def test_hostile_files_are_refused_and_leave_nothing(
    node: Node, second_node: Node, village: Village, clock: FixedClock
) -> None:
    """On the node of the village itself, where there are rows that a file could try to change, and on an empty one."""
    with node.database.write() as session:
        chains.seal_open(session)
    whole = taken_out(node, "valley", clock())
    text = "\n".join(text_of(whole)).encode() + b"\n"
    ana, harbour, zoe = village.people["ana"], village.harbour, village.people["zoe"]
    other = new_id()

    def as_operator(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        grant = {"id": other, "person_id": ana, "granted_at": "2026-11-16T09:00:00Z"}
        records.append((f"operator_grant/{other}", "0" * 15, grant))

    def with_password(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        records.append((f"password/{ana}", "0" * 15, {"person_id": ana, "phc": "$argon2id$"}))

    def into_harbour(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "membership")["community_id"] = harbour

    def for_zoe(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "membership")["person_id"] = zoe

    def said_by_harbour(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "event")["root_id"] = harbour

    def more_of_a_person(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "person")["suspended_at"] = None

    def unknown_right(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        for at, (ref, stamp, record) in enumerate(records):
            if ref.startswith("role_capability/"):
                records[at] = (ref, stamp, record | {"capability": "node.own"})

    def unknown_column(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "community")["operator"] = True

    def wrong_kind_of_value(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "membership")["joined_on"] = 7

    def newer(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "export")["schema"] = "9999"

    def two_roots(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        more = first(records, "community") | {"id": other, "slug": "second", "root_id": other}
        records.append((f"community/{other}", "0" * 15, more))

    def another_history(records: list[tuple[str, str, dict[str, Any]]]) -> None:
        first(records, "event")["name"] = "MembershipEnded"

    changed = [
        (as_operator, "unknown_kind"),
        (with_password, "unknown_kind"),
        (into_harbour, "foreign"),
        (for_zoe, "foreign"),
        (said_by_harbour, "foreign"),
        (more_of_a_person, "bad_row"),
        (unknown_right, "newer"),
        (unknown_column, "bad_row"),
        (wrong_kind_of_value, "bad_row"),
        (newer, "newer"),
        (two_roots, "one_root"),
        (another_history, "bad_chain"),
    ]
    raw = [
        (b"no zip at all", "not_a_file"),
        (packed(text.replace(b"Valley", b"Volley", 1)), "bad_chain"),
        (packed(text[: len(text) // 2]), "cut_off"),
        (
            packed(b"\n".join(line for line in text.split(b"\n") if line[:2] not in (b"= ", b". "))),
            "bad_grammar",
        ),
        (packed(text.replace(b"minga-sync 1", b"minga-sync 2", 1)), "unknown_version"),
        (packed(text, ("../../etc/passwd", b"x")), "strange_path"),
        (packed(text, ("files/" + "0" * 63 + "/", b"")), "strange_path"),
        (packed(text, way=zipfile.ZIP_DEFLATED), "packed"),
        (packed(base64.b64encode(text)), "cut_off"),
        (whole, "here_already"),
    ]
    before, empty = counts(node), counts(second_node)
    for data, code in raw:
        assert refusal_of(node, data, clock) == code, code
    for change, code in changed:
        assert refusal_of(second_node, signed_anew(whole, change), clock) == code, change.__name__
    assert (counts(node), counts(second_node)) == (before, empty)


def refusal_of(node: Node, data: bytes, clock: FixedClock) -> str:
    with pytest.raises(Refused) as refused:
        taken_in(node, data, clock())
    assert str(refused.value).endswith(".")
    assert "{" not in str(refused.value)
    return refused.value.name
