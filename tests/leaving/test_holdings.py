"""Every table says what it holds of people and of a community; what it says can be asked on both databases."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import Table

import minga.migrations
from minga.kit import holdings
from minga.kit.db import Base, Database
from minga.kit.holdings import Holding
from minga.kit.ids import new_id

minga.migrations.load_tables()
TABLES: dict[str, Table] = dict(Base.metadata.tables)
SAID = {one.table: one for one in holdings.holdings()}


def test_every_table_says_what_it_holds() -> None:
    assert set(TABLES) - set(SAID) == set()


def test_what_is_in_no_file_of_its_community_says_why() -> None:
    silent = {name for name, one in SAID.items() if not one.within and not one.own and not one.why}
    assert silent == set()
    kept = {
        name
        for name, one in SAID.items()
        if not one.within and not one.why and holdings.communities_columns(TABLES[name])
    }
    assert kept == {"device_admission", "device_ask"}


def test_columns_that_are_named_exist() -> None:
    wrong = {
        f"{name}.{column}"
        for name, one in SAID.items()
        for column in (*one.hide, *one.leave, *one.blank, *one.scrub, *one.files)
        if column not in TABLES[name].columns
    }
    assert wrong == set()


def test_secrets_and_what_is_sealed_never_leave() -> None:
    """The test of column names: what looks like a secret is hidden, whoever adds it."""
    looks = ("hash", "phc", "sealed", "secret", "credential", "code8")
    public = {
        "listing_draw.secret",
        "pool_round.secret",
        "consent.words_hash",
        "entry.request_hash",
        "seal.hash",
        "chain_head.hash",
        "ledger_seal.hash",
    }
    found = {
        f"{name}.{column.name}"
        for name, one in SAID.items()
        if one.own or one.party or one.within
        for column in TABLES[name].columns
        if any(word in column.name for word in looks) and column.name not in one.hide
    }
    assert found - public == set()


def test_what_moves_points_only_at_what_moves() -> None:
    """A row of a community's file points at rows of the same file, at people, or nowhere."""
    moves = {name for name, one in SAID.items() if one.within} | {"person"}
    loose = {
        f"{name}.{column.name}"
        for name, one in SAID.items()
        if one.within
        for column in TABLES[name].columns
        for key in column.foreign_keys
        if key.column.table.name not in moves and column.name not in (*one.leave, *one.hide)
    }
    assert loose == set()


@pytest.mark.parametrize("way", ["own", "party", "within"])
def test_each_path_can_be_asked(database: Database, way: str) -> None:
    nobody = new_id()
    read: dict[str, Callable[[Any, Holding], Iterable[object]]] = {
        "own": lambda connection, one: holdings.own_rows(connection, one, nobody),
        "party": lambda connection, one: holdings.party_rows(connection, one, nobody),
        "within": lambda connection, one: holdings.rows_within(connection, one, [nobody]),
    }
    with database.snapshot() as session:
        found = {one.table for one in SAID.values() if list(read[way](session.connection(), one))}
    assert found == set()
