"""Finding listings by words, each database in its own way; what was typed reaches neither engine as an operator.

Two lists of candidates, by whole words and by pieces of words, each limited to what the reader may see, in one statement.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import FTS, PIECES, Listing, ListingWords
from minga.sharing.rules import Search, is_alike, pieces, points

CANDIDATES = 200
PIECE = 3
_fts = table(FTS, column("rowid"), column(FTS))
_pieces = table(PIECES, column("rowid"), column(PIECES))
_vector: ColumnElement[Any] = literal_column("listing_words.vector")
_pieces_vector: ColumnElement[Any] = literal_column("listing_words.pieces_vector")
_WEIGHTS: tuple[tuple[Any, int], ...] = (
    (ListingWords.title, 4),
    (ListingWords.category, 2),
    (ListingWords.extra, 1),
)


def best(session: Session, seen: Sequence[ColumnElement[bool]], search: Search) -> list[Id]:
    """The listings in which every phrase occurs, best first: title ×4, headings ×2. `seen` limits both lists."""
    phrases = search.wanted
    lists = [_by_words(session, search.groups).where(*seen).limit(CANDIDATES)]
    if all(len(phrase) >= PIECE for phrase in phrases):
        lists.append(_by_pieces(session, phrases).where(*seen).limit(CANDIDATES))
    wanted = union_all(*(select(one.subquery()) for one in lists))
    ranked: dict[str, list[Any]] = {}
    for row in session.execute(wanted):
        ranked.setdefault(row.which, []).append(row)
    newest = {row.id: row.published_at for rows in ranked.values() for row in rows}
    for rows in ranked.values():
        rows.sort(key=lambda row: (row.score, row.published_at, row.id), reverse=True)
    given = points(*([row.id for row in rows] for rows in ranked.values()))
    return sorted(given, key=lambda id: (given[id], newest[id], id), reverse=True)


def like_each(session: Session, seen: Sequence[ColumnElement[bool]], phrases: Sequence[str]) -> list[Id]:
    """Listings with a word that is like each of the words that were typed, of those that share the most pieces."""
    typed = " ".join(phrases).split()
    parts = [sorted(_inside(word, padded=True)) for word in typed]
    if not all(parts):
        return []
    wanted = _with_words(Listing.id, *(weighed for weighed, _ in _WEIGHTS)).where(*seen)
    if _is_sqlite(session):
        match = _pieces.c[PIECES].op("MATCH")(" AND ".join(f"({_quoted(one, ' OR ')})" for one in parts))
        wanted = wanted.join(_pieces, _pieces.c.rowid == ListingWords.n).where(match)
        wanted = wanted.order_by(func.bm25(literal_column(PIECES), 4.0, 2.0, 1.0))
    else:
        query = _pieces_query(parts)
        wanted = wanted.where(_pieces_vector.op("@@")(query))
        wanted = wanted.order_by(func.ts_rank(_pieces_vector, query).desc(), func.length(ListingWords.title))
    found = []
    for row in session.execute(wanted.limit(CANDIDATES)):
        words = set(" ".join(row[1:]).split())
        if all(any(is_alike(word, other) for other in words) for word in typed):
            found.append(row.id)
    return found


def with_all(session: Session, search: Search) -> ColumnElement[bool]:
    """Whether every phrase occurs in a listing, whole or, where it is long enough, inside words."""
    phrases = search.wanted
    lists = [_by_words(session, search.groups)]
    if all(len(phrase) >= PIECE for phrase in phrases):
        lists.append(_by_pieces(session, phrases))
    ids = (one.order_by(None).with_only_columns(Listing.id) for one in lists)
    return or_(*(Listing.id.in_(found) for found in ids))


def with_any(session: Session, phrases: Sequence[str]) -> Select[Any]:
    """Ids of the listings in which any of the phrases occurs."""
    found = select(ListingWords.listing_id)
    if _is_sqlite(session):
        rows = select(_fts.c.rowid).where(_fts.c[FTS].op("MATCH")(_quoted(phrases, " OR ")))
        return found.where(ListingWords.n.in_(rows))
    return found.where(_vector.op("@@")(_tsquery(phrases, "||")))


def _by_words(session: Session, groups: Sequence[Sequence[str]]) -> Select[Any]:
    """Whole words, of each group any, by the engine's own measure."""
    if _is_sqlite(session):
        score = (-func.bm25(literal_column(FTS), 4.0, 2.0, 1.0, 1.0)).label("score")
        found = _candidates("words", score).join(_fts, _fts.c.rowid == ListingWords.n)
        found = found.where(
            _fts.c[FTS].op("MATCH")(" AND ".join(f"({_quoted(group, ' OR ')})" for group in groups))
        )
    else:
        query = _all_of([_tsquery(group, "||") for group in groups])
        weights: ColumnElement[Any] = literal_column("'{0.25, 0.25, 0.5, 1.0}'::float4[]")
        score = func.ts_rank(weights, _vector, query).label("score")
        found = _candidates("words", score).where(_vector.op("@@")(query))
    return found.order_by(score.desc(), Listing.published_at.desc(), Listing.id.desc())


