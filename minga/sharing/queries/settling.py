"""What is given in return: what an ask can offer, what one offers, and how an exchange is settled."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.communities.access import communities_of, policies
from minga.communities.models import Community, Membership
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.ledger import queries as ledger
from minga.sharing.access.asks import ask_to_see
from minga.sharing.access.exchanges import exchange_to_see
from minga.sharing.access.listings import is_open
from minga.sharing.models import Listing
from minga.sharing.models.amounts import AskCounter, ExchangeAmount
from minga.sharing.models.exchanges import Leg
from minga.sharing.queries import stock
from minga.sharing.rules import Direction, Kind, Term
from minga.sharing.rules import amounts as rules
from minga.sharing.rules.exchanges import ExchangeKind

SWAPPABLE_MAX = 50
OPEN_RULES = ("what_you_can", "agree", "per")


@dataclass(frozen=True, slots=True)
class Giving:
    """How one can ask for a listing: the ways that can be settled here, and what has to be said with each."""

    terms: tuple[ExchangeKind, ...]
    own: tuple[tuple[Id, str], ...]
    """Own things that could be swapped for it."""
    minutes: bool
    """Whether the asker may say how many minutes."""
    money: str
    """The currency in which the asker may say how much; empty when there is nothing to say."""


def giving(session: Session, actor: Actor, listing: Listing, *, at: datetime) -> Giving:
    """What somebody who asks for this listing can give in return; two statements more at most."""
    terms = [Term.read(one) for one in listing.terms]
    offered = stock.terms_of(listing)
    if set(offered) & rules.WITH_AMOUNT:
        here = _lives_here(session, actor, listing)
        hours = here and ledger.counts_time(session, listing.community_id, at=at)
        money = here and bool(policies.value(session, listing.community_id, "money.on", at=at))
        without = {
            kind for kind, on in ((ExchangeKind.TIME_CREDIT, hours), (ExchangeKind.PAYMENT, money)) if not on
        }
        offered = [kind for kind in offered if kind not in without]
    left_open = {term.kind.value: term for term in terms if term.rule.value in OPEN_RULES}
    paid = left_open.get(ExchangeKind.PAYMENT) if ExchangeKind.PAYMENT in offered else None
    return Giving(
        terms=tuple(offered),
        own=_swappable(session, actor, listing, at) if ExchangeKind.SWAP in offered else (),
        minutes=ExchangeKind.TIME_CREDIT in offered and ExchangeKind.TIME_CREDIT in left_open,
        money=_currency(session, listing, paid) if paid else "",
    )


def _currency(session: Session, listing: Listing, term: Term) -> str:
    return rules.unit_of(term) or session.get_one(Community, listing.root_id).currency or ""


def _lives_here(session: Session, actor: Actor, listing: Listing) -> bool:
    """Whether the actor's community and the listing's keep one book."""
    found = (
        select(Membership.id)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            Membership.community_id.in_(communities_of(actor)),
            Community.root_id == listing.root_id,
        )
    )
    return session.scalar(found.limit(1)) is not None


def _swappable(session: Session, actor: Actor, listing: Listing, at: datetime) -> tuple[tuple[Id, str], ...]:
    """The actor's own open offers, newest first; jobs are work for others and are not theirs to give."""
    found = (
        select(Listing.id, Listing.title)
        .where(
            Listing.owner_id == actor.person_id,
            Listing.id != listing.id,
            Listing.direction == Direction.OFFER,
            Listing.kind != Kind.JOB,
            is_open(at),
        )
        .order_by(Listing.id.desc())
        .limit(SWAPPABLE_MAX)
    )
    return tuple((row.id, row.title) for row in session.execute(found))


@dataclass(frozen=True, slots=True)
class InReturn:
    """What an ask or an exchange gives in return: a thing by its title, or an amount of a unit."""

    listing_id: Id | None
    title: str
    unit: str | None
    amount: int


def in_return(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> InReturn | None:
    """What an ask offers in return, for its two sides."""
    ask = ask_to_see(session, actor, ask_id, at=at)
    row = session.execute(
        select(AskCounter, Listing.title)
        .outerjoin(Listing, Listing.id == AskCounter.listing_id)
        .where(AskCounter.ask_id == ask.id)
    ).first()
    if row is None:
        return None
    counter = row[0]
    return InReturn(counter.listing_id, row.title or "", counter.unit, counter.amount or 0)


@dataclass(frozen=True, slots=True)
class Settling:
    """How an exchange is settled, with what its reader can do about the amount now."""

    other_listing_id: Id | None
    other_title: str
    unit: str | None
    amount: int
    i_pay: bool
    set_aside: bool
    posted_at: datetime | None
    returned: bool
    proposed: int | None
    proposed_by_me: bool
    may_change: bool
    balance: int | None
    floor: int | None
    near: bool
    """Whether the reader, who pays, has used most of how far they may go."""


def settling(session: Session, actor: Actor, exchange_id: Id, *, at: datetime) -> Settling | None:
    """What is given in return for an exchange, for its two sides; None when nothing is."""
    running = exchange_to_see(session, actor, exchange_id, at=at)
    one = session.scalar(
        select(ExchangeAmount)
        .where(ExchangeAmount.exchange_id == running.exchange.id)
        .order_by(ExchangeAmount.id.desc())
        .limit(1)
    )
    other = session.execute(
        select(Leg.listing_id, Listing.title)
        .join(Listing, Listing.id == Leg.listing_id)
        .where(Leg.exchange_id == running.exchange.id, Leg.n == 2)
    ).first()
    if one is None and other is None:
        return None
    me = str(actor.person_id)
    mine = one is not None and one.payer_id == me
    standing = _standing(session, actor, one, at) if one is not None and mine else None
    live = one is not None and one.ended_at is None and one.posted_at is None
    return Settling(
        other_listing_id=other.listing_id if other else None,
        other_title=other.title if other else "",
        unit=one.unit if one else None,
        amount=one.amount if one else 0,
        i_pay=mine,
        set_aside=live and one is not None and one.held,
        posted_at=one.posted_at if one else None,
        returned=one is not None and (one.reversal_id is not None or one.ended_at is not None),
        proposed=one.proposed if one else None,
        proposed_by_me=one is not None and one.proposed_by_id == me,
        may_change=live and running.dates.running and running.side is not None,
        balance=standing.amount if standing else None,
        floor=standing.floor if standing else None,
        near=standing is not None and rules.near_limit(standing.amount - standing.held_out, standing.floor),
    )


def _standing(session: Session, actor: Actor, one: ExchangeAmount, at: datetime) -> ledger.Standing | None:
    """How the payer stands in hours; what is given by hand has no balance."""
    if not one.held:
        return None
    try:
        return ledger.balance_of(session, actor, one.community_id, str(actor.person_id), one.unit, at=at)
    except NotFound:
        return None
