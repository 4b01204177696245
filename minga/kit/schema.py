"""How tables are declared: naming, the column types that both databases share, and limits on every text."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Connection,
    Date,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    FromClause,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy import event as sql_event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from minga.kit.ids import new_id


class Base(DeclarativeBase):
    """Everything that is stored."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigInteger}  # noqa: RUF012  (SQLAlchemy reads it from the class)


NAIVE = "a naive time has no place in the database"


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(NAIVE)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def bind_processor(self, dialect: Dialect) -> Any:
        """Every write says many times, so the text of SQLite is written in one step."""
        if dialect.name == "sqlite":
            return _write_instant
        return super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Any:
        """Lists are full of times, so the text of SQLite is read in one step."""
        if dialect.name == "sqlite":
            return _read_instant
        return super().result_processor(dialect, coltype)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _write_instant(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(NAIVE)
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read_instant(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(f"{stored}+00:00")


class IdText(String):
    """32 hex digits; foreign keys and our own hand keep the form, so it needs no check of length."""


def id_column() -> MappedColumn[str]:
    """The primary key of most tables."""
    return mapped_column(IdText(32), primary_key=True, default=new_id)


def foreign_id(target: str, **options: Any) -> MappedColumn[Any]:
    """A reference to another row, e.g. `foreign_id("person.id")`; never cascades."""
    return mapped_column(IdText(32), ForeignKey(target), **options)


def text_column(length: int, **options: Any) -> MappedColumn[Any]:
    """Text of at most that many characters; the limit is also a constraint of the table."""
    return mapped_column(String(length), **options)


def enum_column(values: type[StrEnum], *, name: str | None = None, **options: Any) -> MappedColumn[Any]:
    """One of the values, kept as text with a CHECK; `name` when a table has two columns of one kind."""
    kind = Enum(
        values,
        native_enum=False,
        create_constraint=True,
        name=name or values.__name__.lower(),
        length=40,
        values_callable=lambda kind: [member.value for member in kind],
    )
    return mapped_column(kind, **options)


@sql_event.listens_for(Table, "after_parent_attach")
def _limit_texts(table: Table, metadata: MetaData) -> None:
    """SQLite keeps no length of VARCHAR, so every limited text gets a CHECK; its tables are STRICT."""
    if metadata is not Base.metadata:
        return  # a copy, as migrations make them, already has both
    table.dialect_options["sqlite"]["strict"] = True
    for column in list(table.columns):
        kind = column.type
        if isinstance(kind, String) and not isinstance(kind, (Enum, IdText)) and kind.length:
            table.append_constraint(
                CheckConstraint(f"length({column.name}) <= {kind.length}", name=f"{column.name}_length")
            )


Statements = Callable[[str], list[str]]
_beside: dict[str, list[Statements]] = {}


def beside(table: FromClause, statements: Statements) -> None:
    """Say what belongs to a table that columns cannot say: triggers, an index of words, rows that are shipped.

    `statements(dialect)` answers plain SQL for "sqlite" or "postgresql"; a drafted migration carries the same.
    """
    if not isinstance(table, Table):
        raise TypeError(f"{table} is no table")
    _beside.setdefault(table.name, []).append(statements)

    def make(_table: Table, connection: Connection, **_options: Any) -> None:
        for statement in statements(connection.dialect.name):
            connection.exec_driver_sql(statement)

    sql_event.listen(table, "after_create", make)


def beside_of(table: str, dialect: str) -> list[str]:
    """What was said with `beside` of the table of that name."""
    return [statement for statements in _beside.get(table, ()) for statement in statements(dialect)]


@compiles(String, "sqlite")
@compiles(Text, "sqlite")
@compiles(DateTime, "sqlite")
@compiles(Date, "sqlite")
@compiles(JSON, "sqlite")
@compiles(Enum, "sqlite")
def _as_text(_kind: Any, _compiler: Any, **_options: Any) -> str:
    return "TEXT"


@compiles(Boolean, "sqlite")
@compiles(BigInteger, "sqlite")
def _as_integer(_kind: Any, _compiler: Any, **_options: Any) -> str:
    return "INTEGER"
