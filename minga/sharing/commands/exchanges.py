"""Seeing an exchange through: begin, done, not yet, call off. Each step is safe to repeat; none commits."""

from datetime import datetime

from sqlalchemy import exists, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.exchanges import Running, exchange_to_change, with_leg
from minga.sharing.commands import agreeing, amounts, queueing, reserving, swaps
from minga.sharing.commands.life import close_now
from minga.sharing.commands.telling import tell as tell
from minga.sharing.commands.telling import tell_transfer as tell_transfer
from minga.sharing.events.exchanges import (
    CancelWished,
    ExchangeBegan,
    ExchangeCancelled,
    ExchangeCompleted,
    ExchangeSentBack,
    NoHarmSaid,
    SideDone,
    SwapStopped,
    TransferHow,
)
from minga.sharing.models import Listing
from minga.sharing.models.exchanges import Exchange, SentBack
from minga.sharing.models.handovers import Handover
from minga.sharing.queries import stock
from minga.sharing.rules import exchanges as rules
from minga.sharing.rules.exchanges import (
    CLAIM_SILENT,
    ONE,
    CancelCause,
    ExchangeKind,
    ExchangeStatus,
    LegWhat,
    Side,
)
from minga.sharing.rules.handovers import is_short_notice
from minga.sharing.rules.reservations import ReservationEnd
from minga.sharing.rules.words import CloseReason, Direction, Kind

LEND_INSTEAD = N_("Say that it is handed over, with its condition, to lend it.")
NOT_THE_OTHER = N_("Only whom it was called off for can say that.")
SAY_WHAT_IS_MISSING = N_("Say in a few words what is missing.")


