"""Asking and answering. Each command: look, decide, write, tell. None commits."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from minga.communities.rules.time import end_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotSignedIn, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing.access.asks import ask_to_answer, own_ask
from minga.sharing.access.desk import ask_at_desk
from minga.sharing.commands import agreeing, asking, booking, counters, queueing, reserving
from minga.sharing.commands.agreeing import Deal
from minga.sharing.commands.asking import dates_of as dates_of
from minga.sharing.commands.binding import begin_draw
from minga.sharing.commands.concluding import conclude
from minga.sharing.events.asks import AskProposed, AskSent, AskWithdrawn
from minga.sharing.models import Listing, ListingHelp
from minga.sharing.models.asks import Ask
from minga.sharing.models.draws import Draw
from minga.sharing.models.exchanges import Exchange
from minga.sharing.queries import stock, times
from minga.sharing.rules import asks as rules
from minga.sharing.rules import draws
from minga.sharing.rules.asks import Answer, AskState, Reason
from minga.sharing.rules.exchanges import ONE, ExchangeKind
from minga.sharing.rules.kinds import Urgency
from minga.sharing.rules.reservations import ReservationEnd
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Answers, Kind

QUANTITY_MAX = 10**12
BAD_QUANTITY = N_("Write how many as a number above zero.")
CHOOSE_TERM = N_("Choose whether you would like to borrow it or have it.")
TERM_NOT_OFFERED = N_("It is not offered like that.")
NOT_BY_LEDGER = N_(
    "This is offered for money, time or in exchange only, and this node does not settle those. Write to its owner."
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asks for, or how they can help. Whole days are days where the listing's community lives."""

    words: str = ""
    quantity_milli: int | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None
    from_on: date | None = None
    until_on: date | None = None
    term: ExchangeKind | None = None
    counter_id: Id | None = None
    """For a swap, what the asker gives: a listing of theirs."""
    amount: int | None = None
    """What the asker gives, in the unit's smallest part, where the listing leaves that open."""
    facts_shown: bool = False
    """Whether the owner may read how the asker kept earlier agreements."""


def ask(session: Session, actor: Actor, listing_id: Id, wish: Wish, *, form_id: str, at: datetime) -> Ask:
    """Send an ask; with *at once* it is agreed in the same breath. Sending the same form twice is one ask."""
    if not actor.signed_in:
        raise NotSignedIn()
    key = f"{actor.person_id}:{form_id}"
    before = session.scalar(select(Ask).where(Ask.form_id == key))
    if before is not None:
        return before
    listing, community = asking.to_ask_for(session, actor, listing_id, at=at)
    begin_draw(session, listing, at=at)
    draws.check_ask(listing.answers, listing.collect_until, at)
    asking.check_earlier(session, actor, listing.id, at)
    wish = _in_moments(session, listing, wish)
    term = chosen_term(listing, wish.term)
    deal = deal_of(session, listing, term, wish, at)
    said_when = deal.window if wish.from_at and wish.until_at else None
    looked_at = booking.check(session, listing, said_when, actor.person_id or "", at=at)
    agreeing.check_left(session, listing, term, deal, asker_id=actor.person_id, at=at)
    counter = counters.counter_of(
        session,
        listing,
        community,
        term,
        deal,
        asker_id=actor.person_id or "",
        counter_id=wish.counter_id,
        offered=wish.amount,
        at=at,
    )
    new = Ask(
        listing_id=listing.id,
        community_id=community,
        person_id=actor.person_id,
        owner_id=listing.owner_id,
        form_id=key,
        words=clean_text(wish.words, rules.WORDS_MAX, field="words"),
        quantity_milli=deal.quantity_milli,
        from_at=wish.from_at,
        until_at=wish.until_at,
        term=term,
        sent_at=at,
        lapses_at=_lapses_at(session, listing, at),
        facts_shown=wish.facts_shown,
    )
    send(session, actor, new, at=at)
    counters.keep(session, new, counter)
    queueing.goes_on_as(session, listing, new, at=at)
    if listing.answers is Answers.AT_ONCE and not looked_at:
        conclude(session, actor, listing, new, deal, at=at)
    elif deal.window is not None and deal.window.from_at > at and times.is_reserved(listing, term):
        reserving.hold_for(session, actor, listing, new, deal.window, at=at)
    return new


