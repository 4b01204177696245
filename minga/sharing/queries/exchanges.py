"""Exchanges as they are read: in lists by status and side, and one with all that happened and what comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import policies
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import Id, parse_id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.sharing.access.asks import may_read
from minga.sharing.access.exchanges import Running, exchange_to_see, exchanges_of
from minga.sharing.models import Listing
from minga.sharing.models.exchanges import Exchange, Leg, SentBack
from minga.sharing.models.loans import Loan, Renewal
from minga.sharing.queries.steps import ExchangeLine, LoanView, Step, steps_of
from minga.sharing.rules.exchanges import ExchangeKind, ExchangeStatus, Side
from minga.sharing.rules.loans import LoanDates, LoanState, overdue
from minga.sharing.rules.words import Direction

GRACE = "loan.grace_days"
_KEPT = "sharing.running_exchanges"
_Provider, _Receiver = aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Happened:
    """One dated step of an exchange: which, when, and by whom."""

    what: str
    at: datetime
    by_me: bool | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeView:
    """An exchange with all that happened and what one can do next."""

    line: ExchangeLine
    ask_id: Id | None
    direction: Direction
    why: str
    by_silence: bool
    history: tuple[Happened, ...]
    steps: tuple[Step, ...]


def _wanted() -> Any:
    open_wish = and_(
        Renewal.loan_id == Loan.leg_id, Renewal.agreed_at.is_(None), Renewal.declined_at.is_(None)
    )
    return (
        select(
            Exchange,
            Leg,
            Loan,
            Listing.title,
            Listing.kind.label("listing_kind"),
            Listing.quantity_unit,
            Listing.direction,
            Community.name.label("community_name"),
            Community.zone,
            _Provider.name.label("provider_name"),
            _Provider.handle.label("provider_handle"),
            _Receiver.name.label("receiver_name"),
            _Receiver.handle.label("receiver_handle"),
            Renewal.to_due_on.label("wished_due_on"),
        )
        .join(Leg, and_(Leg.exchange_id == Exchange.id, Leg.n == 1))
        .join(Listing, Listing.id == Exchange.listing_id)
        .join(Community, Community.id == Listing.community_id)
        .join(_Provider, _Provider.id == Exchange.provider_id)
        .join(_Receiver, _Receiver.id == Exchange.receiver_id)
        .outerjoin(Loan, Loan.exchange_id == Exchange.id)
        .outerjoin(Renewal, open_wish)
    )


def _line(row: Any, actor: Actor, at: datetime, grace: int) -> ExchangeLine:
    exchange, leg, loan = row.Exchange, row.Leg, row.Loan
    provider = exchange.provider_id == actor.person_id
    zone = row.zone
    return ExchangeLine(
        id=exchange.id,
        listing_id=exchange.listing_id,
        title=row.title,
        listing_kind=row.listing_kind,
        kind=exchange.kind,
        what=leg.what,
        quantity_milli=leg.quantity_milli,
        unit=row.quantity_unit,
        is_cross=leg.is_cross,
        community_id=exchange.community_id,
        community_name=row.community_name,
        zone=zone,
        side=Side.PROVIDER if provider else Side.RECEIVER,
        other_id=exchange.receiver_id if provider else exchange.provider_id,
        other_name=row.receiver_name if provider else row.provider_name,
        other_handle=row.receiver_handle if provider else row.provider_handle,
        from_at=exchange.from_at,
        until_at=exchange.until_at,
        agreed_at=exchange.agreed_at,
        completed_at=exchange.completed_at,
        dates=Running(exchange, leg, loan, None).dates,
        loan=_loan(loan, row.wished_due_on, today(at, zone), grace) if loan else None,
    )


def _loan(loan: Loan, wished: date | None, here: date, grace: int) -> LoanView:
    state = LoanDates(loan.lent_on, loan.due_on, loan.brought_back_at, loan.returned_on, loan.lost_at).state
    return LoanView(
        id=loan.leg_id,
        copy_no=loan.copy_no,
        lent_on=loan.lent_on,
        due_on=loan.due_on,
        state=state,
        overdue=state is LoanState.OUT and overdue(loan.due_on, here, grace),
        brought_back_at=loan.brought_back_at,
        returned_on=loan.returned_on,
        condition_out=loan.condition_out,
        condition_back=loan.condition_back,
        words_back=loan.words_back,
        by_silence=loan.by_silence,
        lost_at=loan.lost_at,
        wished_due_on=wished,
    )


def by_status(status: ExchangeStatus) -> ColumnElement[bool]:
    """The same rule as `ExchangeDates.status`, for lists."""
    back = and_(Exchange.kind == ExchangeKind.LOAN, Loan.lost_at.is_(None))
    calm = Exchange.frozen_at.is_(None)
    running = and_(Exchange.completed_at.is_(None), Exchange.cancelled_at.is_(None), calm)
    return {
        ExchangeStatus.DISPUTED: Exchange.frozen_at.is_not(None),
        ExchangeStatus.CANCELLED: and_(Exchange.cancelled_at.is_not(None), calm),
        ExchangeStatus.RETURNED: and_(Exchange.completed_at.is_not(None), back, calm),
        ExchangeStatus.COMPLETED: and_(
            Exchange.completed_at.is_not(None),
            or_(Exchange.kind != ExchangeKind.LOAN, Loan.lost_at.is_not(None)),
            calm,
        ),
        ExchangeStatus.ACTIVE: and_(running, Exchange.started_at.is_not(None)),
        ExchangeStatus.PENDING: and_(running, Exchange.started_at.is_(None)),
    }[status]


def exchanges(
    session: Session,
    actor: Actor,
    *,
    status: ExchangeStatus | None = None,
    role: Side | None = None,
    over: bool = False,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[ExchangeLine]:
    """The exchanges one takes part in, newest first, in one statement and one for each community's grace.

    `over` leaves out what is still running.
    """
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    many = limit_of(limit)
    mine = {
        None: exchanges_of(actor),
        Side.PROVIDER: Exchange.provider_id == actor.person_id,
        Side.RECEIVER: Exchange.receiver_id == actor.person_id,
    }[role]
    wanted = _wanted().where(mine).order_by(Exchange.id.desc()).limit(many + 1)
    if over:
        wanted = wanted.where(or_(Exchange.completed_at.is_not(None), Exchange.cancelled_at.is_not(None)))
    if status is not None:
        wanted = wanted.where(by_status(status))
    if actor.token_community_id is not None:
        bound = actor.token_community_id
        wanted = wanted.where(or_(Leg.giver_community_id == bound, Leg.taker_community_id == bound))
    if after:
        wanted = wanted.where(beyond((Exchange.id,), Cursor.decode(after, str), descending=True))
    page = page_of(session.execute(wanted).all(), many, lambda row: (row.Exchange.id,))
    return Page(lines_of(session, actor, page.items, at), page.next)


def lines_of(session: Session, actor: Actor, rows: Any, at: datetime) -> tuple[ExchangeLine, ...]:
    """Rows of `_wanted` as lines; each community's days of grace are asked once, and only where something is out."""
    grace: dict[Id, int] = {}
    for row in rows:
        loan = row.Loan
        if loan is not None and loan.community_id not in grace:
            grace[loan.community_id] = policies.value(session, loan.community_id, GRACE, at=at)
    return tuple(
        _line(row, actor, at, grace.get(row.Loan.community_id, 0) if row.Loan is not None else 0)
        for row in rows
    )


