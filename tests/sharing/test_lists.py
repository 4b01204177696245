"""Lists: what is in them and in which order, how many questions they ask, and that the database walks an index."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from minga.kit.db import Database, count_statements
from minga.kit.errors import Invalid
from minga.kit.questions import Question
from minga.sharing import queries
from minga.sharing.rules import Direction, Kind, Origin, TermKind, Wish, read_search
from tests.sharing.makers import post
from tests.village import Village

EVERY = frozenset(Origin)


def fill(village: Village, n: int) -> None:
    with village.database.write() as session:
        for number in range(n):
            village.clock.forward(seconds=1)
            post(session, village.ana, village.valley, f"Thing {number}", at=village.clock())


def test_pages_follow_each_other_without_gap_or_double(village: Village) -> None:
    fill(village, 7)
    found: list[str] = []
    after = None
    with village.database.read() as session:
        while True:
            page = queries.listings(
                session,
                village.bruno,
                Wish(),
                at=village.clock(),
                community_id=village.valley,
                after=after,
                limit=3,
            )
            found += [card.title for card in page.items]
            after = page.next
            if after is None:
                break
    assert found == [f"Thing {number}" for number in reversed(range(7))]


def test_all_origins_together(village: Village) -> None:
    fill(village, 2)
    with village.database.read() as session:
        page = queries.listings(session, village.bruno, Wish(origins=EVERY), at=village.clock())
        assert [card.title for card in page.items] == ["Thing 1", "Thing 0"]


def walked(village: Village, wish: Wish, *, community_id: str | None) -> tuple[str, Any]:
    """The statement by which a list is walked, with its parameters."""
    said: list[tuple[str, Any]] = []
    ask = Question._ask

    def hear(question: Question, session: Any, values: dict[str, Any], fetch: Any) -> Any:
        compiled, cursor = ask(question, session, values, fetch)
        bound = {name: convert(values[name]) if convert else values[name] for name, convert in compiled.given}
        bound |= compiled.fixed
        said.append(
            (
                compiled.text,
                bound if compiled.order is None else tuple(bound[name] for name in compiled.order),
            )
        )
        return compiled, cursor

    with pytest.MonkeyPatch.context() as patch, village.database.read() as session:
        patch.setattr(Question, "_ask", hear)
        queries.listings(session, village.bruno, wish, at=village.clock(), community_id=community_id)
    return next(one for one in said if "FROM listing" in one[0] and "ORDER BY" in one[0])


def plan(database: Database, statement: str, parameters: Any) -> str:
    """How the database answers a statement; on PostgreSQL small tables are only scanned when nothing else is left."""
    with database.reader.connect() as connection:
        how = "EXPLAIN QUERY PLAN "
        if database.dialect == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
            connection.exec_driver_sql("SET enable_bitmapscan = off")
            how = "EXPLAIN "
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(how + statement, parameters))


@pytest.mark.parametrize(
    ("wish", "index"),
    [
        (Wish(), "ix_listing_open_community_id"),
        (Wish(direction=Direction.NEED), "ix_listing_open_community_id"),
        (Wish(kinds=frozenset({Kind.ITEM})), "ix_listing_open_community_id"),
        (Wish(terms=frozenset({TermKind.LOAN})), "ix_listing_open_community_id"),
        (Wish(category="0" * 32), "ix_listing_open_community_id"),
    ],
)
def test_a_list_walks_an_index_and_sorts_nothing(village: Village, wish: Wish, index: str) -> None:
    fill(village, 3)
    how = plan(village.database, *walked(village, wish, community_id=village.valley))
    assert index in how
    assert "TEMP B-TREE" not in how
    assert "Sort" not in how
    assert "SCAN listing\n" not in f"{how}\n"
    assert "Seq Scan on listing " not in how


@pytest.mark.parametrize("column", ["kind", "category_id", "direction"])
def test_newest_of_a_kind_or_category_have_an_index_of_their_own(village: Village, column: str) -> None:
    wish = {
        "kind": Wish(kinds=frozenset({Kind.ITEM})),
        "category_id": Wish(category="0" * 32),
        "direction": Wish(direction=Direction.NEED),
    }[column]
    if village.database.dialect == "sqlite":
        how = plan(village.database, *walked(village, wish, community_id=village.valley))
        assert f"ix_listing_open_community_id_{column}" in how
    with village.database.reader.connect() as connection:
        names = {one["name"] for one in inspect(connection).get_indexes("listing")}
    assert {f"ix_listing_open_community_id_{column}", "ix_listing_owner"} <= names


def test_several_communities_are_merged_not_sorted(village: Village) -> None:
    if village.database.dialect != "sqlite":
        pytest.skip("PostgreSQL merges only what is large enough to pay for it")
    how = plan(village.database, *walked(village, Wish(origins=EVERY), community_id=None))
    assert "MERGE (UNION ALL)" in how
    assert "TEMP B-TREE" not in how


def test_the_number_of_questions_does_not_grow(village: Village) -> None:
    def asked() -> int:
        with count_statements(village.database) as said, village.database.read() as session:
            queries.listings(session, village.bruno, Wish(), at=village.clock(), community_id=village.valley)
        return len(said)

    fill(village, 2)
    asked()
    few = asked()
    fill(village, 20)
    assert asked() <= few + 1 <= 5  # one more reads the cards that nobody has looked at yet
    assert asked() == few


def test_what_stands_on_top_is_urgent_or_pinned(village: Village) -> None:
    from minga.sharing import commands
    from minga.sharing.rules import Urgency

    fill(village, 2)
    with village.database.write() as session:
        call = post(
            session,
            village.bruno,
            village.valley,
            "Water in the cellar",
            kind=Kind.HELP,
            direction=Direction.NEED,
            urgency=Urgency.EMERGENCY,
            reach="Ring at Block C",
            at=village.clock(),
        )
        pinned = queries.listings(
            session, village.ana, Wish(), at=village.clock(), community_id=village.valley
        )
        commands.pin(session, village.ana, pinned.items[-1].id, 2, at=village.clock())
    with village.database.read() as session:
        top = queries.on_top(session, village.bruno, village.valley, at=village.clock())
        assert [(card.title, card.pinned, card.urgent is not None) for card in top] == [
            ("Water in the cellar", False, True),
            ("Thing 0", True, False),
        ]
        rest = queries.listings(
            session, village.bruno, Wish(), at=village.clock(), community_id=village.valley, without_top=True
        )
        assert "Thing 0" not in {card.title for card in rest.items}
        assert queries.listing(session, village.hana, call.id, at=village.clock()).own.get("reach") is None
        for who in (village.hana, village.ana):
            assert queries.listing(session, who, call.id, at=village.clock()).own.get("reach") is None
        seen = queries.listing(session, village.bruno, call.id, at=village.clock()).own["reach"]
        assert seen == "Ring at Block C"
        sheet = queries.call_sheet(session, village.ana, village.valley, at=village.clock(), mine=False)
        assert [line.reach for line in sheet] == ["Ring at Block C"]


def test_a_cursor_that_is_none_is_refused_kindly(village: Village) -> None:
    with (
        village.database.read() as session,
        pytest.raises(Invalid, match="That page does not exist any more"),
    ):
        queries.listings(session, village.bruno, Wish(), at=village.clock(), after="!!")


@given(words=st.text(max_size=200))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_typed_into_search_is_answered(village: Village, words: str) -> None:
    with village.database.read() as session:
        page = queries.listings(
            session,
            village.bruno,
            Wish(search=read_search(words)),
            at=village.clock(),
            community_id=village.valley,
        )
        assert page.items == ()


@pytest.mark.parametrize(
    "words",
    ['"', '""', "*", "a*", "NEAR(a b)", "title:a", "^a", "a OR b", "{a b}:c", "-", "--", '-"', "'; DROP TABLE listing; --",
     "a & b | !c <-> d", "\\", "%", "_", "#", "#x", "#99999999999999999999", "ﷺ", "\ud800", "\x00"],
)  # fmt: skip
def test_no_operator_reaches_the_engine(village: Village, words: str) -> None:
    with village.database.read() as session:
        for said in (words, f"drill {words}"):
            queries.listings(session, village.bruno, Wish(search=read_search(said)), at=village.clock())


def test_words_of_title_weigh_more_and_categories_are_found_in_every_language(village: Village) -> None:
    with village.database.write() as session:
        post(session, village.ana, village.valley, "Wood", description="for a ladder", at=village.clock())
        post(session, village.ana, village.valley, "Ladder", category="tools", at=village.clock())
    with village.database.read() as session:

        def found(words: str) -> list[str]:
            page = queries.listings(
                session, village.bruno, Wish(search=read_search(words)), at=village.clock()
            )
            return [card.title for card in page.items]

        assert found("ladder") == ["Ladder", "Wood"]
        assert found("herramientas") == found("TOOLS") == ["Ladder"]
        assert found("ladders") == []
