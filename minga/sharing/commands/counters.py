"""What an ask offers in return: a thing of the asker's for a swap, or so many minutes or so much money."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.communities.models import Community
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.ids import Id, is_id
from minga.ledger import queries as ledger
from minga.sharing.commands import agreeing
from minga.sharing.commands.agreeing import Deal
from minga.sharing.commands.levels import money_is_on
from minga.sharing.models import OWN_TABLES, Listing
from minga.sharing.models.amounts import AskCounter
from minga.sharing.models.asks import Ask
from minga.sharing.rules import Direction, Kind, State, Term
from minga.sharing.rules import amounts as rules
from minga.sharing.rules.exchanges import ONE, ExchangeKind, owner_gives
from minga.sharing.rules.life import state

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Counter:
    """A thing of the asker's, or an amount of a unit; neither when nothing is given in return."""

    listing_id: Id | None = None
    unit: str | None = None
    amount: int = 0


NOTHING = Counter()


def counter_of(
    session: Session,
    listing: Listing,
    community_id: Id,
    term: ExchangeKind,
    deal: Deal,
    *,
    asker_id: Id,
    counter_id: str | None,
    offered: int | None,
    at: datetime,
) -> Counter:
    """What is given in return for this deal; raises when that is missing or cannot be."""
    if term is ExchangeKind.SWAP:
        if not counter_id or not is_id(counter_id):
            fault = {"counter": rules.COUNTER_NEEDED}
            raise Refused(rules.COUNTER_NEEDED, code="counter_needed", fields=fault)
        check_counter(session, listing, counter_id, asker_id, at=at)
        return Counter(listing_id=counter_id)
    if term not in rules.WITH_AMOUNT:
        return NOTHING
    check_settled_here(session, listing, community_id, term, at=at)
    said = next(one for one in map(Term.read, listing.terms) if one.kind.value == term.value)
    amount = rules.agreed_amount(said, _measures(session, listing, deal), offered)
    if amount == 0:
        return NOTHING
    unit = rules.unit_of(said) or session.get_one(Community, listing.root_id).currency
    if not unit:
        raise Refused(rules.MONEY_IS_OFF, code="money_is_off", community="")
    return Counter(unit=unit, amount=amount)


def check_settled_here(
    session: Session, listing: Listing, community_id: Id, term: ExchangeKind, *, at: datetime
) -> None:
    """Raise when amounts of that kind are not counted here, or not between these two communities."""
    community = session.get_one(Community, listing.community_id)
    if session.get_one(Community, community_id).root_id != listing.root_id:
        raise Refused(rules.NOT_ACROSS, code="not_across", fields={"term": rules.NOT_ACROSS})
    time = term is ExchangeKind.TIME_CREDIT
    on = ledger.counts_time if time else money_is_on
    if not on(session, community.id, at=at):
        raise Refused(
            rules.NOT_COUNTED if time else rules.MONEY_IS_OFF,
            code="not_counted" if time else "money_is_off",
            community=community.name,
        )


def check_counter(
    session: Session, listing: Listing, counter_id: Id, asker_id: Id, *, at: datetime
) -> Listing:
    """The asker's own open offer that is not promised to anybody; raises when it is not."""
    counter = session.scalar(select(Listing).where(Listing.id == counter_id))
    fault = Refused(rules.COUNTER_UNFIT, code="counter_needed", fields={"counter": rules.COUNTER_UNFIT})
    if counter is None or counter.owner_id != asker_id or counter.id == listing.id:
        raise fault
    gives = owner_gives(counter.direction is Direction.OFFER, counter.kind is Kind.JOB)
    if not gives or state(counter, at) is not State.OPEN:
        raise fault
    counter = agreeing.locked(session, counter.id)
    agreeing.check_left(session, counter, ExchangeKind.SWAP, Deal(None, ONE), at=at)
    return counter


def _measures(session: Session, listing: Listing, deal: Deal) -> rules.Measures:
    """How many, how long, how many days: what the listing states and what was wished."""
    table = OWN_TABLES[listing.kind]
    minutes = None
    for name in ("minutes_estimated", "minutes_each"):
        if hasattr(table, name):
            minutes = session.scalar(select(getattr(table, name)).where(table.listing_id == listing.id))
    days = None
    if deal.window is not None:
        span = deal.window.until_at - deal.window.from_at
        days = max(1, -(-int(span.total_seconds()) // DAY_SECONDS))
    return rules.Measures(deal.quantity_milli, minutes, days)


def keep(session: Session, ask: Ask, counter: Counter) -> None:
    """Keep with the ask what it offers in return."""
    if counter != NOTHING:
        amount = counter.amount if counter.unit else None
        session.add(
            AskCounter(ask_id=ask.id, listing_id=counter.listing_id, unit=counter.unit, amount=amount)
        )
        session.flush()


def kept(session: Session, ask: Ask) -> Counter:
    """What the ask offers in return."""
    row = session.get(AskCounter, ask.id)
    return NOTHING if row is None else Counter(row.listing_id, row.unit, row.amount or 0)
