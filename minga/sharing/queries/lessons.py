"""Lessons as they are read: when, where, how full, one's own place; and for whoever leads them, who comes. One statement each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.sharing.access.asks import may_read
from minga.sharing.access.lessons import lesson_to_see
from minga.sharing.access.listings import is_open, is_theirs, listing_to_see
from minga.sharing.models.lessons import Lesson, LessonPlace
from minga.sharing.models.listings import Listing, ListingSkill
from minga.sharing.queries import times
from minga.sharing.rules.lessons import LessonState, state_of
from minga.sharing.rules.words import Direction, Kind

MINE_MAX = 50
_OF_LESSON = (
    "id",
    "listing_id",
    "community_id",
    "begins_at",
    "minutes",
    "places",
    "place",
    "note",
    "cancelled_at",
    "cancel_words",
    "noted_at",
    "version",
)
SHOWN_MAX = 5
"""So many lessons stand on the page of their listing; the rest on a page of its own."""
_Mine, _Other = aliased(LessonPlace), aliased(LessonPlace)


@dataclass(frozen=True, slots=True)
class LessonView:
    """A lesson as its reader may know it: who comes is told by number, `note` only to those who have a place."""

    id: Id
    listing_id: Id
    title: str
    direction: Direction
    community_id: Id
    zone: str
    begins_at: datetime
    minutes: int
    places: int
    taken: int
    waiting: int
    place: str
    note: str
    state: LessonState
    cancel_words: str
    noted: bool
    version: int
    has_place: bool
    position: int | None
    """One's own turn among those who wait, counted from one."""
    came: bool | None
    leads: bool
    may_take: bool

    @property
    def free(self) -> int:
        return max(0, self.places - self.taken)

    @property
    def ends_at(self) -> datetime:
        return self.begins_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody on the list, as whoever leads the lesson reads them."""

    person_id: Id
    name: str
    handle: str
    waits: bool
    came: bool | None


@dataclass(frozen=True, slots=True)
class LessonBlock:
    """What stands about lessons on the page of a listing."""

    lessons: tuple[LessonView, ...]
    more: bool
    leads: bool
    places: int
    """As many as the listing says; proposed for a new lesson."""


def _rows(me: Id | None, at: datetime) -> Select[Any]:
    def number(seated: bool) -> Any:
        return (
            select(func.count())
            .where(
                _Other.lesson_id == Lesson.id,
                _Other.ended_at.is_(None),
                _Other.seat_no.is_not(None) if seated else _Other.seat_no.is_(None),
            )
            .scalar_subquery()
        )

    before = (
        select(func.count())
        .where(
            _Other.lesson_id == Lesson.id,
            _Other.ended_at.is_(None),
            _Other.seat_no.is_(None),
            or_(_Other.rank < _Mine.rank, and_(_Other.rank == _Mine.rank, _Other.id < _Mine.id)),
        )
        .scalar_subquery()
    )
    mine = and_(_Mine.lesson_id == Lesson.id, _Mine.person_id == (me or ""), _Mine.ended_at.is_(None))
    return (
        select(
            *(getattr(Lesson, name) for name in _OF_LESSON),
            Listing.title,
            Listing.direction,
            Listing.owner_id,
            Listing.entered_by_id,
            is_open(at).label("open"),
            Community.zone,
            number(True).label("taken"),
            number(False).label("waiting"),
            _Mine.id.label("mine"),
            _Mine.seat_no.label("seat_no"),
            _Mine.came.label("came"),
            before.label("before"),
        )
        .join(Listing, Listing.id == Lesson.listing_id)
        .join(Community, Community.id == Lesson.community_id)
        .outerjoin(_Mine, mine)
    )


def _view(row: Any, at: datetime, *, leads: bool, signed_in: bool) -> LessonView:
    state = state_of(row.begins_at, row.cancelled_at, at)
    seated = row.seat_no is not None
    coming = state is LessonState.COMING and bool(row.open)
    return LessonView(
        id=row.id,
        listing_id=row.listing_id,
        title=row.title,
        direction=row.direction,
        community_id=row.community_id,
        zone=row.zone,
        begins_at=row.begins_at,
        minutes=row.minutes,
        places=row.places,
        taken=row.taken,
        waiting=row.waiting,
        place=row.place,
        note=row.note if seated or leads else "",
        state=state,
        cancel_words=row.cancel_words,
        noted=row.noted_at is not None,
        version=row.version,
        has_place=seated,
        position=row.before + 1 if row.mine is not None and not seated else None,
        came=row.came,
        leads=leads,
        may_take=coming and signed_in and not leads and row.mine is None,
    )


def lesson_block(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> LessonBlock | None:
    """The next lessons of something to learn or to teach; None for everything else."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    if listing.kind is not Kind.SKILL:
        return None
    found = _listed(session, actor, listing, at, over=False, cursor=None, limit=SHOWN_MAX)
    own = session.get(ListingSkill, listing.id)
    leads = is_theirs(actor, listing)
    return LessonBlock(found.items, found.next is not None, leads, own.places if own else 1)


