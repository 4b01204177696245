"""The words by which listings are found, all anew from the listings: the difference is told and mended. None commits."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select, text

from minga.kit.db import Session
from minga.sharing.commands.writing import word_columns
from minga.sharing.models import Category, Listing, ListingWords
from minga.sharing.models.words import FTS_AGAIN, PIECES_AGAIN
from minga.sharing.queries.contents import content_of

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many rows were read, and how many were missing, too many or different."""

    read: int
    different: int


def rebuild_words(session: Session, *, check: bool) -> Rebuilt:
    """Recompute what is searched of every listing, and the indexes over it; with `check` nothing is changed."""
    read = different = 0
    for some in _batches(session):
        kept = {
            row.listing_id: row
            for row in session.scalars(
                select(ListingWords).where(ListingWords.listing_id.in_([one.id for one in some]))
            )
        }
        for listing in some:
            read += 1
            category = session.get(Category, listing.category_id) if listing.category_id else None
            wanted = word_columns(content_of(session, listing), category)
            row = kept.get(listing.id)
            if row is not None and all(getattr(row, name) == value for name, value in wanted.items()):
                continue
            different += 1
            if check:
                continue
            if row is None:
                session.add(ListingWords(listing_id=listing.id, **wanted))
            else:
                for name, value in wanted.items():
                    setattr(row, name, value)
        session.flush()
        session.expunge_all()
    if not check and session.connection().dialect.name == "sqlite":
        session.execute(text(FTS_AGAIN))
        session.execute(text(PIECES_AGAIN))
    return Rebuilt(read, different)


def _batches(session: Session) -> Iterator[list[Listing]]:
    after = ""
    while some := list(
        session.scalars(select(Listing).where(Listing.id > after).order_by(Listing.id).limit(BATCH))
    ):
        after = some[-1].id
        yield some
