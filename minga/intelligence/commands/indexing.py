"""Counting the words of open listings, and taking them away again exactly when a listing goes."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from minga.intelligence.models import GramCount, ListingConcept, ListingGram, ListingVector, Suggestion
from minga.intelligence.rules import concepts, text
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.schedule import every
from minga.sharing.access import is_open
from minga.sharing.models import Listing
from minga.sharing.rules.life import state
from minga.sharing.rules.words import State

LIKELY_LEAST = 50_000
CHUNK = 1_000
FORGOTTEN_MAX = 500


def index_listing(session: Session, listing_id: Id, *, at: datetime) -> bool:
    """Count a listing while it is open, and forget it otherwise; answers whether it is open. Twice is once."""
    listing = session.get(Listing, listing_id)
    there = session.get(ListingVector, listing_id, with_for_update=True)
    if listing is None or state(listing, at) is not State.OPEN:
        _forget(session, [listing_id])
        return False
    words = text.words_of(listing.title, listing.description)
    mark = mark_of(listing.title, listing.description)
    if there is not None and there.words_mark == mark:
        return True
    if there is not None:
        _forget(session, [listing_id], pairs=False)
    _count(session, listing_id, words, mark, at)
    return True


def mark_of(title: str, description: str) -> str:
    """By which it is known that the same words were counted by the same concepts."""
    words = text.words_of(title, description)
    return hashlib.sha256(f"{concepts.VERSION} {words}".encode("utf-8", "surrogatepass")).hexdigest()


def uncount(session: Session, listing_id: Id) -> None:
    """Take away what was counted of a listing; the pairs that were found stay."""
    _forget(session, [listing_id], pairs=False)


def _count(session: Session, listing_id: Id, words: str, mark: str, at: datetime) -> None:
    found, likely = text.counts(words), concepts.about(words)
    session.execute(
        insert(ListingVector).values(
            listing_id=listing_id, words_mark=mark, data=text.pack(found), concepts=likely, made_at=at
        )
    )
    if found:
        rows = [{"dim": place, "listing_id": listing_id} for place in sorted(found)]
        session.execute(insert(ListingGram), rows)
        _raise(session, sorted(found))
    strong = [
        {"concept": key, "listing_id": listing_id, "likely": one}
        for key, one in likely.items()
        if one >= LIKELY_LEAST
    ]
    if strong:
        session.execute(insert(ListingConcept), strong)


def _raise(session: Session, places: Sequence[int]) -> None:
    """One text more for each place, in their order, so that two at once do not wait for each other for ever."""
    upsert: Any = sqlite.insert if session.connection().dialect.name == "sqlite" else postgresql.insert
    for some in _chunks(places):
        wanted = upsert(GramCount).values([{"dim": place, "df": 1} for place in some])
        session.execute(wanted.on_conflict_do_update(index_elements=["dim"], set_={"df": GramCount.df + 1}))


def _lower(session: Session, places: Sequence[int]) -> None:
    """One text less for each place; a place of the last text goes, as if it had never been there."""
    for some in _chunks(places):
        session.execute(delete(GramCount).where(GramCount.dim.in_(some), GramCount.df == 1))
        session.execute(
            update(GramCount).where(GramCount.dim.in_(some), GramCount.df > 1).values(df=GramCount.df - 1)
        )


def _chunks(places: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(places), CHUNK):
        yield places[start : start + CHUNK]


def _forget(session: Session, listing_ids: Sequence[Id], *, pairs: bool = True) -> None:
    """Take listings away with all that was counted of them."""
    for id, data in session.execute(
        select(ListingVector.listing_id, ListingVector.data).where(ListingVector.listing_id.in_(listing_ids))
    ).all():
        _lower(session, sorted(text.unpack(data)))
        for table in (ListingGram, ListingConcept, ListingVector):
            session.execute(delete(table).where(table.listing_id == id))
    if pairs:
        for side in (Suggestion.need_id, Suggestion.offer_id):
            session.execute(delete(Suggestion).where(side.in_(listing_ids)))


def forget_gone(session: Session, *, at: datetime) -> int:
    """Forget what is no longer open, some hundred at a time; answers how many."""
    still = exists().where(Listing.id == ListingVector.listing_id, is_open(at))
    gone = list(session.scalars(select(ListingVector.listing_id).where(~still).limit(FORGOTTEN_MAX)))
    if gone:
        _forget(session, gone)
    return len(gone)


@every("intelligence.forget_gone", days=1, lane="heavy", seconds_max=300)
def forget_gone_nightly(run: Any, _args: dict[str, Any]) -> None:
    """What ended by the clock tells no event; once a night it is taken out of the counts."""
    while True:
        with run.database.write() as session:
            if forget_gone(session, at=run.clock()) < FORGOTTEN_MAX:
                return
