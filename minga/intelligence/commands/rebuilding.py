"""What matching counts of open listings, all anew from the listings: the difference is told and mended. None commits."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select

from minga.intelligence.commands.indexing import index_listing, mark_of, uncount
from minga.intelligence.models import GramCount, ListingGram, ListingVector
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import is_open
from minga.sharing.models import Listing

BATCH = 500


def rebuild_counts(session: Session, *, check: bool, at: datetime) -> tuple[int, int]:
    """Recount every open listing and forget the others; how many were read and how many were not as counted.

    With `check` nothing is changed. Suggestions that were made stay: they follow the listings, not their counts.
    """
    read = different = 0
    for some in _batches(session, at):
        for listing_id, title, description, there, mark in some:
            read += 1
            wanted = mark_of(title, description) if there else None
            different += wanted != mark
            if not check:
                uncount(session, listing_id)
                index_listing(session, listing_id, at=at)
        session.flush()
        session.expunge_all()
    counted = select(ListingGram.dim, func.count().label("df")).group_by(ListingGram.dim).subquery()
    wrong = (
        select(func.count())
        .select_from(counted.outerjoin(GramCount, GramCount.dim == counted.c.dim))
        .where(or_(GramCount.df.is_(None), GramCount.df != counted.c.df))
    )
    different += session.scalar(wrong) or 0
    if not check:
        session.execute(delete(GramCount))
        session.execute(insert(GramCount).from_select(["dim", "df"], select(counted.c.dim, counted.c.df)))
    return read, different


def _batches(session: Session, at: datetime) -> Iterator[list[tuple[Id, str, str, bool, str | None]]]:
    """Listings that are open or still counted, with the mark of what was counted."""
    after = ""
    while True:
        rows = session.execute(
            select(
                Listing.id,
                Listing.title,
                Listing.description,
                is_open(at).label("there"),
                ListingVector.words_mark,
            )
            .outerjoin(ListingVector, ListingVector.listing_id == Listing.id)
            .where(
                Listing.id > after,
                or_(is_open(at), ListingVector.listing_id.is_not(None)),
            )
            .order_by(Listing.id)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        yield [(row.id, row.title, row.description, bool(row.there), row.words_mark) for row in rows]