def begin(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Exchange:
    """Say that it has begun: the gift is on its way, the work started. Twice changes nothing."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    rules.check_begin(running.dates, running.side)
    if running.exchange.kind is ExchangeKind.LOAN:
        raise Refused(LEND_INSTEAD, code="lend_instead")
    _begin(session, actor, running.exchange, at)
    return running.exchange


def _begin(session: Session, actor: Actor, exchange: Exchange, at: datetime) -> None:
    if exchange.started_at is None:
        exchange.started_at = at
        tell(session, actor, exchange, ExchangeBegan, at=at)


def done(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Exchange:
    """Say that one's part is done; when both have said it, the exchange is complete. Twice changes nothing."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    exchange, side = running.exchange, running.side
    rules.not_frozen(running.dates.status)
    if side is not None and running.dates.done_at(side) is not None:
        return exchange
    rules.check_done(running.dates, side)
    if side is None:
        return exchange
    last = running.dates.done_at(side.other) is not None
    if exchange.kind is ExchangeKind.SWAP and last and not swaps.can_move(session, exchange):
        tell(session, actor, exchange, SwapStopped, at=at)
        return exchange
    _begin(session, actor, exchange, at)
    if side is Side.PROVIDER:
        exchange.provider_done_at = at
    else:
        exchange.receiver_done_at = at
        amounts.pay(session, actor, exchange, at=at)
    exchange.cancel_wished_by = None
    tell(session, actor, exchange, SideDone, side=side, at=at)
    if rules.completes(running.dates):
        complete(session, actor, running, by_silence=False, at=at)
    return exchange


def not_yet(session: Session, actor: Actor, exchange_id: Id, words: str, *, at: datetime) -> Exchange:
    """Send an effort back: the receiver says what is missing, and it is begun again."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    rules.check_not_yet(running.dates, running.side)
    said = clean_text(words, rules.WORDS_MAX, field="words")
    if not said:
        raise Refused(SAY_WHAT_IS_MISSING, code="words_needed", fields={"words": SAY_WHAT_IS_MISSING})
    running.exchange.provider_done_at = None
    session.add(SentBack(exchange_id=running.exchange.id, at=at, words=said))
    tell(session, actor, running.exchange, ExchangeSentBack, at=at)
    return running.exchange


def confirm_by_silence(session: Session, exchange_id: Id, *, at: datetime) -> None:
    """Complete what one side called done a fortnight ago and the other left unanswered."""
    exchange = session.get(Exchange, exchange_id, with_for_update=True)
    if exchange is None:
        return
    running = with_leg(session, exchange, None)
    one = amounts.live_amount(session, exchange.id)
    if one is not None and one.posted_at is None:
        return
    due = rules.confirmed_by_silence_at(running.dates)
    if due is not None and due <= at:
        complete(session, Actor.machine(), running, by_silence=True, at=at)


def complete(session: Session, actor: Actor, running: Running, *, by_silence: bool, at: datetime) -> None:
    """Close the exchange; what was given changes owner, and a listing that is used up is fulfilled."""
    exchange = running.exchange
    exchange.completed_at, exchange.by_silence = at, by_silence
    session.flush()
    _let_go(session, actor, exchange, ReservationEnd.OVER, at)
    tell(
        session,
        actor,
        exchange,
        ExchangeCompleted,
        by_silence=by_silence,
        is_cross=running.leg.is_cross,
        at=at,
    )
    if exchange.kind is ExchangeKind.LOAN:
        return
    listing = agreeing.locked(session, exchange.listing_id)
    used_up = stock.left_milli(session, listing) == 0 and not _runs(session, listing.id)
    if used_up and listing.closed_at is None:
        close_now(session, actor, listing, CloseReason.FULFILLED, at=at)
    if exchange.kind is ExchangeKind.SWAP:
        swaps.move(session, actor, exchange, at=at)
    elif used_up and _whole_thing(running, listing):
        swaps.hand_on(session, actor, exchange, running.leg, listing, TransferHow.GIFT, at=at)


def _let_go(session: Session, actor: Actor, exchange: Exchange, end: ReservationEnd, at: datetime) -> None:
    """What was reserved for it is free again."""
    listing = session.get_one(Listing, exchange.listing_id)
    if reserving.let_go(session, actor, listing, exchange_id=exchange.id, end=end, at=at):
        queueing.serve(session, actor, agreeing.locked(session, listing.id), at=at)


def _runs(session: Session, listing_id: Id) -> bool:
    running = exists().where(
        Exchange.listing_id == listing_id,
        Exchange.completed_at.is_(None),
        Exchange.cancelled_at.is_(None),
    )
    return bool(session.scalar(select(running)))


def _whole_thing(running: Running, listing: Listing) -> bool:
    """Whether the listing is one thing that went as a whole, so that it now belongs to who received it."""
    return (
        running.leg.what is LegWhat.THING
        and listing.direction is Direction.OFFER
        and listing.kind is Kind.ITEM
        and listing.quantity_milli is None
        and running.leg.quantity_milli == ONE
        and listing.owner_id == running.exchange.provider_id
    )


def cancel(session: Session, actor: Actor, exchange_id: Id, *, why: str = "", at: datetime) -> Exchange:
    """Call it off: alone before it has begun; after that when both wish it. Twice changes nothing."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    exchange, side = running.exchange, running.side
    if running.dates.status is ExchangeStatus.CANCELLED:
        return exchange
    rules.check_cancel(running.dates, side)
    if side is None:
        return exchange
    exchange.why = clean_text(why, rules.WHY_MAX, field="why") or exchange.why
    if not rules.cancels_now(running.dates, side):
        if exchange.cancel_wished_by is None:
            exchange.cancel_wished_by = side
            tell(session, actor, exchange, CancelWished, side=side, at=at)
        return exchange
    alone = exchange.cancel_wished_by is not side.other
    call_off(session, actor, exchange, at, short_notice=side if alone else None)
    return exchange


def call_off(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    at: datetime,
    *,
    short_notice: Side | None = None,
    cause: CancelCause = CancelCause.SAID,
) -> None:
    """Call it off. `short_notice` is the side that did so alone: it counts when a meeting was near."""
    exchange.cancelled_at, exchange.cancelled_by_id = at, actor.person_id
    _let_go(session, actor, exchange, ReservationEnd.CANCELLED, at)
    amounts.give_back(session, actor, exchange, at=at)
    met = session.scalar(
        select(Handover).where(Handover.exchange_id == exchange.id, Handover.ended_at.is_(None))
    )
    if met is not None:
        met.ended_at = at
        if short_notice is not None and met.agreed_at is not None and is_short_notice(met.meets_at, at):
            exchange.short_notice_at = met.meets_at
    side = short_notice if exchange.short_notice_at is not None else None
    had_begun = exchange.started_at is not None
    facts = {"had_begun": had_begun, "cause": cause, "short_notice": side}
    tell(session, actor, exchange, ExchangeCancelled, at=at, **facts)


def no_harm(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Exchange:
    """Say that calling off late did no harm, so that it counts for nothing. Twice changes nothing."""
    running = exchange_to_change(session, actor, exchange_id, at=at)
    exchange, side = running.exchange, running.side
    if side is None or exchange.short_notice_at is None or exchange.cancelled_by_id == actor.person_id:
        raise Forbidden(NOT_THE_OTHER, code="not_your_side")
    if exchange.no_harm_at is None:
        exchange.no_harm_at = at
        tell(session, actor, exchange, NoHarmSaid, at=at, side=side.other)
    return exchange


def reopen_silent(session: Session, exchange_id: Id, *, spoke: bool, at: datetime) -> bool:
    """Open an urgent need again that somebody claimed a day ago and then said nothing about. Answers whether it did.

    `spoke`: whether who claimed it has written since; threads lie above sharing, so the caller tells.
    """
    exchange = session.get(Exchange, exchange_id, with_for_update=True)
    if exchange is None or spoke:
        return False
    running = with_leg(session, exchange, None)
    arranged = exists().where(Handover.exchange_id == exchange.id, Handover.ended_at.is_(None))
    if running.dates.status is not ExchangeStatus.PENDING or session.scalar(select(arranged)):
        return False
    if at < exchange.agreed_at + CLAIM_SILENT:
        return False
    call_off(session, Actor.machine(), exchange, at, cause=CancelCause.SILENT)
    return True
