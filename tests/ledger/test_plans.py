"""Questions of the ledger that are asked often walk an index, however many entries lie there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from minga.kit.db import Session, count_statements
from minga.ledger import queries
from minga.ledger.commands.clock import expired_holds
from minga.ledger.commands.sealing import waiting_books
from tests.ledger.makers import account_id, pay
from tests.village import Village

ASKED: dict[str, Callable[[Session, Village, str], Any]] = {
    "movements": lambda s, v, a: queries.movements(s, v.bruno, a, at=v.clock()),
    "statement": lambda s, v, a: queries.statement(s, v.bruno, a, at=v.clock()),
    "months": lambda s, v, a: queries.months(s, v.bruno, a, at=v.clock()),
    "own accounts": lambda s, v, a: queries.own_accounts(s, v.bruno, v.valley, at=v.clock()),
    "payment asks": lambda s, v, a: queries.waits_in_the_ledger(s, v.bruno, at=v.clock()),
    "holds that are over": lambda s, v, a: expired_holds(s, at=v.clock() + timedelta(days=9)),
    "entries without a seal": lambda s, v, a: waiting_books(s, at=v.clock() + timedelta(days=9)),
}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_no_question_reads_all_entries_or_lines(village: Village, name: str) -> None:
    pay(village, "bruno", "ana", 90)
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
    with count_statements(village.database) as said, village.database.read() as session:
        ASKED[name](session, village, account)
    asked = [one for one in said if re.search(r"FROM (entry|line|account|payment_ask)\b", one)]
    assert asked, said
    with village.database.read() as session:
        if village.database.dialect == "postgresql":
            session.execute(text("SET enable_seqscan = off"))
        for one in asked:
            plan = _plan(session, one, village.database.dialect)
            assert not re.search(
                r"SCAN (entry|line|payment_ask)$|Seq Scan on (entry|line|payment_ask)", plan, re.M
            ), plan


def _plan(session: Session, statement: str, dialect: str) -> str:
    """The plan of a statement with any values at its marks."""
    word = "EXPLAIN " if dialect == "postgresql" else "EXPLAIN QUERY PLAN "
    whole = re.sub(r"%\(\w+\)s::(BIGINT|INTEGER)", "1", statement)
    whole = re.sub(r"%\(\w+\)s::(TIMESTAMP WITH TIME ZONE|DATE)", r"'2026-11-16'::\1", whole)
    bare = re.sub(r"%\(\w+\)s(::\w+)?|\?", "'x'", whole)
    limited = re.sub(r"LIMIT ('x'|1)( OFFSET ('x'|1))?", "LIMIT 26", bare)
    rows = session.connection().exec_driver_sql(word + limited.replace("%", "%%")).all()
    return "\n".join(str(row[-1]) for row in rows)
