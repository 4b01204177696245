"""Draft the next step of the history from what the models declare: `python -m minga.migrations.draft "words"`.

Read what it writes before you keep it. `--domain NAME` takes only the tables of one domain.
"""

import argparse
import re
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import CreateTableOp, UpgradeOps
from alembic.runtime.migration import MigrationContext

from minga.kit.db import Base, Database, Instant
from minga.kit.schema import IdText, beside_of
from minga.migrations import load_tables, newest, upgrade

FOLDER = Path(__file__).parent / "versions"
HEAD = '''"""{message}"""

import sqlalchemy as sa
from alembic import op

from minga.kit.schema import IdText, Instant

revision = "{revision}"
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
{body}
'''
BESIDE = """
    for statement in {statements!r}[op.get_bind().dialect.name]:
        op.get_bind().exec_driver_sql(statement)
"""


def draft(message: str, domain: str | None) -> Path | None:
    """Write the step that is missing; None when the history already makes what the models declare."""
    load_tables()
    number = len(list(FOLDER.glob("0*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/draft.db")
        if number > 1:
            upgrade(database)
        body, tables = _difference(database, domain)
        database.close()
    if not tables and body.strip() == "pass":
        return None
    more = {
        dialect: [s for table in tables for s in beside_of(table, dialect)]
        for dialect in ("sqlite", "postgresql")
    }
    text = HEAD.format(
        message=message,
        revision=f"{number:04}",
        before=newest() if number > 1 else None,
        body=body + (BESIDE.format(statements=more) if any(more.values()) else ""),
    )
    path = FOLDER / f"{number:04}_{re.sub('[^a-z0-9]+', '_', message.lower()).strip('_')[:40]}.py"
    path.write_text(text)
    return path


def _difference(database: Database, domain: str | None) -> tuple[str, list[str]]:
    mine = {
        str(mapper.local_table)
        for mapper in Base.registry.mappers
        if domain is None or mapper.class_.__module__.split(".")[1] == domain
    }
    options = {
        "include_object": lambda item, name, kind, _reflected, _other: kind != "table" or name in mine,
        "render_item": _render,
    }
    with database.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found = produce_migrations(context, Base.metadata)
        ops = found.upgrade_ops or UpgradeOps([])
        code = render_python_code(ops, render_as_batch=False, render_item=_render)
    return code, [op.table_name for op in ops.ops if isinstance(op, CreateTableOp)]


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    if kind == "type" and isinstance(item, Instant):
        return "Instant()"
    if kind == "type" and isinstance(item, IdText):
        return f"IdText(length={item.length})"
    return False


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("message")
    words.add_argument("--domain")
    given = words.parse_args()
    print(draft(given.message, given.domain) or "The history already makes what the models declare.")  # noqa: T201


if __name__ == "__main__":
    main()
