"""`python -m benchmarks.near`: how long lists by distance, the map and filters take; goal 200 ms among 100,000 listings.

python -m benchmarks.near                      100,000 listings on SQLite
python -m benchmarks.near --listings 10000     fewer

Listings lie in a square of 100 km, thicker towards its middle, from a fixed seed.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select

from benchmarks import report
from benchmarks.seed import grow, seed
from minga.communities.models import Membership
from minga.identity import Actor
from minga.kit.clock import utc_now
from minga.kit.db import Database, Session
from minga.sharing import queries
from minga.sharing.models import Listing, ListingCell
from minga.sharing.rules import Order, Precision, Wish
from minga.sharing.rules.places import cell_of

GOAL_MS = 200
MIDDLE = (3_450_000, -76_530_000)
SIDE = 450_000


def fill(session: Session, chance: random.Random) -> None:
    """A cell for every listing."""
    rows = []
    for id_ in session.scalars(select(Listing.id)):
        lat, lon = (round(middle + SIDE * chance.triangular(-1, 1, 0)) for middle in MIDDLE)
        cell = cell_of(lat, lon, Precision.NEIGHBOURHOOD)
        rows.append({"listing_id": id_, "precision": "neighbourhood", "lat": cell.lat, "lon": cell.lon})
    session.execute(insert(ListingCell), rows)


def asked(actor: Actor, community_id: str) -> dict[str, Callable[[Session], object]]:
    """What is measured."""
    here = cell_of(*MIDDLE, Precision.NEIGHBOURHOOD)

    def listed(wish: Wish) -> Callable[[Session], object]:
        return lambda session: queries.listings(session, actor, wish, at=utc_now(), community_id=community_id)

    return {
        "newest": listed(Wish()),
        "nearest, 3 km": listed(Wish(near=here, radius_km=3, order=Order.NEAREST)),
        "nearest, 10 km": listed(Wish(near=here, radius_km=10, order=Order.NEAREST)),
        "nearest, 100 km": listed(Wish(near=here, radius_km=100, order=Order.NEAREST)),
        "newest within 30 km": listed(Wish(near=here, radius_km=30)),
        "free on a day": listed(Wish(free_from=date(2026, 12, 1), free_until=date(2026, 12, 2))),
        "most urgent": listed(Wish(order=Order.URGENT)),
        "map": lambda session: queries.cells(session, actor, Wish(), at=utc_now(), community_id=community_id),
        "totals": lambda session: queries.totals(session, actor, Wish(), at=utc_now()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.near", description=__doc__.splitlines()[0])
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    said = parser.parse_args()
    print(report.machine())
    with tempfile.TemporaryDirectory(prefix="minga-near-") as folder:
        url = f"sqlite:///{Path(folder)}/minga.db"
        seeded = seed(url, members=100, listings=50)
        database = Database.open(url)
        grow(database, seeded, said.listings)
        with database.write() as session:
            fill(session, random.Random(20261120))
        with database.write() as session:
            session.connection().exec_driver_sql("ANALYZE")
        with database.read() as session:
            person = session.scalars(
                select(Membership.person_id).where(Membership.community_id == seeded.community_id)
            ).first()
        for name, ask in asked(Actor(str(person)), seeded.community_id).items():
            took = []
            for _ in range(said.rounds):
                with database.read() as session:
                    began, worked = time.perf_counter(), time.process_time()
                    ask(session)
                    took.append((time.process_time() - worked, time.perf_counter() - began))
            work, wait = (median(one[n] for one in took) * 1_000 for n in (0, 1))
            print(
                f"{name:24} {work:7.1f} ms of work  {wait:7.1f} ms with waiting  "
                f"(goal ≤ {GOAL_MS}: {report.said(work <= GOAL_MS)})"
            )
        database.close()


if __name__ == "__main__":
    main()
