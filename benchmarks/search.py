"""`python -m benchmarks.search`: how long a search takes among 33,000 listings; goal 50 ms for the slowest kind.

python -m benchmarks.search                      33,000 listings on SQLite
python -m benchmarks.search --listings 10000     fewer

Words follow Zipf's law over 12,000 made-up ones, two to six in a title and twenty in a description, drawn from a
fixed seed.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import bindparam, select, update

from benchmarks import report
from benchmarks.seed import Seeded, grow, seed
from minga.communities.models import Membership
from minga.identity import Actor
from minga.kit.clock import utc_now
from minga.kit.db import Database, Session
from minga.sharing import queries
from minga.sharing.models import ListingWords
from minga.sharing.rules import Wish, read_search

GOAL_MS = 50
WORDS = 12_000
ONSETS = ("b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "br", "ch")
CODAS = ("", "", "", "n", "r", "s", "l", "t", "m")
SYLLABLES = [onset + vowel + coda for onset in ONSETS for vowel in "aeiou" for coda in CODAS]


def vocabulary(chance: random.Random) -> list[str]:
    """Words by how common they are."""
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))] = None
    return list(found)


def texts(chance: random.Random, words: list[str]) -> Iterator[tuple[str, str]]:
    """Titles and descriptions without end."""
    weights = [1 / (rank + 10) for rank in range(len(words))]
    while True:
        drawn = chance.choices(words, weights, k=26)
        n = chance.randint(2, 6)
        yield " ".join(drawn[:n]), " ".join(drawn[6:])


def fill(session: Session, words: list[str], chance: random.Random) -> None:
    """Other words for every listing, so that a search has something to tell apart."""
    table = ListingWords.__table__
    change = update(table).where(table.c.n == bindparam("key"))  # type: ignore[arg-type]
    made = texts(chance, words)
    numbers = session.scalars(select(ListingWords.n)).all()
    for start in range(0, len(numbers), 1_000):
        rows = [
            {"key": n, "title": title, "description": description}
            for n, (title, description) in zip(numbers[start : start + 1_000], made, strict=False)
        ]
        session.connection().execute(change, rows)


def asked(words: list[str]) -> dict[str, str]:
    """What is searched: common and rare words, parts of words, typing errors, nothing."""
    common, usual, rare = words[0], words[200], words[9_000]
    return {
        "the most common word": common,
        "a usual word": usual,
        "a rare word": rare,
        "two words": f"{common} {words[30]}",
        "three words, one without": f"{common} {words[5]} -{words[9]}",
        "a phrase": f'"{common} {words[1]}"',
        "part of a word": usual[1:5],
        "a typing error": usual[:2] + usual[3:],
        "what nobody has": "xylophonist",
        "one common word and one that is wrong": f"{common} {rare[:3]}x{rare[3:]}",
    }


def measure(
    database: Database, seeded: Seeded, words: list[str], rounds: int
) -> list[tuple[str, int, float, float]]:
    """For each kind of search: how many cards, and the medians of work and of waiting in ms."""
    with database.read() as session:
        person = session.scalars(
            select(Membership.person_id).where(Membership.community_id == seeded.community_id)
        ).first()
    found = []
    for name, typed in asked(words).items():
        took, cards = [], 0
        for _ in range(rounds):
            with database.read() as session:
                began, worked = time.perf_counter(), time.process_time()
                wish = Wish(search=read_search(typed))
                page = queries.listings(session, Actor(str(person)), wish, at=utc_now())
                cards = len(page.items)
                if cards < queries.FEW:
                    cards += len(queries.also_similar(session, Actor(str(person)), wish, at=utc_now()))
                waited = time.perf_counter() - began
                took.append((min(waited, time.process_time() - worked) * 1_000, waited * 1_000))
        found.append((name, cards, median(one for one, _ in took), median(one for _, one in took)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__.splitlines()[0])
    parser.add_argument("--listings", type=int, default=33_000)
    parser.add_argument("--rounds", type=int, default=15)
    said = parser.parse_args()
    print(report.machine())
    with tempfile.TemporaryDirectory(prefix="minga-search-") as folder:
        url = f"sqlite:///{Path(folder)}/minga.db"
        seeded = seed(url, members=100, listings=50)
        database = Database.open(url)
        grow(database, seeded, said.listings)
        chance = random.Random(20261120)
        words = vocabulary(chance)
        with database.write() as session:
            fill(session, words, chance)
        rows = measure(database, seeded, words, said.rounds)
        database.close()
    for name, cards, middle, waited in rows:
        print(f"{name:40} {cards:3} cards  {middle:6.1f} ms of work  {waited:6.1f} ms with waiting")
    worst = max(middle for _, _, middle, _ in rows)
    print(f"{said.listings} listings: {worst:.1f} ms (goal ≤ {GOAL_MS}: {report.said(worst <= GOAL_MS)})")


if __name__ == "__main__":
    main()
