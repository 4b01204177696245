"""`python -m benchmarks.polls`: what the ballots of a large poll cost in the database, in CPU time, best of five.

python -m benchmarks.polls                    100,000 ballots read and counted, 10,000 sealed ones closed
python -m benchmarks.polls --ballots 10000    fewer
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from benchmarks import report
from minga import migrations
from minga.communities import commands as communities
from minga.governance.access.sealing import poll_cipher
from minga.governance.commands.ballots import ballots_at_close, prepare_ballots
from minga.governance.models import Ballot, Poll, RollRow
from minga.governance.queries.cast import cast_of, lines_of
from minga.governance.rules import secrecy
from minga.governance.rules.counts import count_poll
from minga.governance.rules.forms import form_of
from minga.governance.rules.kinds import Results, RollUnit, Secrecy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.canonical import canonical_json
from minga.kit.clock import utc_now
from minga.kit.db import Database, Session
from minga.kit.ids import Id, new_id
from minga.kit.sealed import FieldKey

READ_MAX, CLOSE_MAX = 0.060, 2.0
SEALED = 10_000
OPTIONS = 10
CHUNK = 5_000
_ROLL: Any = RollRow.__table__
_BALLOTS: Any = Ballot.__table__


def opened(path: Path) -> tuple[Database, Id]:
    """A new database with one community."""
    database, at = Database.open(f"sqlite:///{path}"), utc_now()
    database.field_key = FieldKey("a secret of the benchmark, long enough")
    migrations.upgrade(database)
    with database.write() as session:
        first = identity.make_person(session, Actor.machine(), name="Ana", handle="ana", at=at)
        actor = Actor(first, confirmed_at=at)
        made = communities.found(
            session, actor, name="Valley", template="mutual_aid", founded_by="anybody", at=at
        )
        return database, made.id


def poll_of(session: Session, community_id: Id, level: Secrecy, ballots: int) -> Poll:
    """A ranked poll with ten options on whose roll are so many."""
    at, poll_id = utc_now(), new_id()
    config: dict[str, Any] = {
        "poll": poll_id,
        "method": "irv",
        "options": [{"number": number, "title": f"Option {number}"} for number in range(1, OPTIONS + 1)],
        "parameters": {},
        "leavers": "keep",
    }
    poll = Poll(
        id=poll_id,
        community_id=community_id,
        question="Which?",
        method="irv",
        secrecy=level,
        results=Results.AFTER_CLOSE,
        roll_unit=RollUnit.PERSON,
        config=config,
        config_digest=secrecy.config_hash(config),
        roll_root="0" * 64,
        roll_size=ballots,
        roll_weight=ballots,
        made_at=at,
        opens_at=at,
        closes_at=at + timedelta(days=1),
        opened_at=at,
    )
    session.add(poll)
    session.flush()
    prepare_ballots(session, poll)
    return poll


def fill(session: Session, poll: Poll, ballots: int) -> None:
    """Voters with ballots, drawn from a fixed seed."""
    chance = random.Random(20261120)
    sealed = poll.secrecy is Secrecy.SEALED
    cipher = poll_cipher(session, poll) if sealed else None
    form = form_of(poll.config)
    everybody: list[str] = []
    for start in range(0, ballots, CHUNK):
        voters = [f"{chance.getrandbits(128):032x}" for _ in range(min(CHUNK, ballots - start))]
        roll = [{"poll_id": poll.id, "voter_id": voter, "weight": 1, "dropped": False} for voter in voters]
        session.execute(insert(_ROLL), roll)
        rows = []
        for voter in voters:
            packed = bytes(chance.sample(range(1, OPTIONS + 1), OPTIONS))
            row: dict[str, Any] = {
                "poll_id": poll.id,
                "voter_id": voter,
                "packed": packed,
                "sealed": None,
                "reason": "",
                "version": 1,
                "channel": "web",
            }
            if cipher is not None:
                plain = secrecy.sealed_plain(os.urandom(16), packed, "", form, reasons=False)
                row |= {"packed": None, "sealed": cipher.seal(plain, voter)}
            rows.append(row)
        session.execute(insert(_BALLOTS), rows)
        everybody += voters
    poll.roll_root = secrecy.roll_root([voter, 1, None, None] for voter in everybody)


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def measured(folder: Path, ballots: int, rounds: int) -> list[tuple[str, float, float | None]]:
    """Name, seconds of work, and the goal if there is one."""
    database, community_id = opened(folder / "minga.db")
    with database.write() as session:
        poll = poll_of(session, community_id, Secrecy.OPEN, ballots)
        fill(session, poll, ballots)
        poll_id = poll.id
    found: list[tuple[str, float, float | None]] = []
    with database.read() as session:
        poll = session.get_one(Poll, poll_id)
        cast = cast_of(session, poll)
        assert cast.number == ballots
        reading = min(timed(lambda: cast_of(session, poll)) for _ in range(rounds))
        found.append((f"read and group {ballots:,} ballots", reading, READ_MAX))
        lots = secrecy.lots_of(bytes(32))
        counting = min(timed(lambda: count_poll(poll.config, cast, lots)) for _ in range(rounds))
        found.append((f"count {ballots:,} ballots by irv", counting, None))
        lines = list(lines_of(session, poll))
        found.append((f"lines of {ballots:,} ballots", timed(lambda: list(lines_of(session, poll))), None))
        rooting = timed(lambda: secrecy.ballots_root(map(secrecy.leaf_of, lines)))
        found.append((f"root of {ballots:,} lines", rooting, None))
        found.append((f"lines of {ballots:,} as JSON", timed(lambda: canonical_json(lines)), None))
    with database.write() as session:
        sealed = poll_of(session, community_id, Secrecy.SEALED, SEALED)
        fill(session, sealed, SEALED)
        sealed_id = sealed.id
    found.append((f"close {SEALED:,} sealed ballots", timed(lambda: _close(database, sealed_id)), CLOSE_MAX))
    database.close()
    return found


def _close(database: Database, poll_id: Id) -> None:
    """Open, order, count and write the lines of the record."""
    with database.write() as session:
        poll = session.get_one(Poll, poll_id)
        poll.closed_at = utc_now()
        closed = ballots_at_close(session, poll)
        count_poll(poll.config, cast_of(session, poll), secrecy.lots_of(bytes.fromhex(closed.ballots_root)))
        canonical_json(list(lines_of(session, poll)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ballots", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    print(report.machine())
    with tempfile.TemporaryDirectory() as folder:
        for name, seconds, goal in measured(Path(folder), given.ballots, given.rounds):
            said = "" if goal is None else f"  goal ≤ {goal * 1000:,.0f} ms: {report.said(seconds <= goal)}"
            print(f"{seconds * 1000:9,.1f} ms  {name}{said}")


if __name__ == "__main__":
    main()