def lessons_of(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    over: bool = False,
    after: str | None = None,
    limit: int | None = None,
    at: datetime,
) -> Page[LessonView]:
    """The lessons of a listing: what is to come, the next first, or what is over, the latest first."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    cursor = Cursor.decode(after, datetime, str) if after else None
    return _listed(session, actor, listing, at, over=over, cursor=cursor, limit=limit_of(limit))


def _listed(
    session: Session,
    actor: Actor,
    listing: Listing,
    at: datetime,
    *,
    over: bool,
    cursor: Cursor | None,
    limit: int,
) -> Page[LessonView]:
    keys = (Lesson.begins_at, Lesson.id)
    wanted = _rows(actor.person_id, at).where(
        Lesson.listing_id == listing.id, Lesson.begins_at <= at if over else Lesson.begins_at > at
    )
    if cursor is not None:
        wanted = wanted.where(beyond(keys, cursor, descending=over))
    ordered = wanted.order_by(*(key.desc() if over else key.asc() for key in keys)).limit(limit + 1)
    leads = is_theirs(actor, listing)
    views = [_view(row, at, leads=leads, signed_in=actor.signed_in) for row in session.execute(ordered)]
    return page_of(views, limit, lambda one: (one.begins_at, one.id))


def zone_of_listing(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> str:
    """The zone of the clock by which the lessons of a listing go."""
    return times.zone_of(session, listing_to_see(session, actor, listing_id, at=at).community_id)


def lesson(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> LessonView:
    """One lesson, for whoever may see it."""
    found = lesson_to_see(session, actor, lesson_id, at=at)
    row = session.execute(_rows(actor.person_id, at).where(Lesson.id == found.id)).one()
    leads = is_theirs(actor, session.get_one(Listing, found.listing_id))
    return _view(row, at, leads=leads, signed_in=actor.signed_in)


def learners(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> tuple[Learner, ...]:
    """Who has a place and who waits, in order; nobody for whoever does not lead the lesson."""
    if not lesson(session, actor, lesson_id, at=at).leads:
        return ()
    rows = session.execute(
        select(LessonPlace.person_id, Person.name, Person.handle, LessonPlace.seat_no, LessonPlace.came)
        .join(Person, Person.id == LessonPlace.person_id)
        .where(LessonPlace.lesson_id == lesson_id, LessonPlace.ended_at.is_(None))
        .order_by(LessonPlace.seat_no.is_(None), LessonPlace.rank, LessonPlace.id)
    )
    return tuple(Learner(row[0], row[1], row[2], row[3] is None, row[4]) for row in rows)


def my_lessons(session: Session, actor: Actor, *, at: datetime) -> tuple[LessonView, ...]:
    """The lessons to come in which somebody has a place or waits, or which they lead; the next first."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    wanted = (
        _rows(actor.person_id, at)
        .where(
            Lesson.begins_at > at - timedelta(hours=2),
            Lesson.cancelled_at.is_(None),
            or_(_Mine.id.is_not(None), Lesson.id.in_(_led_by(actor))),
        )
        .order_by(Lesson.begins_at, Lesson.id)
        .limit(MINE_MAX)
    )
    if actor.token_community_id is not None:
        wanted = wanted.where(Lesson.community_id == actor.token_community_id)
    return tuple(
        _view(row, at, leads=actor.person_id in (row.owner_id, row.entered_by_id), signed_in=True)
        for row in session.execute(wanted)
    )


def _led_by(actor: Actor) -> Select[Any]:
    owned = select(Listing.id).where(Listing.owner_id == actor.person_id, Listing.kind == Kind.SKILL)
    return select(Lesson.id).where(Lesson.listing_id.in_(owned))


def who_comes(session: Session, actor: Actor, lesson_id: Id, *, seated: bool = False) -> tuple[Id, ...]:
    """Everybody who has a place in a lesson, or waits for one unless only the `seated` are meant; for the node itself."""
    if not actor.operator:
        return ()
    wanted = select(LessonPlace.person_id).where(
        LessonPlace.lesson_id == lesson_id, LessonPlace.ended_at.is_(None)
    )
    return tuple(session.scalars(wanted.where(LessonPlace.seat_no.is_not(None)) if seated else wanted))


def who_leads(session: Session, actor: Actor, lesson_id: Id) -> Id | None:
    """Whose listing a lesson belongs to; for the node itself."""
    if not actor.operator:
        return None
    owner = select(Listing.owner_id).join(Lesson, Lesson.listing_id == Listing.id)
    return session.scalar(owner.where(Lesson.id == lesson_id))


def lesson_as_it_stands(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> LessonView | None:
    """A lesson, if there is one, with nobody's place; for the node itself."""
    if not actor.operator:
        return None
    row = session.execute(_rows(None, at).where(Lesson.id == lesson_id)).first()
    return _view(row, at, leads=False, signed_in=False) if row is not None else None
