"""`python -m benchmarks.calendar`: what a year of reservations costs: the calendar of one thing, and one more reservation.

Fifty copies with five reservations each for every week of a year, as a library for chairs and tents would have.
"""

import argparse
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

import minga.migrations
from minga.communities import commands as communities
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Database, Session
from minga.kit.errors import Refused
from minga.kit.ids import Id, new_id
from minga.sharing import commands, queries
from minga.sharing.models import Reservation
from minga.sharing.rules import Answers, Content, Direction, Item, Term, TermKind

START = datetime(2026, 1, 1, tzinfo=UTC)
CALENDAR_CPU_MS_MAX = 8.0


def seeded(database: Database, copies: int, weeks: int) -> tuple[Actor, Actor, Id]:
    """An owner, a borrower, and a thing with that many copies, each reserved for two days of every week."""
    with database.write() as session:
        owner = Actor(identity.make_person(session, Actor.machine(), name="Ana", handle="ana", at=START))
        made = communities.found(
            session, owner, name="Valley", template="tool_library", founded_by="anybody", at=START
        )
        other = identity.make_person(session, Actor.machine(), name="Bruno", handle="bruno", at=START)
        communities.begin(session, owner, made.id, other, at=START, came_by=CameBy.INVITE, trial_days=0)
        content = Content(
            title="Chair",
            own=Item(copies=copies),
            terms=(Term(kind=TermKind.LOAN),),
            answers=Answers.AT_ONCE,
        )
        thing = commands.post(session, owner, made.id, Direction.OFFER, content, at=START).id
        _fill(session, thing, other, copies, weeks)
    return owner, Actor(other), thing


def _fill(session: Session, thing: Id, person: Id, copies: int, weeks: int) -> None:
    for week in range(weeks):
        begins = START + timedelta(weeks=week, days=2)
        session.add_all(
            Reservation(
                group_id=new_id(),
                listing_id=thing,
                copy_no=copy_no,
                from_at=begins,
                until_at=begins + timedelta(days=2),
                person_id=person,
                made_at=START,
                confirmed_at=START,
            )
            for copy_no in range(1, copies + 1)
        )
        session.flush()


def measure(database: Database, owner: Actor, other: Actor, thing: Id, rounds: int) -> dict[str, float]:
    """CPU milliseconds of one month as a page asks for it, and of one reservation that fits."""
    months, reserved = [], []
    for number in range(rounds):
        month = (START + timedelta(days=30 * (number % 3))).date()
        began = process_time()
        with database.read() as session:
            queries.calendar(session, other, thing, month=month, at=START)
        months.append((process_time() - began) * 1000)
    for number in range(rounds):
        first = START + timedelta(days=5 + 7 * (number % 12))
        wish = commands.Wish(from_at=first, until_at=first + timedelta(days=1), quantity_milli=1_000)
        began = process_time()
        try:
            with database.write() as session:
                ask = commands.reserve(session, other, thing, wish, form_id=new_id(), at=START)
                commands.cancel(session, owner, _exchange_of(session, other, ask.id), at=START)
        except Refused as refusal:
            raise SystemExit(f"A reservation that fits was refused: {refusal}") from refusal
        reserved.append((process_time() - began) * 1000)
    return {"calendar": median(months), "reserve and call off": median(reserved)}


def _exchange_of(session: Session, actor: Actor, ask_id: Id) -> Id:
    found = queries.ask(session, actor, ask_id, at=START).exchange_id
    assert found is not None
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.calendar", description="A year of reservations."
    )
    parser.add_argument("--copies", type=int, default=50)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--rounds", type=int, default=40)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="minga-calendar-") as folder:
        database = Database.open(f"sqlite:///{Path(folder)}/minga.db")
        minga.migrations.create_all(database)
        owner, other, thing = seeded(database, said.copies, said.weeks)
        found = measure(database, owner, other, thing, said.rounds)
        database.close()
    print(f"{said.copies} copies, {said.copies * said.weeks} reservations, median of {said.rounds}:")
    for name, cpu_ms in found.items():
        print(f"  {name}: {cpu_ms:.1f} CPU ms")
    held = found["calendar"] <= CALENDAR_CPU_MS_MAX
    print(f"Goal of a month: at most {CALENDAR_CPU_MS_MAX:.0f} CPU ms: {'kept' if held else 'missed'}.")


if __name__ == "__main__":
    main()
