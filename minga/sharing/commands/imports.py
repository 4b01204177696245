"""Listings from a file: each row checked, written in chunks together with how far the reading came, undone as a whole."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, exists, func, insert, select

from minga.communities.access import require
from minga.communities.models import Community, Membership
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.csvfiles import Row, Table
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound, Refused
from minga.kit.events import emit, emit_all
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.sharing import rules
from minga.sharing.commands.headings import category_of, with_extra
from minga.sharing.commands.photos import PHOTOS_MAX
from minga.sharing.commands.skills import name_skills, names_in
from minga.sharing.commands.typed import read_content
from minga.sharing.commands.writing import columns, next_number, placed, word_columns
from minga.sharing.events import ListingCreated, ListingPublished, ListingsImported, ListingsImportUndone
from minga.sharing.models import (
    HANGS_ON,
    OWN_TABLES,
    Ask,
    Category,
    DispatchCase,
    ImportBatch,
    Listing,
    ListingExtra,
    ListingRepeat,
    ListingWords,
    Photo,
)
from minga.sharing.rules import Content, Direction, Kind, Level, ListingMap
from minga.sharing.rules.exports import undefused

UNDO_DAYS = 7
TOO_MANY_PHOTOS = N_("A listing has at most {most} photos.")
NO_PHOTO = N_("There is no photo called “{name}” in the ZIP file, or it is too large.")
NOT_A_MEMBER = N_("Nobody here is called {handle}.")
TOO_MANY_CELLS = N_("This row has more cells than there are columns.")
DONE_BEFORE = N_("This file was taken in already: {n} listings. Undo that first, or change the file.")
TOO_LATE = N_("This was taken in more than {days} days ago and cannot be undone any more.")
TOUCHED = N_("{n} of these listings were changed or asked for since. Close them one by one.")


@dataclass(frozen=True)
class Ready:
    """A row that can be taken in."""

    number: int
    direction: Direction
    content: Content
    category: Category | None
    owner_id: Id
    photos: tuple[str, ...] = ()


@dataclass(frozen=True)
class PhotoKept:
    """A photo whose files are kept already: their names, and how large it is."""

    large: str
    small: str
    width: int
    height: int


class Desk:
    """Checks rows for one community: the same checks as for a form, with what many rows share asked only once."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        community_id: Id,
        plan: ListingMap,
        *,
        at: datetime,
        photos: Container[str] = (),
    ) -> None:
        require(session, actor, "listing.import", community_id, at=at)
        self.session = session
        self.actor = actor
        self.at = at
        self.plan = plan
        self.photos = photos
        self.community = session.get_one(Community, community_id)
        self._categories: dict[str, Category | None] = {}
        self._people: dict[str, Id] = {}
        self._levels: dict[tuple[Any, ...], Level | None] = {}

    def checked(self, table: Table, *, after: int = 0) -> Iterator[tuple[int, Ready | None, Refused | None]]:
        """Each row with what it becomes or what is wrong with it; rows up to `after` are passed over unread."""
        for row in table.rows():
            if row.number <= after:
                continue
            try:
                yield row.number, self.check(row), None
            except Refused as refusal:
                yield row.number, None, refusal

    def check(self, row: Row) -> Ready:
        """The row as it would be written; Refused says what is wrong with it."""
        if row.too_many:
            raise Invalid(TOO_MANY_CELLS)
        fields = self.plan.fields({name: undefused(cell) for name, cell in row.cells.items()})
        direction, kind = rules.sort_of(fields)
        typed = {
            name: [value]
            for name, value in fields.items()
            if name not in ("level", "terms", "owner", "extra")
        }
        typed |= rules.extra_in(fields.get("extra", ""))
        typed["terms"] = fields.get("terms", rules.USUAL[kind][0].value).replace(",", " ").split()
        content = read_content(
            typed,
            direction,
            kind,
            at=self.at,
            zone=self.community.zone,
            money=self.community.currency or "",
            imported=True,
        )
        content = self._placed(replace(content, level=rules.reach_of(fields)))
        category = self._category(content.category)
        content = with_extra(self.session, category, direction, content, at=self.at)
        return Ready(
            row.number,
            direction,
            content,
            category,
            self._owner(fields),
            self._photos(fields.get("photo", "")),
        )

    def _photos(self, said: str) -> tuple[str, ...]:
        """Names of files that came with this one."""
        names = tuple(dict.fromkeys(name.strip() for name in said.split(";") if name.strip()))
        if len(names) > PHOTOS_MAX:
            raise Invalid(TOO_MANY_PHOTOS, most=PHOTOS_MAX, fields={"photo": TOO_MANY_PHOTOS})
        for name in names:
            if name not in self.photos:
                fault = Invalid(NO_PHOTO, name=name[:100])
                raise Invalid(NO_PHOTO, name=name[:100], fields={"photo": fault})
        return names

    def _placed(self, content: Content) -> Content:
        key = (
            content.level,
            tuple(term.kind for term in content.terms),
            getattr(content.own, "compensation", None),
        )
        if key not in self._levels:
            settled = placed(self.session, self.actor, self.community, content, at=self.at).level
            self._levels[key] = settled and min(settled, Level.PARTNERS, key=lambda level: level.rank)
        return replace(content, level=self._levels[key])

    def _category(self, said: str) -> Category | None:
        if said not in self._categories:
            self._categories[said] = category_of(
                self.session, (self.community.id, self.community.root_id), said
            )
        return self._categories[said]

    def _owner(self, fields: dict[str, str]) -> Id:
        handle = fields.get("owner", "").strip().lstrip("@").lower()
        if not handle:
            return str(self.actor.person_id)
        if handle not in self._people:
            live = exists().where(
                Membership.person_id == Person.id,
                Membership.community_id == self.community.id,
                Membership.ended_on.is_(None),
            )
            found = self.session.scalar(select(Person.id).where(Person.handle_key == handle, live))
            if found is None:
                raise Invalid(NOT_A_MEMBER, handle=handle, fields={"owner": NOT_A_MEMBER})
            self._people[handle] = found
        return self._people[handle]


