"""`python -m benchmarks.ties`: what a list costs with twenty partners, by ties and by a federation; goal 1.5 times one's own.

python -m benchmarks.ties                      20 partners with 50 listings each
python -m benchmarks.ties --partners 5         fewer

Each list is a page of fifty, newest first, asked in a unit of its own, by turns; CPU time of this process, medians.
"""

import argparse
import tempfile
import time
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from benchmarks import report
from minga import migrations
from minga.communities import commands as communities
from minga.communities.models import Federation, Partnership, Seat, SeatGift, TieGift
from minga.communities.rules.federations import DecidedBy, Scope
from minga.communities.rules.ties import Given
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.clock import utc_now
from minga.kit.db import Database, Session
from minga.kit.ids import Id, new_id
from minga.sharing import commands as sharing
from minga.sharing import queries
from minga.sharing.rules import Content, Direction, Item, Level, Origin, Term, TermKind, Wish

GOAL = 1.5
ROUNDS = 60
AT = utc_now()


def build(database: Database, partners: int, listings: int) -> list[tuple[Id, Id]]:
    """Communities of one member each, with as many listings; (community, person), one's own first."""
    made = []
    for n in range(partners + 1):
        with database.write() as session:
            person = identity.make_person(
                session, Actor.machine(), name=f"Person {n}", handle=f"person{n}", at=AT
            )
            here = communities.found(
                session, Actor(person, confirmed_at=AT), name=f"Community {n}", founded_by="anybody", at=AT
            )
            for one in range(listings):
                content = Content(
                    title=f"Thing {one}", own=Item(), terms=(Term(kind=TermKind.LOAN),), level=Level.PARTNERS
                )
                sharing.post(session, Actor(person), here.id, Direction.OFFER, content, at=AT)
            made.append((here.id, person))
    return made


def tie(session: Session, made: list[tuple[Id, Id]]) -> None:
    """The first community with every other, both ways."""
    (own, me), *others = made
    for other, them in others:
        low, high = sorted((own, other))
        row = Partnership(
            id=new_id(),
            low_id=low,
            high_id=high,
            proposer_id=own,
            proposed_by_id=me,
            proposed_at=AT,
            agreed_by_id=them,
            active_at=AT,
        )
        session.add(row)
        session.flush()
        common = {"partnership_id": row.id, "giver_id": other, "taker_id": own, "kind": "*"}
        session.execute(
            insert(TieGift),
            [
                {"id": new_id(), **common, "direction": one, "since_at": AT, "older_at": AT}
                for one in (Given.OFFER, Given.NEED)
            ],
        )


def federate(session: Session, made: list[tuple[Id, Id]]) -> None:
    """All of them in one federation; the first founded it."""
    (own, me), *_ = made
    head = communities.found(session, Actor(me, confirmed_at=AT), name="All", founded_by="anybody", at=AT)
    session.add(
        Federation(community_id=head.id, decided_by=DecidedBy.COUNCIL, scope=Scope.CUSTOM, founded_by_id=own)
    )
    for one, person in made:
        seat = Seat(
            id=new_id(),
            federation_id=head.id,
            community_id=one,
            asked_by_federation=True,
            asked_by_id=person,
            asked_at=AT,
            joined_at=AT,
            older_at=AT,
        )
        session.add(seat)
        session.flush()
        gift = {"seat_id": seat.id, "federation_id": head.id, "giver_id": one, "kind": "*"}
        session.execute(
            insert(SeatGift),
            [{"id": new_id(), **gift, "direction": Given.OFFER, "since_at": AT, "older_at": AT}],
        )


def costs(database: Database, me: Id) -> tuple[float, float, int]:
    """CPU-ms of the own list and of the list with partners, by turns, and how many partners' cards a page has."""
    own: list[float] = []
    both: list[float] = []
    seen = 0
    for turn in range(2 * ROUNDS):
        origins = frozenset({Origin.OWN}) if turn % 2 else frozenset({Origin.OWN, Origin.PARTNER})
        with database.read() as session:
            began = time.process_time()
            page = queries.listings(session, Actor(me), Wish(origins=origins), at=utc_now(), limit=50)
            (own if turn % 2 else both).append((time.process_time() - began) * 1_000)
        if not turn % 2:
            seen = sum(card.origin is Origin.PARTNER for card in page.items)
    return median(own), median(both), seen


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ties", description=__doc__.splitlines()[0])
    parser.add_argument("--partners", type=int, default=20)
    parser.add_argument("--listings", type=int, default=50)
    said = parser.parse_args()
    print(report.machine(), flush=True)
    for name, bind in (("ties", tie), ("a federation", federate)):
        with tempfile.TemporaryDirectory(prefix="minga-ties-") as folder:
            database = Database.open(f"sqlite:///{Path(folder)}/minga.db")
            migrations.upgrade(database)
            made = build(database, said.partners, said.listings)
            with database.write() as session:
                bind(session, made)
            own, both, seen = costs(database, made[0][1])
            database.close()
        print(
            f"{said.partners} partners by {name}: own list {own:.2f} CPU-ms, with partners {both:.2f} "
            f"({seen} of 50 cards theirs), {both / own:.2f} times; goal ≤ {GOAL}: {report.said(both <= GOAL * own)}"
        )


if __name__ == "__main__":
    main()
