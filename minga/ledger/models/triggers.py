"""What the tables of the ledger refuse by themselves, on both databases: the twelve rules of posting.

The posting step is an UPDATE of `entry.state`; the triggers on it check and apply. Each refusal is the word `minga:`
and a code, which `commands.asking` turns into a sentence.
"""

from sqlalchemy import FromClause

from minga.kit.schema import beside
from minga.ledger.models import triggers_postgresql, triggers_sqlite

_BOTH = {"sqlite": triggers_sqlite.TRIGGERS, "postgresql": triggers_postgresql.TRIGGERS}


def keep(table: FromClause) -> None:
    """Put the triggers of a table beside it."""
    name = str(table)
    beside(table, lambda dialect: list(_BOTH[dialect][name]))
