"""Tables change where they are: a column of words takes more words than before, a text of limited length is added.

The CHECK is written anew, rows stay untouched.

PostgreSQL exchanges the constraint. SQLite cannot, so its stored text of the table is changed the way its documentation
gives for constraints that only become wider ("Making Other Kinds Of Table Schema Changes"): no row is copied, no key moves.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, text

_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")


def widen(connection: Connection, table: str, constraint: str, column: str, words: Sequence[str]) -> None:
    """Make the CHECK `constraint` of `table.column` allow exactly these words, which contain the earlier ones."""
    if not all(_WORD.fullmatch(one) for one in (table, constraint, column, *words)):
        raise ValueError(f"{table}.{column}: not names and words of ours")
    allowed = f"{column} IN ({', '.join(repr(word) for word in words)})"
    if connection.dialect.name == "sqlite":
        _rewrite(connection, table, constraint, column, allowed)
        return
    connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
    connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({allowed})")


def _rewrite(connection: Connection, table: str, constraint: str, column: str, allowed: str) -> None:
    stored = text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table")
    before = str(connection.execute(stored, {"table": table}).scalar_one())
    pattern = rf"CONSTRAINT {constraint} CHECK \({column} IN \(([^()]*)\)\)"
    found = re.search(pattern, before)
    if found is None:
        raise ValueError(f"{table} has no check {constraint} of words")
    missing = set(re.findall(r"'(\w+)'", found[1])) - set(re.findall(r"'(\w+)'", allowed))
    if missing:
        raise ValueError(f"{constraint} would become narrower: {sorted(missing)}")
    after = before.replace(found[0], f"CONSTRAINT {constraint} CHECK ({allowed})")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    change = text("UPDATE sqlite_schema SET sql = :after WHERE type = 'table' AND name = :table")
    connection.execute(change, {"after": after, "table": table})
    connection.exec_driver_sql(f"PRAGMA schema_version = {int(version) + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")


def add_text(connection: Connection, table: str, column: str, most: int, *, empty: bool = True) -> None:
    """Add a text of at most `most` characters: '' where nothing was said, or (`empty=False`) NULL.

    SQLite takes a column's CHECK only where the column is written.
    """
    if not all(_WORD.fullmatch(one) for one in (table, column)):
        raise ValueError(f"{table}.{column}: not names of ours")
    kind = "TEXT" if connection.dialect.name == "sqlite" else f"VARCHAR({int(most)})"
    begin = "DEFAULT '' NOT NULL" if empty else ""
    check = f"CONSTRAINT ck_{table}_{column}_length CHECK (length({column}) <= {int(most)})"
    connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind} {begin} {check}")
