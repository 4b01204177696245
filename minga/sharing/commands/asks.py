"""Asking and answering. Each command: look, decide, write, tell. None commits."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select

from minga.communities.access import communities_of, require
from minga.communities.models import Community, Membership
from minga.communities.rules.examples import NOBODY_ANSWERS, examples_in
from minga.communities.rules.time import end_of
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound, NotSignedIn, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.sharing import access
from minga.sharing.access.asks import ask_to_answer, own_ask
from minga.sharing.commands import agreeing
from minga.sharing.commands.agreeing import Deal
from minga.sharing.events.asks import AskLapsed, AskProposed, AskSent, AskWithdrawn
from minga.sharing.models import Listing, ListingHelp
from minga.sharing.models.asks import Ask
from minga.sharing.models.exchanges import Exchange
from minga.sharing.queries import stock
from minga.sharing.rules import asks as rules
from minga.sharing.rules.asks import Answer, AskDates, AskState, Reason
from minga.sharing.rules.exchanges import ONE, ExchangeKind
from minga.sharing.rules.kinds import Urgency
from minga.sharing.rules.life import state
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Answers, Direction, Kind, State

QUANTITY_MAX = 10**12
OWN_LISTING = N_("This is already yours.")
NOT_OPEN = N_("This is not open for asking now.")
ALREADY_ASKED = N_("You have asked already. You are told as soon as there is an answer.")
ASKED_BEFORE = N_("The answer was no. You can ask again from {day}.")
NO_COMMUNITY = N_("Join a community first. Ask somebody you know for an invitation.")
ONE_BY_ONE = N_("Things are lent one by one. Ask once for each.")
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


def ask(session: Session, actor: Actor, listing_id: Id, wish: Wish, *, form_id: str, at: datetime) -> Ask:
    """Send an ask; with *at once* it is agreed in the same breath. Sending the same form twice is one ask."""
    if not actor.signed_in:
        raise NotSignedIn()
    key = f"{actor.person_id}:{form_id}"
    before = session.scalar(select(Ask).where(Ask.form_id == key))
    if before is not None:
        return before
    access.listing_to_see(session, actor, listing_id, at=at)
    listing = agreeing.locked(session, listing_id)
    community = _may_ask(session, actor, listing, at)
    wish = _in_moments(session, listing, wish)
    term = chosen_term(listing, wish.term)
    deal = _deal(session, listing, term, wish, at)
    agreeing.check_left(session, listing, term, deal, at=at)
    urgent = _is_urgent(session, listing)
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
        lapses_at=rules.lapses_at(at, urgent=urgent),
    )
    session.add(new)
    session.flush()
    emit(
        session,
        actor,
        AskSent(
            ask_id=new.id,
            listing_id=listing.id,
            asker_id=new.person_id,
            owner_id=new.owner_id,
            term=term,
            quantity_milli=new.quantity_milli,
            lapses_at=new.lapses_at,
        ),
        community_id=community,
        person_id=new.owner_id,
        at=at,
    )
    if listing.answers is Answers.AT_ONCE:
        agreeing.agree(session, actor, listing, new, deal, at=at)
    return new


def _in_moments(session: Session, listing: Listing, wish: Wish) -> Wish:
    """The wish with moments instead of days: from the beginning of the first to the end of the last."""
    zone = agreeing.zone_of(session, listing.community_id)
    return replace(
        wish,
        from_at=wish.from_at or (end_of(wish.from_on - timedelta(days=1), zone) if wish.from_on else None),
        until_at=wish.until_at or (end_of(wish.until_on, zone) if wish.until_on else None),
    )


def _may_ask(session: Session, actor: Actor, listing: Listing, at: datetime) -> Id:
    """The community through which the actor asks, if they may ask for this at all."""
    if listing.owner_id == actor.person_id:
        raise Refused(OWN_LISTING, code="own_listing")
    if listing.owner_id in examples_in(session.get_one(Community, listing.community_id).features):
        raise Refused(NOBODY_ANSWERS, code="example")
    _check_block(session, actor, listing.owner_id)
    community_id = community_to_ask_from(session, actor, listing)
    verb = "ask.make" if listing.direction is Direction.OFFER else "need.claim"
    require(session, actor, verb, community_id, at=at)
    if state(listing, at) is not State.OPEN:
        raise Conflict(NOT_OPEN, code="not_open")
    _check_earlier(session, actor, listing.id, at)
    return community_id


def _check_block(session: Session, actor: Actor, owner_id: Id) -> None:
    pair = (actor.person_id, owner_id)
    blocked = exists().where(Block.blocker_id.in_(pair), Block.blocked_id.in_(pair), Block.ended_at.is_(None))
    if session.scalar(select(blocked)):
        raise NotFound()


def _check_earlier(session: Session, actor: Actor, listing_id: Id, at: datetime) -> None:
    """One open ask per person and listing, and thirty days between a *no* and the next ask."""
    last = session.scalar(
        select(Ask)
        .where(Ask.listing_id == listing_id, Ask.person_id == actor.person_id)
        .order_by(Ask.id.desc())
        .limit(1)
    )
    if last is None:
        return
    if dates_of(last).state.open:
        raise Conflict(ALREADY_ASKED, code="already_asked")
    if last.answer is Answer.DECLINE and last.answered_at and not rules.may_ask_again(last.answered_at, at):
        raise Refused(ASKED_BEFORE, code="asked_before", day=(last.answered_at + rules.ASK_AGAIN).date())


def community_to_ask_from(session: Session, actor: Actor, listing: Listing) -> Id:
    """The listing's community if the actor lives there, else one near it, else the one they joined first."""
    mine = session.execute(
        select(Membership.community_id, Community.root_id)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            Membership.community_id.in_(communities_of(actor)),
        )
        .order_by(Membership.joined_on, Membership.id)
    ).all()
    if not mine:
        raise Forbidden(NO_COMMUNITY, code="no_community")
    nearest = min(mine, key=lambda row: (row[0] != listing.community_id, row[1] != listing.root_id))
    return str(nearest[0])


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


