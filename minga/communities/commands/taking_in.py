"""Bringing a community in from its file: rows keep their ids, people become accounts that wait for them.

Nothing that is on this node is changed, and nobody gets a right outside the community that comes.
"""

import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Table, insert, select

from minga.communities.commands.forking import Fork, fork
from minga.communities.commands.forking_groups import group_of, members_of
from minga.communities.commands.reading import Arriving, open_file, read_community
from minga.communities.events import CommunityImported
from minga.communities.models import Community, CommunityOrigin
from minga.communities.rules.moving import (
    CLAIM_DAYS,
    ELSEWHERE,
    ERASED,
    FILES,
    FOREIGN,
    HERE_ALREADY,
    SLUG_NEEDED,
    SLUG_TAKEN,
    refused,
)
from minga.communities.rules.names import read_slug
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.commands.people import name_key
from minga.identity.models import Person
from minga.identity.rules import Purpose
from minga.identity.rules.data import FORMER, handle_of_former
from minga.kit import chains, holdings
from minga.kit.arrivals import Row, Unfitting, already_here, write
from minga.kit.blobs import BlobStore
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.health import schema_of
from minga.kit.i18n import translator
from minga.kit.ids import Id


@dataclass(frozen=True)
class Card:
    """What brings one person back to what is theirs: a name, the handle here, and the token of a link."""

    name: str
    handle: str
    token: str


@dataclass(frozen=True)
class TakenIn:
    """What came: the community's id and address, how many rows of each kind, and a card for each member."""

    community_id: Id
    slug: str
    counts: Mapping[str, int]
    cards: tuple[Card, ...]


def take_in(
    session: Session,
    actor: Actor,
    file: zipfile.ZipFile,
    arriving: Arriving,
    blobs: BlobStore,
    key: bytes,
    *,
    slug: str = "",
    origin: tuple[Id, str] | None = None,
    at: datetime,
) -> TakenIn:
    """Write everything. For whoever runs the machine; the whole is one transaction, tried or kept by the caller.

    `origin` is the id and name of the community that this one is a part of, when it gets an identity of its own.
    """
    identity.require_operator(actor)
    counts = arriving.counts()
    _must_be_new(session, arriving)
    address = _address(session, arriving, slug, of_its_own=origin is not None)
    handles = _people(session, arriving, at)
    _communities_elsewhere(session, arriving, at)
    for name in arriving.files:
        blobs.put(file.read(FILES + name))
    tables = [(holdings.table_of(one), _rows(session, one.table, arriving)) for one in holdings.holdings()]
    try:
        write(session.connection(), [(table, rows) for table, rows in tables if rows])
    except Unfitting as fault:
        raise refused(FOREIGN, "foreign", kind=str(fault), id="") from None
    session.expire_all()
    if chains.check_chain(session, arriving.root_id).broken is not None:
        raise refused(FOREIGN, "bad_chain", kind="event", id=arriving.root_id)
    source = origin or (arriving.root_id, str(arriving.root["name"]))
    session.add(
        CommunityOrigin(
            community_id=arriving.root_id,
            origin_id=source[0],
            origin_name=source[1][:120],
            origin_did=arriving.did,
            is_fork=origin is not None,
            digest=arriving.digest,
            came_at=at,
        )
    )
    session.flush()
    emit(session, actor, CommunityImported(subject_id=arriving.root_id, rows=sum(counts.values())), at=at)
    return TakenIn(arriving.root_id, address, counts, _cards(session, actor, arriving, handles, key, at))


def _must_be_new(session: Session, arriving: Arriving) -> None:
    """No row of the file is here: neither what it describes nor whom it names."""
    connection = session.connection()
    people = [one["id"] for one in arriving.people]
    ids = {"person": people, **{n: [r["id"] for r in rows if "id" in r] for n, rows in arriving.rows.items()}}
    for name, keys in ids.items():
        table: Table = Person.__table__ if name == "person" else holdings.table_of(_said(name))  # type: ignore[assignment]
        found = already_here(connection, table, keys)
        if found is not None:
            raise refused(HERE_ALREADY, "here_already", kind=name, id=found)


def _said(name: str) -> holdings.Holding:
    found = holdings.holding(name)
    assert found is not None
    return found


