"""One linear history of the schema, forward only; `upgrade` brings a database to the newest form.

The history is the truth for running nodes; a test compares what it makes with the tables that the models declare,
on both databases.
"""

import importlib
import pkgutil
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import minga
from minga.kit.db import Base, Database
from minga.kit.errors import Refused
from minga.kit.i18n import N_


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
    """Make every table of this release in an empty database, as the models declare them."""
    load_tables()
    Base.metadata.create_all(database.writer)


def script(connection: Connection | None = None) -> Config:
    """Alembic's settings; they live here and not in a file, so that a wheel carries them."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this release wants."""
    head = ScriptDirectory.from_config(script()).get_current_head()
    if head is None:
        raise RuntimeError("there is no migration")
    return head


def current(database: Database) -> str | None:
    """The revision that the database has; None when it is empty."""
    with database.writer.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> bool:
    """Run the missing steps; answers whether there were any. Two at once wait for each other."""
    known = {step.revision for step in ScriptDirectory.from_config(script()).walk_revisions()}
    with database.schema_connection() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found and found not in known:
            raise SchemaTooNew(schema=found)
        if found == newest():
            return False
        command.upgrade(script(connection), "head")
        return True
