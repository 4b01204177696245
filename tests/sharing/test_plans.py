"""Lists of asks and exchanges walk an index on both databases, whatever else lies in the tables."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from minga.kit.db import Session, count_statements
from minga.sharing import queries
from minga.sharing.rules.exchanges import ExchangeStatus, Side
from tests.sharing import neighbours
from tests.village import Village

LISTS: dict[str, Callable[[Session, Village], Any]] = {
    "given": lambda s, v: queries.exchanges(s, v.ana, role=Side.PROVIDER, at=v.clock()),
    "received": lambda s, v: queries.exchanges(s, v.ana, role=Side.RECEIVER, at=v.clock()),
    "both": lambda s, v: queries.exchanges(s, v.ana, at=v.clock()),
    "active": lambda s, v: queries.exchanges(
        s, v.ana, role=Side.PROVIDER, status=ExchangeStatus.ACTIVE, at=v.clock()
    ),
    "running": lambda s, v: queries.running_exchanges(s, v.ana, at=v.clock()),
    "open asks": lambda s, v: queries.open_asks_of(s, v.ana),
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_list_reads_a_whole_table(village: Village, name: str) -> None:
    """COM-TX.8, for what exists: neither exchanges nor asks are scanned."""
    neighbours.lent(village, village.bruno, neighbours.drill(village))
    neighbours.asked(village, village.bruno, neighbours.drill(village))
    with count_statements(village.database) as said, village.database.read() as session:
        LISTS[name](session, village)
    main = next(one for one in said if re.search(r"FROM (ask|exchange)\b", one))
    with village.database.read() as session:
        if village.database.dialect == "postgresql":
            session.execute(text("SET enable_seqscan = off"))
            plan = _plan(session, main, "EXPLAIN ")
            assert "Seq Scan on exchange" not in plan, plan
            assert "Seq Scan on ask" not in plan, plan
        else:
            plan = _plan(session, main, "EXPLAIN QUERY PLAN ")
            assert not re.search(r"SCAN (exchange|ask)\b", plan), plan


def _plan(session: Session, statement: str, word: str) -> str:
    """The plan of a statement with any values at its marks."""
    whole = re.sub(r"%\(\w+\)s::(BIGINT|INTEGER)|%\(n_\d+\)s", "1", statement)
    bare = re.sub(r"%\(\w+\)s(::\w+)?|\?", "'x'", whole)
    limited = re.sub(r"LIMIT ('x'|1)( OFFSET ('x'|1))?", "LIMIT 26", bare)
    rows = session.connection().exec_driver_sql(word + limited.replace("%", "%%")).all()
    return "\n".join(str(row) for row in rows)