def running_exchanges(
    session: Session, actor: Actor, *, at: datetime, limit: int = 100
) -> tuple[ExchangeLine, ...]:
    """All that is agreed and not over, the next due first. A unit that only reads asks once for its moment."""
    if not actor.signed_in:
        raise NotSignedIn()
    may_read(actor)
    kept: dict[Any, tuple[ExchangeLine, ...]] = session.info.setdefault(_KEPT, {})
    key = (actor, at, limit)
    if key not in kept or session.autoflush:
        kept[key] = _running(session, actor, at, limit)
    return kept[key]


def _running(session: Session, actor: Actor, at: datetime, limit: int) -> tuple[ExchangeLine, ...]:
    running = and_(Exchange.completed_at.is_(None), Exchange.cancelled_at.is_(None))
    wanted = (
        _wanted()
        .where(exchanges_of(actor), or_(running, Exchange.frozen_at.is_not(None)))
        .order_by(Loan.due_on.nulls_last(), Exchange.id.desc())
        .limit(limit)
    )
    return lines_of(session, actor, session.execute(wanted).all(), at)


def given_and_received(session: Session, actor: Actor, *, at: datetime) -> tuple[int, int]:
    """How many exchanges one gave and received since the year began; what came to nothing is not counted."""
    if not actor.signed_in:
        raise NotSignedIn()
    since = at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    gave = Exchange.provider_id == actor.person_id
    wanted = select(func.count().filter(gave), func.count().filter(~gave))
    given, received = session.execute(wanted.where(exchanges_of(actor), Exchange.completed_at >= since)).one()
    return given, received


