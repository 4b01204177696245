"""One linear history of the schema, forward only; `upgrade` brings a database to the newest form."""

import importlib
import pkgutil

import minga
from minga.kit.db import Base, Database


def load_tables() -> None:
    """Import every module that declares tables, so that the metadata is whole."""
    for package in pkgutil.iter_modules(minga.__path__, "minga."):
        if not package.ispkg:
            continue
        found = importlib.import_module(package.name)
        for module in pkgutil.iter_modules(found.__path__, f"{package.name}."):
            if package.name == "minga.kit" or module.name.endswith(".models"):
                importlib.import_module(module.name)


def create_all(database: Database) -> None:
    """Make every table of this release in an empty database."""
    load_tables()
    Base.metadata.create_all(database.writer)
