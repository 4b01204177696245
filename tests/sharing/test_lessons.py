"""Lessons of a skill: places, a waiting list that moves up by itself, recorded attendance (COM-2.6)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from minga.communication.models import Notice
from minga.communities import commands as communities
from minga.identity import Actor
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.db import count_statements
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused, Stale
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import Lesson, LessonPlace
from minga.sharing.queries import LessonView
from minga.sharing.rules import CloseReason, Direction, Level, Skill
from minga.sharing.rules.bookings import Every
from minga.sharing.rules.lessons import LessonShape, free_seat
from tests.sharing import neighbours
from tests.sharing.test_races import at_once
from tests.stories.test_meetings import work
from tests.village import NOBODY, Village

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def knitting(village: Village, **content: Any) -> Id:
    own = Skill(skill="Knitting", places=2)
    return neighbours.listed(village, village.ana, own, title="Knitting", terms=neighbours.GIFT, **content)


def shape(village: Village, *, days: int = 7, places: int = 2, **fields: Any) -> LessonShape:
    begins = village.clock() + days * DAY
    return LessonShape(begins_at=begins, minutes=90, places=places, **fields)


def add(village: Village, listing: Id, who: Actor | None = None, **fields: Any) -> list[Id]:
    repeat = {name: fields.pop(name) for name in ("times", "every") if name in fields}
    with village.database.write() as session:
        given_shape = shape(village, **fields)
        made = commands.add_lessons(
            session, who or village.ana, listing, given_shape, **repeat, at=village.clock()
        )
        return [one.id for one in made]


def act(village: Village, command: Callable[..., Any], who: Actor, *given: Any, **more: Any) -> Any:
    with village.database.write() as session:
        return command(session, who, *given, **more, at=village.clock())


def take(village: Village, who: Actor, lesson: Id) -> None:
    act(village, commands.take_place, who, lesson)


def seen(village: Village, who: Actor, lesson: Id) -> LessonView:
    with village.database.read() as session:
        return queries.lesson(session, who, lesson, at=village.clock())


def names(village: Village, lesson: Id) -> list[tuple[str, bool]]:
    with village.database.read() as session:
        listed = queries.learners(session, village.ana, lesson, at=village.clock())
    return [(one.handle, one.waits) for one in listed]


def told(village: Village, who: str) -> list[str]:
    with village.database.read() as session:
        wanted = select(Notice.sentence).where(Notice.person_id == village.people[who])
        return [
            one.split("{day}")[-1].strip(" .:") or one for one in session.scalars(wanted.order_by(Notice.id))
        ]


def test_strangers_find_no_lesson_and_members_do_not_lead_one(village: Village) -> None:
    listing = knitting(village, level=Level.COMMUNITY)
    [lesson] = add(village, listing, note="Ring twice, Fig street 7")
    for stranger in (NOBODY, village.zoe, village.farid):
        for command in (commands.take_place, commands.leave_place, commands.cancel_lesson):
            with pytest.raises(NotFound):
                act(village, command, stranger, lesson)
        with pytest.raises(NotFound):
            act(village, commands.note_attendance, stranger, lesson, {})
        with pytest.raises(NotFound):
            add(village, listing, stranger)
        with pytest.raises(NotFound):
            seen(village, stranger, lesson)
    take(village, village.bruno, lesson)
    for member in (village.bruno, village.dara, village.chidi):
        with pytest.raises(Forbidden):
            act(village, commands.cancel_lesson, member, lesson)
        with pytest.raises(Forbidden):
            add(village, listing, member)
        with village.database.read() as session:
            assert queries.learners(session, member, lesson, at=village.clock()) == ()
    assert seen(village, village.bruno, lesson).note == "Ring twice, Fig street 7"
    assert seen(village, village.hana, lesson).note == ""
    with pytest.raises(Refused, match="already yours"):
        take(village, village.ana, lesson)
    with pytest.raises(Refused, match="something to learn"):
        add(village, neighbours.drill(village))


def test_whoever_waits_moves_up_by_itself_and_is_told(
    village: Village, node: Node, clock: FixedClock
) -> None:
    """Two places, four people: the third and fourth wait, and move up in their order."""
    listing = knitting(village)
    [lesson] = add(village, listing)
    for who in (village.bruno, village.chidi, village.hana, village.dara):
        take(village, who, lesson)
        take(village, who, lesson)
    assert names(village, lesson) == [("bruno", False), ("chidi", False), ("hana", True), ("dara", True)]
    assert seen(village, village.dara, lesson).position == 2
    act(village, commands.leave_place, village.chidi, lesson)
    assert names(village, lesson) == [("bruno", False), ("hana", False), ("dara", True)]
    with pytest.raises(Conflict, match="2 people have a place"):
        act(village, commands.change_lesson, village.ana, lesson, shape(village, places=1))
    act(
        village,
        commands.change_lesson,
        village.ana,
        lesson,
        shape(village, places=3, place="Hall"),
        version=1,
    )
    assert [waits for _, waits in names(village, lesson)] == [False, False, False]
    with pytest.raises(Stale):
        act(village, commands.change_lesson, village.ana, lesson, shape(village, places=4), version=1)
    act(village, commands.take_off, village.ana, lesson, village.people["bruno"])
    assert names(village, lesson) == [("hana", False), ("dara", False)]
    take(village, village.bruno, lesson)
    work(node, clock)
    assert [one for one in told(village, "hana") if "gave theirs up" in one]
    assert [one for one in told(village, "bruno") if "Ask whoever leads it why" in one]
    assert len(told(village, "ana")) == 5  # who took a place or waits, nobody twice
    clock.forward(days=6, minutes=1)
    work(node, clock)
    assert [one for one in told(village, "dara") if "if you cannot come" in one]
    assert not [one for one in told(village, "chidi") if "if you cannot come" in one]


def test_who_came_is_noted_by_whoever_leads_and_read_by_each_alone(
    village: Village, clock: FixedClock
) -> None:
    [lesson] = add(village, knitting(village))
    take(village, village.bruno, lesson)
    take(village, village.chidi, lesson)
    take(village, village.hana, lesson)
    bruno, chidi = village.people["bruno"], village.people["chidi"]
    with pytest.raises(Conflict, match="not begun"):
        act(village, commands.note_attendance, village.ana, lesson, {bruno: True})
    clock.forward(days=7, minutes=30)
    with pytest.raises(Conflict, match="has begun"):
        take(village, village.dara, lesson)
    with village.database.read() as session:
        lines = queries.needs_of(session, village.ana, at=clock())
    assert [one for one in lines if one.kind == "lesson_to_note"]
    with pytest.raises(NotFound):  # she waited, so she cannot have come
        act(village, commands.note_attendance, village.ana, lesson, {village.people["hana"]: True})
    for _ in range(2):
        act(village, commands.note_attendance, village.ana, lesson, {bruno: True, chidi: False})
    assert (seen(village, village.bruno, lesson).came, seen(village, village.chidi, lesson).came) == (
        True,
        False,
    )
    with village.database.read() as session:
        assert not [
            one for one in queries.needs_of(session, village.ana, at=clock()) if one.kind == "lesson_to_note"
        ]
    clock.forward(days=91)
    with pytest.raises(Conflict, match="90 days"):
        act(village, commands.note_attendance, village.ana, lesson, {bruno: False})


def test_a_wish_has_lessons_too_and_repeats_keep_the_hour_through_the_change_of_clock(
    village: Village, node: Node, clock: FixedClock
) -> None:
    wish = knitting(village, direction=Direction.NEED)
    made = add(village, wish, times=3, every=Every.WEEK)
    with village.database.read() as session:
        page = queries.lessons_of(session, village.bruno, wish, limit=2, at=clock())
        rest = queries.lessons_of(session, village.bruno, wish, limit=2, after=page.next, at=clock())
    assert [one.id for one in (*page.items, *rest.items)] == made
    take(village, village.bruno, made[0])
    take(village, village.chidi, made[1])
    act(village, communities.leave, village.bruno, village.valley)
    act(village, commands.close, village.ana, wish, CloseReason.WITHDRAWN)
    work(node, clock)
    assert names(village, made[0]) == []
    assert seen(village, village.chidi, made[1]).state.value == "cancelled"
    assert [one for one in told(village, "chidi") if "does not take place" in one]
    with pytest.raises(NotFound):
        seen(village, village.bruno, made[0])
    with pytest.raises(Conflict, match="closed"):
        add(village, wish)


def test_many_at_once_never_get_more_places_than_there_are(village: Village) -> None:
    [lesson] = add(village, knitting(village))
    people = (village.bruno, village.chidi, village.hana, village.dara)
    at_once([partial(take, village, who, lesson) for who in people for _ in range(2)])
    with village.database.read() as session:
        rows = session.scalars(select(LessonPlace).where(LessonPlace.lesson_id == lesson)).all()
    assert sorted(one.seat_no or 0 for one in rows) == [0, 0, 1, 2]


def test_a_page_of_lessons_is_few_statements_by_an_index(village: Village) -> None:
    listing = knitting(village)
    made = add(village, listing, times=30)
    for who in (village.bruno, village.chidi, village.hana):
        take(village, who, made[0])
    counts = []
    for limit in (1, 30):
        with count_statements(village.database) as said, village.database.read() as session:
            queries.lessons_of(session, village.bruno, listing, limit=limit, at=village.clock())
        counts.append(len(said))
    assert counts[0] == counts[1]
    asked = (
        f"SELECT id FROM lesson WHERE listing_id = '{listing}' AND begins_at > '2026' ORDER BY begins_at, id"
    )
    if village.database.dialect == "sqlite":
        with village.database.read() as session:
            plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {asked}")))
        assert "ix_lesson_listing" in plan
        assert "TEMP B-TREE" not in plan
    with village.database.read() as session:
        assert (
            session.get_one(Lesson, made[-1]).begins_at - session.get_one(Lesson, made[0]).begins_at
            >= 200 * DAY
        )


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(1, 12)), st.integers(1, 12))
def test_the_seat_that_is_given_is_free_and_the_lowest(taken: set[int], places: int) -> None:
    seat = free_seat(taken, places)
    free = set(range(1, places + 1)) - taken
    assert seat == (min(free) if free else None)