def exchange(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> ExchangeView:
    """One exchange, for its two sides."""
    running = exchange_to_see(session, actor, exchange_id, at=at)
    row = session.execute(_wanted().where(Exchange.id == running.exchange.id)).one()
    line = lines_of(session, actor, [row], at)[0]
    return ExchangeView(
        line=line,
        ask_id=running.exchange.ask_id,
        direction=row.direction,
        why=running.exchange.why,
        by_silence=running.exchange.by_silence,
        history=_history(session, actor, running),
        steps=steps_of(line),
    )


@dataclass(frozen=True, slots=True)
class ToRemind:
    """What the clock has to know of a loan: nobody reads it."""

    exchange_id: Id
    borrower_id: Id
    due_on: date
    state: LoanState
    zone: str


def loan_to_remind(session: Session, actor: Actor, loan_id: Id) -> ToRemind | None:
    """A loan for the jobs of the clock; only the node itself may ask."""
    if not actor.operator:
        return None
    row = session.execute(
        select(Loan, Community.zone)
        .join(Community, Community.id == Loan.community_id)
        .where(Loan.leg_id == loan_id)
    ).first()
    if row is None:
        return None
    loan, zone = row
    state = LoanDates(loan.lent_on, loan.due_on, loan.brought_back_at, loan.returned_on, loan.lost_at).state
    return ToRemind(loan.exchange_id, loan.borrower_id, loan.due_on, state, zone)


def exchange_of_loan(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Id:
    """The exchange that a loan belongs to, for its two sides."""
    found = session.scalar(
        select(Exchange.id)
        .join(Loan, Loan.exchange_id == Exchange.id)
        .where(Loan.leg_id == parse_id(loan_id), exchanges_of(actor))
    )
    if found is None or not actor.signed_in:
        raise NotFound()
    return found


def _history(session: Session, actor: Actor, running: Running) -> tuple[Happened, ...]:
    one, loan = running.exchange, running.loan
    giver_is_me = one.provider_id == actor.person_id
    steps = [Happened("agreed", one.agreed_at, None)]
    for what, at, by_me in (
        ("began", one.started_at, giver_is_me),
        ("provider_done", one.provider_done_at, giver_is_me),
        ("receiver_done", one.receiver_done_at, not giver_is_me),
        ("brought_back", loan.brought_back_at if loan else None, not giver_is_me),
        ("taken_back", loan.taken_back_at if loan else None, giver_is_me),
        ("lost", loan.lost_at if loan else None, loan is not None and loan.lost_by_id == actor.person_id),
        ("completed", one.completed_at, None),
        ("cancelled", one.cancelled_at, one.cancelled_by_id == actor.person_id),
    ):
        if at is not None:
            steps.append(Happened(what, at, by_me))
    steps += _renewed(session, actor, loan) if loan else _sent_back(session, giver_is_me, one.id)
    return tuple(sorted(steps, key=lambda step: step.at))


def _renewed(session: Session, actor: Actor, loan: Loan) -> list[Happened]:
    rows = session.scalars(
        select(Renewal).where(Renewal.loan_id == loan.leg_id).order_by(Renewal.id).limit(100)
    )
    steps = []
    for row in rows:
        what = "renewed" if row.agreed_at else "renewal_declined" if row.declined_at else "renewal_asked"
        at = row.agreed_at or row.declined_at or row.asked_at
        steps.append(Happened(what, at, row.by_id == actor.person_id, row.to_due_on.isoformat()))
    return steps


def _sent_back(session: Session, giver_is_me: bool, exchange_id: Id) -> list[Happened]:
    rows = session.scalars(
        select(SentBack).where(SentBack.exchange_id == exchange_id).order_by(SentBack.id).limit(100)
    )
    return [Happened("sent_back", row.at, not giver_is_me, row.words) for row in rows]
