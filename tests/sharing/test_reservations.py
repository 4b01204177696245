"""Reserving: who may, what is held and for how long, what is refused with which words, and what the calendar says."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from minga.communities.models import Policy
from minga.identity import Actor
from minga.kit.db import count_statements
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.ids import Id, new_id
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Listing, Loan, Reservation
from minga.sharing.rules import Answers, Item, Level, Service, Space
from minga.sharing.rules.reservations import DayWord, ReservationEnd, ReservationState
from tests.sharing import neighbours
from tests.sharing.neighbours import GIFT, agreed, asked
from tests.village import NOBODY, Village

DAY = timedelta(days=1)
NOVEMBER = date(2026, 11, 1)


def reserve(village: Village, who: Actor, listing: Id, first: int, last: int, **wish: Any) -> Any:
    """From one day of November to another."""
    days: dict[str, Any] = {"from_on": date(2026, 11, first), "until_on": date(2026, 11, last)}
    with village.database.write() as session:
        return commands.reserve(
            session, who, listing, commands.Wish(**days, **wish), form_id=new_id(), at=village.clock()
        )


def rule(village: Village, key: str, value: Any) -> None:
    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.valley,
                key=key,
                value=value,
                since_at=village.clock(),
                set_by_id=village.people["ana"],
                made_at=village.clock(),
            )
        )


def calendar(village: Village, who: Actor, listing: Id) -> Any:
    with village.database.read() as session:
        return queries.calendar(session, who, listing, month=NOVEMBER, at=village.clock())


def words(village: Village, who: Actor, listing: Id) -> dict[int, str]:
    found = calendar(village, who, listing)
    return {cell.day.day: cell.word.value for week in found.weeks for cell in week if cell}


def rows(village: Village, listing: Id) -> list[Reservation]:
    with village.database.read() as session:
        wanted = select(Reservation).where(Reservation.listing_id == listing)
        return list(session.scalars(wanted.order_by(Reservation.id)))


def chairs(village: Village, copies: int = 50, **content: Any) -> Id:
    return neighbours.listed(village, village.ana, Item(copies=copies), title="Chairs", **content)


def test_who_does_not_see_the_thing_finds_no_calendar_and_reserves_nothing(village: Village) -> None:
    drill = neighbours.drill(village, level=Level.COMMUNITY)
    for stranger in (NOBODY, village.zoe, village.farid):
        with pytest.raises(NotFound), village.database.read() as session:
            queries.calendar(session, stranger, drill, at=village.clock())
        with pytest.raises(NotFound), village.database.read() as session:
            queries.free_windows(
                session,
                stranger,
                drill,
                from_at=village.clock(),
                until_at=village.clock() + DAY,
                at=village.clock(),
            )
    for stranger in (village.zoe, village.farid):
        with pytest.raises(NotFound):
            reserve(village, stranger, drill, 22, 24)


def test_only_its_two_sides_see_and_end_a_reservation(village: Village) -> None:
    drill = neighbours.drill(village)
    reserve(village, village.bruno, drill, 22, 24)
    group = rows(village, drill)[0].group_id
    for stranger in (NOBODY, village.zoe, village.chidi):
        with pytest.raises(NotFound), village.database.read() as session:
            queries.reservation(session, stranger, group, at=village.clock())
        with pytest.raises(NotFound), village.database.write() as session:
            commands.cancel_reservation(session, stranger, group, at=village.clock())
    for side in (village.bruno, village.ana):
        with village.database.read() as session:
            assert queries.reservation(session, side, group, at=village.clock()).copies == 1


def test_days_are_held_for_two_days_and_confirmed_by_a_yes(village: Village) -> None:
    drill = neighbours.drill(village)
    ask = reserve(village, village.bruno, drill, 22, 24)
    [row] = rows(village, drill)
    assert (row.copy_no, row.confirmed_at) == (1, None)
    assert row.kept_until == village.clock() + timedelta(hours=48)
    with pytest.raises(Conflict) as refused:
        reserve(village, village.chidi, drill, 23, 23)
    assert refused.value.name == "taken_then"
    with village.database.write() as session:
        commands.accept(session, village.ana, ask.id, at=village.clock())
    [row] = rows(village, drill)
    assert row.confirmed_at == village.clock()
    assert row.kept_until is None
    with village.database.read() as session:
        [mine] = queries.reservations_of(session, village.bruno, at=village.clock())
    assert (mine.state, mine.title) == (ReservationState.CONFIRMED, "Drill")


def test_days_that_nobody_confirms_are_free_for_others_after_two_days(village: Village) -> None:
    drill = neighbours.drill(village)
    first = reserve(village, village.bruno, drill, 22, 24)
    village.clock.forward(hours=49)
    with village.database.read() as session:
        assert queries.reservations_of(session, village.bruno, at=village.clock()) == ()
    assert words(village, village.hana, drill)[23] == DayWord.FREE
    second = reserve(village, village.chidi, drill, 22, 24)
    with village.database.write() as session:
        commands.accept(session, village.ana, second.id, at=village.clock())
    assert sorted(str(one.end_as) for one in rows(village, drill)) == ["None", ReservationEnd.LAPSED]
    with pytest.raises(Conflict), village.database.write() as session:
        commands.accept(session, village.ana, first.id, at=village.clock())


@pytest.mark.parametrize("how", ["withdraw", "decline", "cancel", "lapse"])
def test_whatever_ends_the_ask_frees_the_days(village: Village, how: str) -> None:
    drill = neighbours.drill(village)
    ask = reserve(village, village.bruno, drill, 22, 24)
    with village.database.write() as session:
        if how == "withdraw":
            commands.withdraw(session, village.bruno, ask.id, at=village.clock())
        elif how == "decline":
            commands.decline(session, village.ana, ask.id, at=village.clock())
        elif how == "lapse":
            commands.lapse(session, ask.id, at=village.clock() + 8 * DAY)
        else:
            exchange = commands.accept(session, village.ana, ask.id, at=village.clock())
            commands.cancel(session, village.bruno, exchange.id, at=village.clock())
    [row] = rows(village, drill)
    assert row.end_as is ReservationEnd.CANCELLED
    reserve(village, village.chidi, drill, 22, 24)


def test_t3_with_a_day_between_the_next_is_refused_and_reads_what_is_free(village: Village) -> None:
    """T3: 22 to 24 is taken, one day to clean; 24 to 26 is refused, 26 to 28 is not."""
    rule(village, "loan.buffer_hours", 24)
    drill = neighbours.drill(village)
    ask = reserve(village, village.bruno, drill, 22, 24)
    with village.database.write() as session:
        commands.accept(session, village.ana, ask.id, at=village.clock())
    for first, last in ((24, 26), (25, 26), (20, 22), (20, 21)):
        with pytest.raises(Conflict) as refused:
            reserve(village, village.chidi, drill, first, last)
        assert refused.value.name == "taken_then"
        assert str(refused.value) == (
            "Taken from 22 November 2026 to 24 November 2026."
            " Free before 21 November 2026 and from 26 November 2026."
        )
    found = words(village, village.chidi, drill)
    assert [found[day] for day in (20, 21, 22, 24, 25, 26)] == [
        "free",
        "taken",
        "taken",
        "taken",
        "taken",
        "free",
    ]
    reserve(village, village.chidi, drill, 26, 28)
    reserve(village, village.hana, drill, 19, 20)


def test_t4_twenty_of_fifty_chairs_and_forty_on_the_next_day(village: Village) -> None:
    """T4: sums are kept, copies are numbered from the lowest."""
    fifty = chairs(village, answers=Answers.AT_ONCE)
    reserve(village, village.bruno, fifty, 27, 28, quantity_milli=20_000)
    assert [one.copy_no for one in rows(village, fifty)] == list(range(1, 21))
    with pytest.raises(Conflict) as refused:
        reserve(village, village.chidi, fifty, 28, 29, quantity_milli=40_000)
    assert str(refused.value) == "Only 30 of 50 are free all through these days."
    reserve(village, village.chidi, fifty, 28, 29, quantity_milli=30_000)
    reserve(village, village.hana, fifty, 29, 29, quantity_milli=20_000)
    live = rows(village, fifty)
    assert len(live) == 70
    saturday = [
        one.copy_no for one in live if one.from_at < datetime(2026, 11, 28, 12, tzinfo=UTC) < one.until_at
    ]
    assert sorted(saturday) == list(range(1, 51))
    with pytest.raises(Refused, match="Only 50 left"):
        reserve(village, village.dara, fifty, 17, 18, quantity_milli=51_000)


def test_a_group_goes_out_and_comes_back_together(village: Village) -> None:
    five = chairs(village, 5, answers=Answers.AT_ONCE)
    exchange = agreed_at_once(village, reserve(village, village.bruno, five, 17, 18, quantity_milli=3_000))
    village.clock.forward(days=1)
    with village.database.write() as session:
        loan = commands.lend(session, village.ana, exchange, at=village.clock())
    assert [one.copy_no for one in rows(village, five) if one.out_at] == [1, 2, 3]
    with pytest.raises(Conflict, match="Only 2 of 5"):
        reserve(village, village.chidi, five, 17, 17, quantity_milli=3_000)
    with village.database.write() as session:
        commands.take_back(session, village.ana, loan.leg_id, at=village.clock())
    assert {one.end_as for one in rows(village, five)} == {ReservationEnd.OVER}
    reserve(village, village.chidi, five, 17, 17, quantity_milli=5_000)


def agreed_at_once(village: Village, ask: Any) -> Id:
    with village.database.read() as session:
        found = queries.ask(session, Actor(ask.person_id), ask.id, at=village.clock()).exchange_id
    assert found
    return found


def test_the_database_itself_lets_nothing_overlap(village: Village) -> None:
    """H4: also what no command would write."""
    drill = neighbours.drill(village)
    reserve(village, village.bruno, drill, 22, 24)
    before = rows(village, drill)[0]

    def copied(session: Any, **changed: Any) -> Reservation:
        plain = {column.name: getattr(before, column.name) for column in Reservation.__table__.columns}
        one = Reservation(**{**plain, "id": new_id(), "group_id": new_id(), **changed})
        session.add(one)
        session.flush()
        return one

    with pytest.raises(IntegrityError), village.database.write() as session:
        copied(session, from_at=before.until_at - timedelta(minutes=1), until_at=before.until_at + DAY)
    with village.database.write() as session:
        touching = copied(session, from_at=before.until_at, until_at=before.until_at + DAY).id
        copied(session, copy_no=2)
    with pytest.raises(IntegrityError), village.database.write() as session:
        session.get_one(Reservation, touching).from_at = before.from_at
        session.flush()
    with village.database.write() as session:
        row = session.get_one(Reservation, before.id)
        row.ended_at, row.end_as = village.clock(), ReservationEnd.CANCELLED
        session.flush()
        copied(session)
    with pytest.raises(IntegrityError), village.database.write() as session:
        row = session.get_one(Reservation, before.id)
        row.ended_at = row.end_as = None
        session.flush()


def test_the_thing_goes_out_as_the_copy_that_was_reserved(village: Village) -> None:
    two = chairs(village, 2)
    with village.database.write() as session:
        now = commands.ask(session, village.bruno, two, commands.Wish(), form_id=new_id(), at=village.clock())
        first = commands.accept(session, village.ana, now.id, at=village.clock())
        commands.lend(session, village.ana, first.id, at=village.clock())
    second = agreed(village, village.chidi, two)
    with village.database.write() as session:
        assert commands.lend(session, village.ana, second.id, at=village.clock()).copy_no == 2
    with village.database.read() as session:
        assert sorted(session.scalars(select(Loan.copy_no))) == [1, 2]


def test_a_renewal_moves_others_to_a_free_copy_before_it_says_no(village: Village) -> None:
    two = chairs(village, 2, answers=Answers.AT_ONCE)
    exchange = agreed_at_once(village, asked(village, village.bruno, two, until_on=date(2026, 11, 20)))
    with village.database.write() as session:
        loan = commands.lend(session, village.ana, exchange, at=village.clock()).leg_id
    reserve(village, village.chidi, two, 21, 23)
    assert [one.copy_no for one in rows(village, two)] == [1, 1]
    with village.database.write() as session:
        commands.renew(session, village.bruno, loan, until_on=date(2026, 11, 25), at=village.clock())
    assert [one.copy_no for one in rows(village, two)] == [1, 2]
    reserve(village, village.hana, two, 26, 28)
    reserve(village, village.dara, two, 26, 28)
    with pytest.raises(Conflict) as refused, village.database.write() as session:
        commands.renew(session, village.bruno, loan, until_on=date(2026, 11, 27), at=village.clock())
    assert refused.value.name == "next_waits"


def test_nobody_reserves_too_far_ahead_or_outside_of_what_is_offered(village: Village) -> None:
    drill = neighbours.drill(village)
    rule(village, "loan.lead_days_max", 7)
    with pytest.raises(Refused, match="at most 7 days ahead"):
        reserve(village, village.bruno, drill, 24, 25)
    reserve(village, village.bruno, drill, 23, 24)
    summer = neighbours.drill(
        village, available_from_on=date(2026, 11, 18), available_until_on=date(2026, 11, 20)
    )
    with pytest.raises(Conflict, match="offered from 18 November 2026 to 20 November 2026"):
        reserve(village, village.bruno, summer, 17, 19)
    assert [words(village, village.bruno, summer)[day] for day in (17, 18, 20, 21)] == [
        "closed",
        "free",
        "free",
        "closed",
    ]


def test_the_calendar_says_how_many_are_free_and_when_but_not_who_has_it(village: Village) -> None:
    two = chairs(village, 2, answers=Answers.AT_ONCE)
    reserve(village, village.bruno, two, 20, 21)
    reserve(village, village.chidi, two, 21, 22)
    found = calendar(village, village.hana, two)
    cells = {cell.day.day: (cell.word.value, cell.free) for week in found.weeks for cell in week if cell}
    assert [cells[day] for day in (15, 19, 20, 21, 22)] == [
        ("closed", 0),
        ("free", 2),
        ("free", 1),
        ("taken", 0),
        ("free", 1),
    ]
    assert len(found.windows) == 2
    with count_statements(village.database) as said:
        calendar(village, village.hana, two)
    assert len(said) <= 11


def test_rooms_are_booked_by_the_hour_side_by_side_hours_do_not_meet(village: Village) -> None:
    room = neighbours.listed(
        village, village.ana, Space(capacity=12), title="Workshop", answers=Answers.AT_ONCE
    )
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def book(who: Actor, hour: int, hours: int = 1) -> Any:
        start = noon + timedelta(hours=hour)
        wish = commands.Wish(from_at=start, until_at=start + timedelta(hours=hours))
        with village.database.write() as session:
            return commands.reserve(session, who, room, wish, form_id=new_id(), at=village.clock())

    book(village.bruno, 0, 2)
    with pytest.raises(Conflict) as refused:
        book(village.chidi, 1)
    assert str(refused.value).startswith("Taken from 12:00 to 14:00 on 20 November")
    book(village.chidi, 2)
    assert words(village, village.hana, room)[20] == DayWord.SOME
    with pytest.raises(Refused, match="grid of 60 minutes"), village.database.write() as session:
        wish = commands.Wish(from_at=noon + timedelta(minutes=190), until_at=noon + timedelta(minutes=250))
        commands.reserve(session, village.hana, room, wish, form_id=new_id(), at=village.clock())


def test_a_service_takes_as_many_at_once_as_it_says(village: Village) -> None:
    """COM-2.3: two at a time; the third is refused, whatever it is shared for."""
    cuts = neighbours.listed(
        village, village.ana, Service(at_once_max=2), title="Haircuts", terms=GIFT, answers=Answers.AT_ONCE
    )
    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    wish = commands.Wish(from_at=start, until_at=start + timedelta(minutes=45))
    for who in (village.bruno, village.chidi):
        with village.database.write() as session:
            commands.reserve(session, who, cuts, wish, form_id=new_id(), at=village.clock())
    with pytest.raises(Conflict), village.database.write() as session:
        commands.reserve(session, village.hana, cuts, wish, form_id=new_id(), at=village.clock())
    with village.database.read() as session:
        assert len(session.scalars(select(Exchange.id)).all()) == 2


def test_what_is_given_away_has_no_calendar(village: Village) -> None:
    table = neighbours.table(village)
    assert calendar(village, village.bruno, table) is None
    with village.database.read() as session:
        assert session.get_one(Listing, table).title == "Table"


def test_what_takes_a_thing_is_found_by_an_index(village: Village) -> None:
    """Among the reservations of all things, those of one are walked to, and those of one person."""
    from sqlalchemy import text

    drill = neighbours.drill(village)
    reserve(village, village.bruno, drill, 22, 24)
    asked_for = {
        "ix_reservation_live": "SELECT copy_no FROM reservation WHERE listing_id = 'x' AND ended_at IS NULL AND from_at < '2027-01-01'",
        "ix_reservation_person": "SELECT id FROM reservation WHERE person_id = 'x' AND ended_at IS NULL ORDER BY from_at",
        "ix_hold_queue": "SELECT id FROM hold WHERE listing_id = 'x' AND ended_at IS NULL ORDER BY rank",
    }
    with village.database.write() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        if not sqlite:
            session.execute(text("SET LOCAL enable_seqscan TO off"))
        for index, question in asked_for.items():
            plan = session.execute(text(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + question)).all()
            also = "ex_reservation_overlap" if index == "ix_reservation_live" else index
            assert index in str(plan) or also in str(plan), plan
