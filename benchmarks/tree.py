"""`python -m benchmarks.tree`: the tree of who brought in whom of 1,000 members; goal 20 ms, beside one raw recursive query.

python -m benchmarks.tree                     1,000 members on SQLite
python -m benchmarks.tree --members 5000      more
python -m benchmarks.tree --database URL      elsewhere, for example on PostgreSQL; an empty database

Each member was brought in by one who came before, from a fixed seed. The raw query walks the same links and reads the
same names, and makes nothing of them.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sqlalchemy import select, text

from benchmarks import report
from benchmarks.seed import Seeded, seed
from minga.communities import queries
from minga.communities.access import holders_of
from minga.communities.models import Membership
from minga.identity import Actor
from minga.kit.clock import utc_now
from minga.kit.db import Database, Session

GOAL_MS = 20
RAW = """
WITH RECURSIVE tree(id, sponsor_id, person_id, joined_on) AS (
  SELECT id, sponsor_id, person_id, joined_on FROM membership WHERE sponsor_id IS NULL AND community_id = :here
  UNION ALL
  SELECT m.id, m.sponsor_id, m.person_id, m.joined_on FROM membership m JOIN tree t ON m.sponsor_id = t.id
) SELECT tree.*, person.name, person.handle FROM tree JOIN person ON person.id = tree.person_id
"""


def plant(session: Session, seeded: Seeded, chance: random.Random) -> tuple[Actor, Actor]:
    """Let each member be brought in by one of those who came shortly before; answers a steward and one in the middle."""
    here = seeded.community_id
    members = session.scalars(
        select(Membership).where(Membership.community_id == here).order_by(Membership.id)
    ).all()
    for n, one in enumerate(members[1:], start=1):
        one.sponsor_id = members[chance.randrange(max(0, n - 40), n)].id
    able = holders_of(session, "tree.see_all", here, at=utc_now(), limit=1)
    return Actor(able[0].person_id), Actor(members[len(members) // 2].person_id)


def measured(database: Database, ask: Callable[[Session], object], rounds: int) -> tuple[float, float]:
    """Median of wall time and of processor time in ms, each in a unit of its own."""
    wall, busy = [], []
    for _ in range(rounds):
        with database.read() as session:
            began, cpu = time.perf_counter(), time.process_time()
            ask(session)
            wall.append((time.perf_counter() - began) * 1000)
            busy.append((time.process_time() - cpu) * 1000)
    return median(wall), median(busy)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tree", description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--database", default="")
    said = parser.parse_args()
    print(report.machine())
    with tempfile.TemporaryDirectory(prefix="minga-tree-") as folder:
        url = said.database or f"sqlite:///{Path(folder)}/minga.db"
        seeded = seed(url, members=said.members, listings=1)
        here = seeded.community_id
        database = Database.open(url)
        with database.write() as session:
            steward, member = plant(session, seeded, random.Random(20261120))
        with database.write() as session:
            session.connection().exec_driver_sql("ANALYZE")
        now = utc_now()
        asked: dict[str, Callable[[Session], object]] = {
            "steward, all of it": lambda session: queries.tree(session, steward, here, at=now),
            "member, three steps": lambda session: queries.tree(session, member, here, at=now),
            "raw recursive query": lambda session: session.execute(text(RAW), {"here": here}).all(),
        }
        for name, ask in asked.items():
            wall, busy = measured(database, ask, said.rounds)
            goal = f"   goal {GOAL_MS}" if not name.startswith("raw") else ""
            print(f"{name:24} {wall:8.1f} ms   {busy:8.1f} CPU-ms{goal}")
        database.close()


if __name__ == "__main__":
    main()
