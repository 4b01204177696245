"""The words by which listings are found: folded text per listing, and each database's own indexes over it.

One index holds whole words, the other the three-letter pieces of what is short: title, headings and own fields.
"""

from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, foreign_id, text_column
from minga.kit.schema import beside

FTS = "listing_fts"
PIECES = "listing_pieces_fts"
FTS_AGAIN = "INSERT INTO listing_fts(listing_fts) VALUES ('rebuild')"
PIECES_AGAIN = "INSERT INTO listing_pieces_fts(listing_pieces_fts) VALUES ('rebuild')"
"""What makes SQLite's indexes anew from the words that are kept; PostgreSQL keeps its own by itself."""


class ListingWords(Base):
    """What of a listing is searched, as `rules.index_words` folds it. The number is the key of SQLite's indexes."""

    __tablename__ = "listing_words"

    n: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = foreign_id("listing.id", unique=True)
    title: Mapped[str] = text_column(2_000)
    category: Mapped[str] = text_column(2_000)
    extra: Mapped[str] = text_column(4_000, default="", server_default="")
    description: Mapped[str] = text_column(40_000)


_TRIGGERS = ("listing_words_in", "listing_words_out", "listing_words_new")
_WORDS = ("title", "category", "extra", "description")
_SHORT = ("title", "category", "extra")


def search_index(dialect: str) -> list[str]:
    """The statements that make both indexes."""
    return _sqlite() if dialect == "sqlite" else _postgresql()


def _sqlite() -> list[str]:
    made, into, out_of = [], "", ""
    for table, columns, tokens in (
        (FTS, _WORDS, "unicode61 remove_diacritics 2"),
        (PIECES, _SHORT, "trigram"),
    ):
        names = ", ".join(columns)
        made.append(
            f"CREATE VIRTUAL TABLE {table} USING fts5({names}, content='listing_words', content_rowid='n', "
            f"tokenize='{tokens}')"
        )
        new, old = (", ".join(f"{row}.{name}" for name in columns) for row in ("new", "old"))
        into += f"INSERT INTO {table}(rowid, {names}) VALUES (new.n, {new}); "  # nosec B608 # names of our own columns
        out_of += f"INSERT INTO {table}({table}, rowid, {names}) VALUES ('delete', old.n, {old}); "  # nosec B608 # names of our own columns
    for name, when, then in zip(
        _TRIGGERS, ("INSERT", "DELETE", "UPDATE"), (into, out_of, out_of + into), strict=True
    ):
        made.append(f"CREATE TRIGGER {name} AFTER {when} ON listing_words BEGIN {then}END")
    return made


def _postgresql() -> list[str]:
    """Pieces of words come from a function of our own: no extension has to be there, and both databases find alike."""
    weighed = " || ".join(
        f"setweight(to_tsvector('simple', {column}), '{weight}')"
        for column, weight in zip(_WORDS, "ABDD", strict=True)
    )
    short = " || ' ' || ".join(_SHORT)
    return [
        "CREATE OR REPLACE FUNCTION minga_pieces(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        "AS $$ SELECT array_to_tsvector(ARRAY(SELECT DISTINCT substr(word, n, 3) "
        "FROM (SELECT ' ' || said || ' ' AS word) AS padded, generate_series(1, length(word) - 2) AS n)) $$",
        f"ALTER TABLE listing_words ADD COLUMN vector tsvector GENERATED ALWAYS AS ({weighed}) STORED",
        "CREATE INDEX ix_listing_words_vector ON listing_words USING gin (vector)",
        f"ALTER TABLE listing_words ADD COLUMN pieces_vector tsvector GENERATED ALWAYS AS (minga_pieces({short})) STORED",
        "CREATE INDEX ix_listing_words_pieces_vector ON listing_words USING gin (pieces_vector)",
    ]


beside(ListingWords.__table__, search_index)
