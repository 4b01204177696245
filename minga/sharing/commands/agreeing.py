"""Two people agree: what is left is counted under a lock, and the exchange is made in the same breath."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from minga.communities.models import Community
from minga.communities.rules.time import end_of, last_day, today
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.events.asks import AskAnswered
from minga.sharing.events.exchanges import ExchangeAgreed
from minga.sharing.models import Listing, ListingItem
from minga.sharing.models.asks import Ask
from minga.sharing.models.exchanges import Exchange, Leg
from minga.sharing.queries import stock
from minga.sharing.rules.asks import Answer
from minga.sharing.rules.exchanges import ONE, ExchangeKind, LegWhat
from minga.sharing.rules.loans import DAYS_MAX, DAYS_USUAL, check_due
from minga.sharing.rules.windows import Window, copies_taken, taken_around
from minga.sharing.rules.words import Answers, Direction, Kind

THINGS = frozenset({Kind.ITEM, Kind.SPACE})

JUST_GONE = N_("Just gone. Look at similar things, or post what you need.")
ONLY_LEFT = N_("Only {n} left.")
SOMEBODY_HAS_IT = N_("{name} has it until {day}. Ask for a later day.")
UNKNOWN_HAS_IT = N_("Somebody has it until {day}. Ask for a later day.")
LATE_WITH_IT = N_("It is out and late. Ask again when it is back.")
TAKEN_THEN = N_("Taken from {first} to {last}. Free before {first} and from {after}.")


@dataclass(frozen=True)
class Deal:
    """What both agree on."""

    window: Window | None
    quantity_milli: int


def locked(session: Session, listing_id: Id) -> Listing:
    """The listing as it is now, held until the unit ends: whoever counts what is left does so alone."""
    return session.scalars(
        select(Listing)
        .where(Listing.id == listing_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def what_moves(listing: Listing) -> LegWhat:
    return LegWhat.THING if listing.kind in THINGS else LegWhat.EFFORT


def zone_of(session: Session, community_id: Id) -> str:
    return session.scalars(select(Community.zone).where(Community.id == community_id)).one()


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


def check_left(session: Session, listing: Listing, kind: ExchangeKind, deal: Deal, *, at: datetime) -> None:
    """Raise when there is not enough left for this deal. The listing is locked by the caller."""
    if kind is ExchangeKind.LOAN and listing.direction is Direction.OFFER and deal.window is not None:
        _check_free(session, listing, deal.window, at)
        return
    left = stock.left_milli(session, listing)
    if left is None or left >= deal.quantity_milli:
        return
    if left == 0:
        raise Conflict(JUST_GONE, code="just_gone")
    n = f"{left / ONE:.3f}".rstrip("0").rstrip(".")
    raise Refused(ONLY_LEFT, code="only_left", n=n, fields={"quantity": N_("That is more than is left.")})


def _check_free(session: Session, listing: Listing, wish: Window, at: datetime) -> None:
    """Raise when all copies are away at some moment of the wish, saying what is known about it."""
    copies = (stock.holds_milli(session, listing) or ONE) // ONE
    taken = stock.away(session, listing.id)
    busy = stock.windows(taken, at)
    if copies_taken(busy, wish) < copies:
        return
    zone = zone_of(session, listing.community_id)
    here = [one for one in taken if one.out]
    now = Window(at, at + timedelta(microseconds=1))
    if here and any(stock.is_late(one, at) for one in here):
        raise Conflict(LATE_WITH_IT, code="somebody_has_it")
    if here and wish.meets(now):
        one = min(here, key=lambda away: away.window.until_at)
        name = _name_if_visible(session, one.receiver_id, listing)
        day = last_day(one.window.until_at, zone)
        if name is None:
            raise Conflict(UNKNOWN_HAS_IT, code="somebody_has_it", day=day)
        raise Conflict(SOMEBODY_HAS_IT, code="somebody_has_it", name=name, day=day)
    if wish.meets(now):
        raise Conflict(JUST_GONE, code="just_gone")
    stretch = taken_around(busy, wish)
    raise Conflict(
        TAKEN_THEN,
        code="taken_then",
        first=today(stretch.from_at, zone),
        last=last_day(stretch.until_at, zone),
        after=today(stretch.until_at, zone),
    )


def _name_if_visible(session: Session, person_id: Id, listing: Listing) -> str | None:
    """The name of who has it, if they live in the community the thing is in, where members know each other."""
    leg = session.scalar(
        select(Leg.taker_root_id)
        .join(Exchange, Exchange.id == Leg.exchange_id)
        .where(Exchange.listing_id == listing.id, Leg.taker_id == person_id)
        .limit(1)
    )
    if leg != listing.root_id:
        return None
    return session.scalar(select(Person.name).where(Person.id == person_id))


def agree(
    session: Session, actor: Actor, listing: Listing, ask: Ask, deal: Deal, *, at: datetime
) -> Exchange:
    """Make the exchange of an ask that both agreed to, and end the others when nothing is left.

    The caller holds the lock on the listing and has checked that the ask is still open.
    """
    check_left(session, listing, ask.term, deal, at=at)
    offer = listing.direction is Direction.OFFER
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
    by_id = actor.person_id if listing.answers is not Answers.AT_ONCE else ask.owner_id
    end_ask(session, actor, ask, Answer.ACCEPT, by_id=by_id, at=at)
    _tell_agreed(session, actor, exchange, ask, is_cross=giver[1] != taker[1], at=at)
    _tell_the_others(session, actor, listing, ask, at)
    return exchange


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
