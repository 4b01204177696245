"""Tables: keys point down, text has a length, and nothing disappears with a person."""

import pytest
from sqlalchemy import CheckConstraint, Enum, String, Table, Text
from sqlalchemy.sql.schema import ForeignKey

import minga.migrations
from minga.kit.db import Base

LAYERS = (
    "kit",
    "identity",
    "communities",
    "ledger documents",
    "sharing governance work stewardship finance data",
    "reputation communication intelligence peers",
)
LAYER = {domain: height for height, domains in enumerate(LAYERS) for domain in domains.split()}

minga.migrations.load_tables()
TABLES: dict[str, Table] = dict(Base.metadata.tables)
DOMAIN = {
    mapper.local_table.name: mapper.class_.__module__.split(".")[1]  # type: ignore[attr-defined]
    for mapper in Base.registry.mappers
}


def keys() -> list[tuple[Table, ForeignKey]]:
    return [(table, key) for table in TABLES.values() for key in table.foreign_keys]


def test_every_table_belongs_to_a_domain() -> None:
    assert len(TABLES) > 10
    assert {name for name in TABLES if DOMAIN.get(name) not in LAYER} == set()


def test_no_foreign_key_points_up_or_sideways() -> None:
    found = set()
    for table, key in keys():
        own, other = DOMAIN[table.name], DOMAIN[key.column.table.name]
        if own != other and LAYER[other] >= LAYER[own]:
            found.add(f"{table.name} -> {key.column.table.name}")
    assert found == set()


def test_nothing_disappears_with_a_person() -> None:
    found = {
        f"{table.name}.{key.parent.name}"
        for table, key in keys()
        if key.column.table.name == "person" and (key.ondelete or "").upper() == "CASCADE"
    }
    assert found == set()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_text_has_a_length_and_words_of_a_list_are_checked(name: str) -> None:
    endless = [
        column.name
        for column in TABLES[name].columns
        if isinstance(column.type, String)
        and not isinstance(column.type, Text | Enum)
        and not column.type.length
    ]
    assert endless == []
    checks = " ".join(str(c.sqltext) for c in TABLES[name].constraints if isinstance(c, CheckConstraint))
    enums = [column for column in TABLES[name].columns if isinstance(column.type, Enum)]
    assert [column.name for column in enums if column.name not in checks] == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_a_key(name: str) -> None:
    assert list(TABLES[name].primary_key.columns)
