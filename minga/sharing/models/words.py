"""The words by which listings are found: folded text per listing, and each database's own index over it."""

from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, foreign_id, text_column
from minga.kit.schema import beside

FTS = "listing_fts"


class ListingWords(Base):
    """What of a listing is searched, as `rules.index_words` folds it. The number is the key of SQLite's index."""

    __tablename__ = "listing_words"

    n: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[str] = foreign_id("listing.id", unique=True)
    title: Mapped[str] = text_column(2_000)
    category: Mapped[str] = text_column(2_000)
    description: Mapped[str] = text_column(40_000)


_COLUMNS = "title, category, description"
_OLD = "old.title, old.category, old.description"
_NEW = "new.title, new.category, new.description"


def search_index(dialect: str) -> list[str]:
    """The statements that make the index of words."""
    if dialect == "sqlite":
        take_out = f"INSERT INTO {FTS}({FTS}, rowid, {_COLUMNS}) VALUES ('delete', old.n, {_OLD});"
        put_in = f"INSERT INTO {FTS}(rowid, {_COLUMNS}) VALUES (new.n, {_NEW});"
        return [
            f"CREATE VIRTUAL TABLE {FTS} USING fts5({_COLUMNS}, content='listing_words', content_rowid='n', "
            "tokenize='unicode61 remove_diacritics 2')",
            f"CREATE TRIGGER listing_words_in AFTER INSERT ON listing_words BEGIN {put_in} END",
            f"CREATE TRIGGER listing_words_out AFTER DELETE ON listing_words BEGIN {take_out} END",
            f"CREATE TRIGGER listing_words_new AFTER UPDATE ON listing_words BEGIN {take_out} {put_in} END",
        ]
    weighed = " || ".join(
        f"setweight(to_tsvector('simple', {column}), '{weight}')"
        for column, weight in (("title", "A"), ("category", "B"), ("description", "D"))
    )
    return [
        f"ALTER TABLE listing_words ADD COLUMN vector tsvector GENERATED ALWAYS AS ({weighed}) STORED",
        "CREATE INDEX ix_listing_words_vector ON listing_words USING gin (vector)",
    ]


beside(ListingWords.__table__, search_index)