def _deal(session: Session, listing: Listing, term: ExchangeKind, wish: Wish, at: datetime) -> Deal:
    rules.check_window(wish.from_at, wish.until_at, at)
    loan = term is ExchangeKind.LOAN
    quantity = _quantity(listing, wish.quantity_milli, loan=loan)
    if not loan:
        return Deal(_window(wish.from_at, wish.until_at), quantity)
    return Deal(agreeing.loan_window(session, listing, wish.from_at, wish.until_at, at), quantity)


def _window(from_at: datetime | None, until_at: datetime | None) -> Window | None:
    return Window(from_at, until_at) if from_at and until_at else None


def _quantity(listing: Listing, wish: int | None, *, loan: bool) -> int:
    counted = listing.quantity_milli is not None or listing.kind is Kind.ITEM
    quantity = wish if wish is not None and counted else ONE
    if not 0 < quantity <= QUANTITY_MAX:
        raise Refused(BAD_QUANTITY, code="bad_quantity", fields={"quantity": BAD_QUANTITY})
    if loan and quantity != ONE:
        raise Refused(ONE_BY_ONE, code="one_by_one", fields={"quantity": ONE_BY_ONE})
    return quantity


def _is_urgent(session: Session, listing: Listing) -> bool:
    if listing.kind is not Kind.HELP:
        return False
    urgency = session.scalar(select(ListingHelp.urgency).where(ListingHelp.listing_id == listing.id))
    return urgency in (Urgency.URGENT, Urgency.EMERGENCY)


