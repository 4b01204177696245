"""What the tables of pools hold of people and of a community."""

from minga.kit.holdings import Holding, register

POOL = "pool_id/community_id"

register(
    "sharing",
    (
        Holding(table="pool", within="community_id"),
        Holding(table="pool_account", own=("id=pool_seat.account_id/person_id",), within=POOL),
        Holding(table="pool_seat", own=("person_id",), within=POOL),
        Holding(table="pool_thing", within=POOL),
        Holding(table="pool_rule", within=POOL),
        Holding(table="pool_gift", own=("person_id",), within=POOL, blank=("words",)),
        Holding(table="pool_round", within=POOL),
        Holding(table="pool_round_secret", why="Sealed under this node's key until the round is over."),
        Holding(table="pool_claim", own=("person_id",), within=POOL, blank=("words",)),
        Holding(table="pool_share", own=("person_id",), within=POOL),
        Holding(table="stock_move", own=("by_id",), within=POOL, scrub=("words",)),
    ),
)
