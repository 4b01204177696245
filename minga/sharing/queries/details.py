"""One listing as its page and the API show it, with what this reader may do about it."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, literal, or_, select

from minga.communities.access import Stub, hidden_of, may
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.questions import Question
from minga.sharing import rules
from minga.sharing.access import (
    circle_of,
    is_theirs,
    listing_to_edit,
    listing_to_show,
    sees_stub,
    visible_to,
)
from minga.sharing.models import OWN_TABLES, Exchange, Listing, ListingNamed, Photo
from minga.sharing.queries.cards import Card, card_of, rows
from minga.sharing.queries.headings import extra_of
from minga.sharing.queries.narrowing import narrowing_of
from minga.sharing.queries.origins import origin_of
from minga.sharing.queries.places import where_of
from minga.sharing.rules import Answers, Level, NameShown, Narrowing, Origin, State, Where
from minga.sharing.rules.life import REOPEN_DAYS

ACTS = ("edit", "publish", "discard", "look", "pause", "resume", "close", "remove", "reopen", "keep", "pin")
OWNERS_ACTS: dict[State, tuple[str, ...]] = {
    State.DRAFT: ("edit", "publish", "discard"),
    State.PENDING: ("edit", "close"),
    State.OPEN: ("edit", "pause", "close", "keep"),
    State.PAUSED: ("edit", "resume", "close"),
    State.FULFILLED: ("reopen",),
    State.WITHDRAWN: ("reopen",),
    State.EXPIRED: ("reopen", "close"),
}
STEWARDS_ACTS: dict[State, tuple[str, ...]] = {
    State.PENDING: ("edit", "look", "close"),
    State.OPEN: ("edit", "pause", "close", "remove"),
    State.PAUSED: ("edit", "resume", "close", "remove"),
    State.FULFILLED: ("reopen",),
    State.WITHDRAWN: ("reopen",),
    State.EXPIRED: ("reopen",),
    State.REMOVED: ("reopen",),
    State.ARCHIVED: ("reopen",),
}


class Picture(msgspec.Struct, frozen=True):
    """A photo of a listing."""

    id: Id
    n: int
    alt: str
    width: int
    height: int
    blob: str
    small: str


class Detail(msgspec.Struct, frozen=True):
    """Everything about one listing that its reader may know."""

    card: Card
    state: State
    own: dict[str, Any]
    answers: Answers
    name_shown: NameShown
    collect_until: datetime | None
    available_from_on: date | None
    available_until_on: date | None
    expires_on: date | None
    paused_at: datetime | None
    closed_at: datetime | None
    sent_at: datetime | None
    changed_at: datetime
    pin_rank: int | None
    theirs: bool
    owner_photo: str | None
    named: tuple[tuple[Id, str], ...]
    narrowing: Narrowing
    """For its owner only."""
    photos: tuple[Picture, ...]
    may: dict[str, bool]
    where: Where | None = None
    extra: tuple[tuple[str, str], ...] = ()


def listing(session: Session, actor: Actor, listing_id: str, *, at: datetime) -> Detail:
    """The listing at an address, if the reader may see it; else there is nothing."""
    found = listing_to_show(session, actor, parse_id(listing_id), at=at)
    return detail(session, actor, found, at=at)


_CARD = Question(
    lambda: (
        rows(literal(Origin.OWN.value))
        .add_columns(Person.photo.label("owner_photo"))
        .where(Listing.id == bindparam("listing"))
    )
)


def _own_of(kind: rules.Kind) -> Question:
    """The fields that only listings of this kind have."""
    table = OWN_TABLES[kind]
    columns = [getattr(table, name) for name in rules.own_names(kind)] or [table.listing_id]
    return Question(lambda: select(*columns).where(table.listing_id == bindparam("listing")))


_OWN = {kind: _own_of(kind) for kind in OWN_TABLES}


def detail(session: Session, actor: Actor, found: Any, *, at: datetime) -> Detail:
    """The listing, a record or its row, as this reader sees it; the caller has made sure that they may."""
    circle = circle_of(session, actor, at=at)
    row = _CARD.first(session, listing=found.id)
    theirs = is_theirs(actor, found)
    own_class = rules.OWN[found.kind]
    close = theirs or (bool(own_class.hidden) and _is_agreed_with(session, actor, found))
    known = isinstance(found, Listing)  # just written or to be changed: then the session has it already
    stored = (
        session.get_one(OWN_TABLES[found.kind], found.id)
        if known
        else _OWN[found.kind].first(session, listing=found.id)
    )
    origin = origin_of(session, circle, found)
    card = msgspec.structs.replace(card_of(row, circle, pinned=found.pin_rank is not None), origin=origin)
    return Detail(
        card=card,
        state=rules.state(found, at),
        own={
            name: getattr(stored, name)
            for name in rules.own_names(found.kind)
            if close or name not in own_class.hidden
        },
        answers=found.answers,
        name_shown=found.name_shown,
        collect_until=found.collect_until,
        available_from_on=found.available_from_on,
        available_until_on=found.available_until_on,
        expires_on=found.expires_on,
        paused_at=found.paused_at,
        closed_at=found.closed_at,
        sent_at=found.sent_at,
        changed_at=found.changed_at,
        pin_rank=found.pin_rank,
        theirs=theirs,
        owner_photo=row.owner_photo if card.owner_id else None,
        named=_named(session, found) if theirs else (),
        narrowing=narrowing_of(session, found) if theirs else Narrowing(),
        photos=photos(session, found.id) if found.photo_count else (),
        may=_may(session, actor, found, at),
        where=where_of(session, found.id) if theirs else None,
        extra=extra_of(session, found.id) if found.category_id else (),
    )


def stub_of(session: Session, actor: Actor, listing_id: str, *, at: datetime) -> Stub:
    """Why a listing is hidden, for those who would see it otherwise; a stranger learns nothing."""
    found = hidden_of(session, "listing", parse_id(listing_id))
    if found is None or not sees_stub(session, actor, listing_id, at=at):
        raise NotFound()
    return found


def photos(session: Session, listing_id: Id) -> tuple[Picture, ...]:
    """The photos of a listing that the caller may see, in order."""
    wanted = select(Photo.id, Photo.n, Photo.alt, Photo.width, Photo.height, Photo.blob, Photo.small)
    found = session.execute(wanted.where(Photo.listing_id == listing_id).order_by(Photo.n))
    return tuple(Picture(*row) for row in found)


def photo(session: Session, actor: Actor, listing_id: str, photo_id: str, *, at: datetime) -> Picture:
    """One photo of a listing that the reader may see."""
    seen = select(Listing.id).where(
        Listing.id == parse_id(listing_id), visible_to(circle_of(session, actor, at=at))
    )
    found = session.execute(
        select(Photo.id, Photo.n, Photo.alt, Photo.width, Photo.height, Photo.blob, Photo.small).where(
            Photo.id == parse_id(photo_id), Photo.listing_id.in_(seen)
        )
    ).first()
    if found is None:
        raise NotFound()
    return Picture(*found)


def _is_agreed_with(session: Session, actor: Actor, found: Listing) -> bool:
    """Whether the reader is one of those with whom it is agreed and not over. Dispatchers read numbers on the call sheet."""
    if not actor.signed_in:
        return False
    running = select(Exchange.id).where(
        Exchange.listing_id == found.id,
        or_(Exchange.provider_id == actor.person_id, Exchange.receiver_id == actor.person_id),
        Exchange.completed_at.is_(None),
        Exchange.cancelled_at.is_(None),
    )
    return session.scalar(running.limit(1)) is not None


def _named(session: Session, found: Listing) -> tuple[tuple[Id, str], ...]:
    return tuple((row[0], row[1]) for row in _NAMED.plain(session, listing=found.id))


_NAMED = Question(
    lambda: (
        select(Person.id, Person.name)
        .join(ListingNamed, ListingNamed.person_id == Person.id)
        .where(ListingNamed.listing_id == bindparam("listing"))
        .order_by(Person.name)
    )
)


def _may(session: Session, actor: Actor, found: Listing, at: datetime) -> dict[str, bool]:
    """What the reader may do to the listing, decided as the commands decide it."""
    if not actor.signed_in:
        return dict.fromkeys(ACTS, False)
    state, theirs = rules.state(found, at), is_theirs(actor, found)

    def allowed(name: str, *, own: bool = False) -> bool:
        return bool(may(session, actor, name, found.community_id, at=at, own=own))

    acts = set(OWNERS_ACTS.get(state, ())) if theirs and allowed("listing.publish", own=True) else set()
    if theirs and found.closed_at and (at - found.closed_at).days >= REOPEN_DAYS:
        acts.discard("reopen")
    if not theirs and allowed("listing.edit_any"):
        acts |= set(STEWARDS_ACTS.get(state, ()))
    if state is State.OPEN and found.level is not Level.PRIVATE and allowed("listing.pin"):
        acts.add("pin")
    return {act: act in acts for act in ACTS}


def listing_to_change(session: Session, actor: Actor, listing_id: str, *, at: datetime) -> Detail:
    """The listing for its form: only for those who may change it."""
    found = listing_to_edit(session, actor, parse_id(listing_id), at=at, lock=False)
    return detail(session, actor, found, at=at)
