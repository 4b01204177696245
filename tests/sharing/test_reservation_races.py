"""Eight at the same moment on real connections: no two reservations of a copy overlap, the last copy goes once (H4)."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.kit.errors import Refused
from minga.kit.ids import Id, new_id
from minga.sharing import commands
from minga.sharing.models import Hold, Loan, Reservation
from minga.sharing.rules import Answers, Item, Service
from tests.sharing import neighbours
from tests.sharing.neighbours import GIFT, lent
from tests.sharing.test_desk import library
from tests.sharing.test_races import at_once, crowd, patiently
from tests.village import Village

MANY = 8


def live(village: Village, listing: Id) -> list[Reservation]:
    with village.database.read() as session:
        return list(
            session.scalars(
                select(Reservation).where(Reservation.listing_id == listing, Reservation.ended_at.is_(None))
            )
        )


def overlaps(rows: list[Reservation]) -> int:
    return sum(
        one.copy_no == other.copy_no and one.from_at < other.until_at and other.from_at < one.until_at
        for number, one in enumerate(rows)
        for other in rows[:number]
    )


def test_eight_who_reserve_days_that_meet(village: Village) -> None:
    three = neighbours.listed(village, village.ana, Item(copies=3), title="Tent", answers=Answers.AT_ONCE)

    def reserving(who: Any, first: int) -> Callable[[], Any]:
        def act() -> Any:
            wish = commands.Wish(from_on=date(2026, 11, first), until_on=date(2026, 11, first + 3))
            with village.database.write() as session:
                return commands.reserve(session, who, three, wish, form_id=new_id(), at=village.clock())

        return act

    results = at_once([reserving(who, 20 + n % 3) for n, who in enumerate(crowd(village, MANY))])
    rows = live(village, three)
    assert len([one for one in results if not isinstance(one, Refused)]) == len(rows) == 3
    assert overlaps(rows) == 0
    assert {one.name for one in results if isinstance(one, Refused)} <= {"taken_then", "just_gone"}


def written(village: Village, row: Reservation) -> bool:
    """Whether the table took it."""
    try:
        with village.database.write() as session:
            session.add(row)
    except IntegrityError:
        return False
    return True


def test_eight_rows_past_all_commands_never_overlap(village: Village) -> None:
    """The table itself: threads that ask nothing and write at once."""
    drill = neighbours.drill(village)
    begins, kept, lock = village.clock() + timedelta(days=3), [0], threading.Lock()

    def writing(number: int) -> Callable[[], Any]:
        def act() -> None:
            for day in range(6):
                row = Reservation(
                    group_id=new_id(),
                    listing_id=drill,
                    copy_no=1,
                    from_at=begins + timedelta(days=day, hours=number),
                    until_at=begins + timedelta(days=day + 1, hours=number),
                    person_id=village.people["bruno"],
                    made_at=begins,
                    confirmed_at=begins,
                )
                if patiently(partial(written, village, row)):
                    with lock:
                        kept[0] += 1

        return act

    at_once([writing(number) for number in range(MANY)])
    rows = live(village, drill)
    assert len(rows) == kept[0] >= 3
    assert overlaps(rows) == 0


def test_two_librarians_lend_the_last_copy_at_once(village: Village) -> None:
    """Two borrowers at once: one has it, one reads that somebody has it at home since just now."""
    drill = library(village)

    def lending(by: str, who: str) -> Callable[[], Any]:
        def act() -> Any:
            with village.database.write() as session:
                return commands.lend_at_desk(
                    session, village.actor(by), drill, village.people[who], at=village.clock()
                )

        return act

    results = at_once([lending("ana", "bruno"), lending("chidi", "hana")])
    [refused] = [one for one in results if isinstance(one, Refused)]
    assert (refused.name, refused.status) == ("somebody_has_it", 409)
    with village.database.read() as session:
        assert len(session.scalars(select(Loan)).all()) == 1


def test_eight_who_join_the_queue_at_once_have_eight_places(village: Village) -> None:
    """H10: positions from one on without gaps, also when all come in the same moment."""
    drill = neighbours.drill(village)
    lent(village, village.bruno, drill)

    def joining(who: Any) -> Callable[[], Any]:
        def act() -> Any:
            with village.database.write() as session:
                return commands.join(session, who, drill, at=village.clock()).id

        return act

    results = at_once([joining(who) for who in crowd(village, MANY)])
    assert len(set(results)) == MANY
    with village.database.read() as session:
        ranks = session.scalars(select(Hold.rank).order_by(Hold.rank)).all()
    assert ranks == list(range(1, MANY + 1))


def test_eight_who_book_a_service_for_two_at_once(village: Village) -> None:
    """COM-2.3: at the same moment on connections of their own; two get it, whatever the hurry."""
    cuts = neighbours.listed(
        village, village.ana, Service(at_once_max=2), title="Haircuts", terms=GIFT, answers=Answers.AT_ONCE
    )
    start = village.clock() + timedelta(days=2)
    wish = commands.Wish(from_at=start, until_at=start + timedelta(minutes=45))

    def booking(who: Any) -> Callable[[], Any]:
        def act() -> Any:
            with village.database.write() as session:
                return commands.reserve(session, who, cuts, wish, form_id=new_id(), at=village.clock())

        return act

    results = at_once([booking(who) for who in crowd(village, MANY)])
    assert len([one for one in results if not isinstance(one, Refused)]) == len(live(village, cuts)) == 2
