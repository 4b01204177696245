"""Seeing an exchange through: begin, done, not yet, call off. Each step is safe to repeat; none commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.exchanges import Running, exchange_to_change, side_of, with_leg
from minga.sharing.commands import agreeing
from minga.sharing.commands.life import close_now
from minga.sharing.events.exchanges import (
    CancelWished,
    ExchangeBegan,
    ExchangeCancelled,
    ExchangeCompleted,
    ExchangeEvent,
    ExchangeSentBack,
    ListingTransferred,
    SideDone,
    TransferHow,
)
from minga.sharing.models import Listing
from minga.sharing.models.exchanges import Exchange, PassedOn, SentBack
from minga.sharing.queries import stock
from minga.sharing.rules import exchanges as rules
from minga.sharing.rules.exchanges import ONE, ExchangeKind, ExchangeStatus, LegWhat, Side
from minga.sharing.rules.words import CloseReason, Direction, Kind

LEND_INSTEAD = N_("Say that it is handed over, with its condition, to lend it.")
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
    if side is not None and running.dates.done_at(side) is not None:
        return exchange
    rules.check_done(running.dates, side)
    if side is None:
        return exchange
    _begin(session, actor, exchange, at)
    if side is Side.PROVIDER:
        exchange.provider_done_at = at
    else:
        exchange.receiver_done_at = at
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
    due = rules.confirmed_by_silence_at(running.dates)
    if due is not None and due <= at:
        complete(session, Actor.machine(), running, by_silence=True, at=at)


def complete(session: Session, actor: Actor, running: Running, *, by_silence: bool, at: datetime) -> None:
    """Close the exchange; what was given changes owner, and a listing that is used up is fulfilled."""
    exchange = running.exchange
    exchange.completed_at, exchange.by_silence = at, by_silence
    session.flush()
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
    if used_up and _whole_thing(running, listing):
        pass_on(session, actor, listing, exchange, TransferHow.GIFT, at=at)


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


def pass_on(
    session: Session, actor: Actor, listing: Listing, exchange: Exchange, how: TransferHow, *, at: datetime
) -> None:
    """A thing belongs to somebody else now; where it came from stays written."""
    session.add(
        PassedOn(
            listing_id=listing.id,
            from_id=exchange.provider_id,
            to_id=exchange.receiver_id,
            exchange_id=exchange.id,
            at=at,
        )
    )
    listing.owner_id = exchange.receiver_id
    listing.version += 1
    tell_transfer(session, actor, exchange, how, at=at)


def tell_transfer(
    session: Session, actor: Actor, exchange: Exchange, how: TransferHow, *, at: datetime
) -> None:
    """Say that a thing went to somebody else, for a while or for good."""
    emit(
        session,
        actor,
        ListingTransferred(
            listing_id=exchange.listing_id,
            from_id=exchange.provider_id,
            to_id=exchange.receiver_id,
            how=how,
            exchange_id=exchange.id,
        ),
        community_id=exchange.community_id,
        person_id=exchange.receiver_id,
        at=at,
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
    exchange.cancelled_at, exchange.cancelled_by_id = at, actor.person_id
    had_begun = exchange.started_at is not None
    tell(session, actor, exchange, ExchangeCancelled, had_begun=had_begun, at=at)
    return exchange


def tell(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    kind: type[ExchangeEvent],
    *,
    at: datetime,
    **facts: Any,
) -> None:
    """Emit an event about the exchange, for the other side to read in their log."""
    side = side_of(actor, exchange)
    other = exchange.provider_id if side is Side.RECEIVER else exchange.receiver_id
    emit(
        session,
        actor,
        kind(
            exchange_id=exchange.id,
            listing_id=exchange.listing_id,
            provider_id=exchange.provider_id,
            receiver_id=exchange.receiver_id,
            kind=exchange.kind,
            **facts,
        ),
        community_id=exchange.community_id,
        person_id=other,
        at=at,
    )
