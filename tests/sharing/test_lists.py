"""Lists: what is in them and in which order, how many questions they ask, and that the database walks an index."""

from minga.kit.db import Database
from minga.sharing import queries
from minga.sharing.rules import Origin, Wish
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


def plan(database: Database, statement: str, parameters: object) -> str:
    """How the database answers a statement that was just asked."""
    with database.reader.connect() as connection:
        how = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
        if database.dialect == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        rows = connection.exec_driver_sql(how + statement, parameters).all()
    return "\n".join(str(row[-1]) for row in rows)


def plans(village: Village, wish: Wish, **more: object) -> str:
    from sqlalchemy import event

    said: list[tuple[str, object]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        said.append((statement, parameters))

    with village.database.read() as session:
        event.listen(village.database.reader, "before_cursor_execute", hear)
        queries.listings(session, village.bruno, wish, at=village.clock(), **more)  # type: ignore[arg-type]
        event.remove(village.database.reader, "before_cursor_execute", hear)
    return plan(village.database, *said[-1])
