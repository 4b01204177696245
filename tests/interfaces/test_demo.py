"""The example village is made by the commands of the pages, on both databases."""

from minga.interfaces.cli.demo import village
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.sharing import queries
from minga.sharing.rules import Wish


def test_the_village_has_neighbours_and_listings(database: Database, clock: FixedClock) -> None:
    made = village.build(database, clock())
    assert {"ana", "bruno", "dara", "hana", "farid", "zoe", "ivo"} <= set(made.people)
    with database.read() as session:
        found = queries.listings(
            session, made.actor("bruno", clock()), Wish(), at=clock(), community_id=made.valley
        )
        assert len(found.items) >= 20
