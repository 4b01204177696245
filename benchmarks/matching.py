"""How long matching takes: counting a text, finding candidates, and one new listing against thousands in a database.

`python -m benchmarks.matching [LISTINGS]`; the standard library and SQLite only, CPU time of this process.
"""

import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import minga.migrations
from minga.communities import commands as communities
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.intelligence import commands
from minga.intelligence.rules import text
from minga.intelligence.rules.concepts import shipped
from minga.kit.db import Database, Session
from minga.kit.ids import Id
from minga.sharing import commands as sharing
from minga.sharing.rules import Content, Direction, Item, Term, TermKind

EACH = 40
"""Listings of one neighbour; more than fifty open ones are refused."""
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def titles(count: int) -> list[str]:
    """Titles as neighbours write them: one or two names of concepts, and a word of their own."""
    chance = random.Random(7)
    names = [name for one in shipped().values() for many in one.names.values() for name in many]
    return [f"{chance.choice(names)} {chance.choice(names)} {number:x}" for number in range(count)]


def in_memory(said: list[str]) -> None:
    """The reference: add, index, ask."""
    began = time.process_time()
    corpus = text.Corpus()
    for number, title in enumerate(said):
        corpus.add(number, title)
    counted = time.process_time()
    index = corpus.index()
    indexed = time.process_time()
    for title in said[:200]:
        index.alike(title, 10)
    asked = time.process_time()
    print(f"count {(counted - began) / len(said) * 1e3:.3f} ms a text, index {indexed - counted:.2f} s,")
    print(f"ask {(asked - indexed) / 200 * 1e3:.2f} ms among {len(said)} texts")


def _content(title: str) -> Content:
    return Content(title=title, own=Item(), terms=(Term(kind=TermKind.GIFT),))


def _person(session: Session, name: str) -> Actor:
    handle = identity.propose_handle(session, name, at=AT)
    return Actor(identity.make_person(session, Actor.machine(), name=name, handle=handle, at=AT))


def _member(session: Session, steward: Actor, community_id: Id, name: str) -> Actor:
    made = _person(session, name)
    communities.begin(
        session, steward, community_id, str(made.person_id), at=AT, came_by=CameBy.INVITE, trial_days=0
    )
    return made


def in_tables(said: list[str]) -> None:
    """Listings in a database: counted, then one new listing matched with all."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{Path(folder)}/bench.db")
        minga.migrations.create_all(database)
        with database.write() as session:
            ana = _person(session, "Ana")
            made = communities.found(
                session, ana, name="Valley", template="mutual_aid", founded_by="anybody", at=AT
            )
            bruno = _member(session, ana, made.id, "Bruno")
        spent = 0.0
        for start in range(0, len(said), EACH):
            with database.write() as session:
                owner = _member(session, ana, made.id, f"Neighbour {start}")
                for title in said[start : start + EACH]:
                    one = sharing.post(session, owner, made.id, Direction.OFFER, _content(title), at=AT)
                    session.flush()
                    began = time.process_time()
                    commands.index_listing(session, one.id, at=AT)
                    spent += time.process_time() - began
        print(f"{len(said)} listings counted in tables, {spent / len(said) * 1e3:.2f} ms each")
        took = []
        for title in titles(20):
            with database.write() as session:
                one = sharing.post(session, bruno, made.id, Direction.NEED, _content(title), at=AT)
                session.flush()
                began = time.process_time()
                commands.match_listing(session, one.id, at=AT)
                took.append(time.process_time() - began)
        took.sort()
        print(
            f"one new listing counted, matched and kept: median {took[10] * 1e3:.0f} ms, most {took[-1] * 1e3:.0f} ms"
        )
        database.close()


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    in_memory(titles(wanted * 3))
    in_tables(titles(wanted))