def _by_pieces(session: Session, phrases: Sequence[str]) -> Select[Any]:
    """Also inside words; where each phrase stands decides, and then the shorter title."""
    stands: ColumnElement[Any] = literal(0)
    for phrase in phrases:
        for text, weight in _WEIGHTS:
            stands = stands + case((text.contains(phrase, autoescape=True), weight), else_=0)
    score = (10_000 * stands - func.length(ListingWords.title)).label("score")
    found = _candidates("pieces", score)
    if _is_sqlite(session):
        match = _pieces.c[PIECES].op("MATCH")(_quoted(phrases, " AND "))
        found = found.join(_pieces, _pieces.c.rowid == ListingWords.n).where(match)
    else:
        parts = sorted({part for phrase in phrases for part in _inside(phrase)})
        found = found.where(_pieces_vector.op("@@")(_pieces_query([[part] for part in parts])))
        found = found.where(
            *(or_(*(text.contains(phrase, autoescape=True) for text, _ in _WEIGHTS)) for phrase in phrases)
        )
    return found.order_by(score.desc(), Listing.published_at.desc(), Listing.id.desc())


def _candidates(which: str, score: ColumnElement[Any]) -> Select[Any]:
    return _with_words(literal(which).label("which"), Listing.id, Listing.published_at, score)


def _with_words(*columns: Any) -> Select[Any]:
    return select(*columns).join_from(ListingWords, Listing, Listing.id == ListingWords.listing_id)


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _inside(word: str, *, padded: bool = False) -> frozenset[str]:
    """The pieces of a word as they stand in a text: blanks only where one stands there too."""
    inner = frozenset(word[n : n + PIECE] for n in range(len(word) - PIECE + 1))
    return inner | {piece for piece in pieces(word) if not piece.startswith("  ")} if padded else inner


def _quoted(phrases: Sequence[str], between: str) -> str:
    """Phrases of letters, digits and blanks as strings of the engine's language, so that none is a word of it."""
    return between.join(f'"{phrase}"' for phrase in phrases)


def _pieces_query(parts: Sequence[Sequence[str]]) -> ColumnElement[Any]:
    """Any of each group of pieces; PostgreSQL takes them as they are, so each is written in quotation marks."""
    groups = (" | ".join(f"'{part}'" for part in group) for group in parts)
    return cast(" & ".join(f"({group})" for group in groups), TSQUERY())


def _all_of(queries: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    one, *others = queries
    found: ColumnElement[Any] = one
    for other in others:
        found = found.op("&&")(other)
    return found


def _tsquery(phrases: Sequence[str], between: str) -> ColumnElement[Any]:
    simple: ColumnElement[Any] = literal_column("'simple'::regconfig")
    one, *others = (func.phraseto_tsquery(simple, literal(phrase)) for phrase in phrases)
    query: ColumnElement[Any] = one
    for other in others:
        query = query.op(between)(other)
    return query
