"""Bookings that come again: all or those that are free, by the clock on the wall, sixty at most."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.ids import Id, new_id
from minga.sharing import commands
from minga.sharing.models import Ask, Reservation
from minga.sharing.rules import Answers, Level, Space
from minga.sharing.rules.bookings import Every, occurrences
from tests.sharing import neighbours
from tests.sharing.test_reservations import rule
from tests.village import NOBODY, Village

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def room(village: Village, answers: Answers = Answers.AT_ONCE, level: Level = Level.PARTNERS) -> Id:
    return neighbours.listed(village, village.ana, Space(), title="Hall", answers=answers, level=level)


def each(
    village: Village, who: Actor, hall: Id, times: int, *, leave_out: bool = False, start: datetime = NOON
) -> list[Ask]:
    with village.database.write() as session:
        return commands.reserve_each(
            session,
            who,
            hall,
            commands.Wish(from_at=start, until_at=start + 2 * HOUR),
            every=Every.WEEK,
            times=times,
            leave_out=leave_out,
            form_id=new_id(),
            at=village.clock(),
        )


def rows(village: Village, hall: Id) -> list[datetime]:
    with village.database.read() as session:
        wanted = select(Reservation.from_at).where(
            Reservation.listing_id == hall, Reservation.ended_at.is_(None)
        )
        return sorted(session.scalars(wanted))


def test_strangers_book_nothing(village: Village) -> None:
    hall = room(village, level=Level.COMMUNITY)
    for stranger in (NOBODY, village.zoe):
        with pytest.raises(NotFound):
            each(village, stranger, hall, 3)


def test_all_or_those_that_are_free(village: Village) -> None:
    hall = room(village)
    with village.database.write() as session:
        start = NOON + timedelta(days=14)
        wish = commands.Wish(from_at=start + HOUR, until_at=start + 2 * HOUR)
        commands.reserve(session, village.bruno, hall, wish, form_id=new_id(), at=village.clock())
    with pytest.raises(Conflict) as refused:
        each(village, village.chidi, hall, 12)
    assert refused.value.name == "some_taken"
    assert str(refused.value) == "11 of 12 are free. Leave out 2026-12-04?"
    assert len(rows(village, hall)) == 1, "nothing was reserved"
    assert len(each(village, village.chidi, hall, 12, leave_out=True)) == 11
    assert len(rows(village, hall)) == 12


def test_hours_stay_the_same_on_the_wall_when_clocks_change(village: Village) -> None:
    with village.database.write() as session:
        session.get_one(Community, village.valley).zone = "Europe/Madrid"
    rule(village, "loan.lead_days_max", 365)
    hall = room(village)
    each(village, village.bruno, hall, 3, start=datetime(2027, 3, 20, 17, tzinfo=UTC))
    assert [moment.hour for moment in rows(village, hall)] == [17, 17, 16]


def test_sixty_at_most_and_only_what_is_agreed_at_once(village: Village) -> None:
    hall = room(village)
    for times in (0, 61):
        with pytest.raises(Refused, match="from 1 to 60 times"):
            each(village, village.bruno, hall, times)
    with pytest.raises(Refused, match="agreed one by one"):
        each(village, village.bruno, room(village, Answers.OWNER), 2)


def test_days_of_each_way() -> None:
    first = date(2026, 11, 20)
    assert occurrences(first, Every.DAY, 3)[-1] == date(2026, 11, 22)
    assert occurrences(first, Every.FORTNIGHT, 3)[-1] == date(2026, 12, 18)
    assert occurrences(first, Every.MONTH, 3)[-1] == date(2027, 1, 20)
