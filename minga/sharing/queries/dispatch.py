"""What dispatchers see: one list of needs by urgency, the date and age; the page of one; the sheet to call from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import not_hidden
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Instant, Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, beyond
from minga.kit.sealed import FieldKey, NotReadable, field_key
from minga.sharing.access import is_open
from minga.sharing.access.dispatch import desk_to_see
from minga.sharing.access.narrowing import open_to
from minga.sharing.models import (
    Ask,
    DispatchCase,
    DispatchContact,
    DispatchQuestion,
    DispatchRound,
    Exchange,
    Intake,
    Listing,
    ListingHelp,
)
from minga.sharing.rules import CloseReason, Direction, Kind
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules.dispatch import CaseFacts, ContactKind, Step, step_of
from minga.sharing.rules.kinds import Urgency

FAR = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
DONE_MAX = 50
_Dispatcher = aliased(Person)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One need as the list shows it. `caller` is whoever has no account; then `owner` only keeps it for them."""

    id: Id
    number: int
    title: str
    kind: Kind
    place: str
    urgency: Urgency
    needed_by_at: datetime | None
    published_at: datetime
    expires_at: datetime | None
    owner_id: Id
    owner: str
    caller: str
    dispatcher_id: Id | None
    dispatcher: str | None
    step: Step
    last: str
    last_at: datetime
    unanswered: bool
    still_asked_at: datetime | None
    taken_in: bool
    merged: bool

    @property
    def by_phone(self) -> bool:
        return bool(self.caller)


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """What somebody without an account wrote, before a dispatcher took it in or refused it."""

    id: Id
    what: str
    place: str
    urgency: Urgency
    needed_by_at: datetime | None
    caller: str
    sent_at: datetime
    same_as: Id | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to leave out of the list. `whose` is "", "mine" or "nobody"."""

    whose: str = ""
    area: str = ""
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class DispatchList:
    """The list, cases in order, with the cursor of what comes after it."""

    cases: tuple[CaseRow, ...]
    done: tuple[CaseRow, ...]
    intakes: tuple[IntakeRow, ...]
    next: str | None


LAST_WORDS = ("begun", "agreed", "asked", "contact", "round", "published")


def dispatch(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    wanted: Wanted | None = None,
    after: str | None = None,
    limit: int = rules.PAGE,
) -> DispatchList:
    """The open needs of a community, most urgent first; the first page also has what is done today and what came in."""
    desk = desk_to_see(session, actor, community_id, at=at)
    found = str(getattr(desk, "community_id", desk.id))
    wish = wanted or Wanted()
    narrowing = _narrowed(actor, wish)
    order = (_RANK, _NEEDED, Listing.published_at, Listing.id)
    question = _rows().where(Listing.community_id == found, _is_running(at), *narrowing)
    if after:
        question = question.where(beyond(order, Cursor.decode(after, int, datetime, datetime, str)))
    rows = list(session.execute(question.order_by(*order).limit(limit + 1)))
    key = field_key(session)
    cases = [_case(row, key, at) for row in rows[:limit]]
    onward = None
    if len(rows) > limit:
        last = rows[limit - 1]
        onward = Cursor((last.rank, last.needed, last.published_at, last.id)).encode()
    if after:
        return DispatchList(tuple(cases), (), (), onward)
    midnight = end_of(today(at, desk.zone) - timedelta(days=1), desk.zone)
    over = _rows().where(
        Listing.community_id == found,
        Listing.close_reason == CloseReason.FULFILLED.value,
        Listing.closed_at >= midnight,
        Listing.direction == Direction.NEED,
        *narrowing,
    )
    done = [_case(row, key, at) for row in session.execute(over.order_by(Listing.closed_at).limit(DONE_MAX))]
    intakes = (
        ()
        if wish.whose == "mine" or wish.kind not in (None, Kind.HELP)
        else _intakes(session, found, wish, key)
    )
    return DispatchList(tuple(cases), tuple(done), intakes, onward)


def case_row(session: Session, listing: Listing, *, at: datetime) -> CaseRow:
    """One need as its line in the list; the caller has made sure that the reader is a dispatcher there."""
    return _case(session.execute(_rows().where(Listing.id == listing.id)).one(), field_key(session), at)


_RANK: ColumnElement[int] = case(
    {urgency.value: 3 - rank for urgency, rank in rules.URGENCY_RANK.items()},
    value=ListingHelp.urgency,
    else_=2,
)
_NEEDED: ColumnElement[datetime] = func.coalesce(
    ListingHelp.needed_by_at, literal(FAR, Instant), type_=Instant
)


def _narrowed(actor: Actor, wish: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [open_to(str(actor.person_id))]
    if wish.whose == "mine":
        found.append(DispatchCase.dispatcher_id == actor.person_id)
    elif wish.whose == "nobody":
        found.append(DispatchCase.dispatcher_id.is_(None))
    if wish.area:
        found.append(Listing.place.icontains(wish.area[: rules.PLACE_MAX], autoescape=True))
    if wish.kind is not None:
        found.append(Listing.kind == wish.kind)
    return found


def _is_running(at: datetime) -> ColumnElement[bool]:
    """Open, or past its end while somebody is on it; written as the index of open rows is."""
    agreed = _running().exists()
    return and_(
        Listing.direction == Direction.NEED,
        Listing.published_at.is_not(None),
        Listing.paused_at.is_(None),
        Listing.closed_at.is_(None),
        not_hidden("listing", Listing.id),
        or_(is_open(at), agreed),
    )


def _running(*more: Any) -> Select[Any]:
    return select(Exchange.id).where(
        Exchange.listing_id == Listing.id,
        Exchange.completed_at.is_(None),
        Exchange.cancelled_at.is_(None),
        *more,
    )


def _rows() -> Any:
    """All that a line needs, in one statement; what lies in other tables is looked up by their indexes."""
    agreed = _running().with_only_columns(func.count()).scalar_subquery()
    agreed_at = _running().with_only_columns(func.max(Exchange.agreed_at)).scalar_subquery()
    begun = _running(Exchange.started_at.is_not(None))
    begun_at = begun.with_only_columns(func.max(Exchange.started_at)).scalar_subquery()
    asks = select(func.max(Ask.sent_at)).where(
        Ask.listing_id == Listing.id, Ask.withdrawn_at.is_(None), Ask.lapsed_at.is_(None)
    )
    contact = select(DispatchContact).where(DispatchContact.listing_id == Listing.id)
    contact = contact.order_by(DispatchContact.id.desc()).limit(1)
    rounds = select(func.max(DispatchRound.at)).where(DispatchRound.listing_id == Listing.id)
    return (
        select(
            Listing.id,
            Listing.number,
            Listing.title,
            Listing.kind,
            Listing.place,
            Listing.published_at,
            Listing.expires_at,
            Listing.closed_at,
            Listing.owner_id,
            Person.name.label("owner"),
            ListingHelp.urgency,
            ListingHelp.needed_by_at,
            ListingHelp.people_needed,
            DispatchCase.dispatcher_id,
            _Dispatcher.name.label("dispatcher"),
            DispatchCase.caller,
            DispatchCase.taken_in_by_id,
            DispatchCase.merged_into_id,
            DispatchCase.still_asked_at,
            agreed.label("agreed"),
            agreed_at.label("agreed_at"),
            begun_at.label("begun_at"),
            asks.scalar_subquery().label("asked_at"),
            contact.with_only_columns(DispatchContact.kind).scalar_subquery().label("contact"),
            contact.with_only_columns(DispatchContact.at).scalar_subquery().label("contact_at"),
            rounds.scalar_subquery().label("round_at"),
            _RANK.label("rank"),
            _NEEDED.label("needed"),
        )
        .join(Person, Person.id == Listing.owner_id)
        .outerjoin(ListingHelp, ListingHelp.listing_id == Listing.id)
        .outerjoin(DispatchCase, DispatchCase.listing_id == Listing.id)
        .outerjoin(_Dispatcher, _Dispatcher.id == DispatchCase.dispatcher_id)
    )


def _case(row: Any, key: FieldKey, at: datetime) -> CaseRow:
    urgency = row.urgency or Urgency.NORMAL
    touched = any((row.dispatcher_id, row.contact_at, row.round_at, row.asked_at))
    facts = CaseFacts(
        done=row.closed_at is not None,
        agreed=row.agreed,
        begun=int(row.begun_at is not None),
        wanted=row.people_needed or 1,
        touched=touched,
    )
    steps = {
        "closed": row.closed_at,
        "begun": row.begun_at,
        "agreed": row.agreed_at,
        "contact": row.contact_at,
        "round": row.round_at,
        "asked": row.asked_at,
        "published": row.published_at,
    }
    last = max((name for name, moment in steps.items() if moment), key=lambda name: steps[name])
    silent = not (row.agreed or row.asked_at)
    return CaseRow(
        id=row.id,
        number=row.number,
        title=row.title,
        kind=row.kind,
        place=row.place,
        urgency=urgency,
        needed_by_at=row.needed_by_at,
        published_at=row.published_at,
        expires_at=row.expires_at,
        owner_id=row.owner_id,
        owner=row.owner,
        caller=opened(key, row.caller, f"caller {row.id}"),
        dispatcher_id=row.dispatcher_id,
        dispatcher=row.dispatcher,
        step=step_of(facts),
        last=ContactKind(row.contact).value if last == "contact" else last,
        last_at=steps[last],
        unanswered=silent and rules.unanswered(urgency, row.published_at, row.expires_at, at),
        still_asked_at=row.still_asked_at,
        taken_in=row.taken_in_by_id is not None,
        merged=row.merged_into_id is not None,
    )


def opened(key: FieldKey, sealed: str | None, about: str) -> str:
    """Sealed words for those who may read them; empty when there are none, or the key is another one now."""
    if not sealed:
        return ""
    try:
        return key.open(sealed, about)
    except NotReadable:
        return "?"


def _intakes(session: Session, community_id: Id, wish: Wanted, key: FieldKey) -> tuple[IntakeRow, ...]:
    """What waits, oldest first, with an open need of the same number where there is one."""
    same = (
        select(func.max(DispatchCase.listing_id))
        .join(Listing, Listing.id == DispatchCase.listing_id)
        .where(
            DispatchCase.community_id == Intake.community_id,
            DispatchCase.phone_tail == Intake.phone_tail,
            DispatchCase.phone_tail != "",
            Listing.closed_at.is_(None),
        )
        .scalar_subquery()
    )
    found = select(Intake, same.label("same_as")).where(
        Intake.community_id == community_id, Intake.taken_at.is_(None), Intake.refused_at.is_(None)
    )
    if wish.area:
        found = found.where(Intake.place.icontains(wish.area[: rules.PLACE_MAX], autoescape=True))
    rows = session.execute(found.order_by(Intake.sent_at, Intake.id).limit(rules.PAGE))
    shown = [
        IntakeRow(
            one.id,
            one.what,
            one.place,
            one.urgency,
            one.needed_by_at,
            opened(key, one.caller, f"caller {one.id}"),
            one.sent_at,
            same_as,
        )
        for one, same_as in rows
    ]
    return tuple(sorted(shown, key=lambda one: -rules.URGENCY_RANK[one.urgency]))


def has_open_question(listing_id: Any) -> ColumnElement[bool]:
    """Whether somebody was asked about a need and has not answered yet."""
    return exists().where(
        DispatchQuestion.listing_id == listing_id,
        DispatchQuestion.answer.is_(None),
        DispatchQuestion.ended_at.is_(None),
    )
