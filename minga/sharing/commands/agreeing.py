"""Two people agree: what is left is counted under a lock, and the exchange is made in the same breath."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from minga.communities.models import Community
from minga.communities.rules.time import end_of, last_day, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.commands import free, queueing, reserving
from minga.sharing.commands.asking import locked as locked
from minga.sharing.events.asks import AskAnswered
from minga.sharing.events.exchanges import ExchangeAgreed
from minga.sharing.models import Listing, ListingItem
from minga.sharing.models.asks import Ask
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.queries import stock, times
from minga.sharing.queries.times import zone_of as zone_of
from minga.sharing.rules.asks import Answer
from minga.sharing.rules.exchanges import ONE, ExchangeKind, LegWhat, owner_gives
from minga.sharing.rules.loans import DAYS_MAX, DAYS_USUAL, check_due
from minga.sharing.rules.reservations import ReservationEnd
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Answers, Direction, Kind

THINGS = frozenset({Kind.ITEM, Kind.SPACE})

JUST_GONE = N_("Just gone. Look at similar things, or post what you need.")
ONLY_LEFT = N_("Only {n} left.")


@dataclass(frozen=True)
class Deal:
    """What both agree on."""

    window: Window | None
    quantity_milli: int


def what_moves(listing: Listing) -> LegWhat:
    return LegWhat.THING if listing.kind in THINGS else LegWhat.EFFORT


def days_max(session: Session, listing: Listing) -> int:
    """How long this is lent at most: as its owner says, else what is usual."""
    if listing.kind is not Kind.ITEM or listing.direction is Direction.NEED:
        return DAYS_MAX
    stated = session.scalar(select(ListingItem.loan_days_max).where(ListingItem.listing_id == listing.id))
    return stated or DAYS_USUAL


def loan_window(
    session: Session, listing: Listing, from_at: datetime | None, until_at: datetime | None, at: datetime
) -> Window:
    """From when until when it is lent: the days that were wished, else from now for as long as is usual."""
    zone = zone_of(session, listing.community_id)
    most = days_max(session, listing)
    start = max(from_at or at, at)
    usual = min(most, DAYS_USUAL)
    end = until_at or end_of(today(start, zone) + timedelta(days=usual), zone)
    check_due(today(start, zone), last_day(end, zone), most)
    return Window(start, end)


def check_left(
    session: Session,
    listing: Listing,
    kind: ExchangeKind,
    deal: Deal,
    *,
    ask_id: Id | None = None,
    asker_id: Id | None = None,
    at: datetime,
) -> None:
    """Raise when there is not enough left for this deal. The listing is locked by the caller.

    What is held for the ask itself, or for whoever asks as the next in the queue, does not stand in its way.
    """
    if times.is_reserved(listing, kind) and deal.window is not None:
        queueing.serve(session, Actor.machine(), listing, at=at)
        free.check_free(
            session,
            listing,
            deal.window,
            max(1, deal.quantity_milli // ONE),
            ask_id=ask_id,
            asker_id=asker_id,
            at=at,
        )
        return
    left = stock.left_milli(session, listing)
    if left is None or left >= deal.quantity_milli:
        return
    if left == 0:
        raise Conflict(JUST_GONE, code="just_gone")
    n = f"{left / ONE:.3f}".rstrip("0").rstrip(".")
    raise Refused(ONLY_LEFT, code="only_left", n=n, fields={"quantity": N_("That is more than is left.")})


def agree(
    session: Session, actor: Actor, listing: Listing, ask: Ask, deal: Deal, *, at: datetime
) -> Exchange:
    """Make the exchange of an ask that both agreed to, and end the others when nothing is left.

    The caller holds the lock on the listing and has checked that the ask is still open.
    """
    check_left(session, listing, ask.term, deal, ask_id=ask.id, asker_id=ask.person_id, at=at)
    offer = owner_gives(listing.direction is Direction.OFFER, listing.kind is Kind.JOB)
    provider_id, receiver_id = (ask.owner_id, ask.person_id) if offer else (ask.person_id, ask.owner_id)
    asker_root = session.scalars(select(Community.root_id).where(Community.id == ask.community_id)).one()
    owner_side, asker_side = (listing.community_id, listing.root_id), (ask.community_id, asker_root)
    giver, taker = (owner_side, asker_side) if offer else (asker_side, owner_side)
    exchange = Exchange(
        kind=ask.term,
        community_id=giver[0],
        listing_id=listing.id,
        ask_id=ask.id,
        provider_id=provider_id,
        receiver_id=receiver_id,
        from_at=deal.window.from_at if deal.window else None,
        until_at=deal.window.until_at if deal.window else None,
        agreed_at=at,
    )
    session.add(exchange)
    session.flush()
    session.add(
        Leg(
            exchange_id=exchange.id,
            n=1,
            what=what_moves(listing),
            listing_id=listing.id,
            quantity_milli=deal.quantity_milli,
            comes_back=ask.term is ExchangeKind.LOAN,
            giver_id=provider_id,
            taker_id=receiver_id,
            giver_community_id=giver[0],
            taker_community_id=taker[0],
            giver_root_id=giver[1],
            taker_root_id=taker[1],
        )
    )
    _reserve(session, actor, listing, exchange, deal, at)
    by_id = actor.person_id if listing.answers is not Answers.AT_ONCE else ask.owner_id
    end_ask(session, actor, ask, Answer.ACCEPT, by_id=by_id, at=at)
    _tell_agreed(session, actor, exchange, ask, is_cross=giver[1] != taker[1], at=at)
    _tell_the_others(session, actor, listing, ask, at)
    return exchange


def _reserve(
    session: Session, actor: Actor, listing: Listing, exchange: Exchange, deal: Deal, at: datetime
) -> None:
    """The days or hours are theirs now, and with that their place in the queue is over."""
    if deal.window is None or not times.is_reserved(listing, exchange.kind):
        return
    queueing.fulfil(session, actor, listing.id, exchange.receiver_id, at=at)
    reserving.agree_on(
        session,
        actor,
        listing,
        deal.window,
        max(1, deal.quantity_milli // ONE),
        person_id=exchange.receiver_id,
        ask_id=exchange.ask_id,
        exchange_id=exchange.id,
        at=at,
    )


def _tell_agreed(
    session: Session, actor: Actor, exchange: Exchange, ask: Ask, *, is_cross: bool, at: datetime
) -> None:
    emit(
        session,
        actor,
        ExchangeAgreed(
            exchange_id=exchange.id,
            listing_id=exchange.listing_id,
            provider_id=exchange.provider_id,
            receiver_id=exchange.receiver_id,
            kind=exchange.kind,
            ask_id=ask.id,
            is_cross=is_cross,
        ),
        community_id=exchange.community_id,
        person_id=ask.person_id,
        at=at,
    )


def end_ask(
    session: Session,
    actor: Actor,
    ask: Ask,
    answer: Answer,
    *,
    by_id: Id | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Answer an ask for good, and say so."""
    ask.answer, ask.answered_at, ask.answered_by_id, ask.reason = answer, at, by_id, reason
    if answer is not Answer.ACCEPT:
        listing = session.get_one(Listing, ask.listing_id)
        queueing.not_wished(session, actor, listing, ask, at=at)
        reserving.let_go(session, actor, listing, ask_id=ask.id, end=ReservationEnd.CANCELLED, at=at)
        queueing.serve(session, actor, listing, at=at)
    emit(
        session,
        actor,
        AskAnswered(
            ask_id=ask.id,
            listing_id=ask.listing_id,
            asker_id=ask.person_id,
            owner_id=ask.owner_id,
            answer=answer,
        ),
        community_id=ask.community_id,
        person_id=ask.person_id,
        at=at,
    )


def _tell_the_others(session: Session, actor: Actor, listing: Listing, ask: Ask, at: datetime) -> None:
    """When nothing is left that stays given, whoever else asked is told so now and not kept waiting."""
    if ask.term is ExchangeKind.LOAN or stock.left_milli(session, listing) != 0:
        return
    for other in open_asks(session, listing.id):
        end_ask(session, actor, other, Answer.GIVEN_ELSEWHERE, by_id=actor.person_id, at=at)


def open_asks(session: Session, listing_id: Id) -> list[Ask]:
    """The asks of a listing that wait for an answer, oldest first."""
    return list(
        session.scalars(
            select(Ask)
            .where(
                Ask.listing_id == listing_id,
                Ask.answered_at.is_(None),
                Ask.withdrawn_at.is_(None),
                Ask.lapsed_at.is_(None),
            )
            .order_by(Ask.id)
        )
    )
