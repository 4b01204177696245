"""Places: what others learn is a cell, near means cell to cell, and nobody is given everything for want of a place."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.identity import Actor
from minga.kit.db import count_statements
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id
from minga.sharing import access, commands, queries
from minga.sharing.models import Listing
from minga.sharing.rules import Cell, Level, Order, Precision, Where, Wish, read_search
from minga.sharing.rules.places import (
    FURTHER,
    LAT_MAX,
    LON_MAX,
    MICRO,
    band_of,
    cell_of,
    metres_per_lon,
    read_point,
    said_point,
)
from tests.sharing.makers import post
from tests.sharing.test_lists import plan
from tests.village import Village

HERE = (3_451_612, -76_532_034)
"""The canary: no part of it that is finer than a cell may reach anybody but the owner."""
KM = MICRO * 1_000 // 111_195


def at(km: int = 0, precision: Precision = Precision.NEIGHBOURHOOD) -> Where:
    return Where(lat=HERE[0] + km * KM, lon=HERE[1], precision=precision)


def put(village: Village, title: str, where: Where | None, who: Actor | None = None, **fields: Any) -> Id:
    with village.database.write() as session:
        village.clock.forward(seconds=1)
        owner = who or village.ana
        return post(session, owner, village.valley, title, at=village.clock(), where=where, **fields).id


def near(village: Village, who: Actor, km: int = 100, **wish: Any) -> list[tuple[str, int | None]]:
    here = cell_of(*HERE, Precision.NEIGHBOURHOOD)
    wished = Wish(near=here, radius_km=km, **{"order": Order.NEAREST, **wish})
    with village.database.read() as session:
        page = queries.listings(session, who, wished, at=village.clock())
        return [(card.title, card.band) for card in page.items]


def test_a_stranger_finds_nothing_near_and_nothing_on_the_map(village: Village) -> None:
    put(village, "Drill", at())
    for who in (village.zoe, village.farid, Actor.nobody()):
        assert near(village, who) == []
        with village.database.read() as session:
            assert queries.cells(session, who, Wish(), at=village.clock()) == []
            assert queries.totals(session, who, Wish(), at=village.clock()) == []
    assert near(village, village.bruno) == [("Drill", 0)]


def test_the_exact_point_is_read_by_its_owner_alone(village: Village) -> None:
    id = put(village, "Drill", at(precision=Precision.EXACT))
    with village.database.read() as session:
        listing = session.get_one(Listing, id)
        for who in (village.bruno, village.chidi, village.hana, village.ivo, Actor.nobody()):
            assert access.exact_point(session, who, listing) is None
        mine = access.exact_point(session, village.ana, listing)
        assert mine is not None
        assert (mine.lat, mine.lon) == HERE
        assert queries.listing(session, village.bruno, id, at=village.clock()).where is None
        assert queries.listing(session, village.ana, id, at=village.clock()).where == at(
            precision=Precision.EXACT
        )


@pytest.mark.parametrize("precision", [Precision.NEIGHBOURHOOD, Precision.CITY, Precision.REGION])
def test_what_is_coarse_is_kept_coarse(village: Village, precision: Precision) -> None:
    id = put(village, "Drill", at(precision=precision))
    with village.database.read() as session:
        where = queries.content(session, village.ana, id, at=village.clock()).where
        assert where is not None
        assert (where.lat, where.lon) != HERE
        assert where.cell() == cell_of(*HERE, precision)
        assert access.exact_point(session, village.ana, session.get_one(Listing, id)) is None


def test_the_nearest_come_first_and_the_newest_of_a_band(village: Village) -> None:
    for title, km in (("Far", 60), ("Old here", 0), ("Two", 2), ("New here", 0), ("Six", 6), ("Beyond", 200)):
        put(village, title, at(km))
    put(village, "Nowhere", None)
    assert near(village, village.bruno) == [
        ("New here", 0), ("Old here", 0), ("Two", 1), ("Six", 2), ("Far", 4),
    ]  # fmt: skip
    assert [title for title, _ in near(village, village.bruno, 3)] == ["New here", "Old here", "Two"]
    assert [title for title, _ in near(village, village.bruno, order=Order.NEWEST)] == [
        "Six", "New here", "Two", "Old here", "Far",
    ]  # fmt: skip


def test_a_search_may_be_near_and_needs_may_be_too(village: Village) -> None:
    put(village, "Ladder here", at())
    put(village, "Ladder there", at(60))
    assert [title for title, _ in near(village, village.bruno, 10, search=read_search("ladder"))] == [
        "Ladder here"
    ]
    assert [title for title, _ in near(village, village.bruno, 10, order=Order.URGENT)] == ["Ladder here"]


def test_pages_by_distance_follow_each_other(village: Village) -> None:
    for n in range(9):
        put(village, f"Thing {n}", at(n % 3 * 4))
    found: list[str] = []
    after = None
    wish = Wish(near=cell_of(*HERE, Precision.NEIGHBOURHOOD), radius_km=100, order=Order.NEAREST)
    with village.database.read() as session:
        while True:
            page = queries.listings(session, village.bruno, wish, at=village.clock(), after=after, limit=2)
            found += [card.title for card in page.items]
            after = page.next
            if after is None:
                break
    assert found == [title for title, _ in near(village, village.bruno)]
    assert len(set(found)) == 9


def test_nearest_to_nothing_is_refused(village: Village) -> None:
    with village.database.read() as session:
        for said in ("me", "", "f" * 32):
            with pytest.raises(Invalid, match="Near what"):
                queries.near_cell(session, village.bruno, said, at=village.clock())
        with pytest.raises(Invalid, match="latitude"):
            queries.near_cell(session, village.bruno, "somewhere", at=village.clock())
        with pytest.raises(Invalid, match="Near what"):
            queries.listings(session, village.bruno, Wish(order=Order.NEAREST), at=village.clock())


def test_where_somebody_is_stays_with_them_and_is_coarse(village: Village) -> None:
    with village.database.write() as session:
        commands.be_at(
            session, village.bruno, point=said_point(*HERE), precision=Precision.EXACT, at=village.clock()
        )
        session.flush()
        found = queries.my_cell(session, village.bruno)
        assert found is not None
        assert found[0] == cell_of(*HERE, Precision.NEIGHBOURHOOD)
        assert queries.my_cell(session, village.ana) is None
        assert queries.near_cell(session, village.bruno, "me", at=village.clock()) == found[0]
        commands.be_at(session, village.bruno, point="", precision=Precision.CITY, at=village.clock())
        session.flush()
        assert queries.my_cell(session, village.bruno) is None


def test_places_are_named_by_those_who_may(village: Village) -> None:
    with village.database.write() as session:
        for who, why in ((village.zoe, NotFound), (village.bruno, Forbidden)):
            with pytest.raises(why):
                commands.name_place(session, who, village.valley, name="Market", at=village.clock())
        place = commands.name_place(
            session, village.ana, village.valley, name="Market", point=said_point(*HERE), at=village.clock()
        )
        with pytest.raises(Conflict):
            commands.name_place(session, village.ana, village.valley, name=" MARKET ", at=village.clock())
        with pytest.raises(NotFound):
            commands.retire_place(session, village.zoe, place.id, at=village.clock())
        with pytest.raises(Forbidden):
            commands.change_place(session, village.bruno, place.id, name="X", point="", at=village.clock())
    id = put(village, "Scale", Where(place_id=place.id))
    assert near(village, village.bruno, 1) == [("Scale", 0)]
    with village.database.write() as session:
        assert queries.listing(session, village.bruno, id, at=village.clock()).card.place == "Market"
        assert [
            (one.name, one.n)
            for one in queries.places(session, village.bruno, village.valley, at=village.clock())
        ] == [("Market", 1)]
        commands.change_place(
            session, village.ana, place.id, name="Market", point="3.9, -76.5", at=village.clock()
        )
    assert near(village, village.bruno, 1) == []
    with village.database.write() as session:
        commands.retire_place(session, village.ana, place.id, at=village.clock())
    with pytest.raises(Invalid):
        put(village, "Bench", Where(place_id=place.id))
    with pytest.raises(Invalid), village.database.write() as session:
        post(session, village.zoe, village.hill, "Bench", at=village.clock(), where=Where(place_id=place.id))


def test_the_map_counts_cells_and_each_leads_to_its_list(village: Village) -> None:
    put(village, "Drill", at())
    put(village, "Saw", at(precision=Precision.EXACT))
    put(village, "Far", at(60))
    put(village, "Secret", at(), level=Level.PRIVATE)
    with village.database.read() as session:
        found = queries.cells(session, village.bruno, Wish(), at=village.clock())
        assert sorted(one.n for one in found) == [1, 2]
        two = next(one for one in found if one.n == 2)
        page = queries.listings(session, village.bruno, Wish(cell=two.cell), at=village.clock())
        assert [card.title for card in page.items] == ["Saw", "Drill"]
        total = queries.totals(session, village.bruno, Wish(), at=village.clock())
        assert [(one.slug, one.n) for one in total] == [("valley", 3)]
        total = queries.totals(session, village.bruno, Wish(search=read_search("dri")), at=village.clock())
        assert [one.n for one in total] == [1]


def test_the_number_of_statements_does_not_grow(village: Village) -> None:
    def asked() -> int:
        with count_statements(village.database) as said:
            near(village, village.bruno)
        return len([one for one in said if "listing.id" in one])

    put(village, "Thing", at())
    few = asked()
    for n in range(9):
        put(village, f"Thing {n}", at(n))
    assert asked() == few == 2


def test_near_starts_from_the_cells_around(village: Village) -> None:
    from minga.sharing.queries.ordered import ordered

    put(village, "Thing", at())
    wish = Wish(near=Cell(*HERE), radius_km=10, order=Order.NEAREST)
    statement = ordered(wish, [Listing.community_id == village.valley], None, 10)
    compiled = statement.compile(village.database.reader, compile_kwargs={"literal_binds": True})
    how = plan(village.database, str(compiled).replace("%", "%%"), ())
    assert "ix_listing_cell_lat" in how


@given(
    lat=st.integers(-LAT_MAX, LAT_MAX),
    lon=st.integers(-LON_MAX, LON_MAX),
    precision=st.sampled_from(Precision),
)
def test_a_cell_is_its_own_cell_and_not_far_from_its_points(lat: int, lon: int, precision: Precision) -> None:
    cell = cell_of(lat, lon, precision)
    assert cell_of(cell.lat, cell.lon, precision) == cell
    assert abs(cell.lat) <= LAT_MAX
    assert abs(cell.lon) <= LON_MAX
    assert abs(cell.lat - lat) <= MICRO // 2 + 1
    assert band_of(cell, cell) == 0
    assert 0 <= band_of(cell, Cell(lat, lon)) <= FURTHER
    assert metres_per_lon(lat) >= 1


@given(lat=st.integers(-LAT_MAX, LAT_MAX), lon=st.integers(-LON_MAX, LON_MAX))
def test_points_are_read_as_they_are_said(lat: int, lon: int) -> None:
    assert read_point(said_point(lat, lon)) == (lat, lon)


@pytest.mark.parametrize(
    "said", ["", "1", "91, 0", "0, 181", "x, y", "1,2,3", "NaN, 1", "1e3, 2", "\ud800", "9" * 500]
)
def test_what_is_no_point_is_refused_kindly(said: str) -> None:
    with pytest.raises(Invalid):
        read_point(said)


def test_bands_across_the_date_line_and_in_the_database_agree(village: Village) -> None:
    west, east = (
        cell_of(0, LON_MAX - 1, Precision.NEIGHBOURHOOD),
        cell_of(0, -LON_MAX, Precision.NEIGHBOURHOOD),
    )
    assert band_of(west, east) <= 1
    put(village, "Across", Where(lat=0, lon=-LON_MAX))
    with village.database.read() as session:
        wish = Wish(near=west, radius_km=30, order=Order.NEAREST)
        page = queries.listings(session, village.bruno, wish, at=village.clock())
        assert [(card.title, card.band) for card in page.items] == [("Across", band_of(west, east))]