def send(session: Session, actor: Actor, new: Ask, *, at: datetime) -> None:
    """Keep a new ask and tell whom it is for."""
    session.add(new)
    session.flush()
    emit(
        session,
        actor,
        AskSent(
            ask_id=new.id,
            listing_id=new.listing_id,
            asker_id=new.person_id,
            owner_id=new.owner_id,
            term=new.term,
            quantity_milli=new.quantity_milli,
            lapses_at=new.lapses_at,
        ),
        community_id=new.community_id,
        person_id=new.owner_id,
        at=at,
    )


def _in_moments(session: Session, listing: Listing, wish: Wish) -> Wish:
    """The wish with moments instead of days: from the beginning of the first to the end of the last."""
    zone = agreeing.zone_of(session, listing.community_id)
    return replace(
        wish,
        from_at=wish.from_at or (end_of(wish.from_on - timedelta(days=1), zone) if wish.from_on else None),
        until_at=wish.until_at or (end_of(wish.until_on, zone) if wish.until_on else None),
    )


def chosen_term(listing: Listing, wish: ExchangeKind | None) -> ExchangeKind:
    """The way of sharing that was chosen, or the only one there is."""
    offered = stock.terms_of(listing)
    if wish is not None and wish in offered:
        return wish
    if wish is not None:
        raise Refused(TERM_NOT_OFFERED, code="term_not_offered", fields={"term": TERM_NOT_OFFERED})
    if not offered:
        raise Refused(NOT_BY_LEDGER, code="not_settled_here")
    if len(offered) > 1:
        raise Refused(CHOOSE_TERM, code="choose_term", fields={"term": CHOOSE_TERM})
    return offered[0]


def deal_of(session: Session, listing: Listing, term: ExchangeKind, wish: Wish, at: datetime) -> Deal:
    rules.check_window(wish.from_at, wish.until_at, at)
    loan = term is ExchangeKind.LOAN
    quantity = _quantity(session, listing, wish.quantity_milli, loan=loan)
    if not loan:
        return Deal(_window(wish.from_at, wish.until_at), quantity)
    return Deal(agreeing.loan_window(session, listing, wish.from_at, wish.until_at, at), quantity)


def _window(from_at: datetime | None, until_at: datetime | None) -> Window | None:
    return Window(from_at, until_at) if from_at and until_at else None


def _quantity(session: Session, listing: Listing, wish: int | None, *, loan: bool) -> int:
    counted = listing.quantity_milli is not None or listing.kind is Kind.ITEM
    quantity = wish if wish is not None and counted else ONE
    if not 0 < quantity <= QUANTITY_MAX:
        raise Refused(BAD_QUANTITY, code="bad_quantity", fields={"quantity": BAD_QUANTITY})
    if loan and quantity != ONE:
        booking.check_copies(session, listing, quantity)
    return quantity


def _lapses_at(session: Session, listing: Listing, at: datetime) -> datetime:
    """Asks that are collected wait for their answer until the time for it has come."""
    waits = at
    if listing.answers in (Answers.COLLECT, Answers.LOT) and listing.collect_until is not None:
        waits = max(at, listing.collect_until)
    return rules.lapses_at(waits, urgent=is_urgent(session, listing))


def is_urgent(session: Session, listing: Listing) -> bool:
    if listing.kind is not Kind.HELP:
        return False
    urgency = session.scalar(select(ListingHelp.urgency).where(ListingHelp.listing_id == listing.id))
    return urgency in (Urgency.URGENT, Urgency.EMERGENCY)


