"""Makers for tests of pools: a store with flour, households that ask, a clock that goes on."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from minga.communities import commands as communities
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.ids import Id
from minga.sharing import commands as sharing
from minga.sharing.commands import pooling as commands
from minga.sharing.commands.pooling import Claiming, Founding
from minga.sharing.models.pools import Pool
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.rules import Item
from minga.sharing.rules.content import Measure
from minga.sharing.rules.pools import StockWhy
from tests.sharing import neighbours
from tests.village import Village

HOUR = timedelta(hours=1)


def households(village: Village, count: int) -> list[Actor]:
    """More members of Valley, each a household of their own."""
    made = []
    with village.database.write() as session:
        for number in range(count):
            name = f"House {number}"
            person = identity.make_person(
                session, Actor.machine(), name=name, handle=f"house{number}", at=village.clock()
            )
            communities.begin(
                session,
                village.ana,
                village.valley,
                person,
                at=village.clock(),
                came_by=CameBy.INVITE,
                trial_days=0,
            )
            made.append(Actor(person))
    return made


def pool(village: Village, *, stock: int = 0, **facts: Any) -> Id:
    """A pool of Valley with so many steps in it."""
    given = Founding(**{"name": "Flour", "unit": Measure.KG, "pick_up": "Fridays at the hall", **facts})
    with village.database.write() as session:
        made = commands.found_pool(session, village.ana, village.valley, given, at=village.clock())
        if stock:
            commands.count_stock(
                session, village.ana, made.id, stock * made.step_milli, StockWhy.GIVEN, at=village.clock()
            )
        return made.id


def opened(village: Village, pool_id: Id, *, hours: int = 24, **facts: Any) -> int:
    """A round that takes claims now; its number."""
    with village.database.write() as session:
        closes = village.clock() + hours * HOUR
        found = session.get_one(Pool, pool_id)
        made = commands.plan_round(
            session,
            village.ana,
            pool_id,
            closes_at=None if found.standing else closes,
            at=village.clock(),
            **facts,
        )
        return made.n


def claimed(
    village: Village, who: Actor, pool_id: Id, n: int, steps: int = 1, band: int = 1, **facts: Any
) -> Id:
    with village.database.write() as session:
        given = Claiming(steps=steps, band=band, **facts)
        return commands.claim(session, who, pool_id, n, given, at=village.clock()).id


def shared_out(village: Village, pool_id: Id, n: int, *, hours: int = 25) -> PoolRound:
    """The clock goes on, the round is closed and shared out as its job does."""
    village.clock.forward(hours=hours)
    with village.database.write() as session:
        return commands.allocate(session, village.ana, pool_id, n, at=village.clock())


def shares(village: Village, pool_id: Id, n: int) -> list[PoolShare]:
    """The shares of a round, as they were offered."""
    with village.database.read() as session:
        return list(
            session.scalars(
                select(PoolShare)
                .join(PoolRound, PoolRound.id == PoolShare.round_id)
                .where(PoolRound.pool_id == pool_id, PoolRound.n == n)
                .order_by(PoolShare.turn, PoolShare.id)
            )
        )


def share_of(village: Village, claim_id: Id) -> PoolShare | None:
    with village.database.read() as session:
        return session.scalar(
            select(PoolShare).where(PoolShare.claim_id == claim_id).order_by(PoolShare.turn.desc()).limit(1)
        )


def claim_row(village: Village, claim_id: Id) -> PoolClaim:
    with village.database.read() as session:
        return session.get_one(PoolClaim, claim_id)


def answer(village: Village, who: Actor, share_id: Id, yes: bool = True) -> None:
    with village.database.write() as session:
        act = commands.accept_share if yes else commands.refuse_share
        act(session, who, share_id, at=village.clock())


def gave(village: Village, giver: Actor, taker: Actor, title: str = "Pan") -> None:
    """A gift from one to another that both called done."""
    thing = neighbours.listed(village, giver, Item(), title=title, terms=neighbours.GIFT)
    exchange = neighbours.agreed(village, taker, thing)
    with village.database.write() as session:
        for side in (giver, taker):
            sharing.done(session, side, exchange.id, at=village.clock())
