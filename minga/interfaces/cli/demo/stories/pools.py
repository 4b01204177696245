"""Flour for everybody: a round that was shared out and fetched, and one that is open now."""

from datetime import timedelta

from minga.interfaces.cli.demo.stories.teller import Teller
from minga.kit.ids import Id
from minga.sharing.commands import pooling
from minga.sharing.commands.pooling import Claiming, Founding
from minga.sharing.queries import pooling as queries
from minga.sharing.rules import Measure
from minga.sharing.rules.allocation.names import Rule
from minga.sharing.rules.pools import StockWhy, WeightBy

DAY = 24.0
WISHES = (
    ("edda", 2, "We bake for the whole stairs."),
    ("bruno", 6, ""),
    ("noor", 4, "Para los domingos."),
    ("dara", 3, ""),
)


def tell(teller: Teller) -> None:
    """The story, oldest first."""
    founding = Founding(
        name="Flour from the mill",
        words="Whoever bakes says how much they need; what is there is shared out on Friday.",
        unit=Measure.KG,
        pick_up="Fridays from five, in the hall",
        claim_max=8,
    )
    pool = teller.act("ana", 21 * DAY, pooling.found_pool, teller.valley, founding).id
    teller.act("ana", 21 * DAY, pooling.count_stock, pool, 12_000, StockWhy.GIVEN, words="From the mill.")
    _round(teller, pool, 20 * DAY, 17 * DAY)
    teller.act("ana", 17 * DAY - 1, pooling.allocate, pool, 1)
    _fetch(teller, pool)
    teller.act("ana", 3 * DAY, pooling.count_stock, pool, 10_000, StockWhy.GIVEN, words="Second sack.")
    _round(teller, pool, 2 * DAY, -2 * DAY)
    _drawn(teller)
    teller.act("ruth", 5, pooling.say_gift, pool, 2_000, words="I bought too much rye.")


def _drawn(teller: Teller) -> None:
    """Three places in the boat for five who would like to come: drawn by lot, for everybody to check."""
    founding = Founding(
        name="Places in the boat",
        words="On Sundays three of us go out with the fishermen. Who comes along is drawn by lot.",
        rule=Rule.LOTTERY,
        pick_up="Sunday at six, at the pier",
        claim_max=1,
        weight_by=WeightBy.PERSON,
    )
    pool = teller.act("ana", 9 * DAY, pooling.found_pool, teller.valley, founding).id
    teller.act("ana", 9 * DAY, pooling.count_stock, pool, 3_000, StockWhy.GIVEN, words="Three places.")
    closes = teller.now - timedelta(hours=6 * DAY)
    made = teller.act("ana", 8 * DAY, pooling.plan_round, pool, closes_at=closes)
    for n, name in enumerate(("bruno", "lena", "omar", "noor", "tomas")):
        teller.act(name, 8 * DAY - 1 - n, pooling.claim, pool, made.n, Claiming(steps=1))
    teller.act("ana", 6 * DAY - 1, pooling.allocate, pool, made.n)
    for name in ("bruno", "lena", "omar", "noor", "tomas"):
        for share in teller.act(name, 5.5 * DAY, queries.round_view, pool, made.n).own.shares:
            teller.act(name, 5.5 * DAY, pooling.accept_share, share.id)


def _round(teller: Teller, pool: Id, begins: float, ends: float) -> None:
    """Open for some days; most of them ask."""
    made = teller.act("ana", begins, pooling.plan_round, pool, closes_at=teller.now - timedelta(hours=ends))
    for n, (name, steps, words) in enumerate(WISHES):
        teller.act(name, begins - 3 - n, pooling.claim, pool, made.n, Claiming(steps=steps, words=words))


def _fetch(teller: Teller, pool_id: Id) -> None:
    """Everybody takes what was offered, and comes for it on Friday."""
    for name, _, _ in WISHES:
        seen = teller.act(name, 16.5 * DAY, queries.round_view, pool_id, 1)
        for share in seen.own.shares:
            teller.act(name, 16.5 * DAY, pooling.accept_share, share.id)
            teller.act("ana", 15.5 * DAY, pooling.hand_out, share.id)
