"""Finding listings by words, each database in its own way; what was typed reaches neither engine as an operator."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, select, table

from minga.kit.db import Session
from minga.sharing.models import FTS, Listing, ListingWords

_fts = table(FTS, column("rowid"), column(FTS))
_vector: ColumnElement[Any] = literal_column("listing_words.vector")


def matching(session: Session, wanted: Select[Any], phrases: Sequence[str]) -> Select[Any]:
    """The statement, limited to listings in which every phrase occurs, best first: title ×4, category ×2."""
    found = wanted.join(ListingWords, ListingWords.listing_id == Listing.id)
    if _is_sqlite(session):
        best = func.bm25(literal_column(FTS), 4.0, 2.0, 1.0)
        found = found.join(_fts, _fts.c.rowid == ListingWords.n).where(
            _fts.c[FTS].op("MATCH")(_quoted(phrases, " "))
        )
        return found.order_by(best, Listing.published_at.desc(), Listing.id.desc())
    query = _tsquery(phrases, "&&")
    best = func.ts_rank(literal_column("'{0.25, 0.25, 0.5, 1.0}'::float4[]"), _vector, query)
    return found.where(_vector.op("@@")(query)).order_by(
        best.desc(), Listing.published_at.desc(), Listing.id.desc()
    )


def with_any(session: Session, phrases: Sequence[str]) -> Select[Any]:
    """Ids of the listings in which any of the phrases occurs."""
    found = select(ListingWords.listing_id)
    if _is_sqlite(session):
        rows = select(_fts.c.rowid).where(_fts.c[FTS].op("MATCH")(_quoted(phrases, " OR ")))
        return found.where(ListingWords.n.in_(rows))
    return found.where(_vector.op("@@")(_tsquery(phrases, "||")))


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _quoted(phrases: Sequence[str], between: str) -> str:
    """Phrases of letters, digits and spaces as strings of the engine's language, so that none is a word of it."""
    return between.join(f'"{phrase}"' for phrase in phrases)


def _tsquery(phrases: Sequence[str], between: str) -> ColumnElement[Any]:
    simple: ColumnElement[Any] = literal_column("'simple'::regconfig")
    one, *others = (func.phraseto_tsquery(simple, literal(phrase)) for phrase in phrases)
    query: ColumnElement[Any] = one
    for other in others:
        query = query.op(between)(other)
    return query