def accept(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Exchange:
    """Say yes: the exchange is made, and others are told when nothing is left. Saying yes twice is one yes."""
    found, listing = _to_answer(session, actor, ask_id, at)
    agreed = session.scalar(select(Exchange).where(Exchange.ask_id == found.id))
    if agreed is not None:
        return agreed
    rules.still_open(dates_of(found).state)
    wish = Wish(quantity_milli=found.quantity_milli, from_at=found.from_at, until_at=found.until_at)
    return agreeing.agree(
        session, actor, listing, found, _deal(session, listing, found.term, wish, at), at=at
    )


def decline(
    session: Session, actor: Actor, ask_id: Id, *, reason: str = Reason.NOT_THIS_TIME, at: datetime
) -> Ask:
    """Say no; the reason is one of a short list or a few own words. Twice changes nothing."""
    found, _ = _to_answer(session, actor, ask_id, at)
    if found.answer is Answer.DECLINE:
        return found
    rules.still_open(dates_of(found).state)
    words = clean_text(reason, rules.REASON_MAX, field="reason") or Reason.NOT_THIS_TIME
    agreeing.end_ask(session, actor, found, Answer.DECLINE, by_id=actor.person_id, at=at, reason=words)
    return found


def propose(session: Session, actor: Actor, ask_id: Id, wish: Wish, *, at: datetime) -> Ask:
    """Propose another day or another quantity; the asker says yes or takes the ask back."""
    found, listing = _to_answer(session, actor, ask_id, at)
    rules.still_open(dates_of(found).state)
    wish = _in_moments(session, listing, wish)
    if wish.from_at is None and wish.until_at is None and wish.quantity_milli is None:
        said = N_("Say which days, or how many.")
        raise Refused(said, code="nothing_proposed", fields={"from": said})
    wish = replace(wish, quantity_milli=wish.quantity_milli or found.quantity_milli)
    deal = _deal(session, listing, found.term, wish, at)
    agreeing.check_left(session, listing, found.term, deal, at=at)
    found.proposed_at = at
    found.proposed_from_at, found.proposed_until_at = wish.from_at, wish.until_at
    found.proposed_quantity_milli = deal.quantity_milli
    found.lapses_at = rules.lapses_at(at, urgent=_is_urgent(session, listing))
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
    deal = _deal(session, listing, found.term, wish, at)
    return agreeing.agree(session, actor, listing, found, deal, at=at)


def withdraw(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Ask:
    """Take one's ask back. Twice changes nothing."""
    found = own_ask(session, actor, ask_id, at=at)
    session.refresh(found, with_for_update=True)
    if found.withdrawn_at is not None:
        return found
    rules.still_open(dates_of(found).state)
    found.withdrawn_at = at
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


def lapse(session: Session, ask_id: Id, *, at: datetime) -> None:
    """Let an ask go that nobody answered in time; earlier, or answered meanwhile, nothing happens."""
    found = session.get(Ask, ask_id, with_for_update=True)
    if found is None or not dates_of(found).state.open or found.lapses_at > at:
        return
    found.lapsed_at = at
    emit(
        session,
        Actor.machine(),
        AskLapsed(
            ask_id=found.id, listing_id=found.listing_id, asker_id=found.person_id, owner_id=found.owner_id
        ),
        community_id=found.community_id,
        person_id=found.person_id,
        at=at,
    )


def close_asks(session: Session, listing_id: Id, *, at: datetime) -> None:
    """End the open asks of a listing that is closed; whoever asked is told."""
    listing = agreeing.locked(session, listing_id)
    if state(listing, at) in (State.OPEN, State.PAUSED):
        return
    for found in agreeing.open_asks(session, listing_id):
        agreeing.end_ask(session, Actor.machine(), found, Answer.LISTING_CLOSED, by_id=None, at=at)


def dates_of(found: Ask) -> AskDates:
    """The dated facts of an ask, for the rules."""
    return AskDates(found.proposed_at, found.answer, found.withdrawn_at, found.lapsed_at)


def _to_answer(session: Session, actor: Actor, ask_id: Id, at: datetime) -> tuple[Ask, Listing]:
    """The ask and its listing, both locked, the listing first, for whom it was sent to."""
    found = ask_to_answer(session, actor, ask_id, at=at)
    listing = agreeing.locked(session, found.listing_id)
    session.refresh(found, with_for_update=True)
    return found, listing
