"""One linear history of the schema, forward only; `upgrade` brings a database to the newest form.

The history is the truth for running nodes; a test compares what it makes with the tables that the models declare,
on both databases.
"""

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

import minga
from minga.kit.db import Base, Database
from minga.kit.errors import Refused
from minga.kit.i18n import N_

if TYPE_CHECKING:
    from alembic.config import Config


class SchemaTooNew(Refused):
    """The database was written by a later release."""

    code = "schema_too_new"
    default = N_(
        "This database was made by a later release (schema {schema}). Install that release or a newer one."
    )


def load_tables() -> None:
    """Import every module that declares tables, so that the metadata is whole."""
    for package in pkgutil.iter_modules(minga.__path__, "minga."):
        if not package.ispkg or package.name in {"minga.interfaces", "minga.migrations"}:
            continue
        found = importlib.import_module(package.name)
        for module in pkgutil.iter_modules(found.__path__, f"{package.name}."):
            if package.name == "minga.kit" or module.name.endswith(".models"):
                importlib.import_module(module.name)


def create_all(database: Database) -> None:
    """Make every table of this release in an empty database, as the models declare them, and mark it as newest."""
    from alembic import command  # noqa: PLC0415

    load_tables()
    Base.metadata.create_all(database.writer)
    with database.schema_connection() as connection:
        command.stamp(script(connection), "head")


def newest() -> str:
    """The revision that this release wants: the number of its last step."""
    return max(_known())


def current(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    with database.writer.connect() as connection:
        return _found(connection)


def upgrade(database: Database) -> bool:
    """Run the missing steps; answers whether there were any. Two at once wait for each other.

    Alembic is loaded only when there is something to do, so that most starts do without it.
    """
    with database.schema_connection() as connection:
        found = _found(connection)
        if found and found not in _known():
            raise SchemaTooNew(schema=found)
        if found == newest():
            return False
        from alembic import command  # noqa: PLC0415

        command.upgrade(script(connection), "head")
        return True


def script(connection: Connection | None = None) -> "Config":
    """Alembic's settings; they live here and not in a file, so that a wheel carries them."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def _known() -> set[str]:
    return {path.name[:4] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")}


def _found(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
