"""Writing a whole community into one signed file: its rows, its groups', and the photos they show.

The text in it can be read by people; it is signed with the community's key. What is not in it is said in `holdings`.
"""

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

from sqlalchemy import or_, select

from minga.communities.models import Application, Community, Lineage, Membership
from minga.communities.rules.moving import BUNDLE, ELSEWHERE, ERASED, FEED, FILES, FORM, KINDS_MAX
from minga.identity.models import Person
from minga.kit import holdings
from minga.kit.blobs import BlobStore
from minga.kit.canonical import canonical_json
from minga.kit.ciphers import ed25519
from minga.kit.db import Session
from minga.kit.dids import did_key
from minga.kit.errors import NotFound
from minga.kit.health import schema_of
from minga.kit.holdings import Holding
from minga.kit.ids import Id
from minga.kit.segments import Writer

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_HEX = re.compile(r"[0-9a-f]{32}")
NO_STAMP = "0" * 15
Record = tuple[str, str, str, dict[str, Any]]


@dataclass
class Written:
    """What is in a file: how many rows of each kind, which photos, and the DID it is signed with."""

    did: str
    counts: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


def write_community(
    session: Session,
    root: Community,
    out: IO[bytes],
    blobs: BlobStore,
    key: "ed25519.Ed25519PrivateKey",
    *,
    at: datetime,
) -> Written:
    """Write the file of a community with all its groups. Rows come in a fixed order."""
    top = root.id
    tree = tuple(
        session.scalars(
            select(Lineage.community_id).where(Lineage.above_id == top).order_by(Lineage.community_id)
        )
    )
    written = Written(did_key(key.public_key().public_bytes_raw()))
    parts = _parts(session, tree, top, written)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
        with packed.open(zipfile.ZipInfo(BUNDLE, _zip_time(at)), "w", force_zip64=True) as text:
            prev = "-"
            for number, (kinds, records) in enumerate(parts, start=1):
                heads = _headers(root, written.did, kinds, number, prev, at)
                writer = Writer(text, key, heads).begin()
                for kind, id, stamp, record in records:
                    writer.put(kind, id, stamp, record)
                    written.counts[kind] = written.counts.get(kind, 0) + 1
                prev = writer.end()
        for name in sorted(written.files):
            with suppress(NotFound):
                data = blobs.read(name)
                packed.writestr(zipfile.ZipInfo(FILES + name, _zip_time(at)), data)
    return written


def _zip_time(at: datetime) -> tuple[int, int, int, int, int, int]:
    return at.year, at.month, at.day, at.hour, at.minute, at.second


def _headers(
    root: Community, did: str, kinds: Sequence[str], number: int, prev: str, at: datetime
) -> dict[str, str]:
    return {
        "Origin": did,
        "Origin-Name": re.sub(r"[\x00-\x1f\x7f]", " ", root.name)[:80],
        "Key": "0",
        "Key-Log": "-",
        "Audience": f"partner {did}",
        "Feed": FEED,
        "Form": "snapshot",
        "Epoch": str(int(root.made_at.timestamp())),
        "Seq": str(number),
        "Prev": prev,
        "At": f"{number}.0",
        "Level": "community",
        "Kinds": ",".join(kinds),
        "Created": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _parts(
    session: Session, tree: tuple[Id, ...], top: Id, written: Written
) -> Iterator[tuple[Sequence[str], Iterator[Record]]]:
    """The segments: first what the file is and whom it names, then some tables each, by their names."""
    said = sorted((one for one in holdings.holdings() if one.within), key=lambda one: one.table)
    named = _named(session, said, tree)
    yield ("elsewhere", "export", "person"), _beginning(session, tree, top, named)
    for start in range(0, len(said), KINDS_MAX):
        some = said[start : start + KINDS_MAX]
        yield [one.table for one in some], _rows(session, some, tree, top, written)


def _named(session: Session, said: list[Holding], tree: tuple[Id, ...]) -> tuple[set[Id], set[Id]]:
    """People whom the rows name, and communities elsewhere that they name."""
    people, elsewhere = set[Id](), set[Id]()
    for one in said:
        table = holdings.table_of(one)
        sides = holdings.people_columns(table)
        others = [c for c in holdings.communities_columns(table) if c not in one.leave]
        extra = ["owner_id"] if one.table == "account_owner" else []
        if not (sides or others or extra):
            continue
        for row in holdings.rows_within(session.connection(), one, tree):
            people |= {row[name] for name in (*sides, *extra) if name in row}
            if one.table != "lineage":
                elsewhere |= {row[name] for name in others if name in row}
    return people - set(tree), elsewhere - set(tree)


def _beginning(
    session: Session, tree: tuple[Id, ...], top: Id, named: tuple[set[Id], set[Id]]
) -> Iterator[Record]:
    people, elsewhere = named
    for community_id in sorted(elsewhere - {_above(session, top)}):
        yield "elsewhere", community_id, _stamp(community_id), {"id": community_id}
    yield "export", top, _stamp(top), {"community": top, "form": FORM, "schema": schema_of(session) or ""}
    known = _members(session, tree)
    for row in session.execute(
        select(Person.id, Person.handle, Person.name, Person.language, Person.erased_at).order_by(Person.id)
    ):
        if row.id not in people | known:
            continue
        plain: dict[str, Any] = {"id": row.id}
        if row.id not in known:
            plain[ELSEWHERE] = True
        elif row.erased_at is not None:
            plain[ERASED] = True
        else:
            plain |= {"handle": row.handle, "name": row.name, "language": row.language}
        yield "person", row.id, _stamp(row.id), plain


def _above(session: Session, top: Id) -> Id | None:
    return session.scalar(select(Community.parent_id).where(Community.id == top))


def _members(session: Session, tree: tuple[Id, ...]) -> set[Id]:
    """Whoever is, was, or asks to be a member; of all others a file has an id and no name."""
    members = session.scalars(select(Membership.person_id).where(Membership.community_id.in_(tree)))
    asking = session.scalars(
        select(Application.person_id).where(
            Application.community_id.in_(tree),
            or_(Application.answered_at.is_not(None), Application.withdrawn_at.is_(None)),
        )
    )
    return {*members, *asking}


def _rows(
    session: Session, some: list[Holding], tree: tuple[Id, ...], top: Id, written: Written
) -> Iterator[Record]:
    for one in some:
        found = (_record(one, row) for row in holdings.rows_within(session.connection(), one, tree))
        for id, row in sorted(found, key=lambda pair: pair[0]):
            written.files |= {row[name] for name in one.files if name in row}
            if one.table == "lineage" and row["above_id"] not in tree:
                continue
            yield one.table, id, _stamp(id), row


def _record(one: Holding, row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    plain = {name: holdings.plain_value(value) for name, value in row.items()}
    return record_id(one, plain), plain


def record_id(one: Holding, plain: Mapping[str, Any]) -> str:
    """By what a row is named in a file: its own id, or the digest of the columns that make it one of a kind."""
    table = holdings.table_of(one)
    keys = [c.name for c in table.primary_key.columns if c.name not in one.hide] or ["listing_id"]
    values = [plain.get(name) for name in keys]
    if len(values) == 1 and isinstance(values[0], str) and _ID.fullmatch(values[0]):
        return values[0]
    return hashlib.sha256(canonical_json(values)).hexdigest()[:40]


def _stamp(id: str) -> str:
    """The time that an id carries, as a hybrid stamp; rows without such an id have none."""
    return f"{id[1:12]}0000" if _HEX.fullmatch(id) and id[12] == "7" else NO_STAMP