def begin_import(
    session: Session, actor: Actor, community_id: Id, *, name: str, digest: str, at: datetime
) -> ImportBatch:
    """The reading of this file that is under way, or a new one; a file that was taken in whole is not taken in again."""
    require(session, actor, "listing.import", community_id, at=at)
    before = session.scalars(
        select(ImportBatch).where(
            ImportBatch.community_id == community_id,
            ImportBatch.digest == digest,
            ImportBatch.undone_at.is_(None),
        )
    ).first()
    if before is not None:
        if before.finished_at is not None or before.person_id != actor.person_id:
            raise Conflict(DONE_BEFORE, n=before.rows_done, code="done_before")
        return before
    batch = ImportBatch(
        community_id=community_id, person_id=actor.person_id, name=name[:200], digest=digest, started_at=at
    )
    session.add(batch)
    session.flush()
    return batch


def take_in(
    session: Session,
    actor: Actor,
    batch_id: Id,
    ready: Sequence[Ready],
    *,
    seen: int,
    refused: int,
    photos: Mapping[str, PhotoKept] = MappingProxyType({}),
    at: datetime,
) -> None:
    """Write a chunk of rows and, in the same transaction, that they were read: a kill between chunks loses nothing."""
    batch = session.scalars(select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update()).one()
    require(session, actor, "listing.import", batch.community_id, at=at)
    community = session.get_one(Community, batch.community_id)
    batch.rows_seen += seen
    batch.rows_done += len(ready)
    batch.rows_refused += refused
    session.flush()
    if not ready:
        return
    last = next_number(session, community.root_id, len(ready))
    rows = [
        _row(one, batch, community, actor, last - len(ready) + place, at)
        | {"photo_count": sum(name in photos for name in one.photos)}
        for place, one in enumerate(ready, start=1)
    ]
    session.execute(insert(Listing), rows)
    own: dict[Kind, list[dict[str, Any]]] = {}
    for row, one in zip(rows, ready, strict=True):
        own.setdefault(row["kind"], []).append({"listing_id": row["id"], **rules.plain_own(one.content.own)})
    for kind, values in own.items():
        session.execute(insert(OWN_TABLES[kind]), values)
    pictures = _pictures(rows, ready, photos, at)
    if pictures:
        session.execute(insert(Photo), pictures)
    beside = [
        {"listing_id": row["id"], "entries": dict(one.content.extra)}
        for row, one in zip(rows, ready, strict=True)
        if one.content.extra
    ]
    if beside:
        session.execute(insert(ListingExtra), beside)
    words = [
        {"listing_id": row["id"], **word_columns(one.content, one.category)}
        for row, one in zip(rows, ready, strict=True)
    ]
    session.execute(insert(ListingWords), words)
    named = {row["id"]: names_in(one.content) for row, one in zip(rows, ready, strict=True)}
    name_skills(session, actor, community.root_id, named, at=at)
    told = [(event, row["owner_id"]) for row in rows for event in _events(row)]
    emit_all(session, actor, told, at=at, community_id=community.id)


