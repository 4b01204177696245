"""Long lists in pages."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

from minga.kit.errors import Invalid
from minga.kit.paging import Cursor, beyond, limit_of, page_of

instants = st.datetimes(max_value=datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
numbers = st.integers(-(2**63), 2**63 - 1)


@given(instants, numbers, st.text(max_size=60), st.dates())
def test_a_cursor_says_the_same_after_a_journey_through_an_address(
    at: datetime, number: int, text: str, day: date
) -> None:
    text = text.encode("utf-8", "ignore").decode()
    cursor = Cursor((at, number, text, day))
    written = cursor.encode()
    assert Cursor.decode(written, datetime, int, str, date) == cursor
    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=200))
def test_whatever_is_typed_as_a_cursor_is_refused_kindly(text: str) -> None:
    with pytest.raises(Invalid, match="That page does not exist any more"):
        Cursor.decode(text, datetime, str)


@pytest.mark.parametrize(
    ("cursor", "kinds"),
    [
        (Cursor((1, "a")), (str, str)),
        (Cursor(("a", "a")), (int, str)),
        (Cursor((1, "a")), (int,)),
        (Cursor((1,)), (int, str)),
        (Cursor(("never",)), (date,)),
        (Cursor((2**62,)), (datetime,)),
        (Cursor(("x" * 2_000,)), (str,)),
    ],
)
def test_the_cursor_of_another_list_is_refused(cursor: Cursor, kinds: tuple[type, ...]) -> None:
    with pytest.raises(Invalid):
        Cursor.decode(cursor.encode(), *kinds)


@pytest.mark.parametrize("wanted", [0, -1, 101, 10**9])
def test_a_page_holds_one_to_a_hundred_lines(wanted: int) -> None:
    with pytest.raises(Invalid, match="A page holds 1 to 100 lines"):
        limit_of(wanted)
    assert limit_of(None) == 25


things = Table("thing", MetaData(), Column("rank", Integer), Column("id", String, primary_key=True))


@given(st.lists(st.integers(0, 3), max_size=30), st.integers(1, 7), st.booleans())
def test_following_cursors_shows_every_row_once_in_order(
    ranks: list[int], limit: int, descending: bool
) -> None:
    engine = create_engine("sqlite://")
    things.metadata.create_all(engine)
    columns = (things.c.rank, things.c.id)
    order = [column.desc() if descending else column.asc() for column in columns]
    seen: list[tuple[int, str]] = []
    with engine.begin() as connection:
        rows = [{"rank": rank, "id": f"{n:02}"} for n, rank in enumerate(ranks)]
        if rows:
            connection.execute(insert(things), rows)
        query = select(things).order_by(*order).limit(limit + 1)
        page = page_of(connection.execute(query).all(), limit, lambda row: tuple(row))
        seen += page.items
        while page.next:
            cursor = Cursor.decode(page.next, int, str)
            after = query.where(beyond(columns, cursor, descending=descending))
            page = page_of(connection.execute(after).all(), limit, lambda row: tuple(row))
            assert page.items
            seen += page.items
    engine.dispose()
    assert seen == sorted([(rank, f"{n:02}") for n, rank in enumerate(ranks)], reverse=descending)