def accept(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Exchange:
    """Say yes: the exchange is made, and others are told when nothing is left. Saying yes twice is one yes."""
    found, listing = to_answer(session, actor, ask_id, at)
    agreed = session.scalar(select(Exchange).where(Exchange.ask_id == found.id))
    if agreed is not None:
        return agreed
    rules.still_open(dates_of(found).state)
    drawn = session.scalar(select(Draw.drawn_at).where(Draw.listing_id == listing.id)) is not None
    draws.check_answer(listing.answers, listing.collect_until, drawn, at)
    wish = Wish(quantity_milli=found.quantity_milli, from_at=found.from_at, until_at=found.until_at)
    return conclude(session, actor, listing, found, deal_of(session, listing, found.term, wish, at), at=at)


def decline(
    session: Session, actor: Actor, ask_id: Id, *, reason: str = Reason.NOT_THIS_TIME, at: datetime
) -> Ask:
    """Say no; the reason is one of a short list or a few own words. Twice changes nothing."""
    found, _ = to_answer(session, actor, ask_id, at)
    if found.answer is Answer.DECLINE:
        return found
    rules.still_open(dates_of(found).state)
    words = clean_text(reason, rules.REASON_MAX, field="reason") or Reason.NOT_THIS_TIME
    agreeing.end_ask(session, actor, found, Answer.DECLINE, by_id=actor.person_id, at=at, reason=words)
    return found


def propose(session: Session, actor: Actor, ask_id: Id, wish: Wish, *, at: datetime) -> Ask:
    """Propose another day or another quantity; the asker says yes or takes the ask back."""
    found, listing = to_answer(session, actor, ask_id, at)
    rules.still_open(dates_of(found).state)
    wish = _in_moments(session, listing, wish)
    if wish.from_at is None and wish.until_at is None and wish.quantity_milli is None:
        said = N_("Say which days, or how many.")
        raise Refused(said, code="nothing_proposed", fields={"from": said})
    wish = replace(wish, quantity_milli=wish.quantity_milli or found.quantity_milli)
    deal = deal_of(session, listing, found.term, wish, at)
    agreeing.check_left(session, listing, found.term, deal, ask_id=found.id, at=at)
    found.proposed_at = at
    found.proposed_from_at, found.proposed_until_at = wish.from_at, wish.until_at
    found.proposed_quantity_milli = deal.quantity_milli
    found.lapses_at = rules.lapses_at(at, urgent=is_urgent(session, listing))
    emit(
        session,
        actor,
        AskProposed(
            ask_id=found.id,
            listing_id=found.listing_id,
            asker_id=found.person_id,
            owner_id=found.owner_id,
            lapses_at=found.lapses_at,
        ),
        community_id=found.community_id,
        person_id=found.person_id,
        at=at,
    )
    return found


def agree_to_proposal(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Exchange:
    """The asker says yes to the other day or quantity. Twice is one yes."""
    found = own_ask(session, actor, ask_id, at=at)
    listing = agreeing.locked(session, found.listing_id)
    session.refresh(found, with_for_update=True)
    agreed = session.scalar(select(Exchange).where(Exchange.ask_id == found.id))
    if agreed is not None:
        return agreed
    now = dates_of(found).state
    rules.still_open(now)
    if now is not AskState.OTHER_WINDOW:
        raise Conflict(N_("Nothing else was proposed."), code="nothing_proposed")
    wish = Wish(
        quantity_milli=found.proposed_quantity_milli,
        from_at=found.proposed_from_at,
        until_at=found.proposed_until_at,
    )
    deal = deal_of(session, listing, found.term, wish, at)
    return conclude(session, actor, listing, found, deal, at=at)


def withdraw(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Ask:
    """Take one's ask back. Twice changes nothing."""
    found = own_ask(session, actor, ask_id, at=at)
    session.refresh(found, with_for_update=True)
    if found.withdrawn_at is not None:
        return found
    rules.still_open(dates_of(found).state)
    found.withdrawn_at = at
    let_go(session, actor, found, at)
    emit(
        session,
        actor,
        AskWithdrawn(
            ask_id=found.id, listing_id=found.listing_id, asker_id=found.person_id, owner_id=found.owner_id
        ),
        community_id=found.community_id,
        person_id=found.owner_id,
        at=at,
    )
    return found


def let_go(session: Session, actor: Actor, found: Ask, at: datetime) -> None:
    """The days that were held for an ask are free again."""
    listing = session.get_one(Listing, found.listing_id)
    queueing.not_wished(session, actor, listing, found, at=at)
    reserving.let_go(session, actor, listing, ask_id=found.id, end=ReservationEnd.CANCELLED, at=at)
    queueing.serve(session, actor, listing, at=at)


def to_answer(session: Session, actor: Actor, ask_id: Id, at: datetime) -> tuple[Ask, Listing]:
    """The ask and its listing, both locked, the listing first, for whom it was sent to."""
    found = ask_at_desk(session, actor, ask_id, at=at) or ask_to_answer(session, actor, ask_id, at=at)
    listing = agreeing.locked(session, found.listing_id)
    session.refresh(found, with_for_update=True)
    return found, listing
