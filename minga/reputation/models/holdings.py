"""What is known of people: theirs to take, and it goes with them; what a community showed stays with it."""

from minga.kit.holdings import Holding, register

OWN, HERE = ("person_id",), "community_id"

register(
    "reputation",
    (
        Holding(table="badge", within=HERE),
        Holding(table="badge_earned", own=OWN, within="badge_id/community_id", goes=True),
        Holding(table="contribution_month", own=OWN, within=HERE, goes=True),
        Holding(
            table="endorsement",
            own=("endorser_id", "endorsee_id"),
            within=HERE,
            goes=True,
        ),
        Holding(table="fact", own=OWN, within=HERE, goes=True),
        Holding(
            table="fact_contest",
            own=("fact_id/person_id", "asked_id"),
            within="fact_id/community_id",
            goes=True,
        ),
        Holding(table="person_skill", own=OWN, goes=True, why="A person's own wishes, of no community."),
        Holding(table="skill_mark", own=OWN, within=HERE, goes=True),
        Holding(table="skill_proof", own=OWN, within=HERE, goes=True),
    ),
)
