"""What a librarian sees at the desk: one thing with who has it, people to lend to, and the work of the day."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, false, func, or_, select, true

from minga.communities.access import policies
from minga.communities.models import Membership
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.desk import desk_of, in_library
from minga.sharing.models import Ask, Hold, Listing, ListingItem, OutOfUse, Reservation
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.loans import Loan
from minga.sharing.queries import times
from minga.sharing.queries.exchanges import GRACE
from minga.sharing.rules.loans import overdue
from minga.sharing.rules.searching import index_words

FOUND_MAX = 20
LINES_MAX = 100
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class DeskLoan:
    """A thing that is out, with whom, and since when it should be back."""

    id: Id
    listing_id: Id
    number: int
    title: str
    copy_no: int
    person_id: Id
    name: str
    handle: str
    lent_on: date
    due_on: date
    late: bool
    brought_back: bool
    condition_out: int | None


@dataclass(frozen=True, slots=True)
class DeskThing:
    """A thing of the library as it lies on the desk."""

    id: Id
    number: int
    title: str
    copies: int
    condition: int | None
    at_home: int
    loans: tuple[DeskLoan, ...]
    broken: tuple[tuple[int, str], ...]
    waiting: int
    next_names: tuple[tuple[Id, str], ...]
    """For whom it is ready, or who has agreed to fetch it next."""


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One line of the day: a thing, somebody, and when."""

    listing_id: Id
    number: int
    title: str
    person_id: Id
    name: str
    at: datetime | None
    n: int = 0
    ask_id: Id | None = None


@dataclass(frozen=True, slots=True)
class DeskDay:
    """The work of the day at a desk."""

    due_today: tuple[DeskLoan, ...]
    overdue: tuple[DeskLoan, ...]
    ready: tuple[DeskLine, ...]
    waiting: tuple[DeskLine, ...]
    appointments: tuple[DeskLine, ...]
    asks: tuple[DeskLine, ...]


def _loans(community_id: Id) -> Any:
    return (
        select(
            Loan.leg_id,
            Loan.listing_id,
            Listing.number,
            Listing.title,
            Loan.copy_no,
            Loan.borrower_id,
            Person.name,
            Person.handle,
            Loan.lent_on,
            Loan.due_on,
            Loan.brought_back_at,
            Loan.condition_out,
        )
        .join(Listing, Listing.id == Loan.listing_id)
        .join(Person, Person.id == Loan.borrower_id)
        .where(in_library(community_id), Loan.returned_on.is_(None), Loan.lost_at.is_(None))
        .order_by(Loan.due_on, Loan.leg_id)
    )


def _loan(row: Any, here: date, grace: int) -> DeskLoan:
    brought = row.brought_back_at is not None
    return DeskLoan(
        id=row.leg_id,
        listing_id=row.listing_id,
        number=row.number,
        title=row.title,
        copy_no=row.copy_no,
        person_id=row.borrower_id,
        name=row.name,
        handle=row.handle,
        lent_on=row.lent_on,
        due_on=row.due_on,
        late=not brought and overdue(row.due_on, here, grace),
        brought_back=brought,
        condition_out=row.condition_out,
    )


