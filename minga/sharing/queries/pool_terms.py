"""What some rules count of claimants: needs, offers and gifts for points, confirmed hours, who won in the last rounds."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from minga.kit.db import Session
from minga.kit.ids import Id
from minga.ledger.access import commons_book, root_of
from minga.ledger.models import AccountOwner, Entry, EntryLine
from minga.ledger.rules.kinds import EntryState
from minga.ledger.rules.units import TIME
from minga.sharing.access.access_needs import allowed_in
from minga.sharing.access.listings import is_open
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.listings import Listing
from minga.sharing.models.pools import Pool, PoolSeat
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.rules.allocation.points import Terms
from minga.sharing.rules.words import Direction, Kind, Level

GIVEN_WITHIN = timedelta(days=30)
MINUTES_OF_TWO = 120
"""So many minutes between the same two people count at most: hours sent in a circle bring little."""


def terms_of(session: Session, pool: Pool, claims: Sequence[PoolClaim], *, at: datetime) -> dict[Id, Terms]:
    """Per claimant: open needs (one per day), offers of the pool's category, people given to, and an allowed access need."""
    people = {one.person_id for one in claims}
    shown = [
        Listing.owner_id.in_(people),
        Listing.community_id == pool.community_id,
        Listing.level != Level.PRIVATE,
        is_open(at),
    ]
    if pool.category_id is not None:
        shown.append(Listing.category_id == pool.category_id)
    needs: dict[Id, set[object]] = {}
    offers: dict[Id, int] = {}
    columns = (Listing.owner_id, Listing.direction, Listing.kind, Listing.category_id, Listing.published_at)
    for owner, direction, kind, category, published in session.execute(select(*columns).where(*shown)):
        if direction is Direction.NEED and published is not None:
            needs.setdefault(owner, set()).add((category, published.date()))
        elif direction is Direction.OFFER and kind is Kind.ITEM:
            offers[owner] = offers.get(owner, 0) + 1
    given = _given_to(session, pool, people, at)
    allowed = allowed_in(session, pool.id, people)
    return {
        one: Terms(len(needs.get(one, ())), offers.get(one, 0), len(given.get(one, ())), one in allowed)
        for one in people
    }


def _given_to(session: Session, pool: Pool, people: set[Id], at: datetime) -> dict[Id, set[Id]]:
    """The different people outside one's own household to whom something was given and completed."""
    rows = session.execute(
        select(Exchange.provider_id, Exchange.receiver_id)
        .where(
            Exchange.provider_id.in_(people),
            Exchange.completed_at > at - GIVEN_WITHIN,
            Exchange.cancelled_at.is_(None),
        )
        .distinct()
    ).all()
    homes = {
        row.person_id: row.account_id
        for row in session.execute(
            select(PoolSeat.person_id, PoolSeat.account_id).where(PoolSeat.pool_id == pool.id)
        )
    }
    found: dict[Id, set[Id]] = {}
    for giver, taker in rows:
        if homes.get(giver) is None or homes.get(giver) != homes.get(taker):
            found.setdefault(giver, set()).add(taker)
    return found


def winners_of_last(session: Session, pool_id: Id, rounds: int) -> frozenset[Id]:
    """The accounts that accepted a share in one of the last rounds."""
    last = (
        select(PoolRound.id)
        .where(PoolRound.pool_id == pool_id, PoolRound.allocated_at.is_not(None))
        .order_by(PoolRound.n.desc())
        .limit(rounds)
    )
    won = select(PoolShare.account_id).where(
        PoolShare.round_id.in_(last.subquery().select()), PoolShare.accepted_at.is_not(None)
    )
    return frozenset(session.scalars(won))


def minutes_of(session: Session, pool: Pool, people: set[Id], *, at: datetime) -> dict[Id, int]:
    """Minutes that were credited to these people within the window, as the ledger has them; never money."""
    book = commons_book(session, root_of(session, pool.community_id).id)
    if book is None:
        return {}
    earned, paid = aliased(EntryLine), aliased(EntryLine)
    earner, payer = aliased(AccountOwner), aliased(AccountOwner)
    undone = aliased(Entry)
    rows = session.execute(
        select(earner.owner_id, payer.owner_id, func.sum(-earned.amount))
        .select_from(Entry)
        .join(earned, (earned.entry_id == Entry.id) & (earned.amount < 0) & (earned.unit == TIME))
        .join(paid, (paid.entry_id == Entry.id) & (paid.amount > 0) & (paid.unit == TIME))
        .join(earner, earner.account_id == earned.account_id)
        .join(payer, payer.account_id == paid.account_id)
        .where(
            Entry.book_id == book.id,
            Entry.state == EntryState.POSTED,
            Entry.reverses.is_(None),
            Entry.posted_at > at - timedelta(days=pool.window_days),
            ~select(undone.id).where(undone.reverses == Entry.id).exists(),
            earner.owner_id.in_(people),
        )
        .group_by(earner.owner_id, payer.owner_id)
    )
    found: dict[Id, int] = {}
    for person, _other, minutes in rows:
        found[person] = found.get(person, 0) + min(int(minutes), MINUTES_OF_TWO)
    return found