def _pictures(
    rows: list[dict[str, Any]], ready: Sequence[Ready], photos: Mapping[str, PhotoKept], at: datetime
) -> list[dict[str, Any]]:
    """The photos of these listings, each behind the one before."""
    found = []
    for row, one in zip(rows, ready, strict=True):
        kept = [photos[name] for name in one.photos if name in photos]
        found += [
            {
                "id": new_id(),
                "listing_id": row["id"],
                "n": n,
                "blob": photo.large,
                "small": photo.small,
                "alt": "",
                "width": photo.width,
                "height": photo.height,
                "made_at": at,
            }
            for n, photo in enumerate(kept, start=1)
        ]
    return found


def _row(
    one: Ready, batch: ImportBatch, community: Community, actor: Actor, number: int, at: datetime
) -> dict[str, Any]:
    content = one.content
    return {
        **columns(content, one.category),
        "id": new_id(),
        "community_id": community.id,
        "root_id": community.root_id,
        "number": number,
        "owner_id": one.owner_id,
        "entered_by_id": actor.person_id if actor.person_id != one.owner_id else None,
        "direction": one.direction,
        "kind": rules.kind_of(content.own),
        "batch_id": batch.id,
        "photo_count": 0,
        "drafted_at": at,
        "sent_at": at,
        "published_at": at,
        "confirmed_at": at,
        "expires_at": rules.expires_at(content.own, one.direction, content.terms, content.expires_on, at=at),
        "made_at": at,
        "changed_at": at,
        "version": 1,
    }


def _events(row: dict[str, Any]) -> tuple[ListingCreated, ListingPublished]:
    common = {name: row[name] for name in ("owner_id", "direction", "kind")} | {"listing_id": row["id"]}
    return ListingCreated(**common, category_id=row["category_id"]), ListingPublished(
        **common, level=row["level"]
    )


def finish_import(session: Session, actor: Actor, batch_id: Id, *, at: datetime) -> ImportBatch:
    """Note that the file was read to its end."""
    batch = session.get_one(ImportBatch, batch_id)
    require(session, actor, "listing.import", batch.community_id, at=at)
    if batch.finished_at is None:
        batch.finished_at = at
        event = ListingsImported(batch_id=batch.id, taken=batch.rows_done, refused=batch.rows_refused)
        emit(session, actor, event, at=at, community_id=batch.community_id)
    return batch


def undo_import(session: Session, actor: Actor, batch_id: Id, *, at: datetime) -> ImportBatch:
    """Take back all listings of a reading, within seven days and while nobody has changed or asked for any of them."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound()
    require(session, actor, "listing.import", batch.community_id, at=at)
    if batch.undone_at is not None:
        return batch
    if batch.started_at < at - timedelta(days=UNDO_DAYS):
        raise Refused(TOO_LATE, days=UNDO_DAYS, code="too_late")
    theirs = Listing.batch_id == batch.id
    asked = exists().where(Ask.listing_id == Listing.id)
    worked = exists().where(DispatchCase.listing_id == Listing.id)
    again = exists().where(ListingRepeat.listing_id == Listing.id)
    touched = session.scalar(
        select(func.count())
        .select_from(Listing)
        .where(theirs, (Listing.version > 1) | asked | worked | again)
    )
    if touched:
        raise Conflict(TOUCHED, n=touched, code="touched")
    ids = select(Listing.id).where(theirs)
    for table in (*OWN_TABLES.values(), *HANGS_ON):
        session.execute(
            delete(table).where(table.listing_id.in_(ids)), execution_options={"synchronize_session": False}
        )
    session.execute(delete(Listing).where(theirs), execution_options={"synchronize_session": False})
    batch.undone_at = at
    emit(
        session,
        actor,
        ListingsImportUndone(batch_id=batch.id, taken=batch.rows_done),
        at=at,
        community_id=batch.community_id,
    )
    return batch