def _address(session: Session, arriving: Arriving, slug: str, *, of_its_own: bool) -> str:
    """The community gets the address that was wished; its groups keep theirs, or are refused as it is. Groups of one
    that gets an identity of its own have its address before theirs."""
    if of_its_own and not slug:
        raise refused(SLUG_NEEDED, "slug_taken")
    if slug:
        arriving.root["slug"] = read_slug(slug)
    for row in arriving.rows["community"] if of_its_own else ():
        if row is not arriving.root:
            row["slug"] = f"{arriving.root['slug'][:12]}-{row['slug'][:27]}".rstrip("-")
    for row in arriving.rows["community"]:
        if session.scalar(select(Community.id).where(Community.slug == row["slug"])) is not None:
            raise refused(SLUG_TAKEN, "slug_taken", slug=row["slug"])
    return str(arriving.root["slug"])


def _people(session: Session, arriving: Arriving, at: datetime) -> dict[Id, str]:
    """Accounts without any way in; of those who are gone or were never members, an empty one."""
    former = str(translator(str(arriving.root["language"])).gettext(FORMER))
    handles: dict[Id, str] = {}
    for said in arriving.people:
        gone = bool(said.get(ERASED) or said.get(ELSEWHERE))
        handle = (
            handle_of_former(said["id"])
            if gone
            else identity.handle_like(session, said["handle"], said["name"], at=at)
        )
        name = former if gone else said["name"]
        session.execute(
            insert(Person).values(
                id=said["id"],
                handle=handle,
                handle_key=handle.lower(),
                name=name,
                name_key=name_key(name),
                language=said["language"],
                zone=str(arriving.root["zone"]),
                look={},
                made_at=at,
                erased_at=at if gone else None,
            )
        )
        if not gone:
            handles[said["id"]] = handle
    return handles


def _communities_elsewhere(session: Session, arriving: Arriving, at: datetime) -> None:
    """Communities that only an exchange names: closed, nameless, nobody's."""
    for community_id in arriving.elsewhere:
        session.execute(
            insert(Community).values(
                id=community_id,
                slug=f"elsewhere-{community_id[-20:]}",
                name="–",
                features={},
                root_id=community_id,
                made_at=at,
                archived_at=at,
            )
        )


def _rows(session: Session, table: str, arriving: Arriving) -> list[Row]:
    rows = arriving.rows.get(table, [])
    if table != "picture" or not rows:
        return rows
    column: Any = holdings.table_of(_said("picture")).c.key
    here = set(session.scalars(select(column).where(column.in_([row["key"] for row in rows]))))
    return [row for row in rows if row["key"] not in here]


def _cards(
    session: Session, actor: Actor, arriving: Arriving, handles: dict[Id, str], key: bytes, at: datetime
) -> tuple[Card, ...]:
    """A claim for each living member."""
    living = {row["person_id"] for row in arriving.rows.get("membership", ()) if row["ended_on"] is None}
    cards = []
    for said in arriving.people:
        if said["id"] not in living or said["id"] not in handles:
            continue
        invite = identity.make_invite(
            session,
            actor,
            purpose=Purpose.CLAIM,
            person_id=said["id"],
            expires_at=at + CLAIM_DAYS,
            language=said["language"],
            at=at,
        )
        cards.append(Card(said["name"], handles[said["id"]], identity.invite_token(key, invite)))
    return tuple(cards)


def part_of(
    session: Session, arriving: Arriving, handles: Collection[str] | None, *, group: str = ""
) -> Fork:
    """The part of those people, under an identity of its own; of one group and its members, where that is named."""
    shipped = holdings.shipped_ids(session.connection())
    if group:
        arriving = group_of(arriving, group)
        living = members_of(arriving)
        handles = living if handles is None else living & set(handles)
    return fork(arriving, handles, shipped)


def look_into(session: Session, file: IO[bytes]) -> tuple[zipfile.ZipFile, Arriving]:
    """Open and check a file; raises with the sentence of what is wrong."""
    packed = open_file(file)
    shipped = holdings.shipped_ids(session.connection())
    return packed, read_community(packed, schema=schema_of(session) or "", shipped=shipped)