def loans_out(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> tuple[DeskLoan, ...]:
    """Everything of the library that is out, the longest due first, for those who stand at its desk."""
    desk_of(session, actor, community_id, at=at)
    here = today(at, times.zone_of(session, community_id))
    grace = policies.value(session, community_id, GRACE, at=at)
    rows = session.execute(_loans(community_id).limit(5 * LINES_MAX))
    return tuple(_loan(row, here, grace) for row in rows)


def desk_day(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> DeskDay:
    """What is due, late, ready and waited for today, for those who stand at the desk; five statements."""
    desk_of(session, actor, community_id, at=at)
    zone = times.zone_of(session, community_id)
    here = today(at, zone)
    grace = policies.value(session, community_id, GRACE, at=at)
    due = session.execute(_loans(community_id).where(Loan.due_on <= here).limit(LINES_MAX)).all()
    found = [_loan(row, here, grace) for row in due]
    return DeskDay(
        due_today=tuple(one for one in found if one.due_on == here),
        overdue=tuple(one for one in found if one.late),
        ready=_ready(session, community_id),
        waiting=_waiting(session, community_id),
        appointments=_appointments(
            session, community_id, end_of(here - timedelta(days=1), zone), end_of(here, zone)
        ),
        asks=_asks(session, community_id),
    )


def _ready(session: Session, community_id: Id) -> tuple[DeskLine, ...]:
    rows = session.execute(
        _lines(Hold.listing_id, Hold.person_id, Hold.ready_until)
        .where(in_library(community_id), Hold.ended_at.is_(None), Hold.ready_at.is_not(None))
        .order_by(Hold.ready_until, Hold.id)
    )
    return tuple(DeskLine(*row) for row in rows)


def _lines(listing: Any, person: Any, moment: Any) -> Any:
    return (
        select(Listing.id, Listing.number, Listing.title, Person.id, Person.name, moment)
        .join(Listing, Listing.id == listing)
        .join(Person, Person.id == person)
        .limit(LINES_MAX)
    )


def _waiting(session: Session, community_id: Id) -> tuple[DeskLine, ...]:
    rows = session.execute(
        select(Listing.id, Listing.number, Listing.title, func.count())
        .join(Hold, Hold.listing_id == Listing.id)
        .where(in_library(community_id), Hold.ended_at.is_(None), Hold.ready_at.is_(None))
        .group_by(Listing.id, Listing.number, Listing.title)
        .order_by(func.count().desc(), Listing.number)
        .limit(LINES_MAX)
    )
    return tuple(DeskLine(id, number, title, "", "", None, n) for id, number, title, n in rows)


def _appointments(
    session: Session, community_id: Id, begins: datetime, ends: datetime
) -> tuple[DeskLine, ...]:
    """Who comes today to fetch what they have reserved."""
    rows = session.execute(
        _lines(Exchange.listing_id, Exchange.receiver_id, Exchange.from_at)
        .where(
            in_library(community_id),
            Exchange.started_at.is_(None),
            Exchange.completed_at.is_(None),
            Exchange.cancelled_at.is_(None),
            Exchange.from_at < ends,
            or_(Exchange.until_at.is_(None), Exchange.until_at > begins),
        )
        .order_by(Exchange.from_at, Exchange.id)
    )
    return tuple(DeskLine(*row) for row in rows)


def _asks(session: Session, community_id: Id) -> tuple[DeskLine, ...]:
    rows = session.execute(
        _lines(Ask.listing_id, Ask.person_id, Ask.sent_at)
        .add_columns(Ask.id)
        .where(
            in_library(community_id),
            Ask.answered_at.is_(None),
            Ask.withdrawn_at.is_(None),
            Ask.lapsed_at.is_(None),
        )
        .order_by(Ask.sent_at)
    )
    return tuple(DeskLine(row[0], row[1], row[2], row[3], row[4], row[5], 0, row[6]) for row in rows)


def things_at_desk(
    session: Session, actor: Actor, community_id: Id, typed: str, *, at: datetime
) -> tuple[DeskThing, ...]:
    """Things of the library by their number, the code of their label, or words of their name."""
    desk_of(session, actor, community_id, at=at)
    rows = session.execute(
        select(Listing, ListingItem.condition)
        .join(ListingItem, ListingItem.listing_id == Listing.id)
        .where(in_library(community_id), Listing.closed_at.is_(None), _matches(typed))
        .order_by(Listing.number)
        .limit(FOUND_MAX)
    ).all()
    return tuple(_thing(session, community_id, row[0], row[1], at, whole=len(rows) == 1) for row in rows)


def _matches(typed: str) -> Any:
    plain = " ".join(typed.split())
    code = _ID.search(plain.lower())
    if code is not None:
        return Listing.id == code[0]
    number = plain.lstrip("#").strip()
    if number.isascii() and number.isdecimal() and len(number) < 10:
        return Listing.number == int(number)
    words = index_words(plain).split()[:8]
    return and_(
        *(func.lower(Listing.title).contains(word, autoescape=True) for word in words),
        true() if words else false(),
    )


def _thing(
    session: Session, community_id: Id, listing: Listing, condition: int, at: datetime, *, whole: bool
) -> DeskThing:
    copies = times.copies_of(session, listing)
    here = today(at, times.zone_of(session, community_id))
    grace = policies.value(session, community_id, GRACE, at=at)
    out = session.execute(_loans(community_id).where(Loan.listing_id == listing.id).limit(LINES_MAX)).all()
    broken = session.execute(
        select(OutOfUse.copy_no, OutOfUse.reason)
        .where(OutOfUse.listing_id == listing.id, OutOfUse.ended_at.is_(None))
        .order_by(OutOfUse.copy_no)
        .limit(LINES_MAX)
    ).all()
    away = [one for one in times.held(session, listing.id, at=at) if one.out or one.broken]
    return DeskThing(
        id=listing.id,
        number=listing.number,
        title=listing.title,
        copies=copies,
        condition=condition,
        at_home=max(0, copies - len({one.taken.copy_no for one in away})),
        loans=tuple(_loan(row, here, grace) for row in out),
        broken=tuple((row[0], row[1]) for row in broken),
        waiting=_count_waiting(session, listing.id) if whole else 0,
        next_names=_next_names(session, listing.id, at) if whole else (),
    )


def _count_waiting(session: Session, listing_id: Id) -> int:
    wanted = select(func.count()).select_from(Hold)
    return session.scalar(wanted.where(Hold.listing_id == listing_id, Hold.ended_at.is_(None))) or 0


def _next_names(session: Session, listing_id: Id, at: datetime) -> tuple[tuple[Id, str], ...]:
    rows = session.execute(
        select(Person.id, Person.name, func.min(Reservation.from_at))
        .join(Reservation, Reservation.person_id == Person.id)
        .where(
            Reservation.listing_id == listing_id,
            Reservation.ended_at.is_(None),
            Reservation.out_at.is_(None),
            Reservation.from_at <= at + timedelta(days=1),
            Reservation.until_at > at,
        )
        .group_by(Person.id, Person.name)
        .order_by(func.min(Reservation.from_at))
        .limit(5)
    )
    return tuple((row[0], row[1]) for row in rows)


def borrowers(
    session: Session, actor: Actor, community_id: Id, typed: str, *, at: datetime
) -> tuple[tuple[Id, str, str], ...]:
    """Members by their handle or a part of their name; a handle that fits exactly is the only answer."""
    desk_of(session, actor, community_id, at=at)
    plain = " ".join(typed.split()).lstrip("@")
    if not plain:
        return ()
    live = (
        select(Person.id, Person.name, Person.handle)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.community_id == community_id, Membership.ended_on.is_(None))
        .order_by(func.lower(Person.name), Person.id)
        .limit(FOUND_MAX)
    )
    exact = session.execute(live.where(or_(Person.handle == plain.lower(), Person.id == plain.lower()))).all()
    if not exact:
        exact = session.execute(
            live.where(func.lower(Person.name).contains(plain.lower(), autoescape=True))
        ).all()
    return tuple((row[0], row[1], row[2]) for row in exact)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on a label."""

    id: Id
    number: int
    title: str
    copies: int


def labels(
    session: Session, actor: Actor, community_id: Id, *, at: datetime, numbers: tuple[int, ...] = ()
) -> tuple[Label, ...]:
    """The things of the library for a sheet of labels, by number."""
    desk_of(session, actor, community_id, at=at)
    wanted = (
        select(Listing.id, Listing.number, Listing.title, ListingItem.copies)
        .join(ListingItem, ListingItem.listing_id == Listing.id)
        .where(in_library(community_id), Listing.closed_at.is_(None))
        .order_by(Listing.number)
        .limit(500)
    )
    if numbers:
        wanted = wanted.where(Listing.number.in_(numbers))
    return tuple(Label(*row) for row in session.execute(wanted))
