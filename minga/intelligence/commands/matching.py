"""Keeping which needs and offers fit, pair by pair; nobody is contacted by it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from minga.intelligence.commands.indexing import index_listing
from minga.intelligence.models import Suggestion
from minga.intelligence.queries.candidates import Match, matches_of
from minga.intelligence.rules.score import WEIGHTS_VERSION
from minga.kit import jobs
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Listing
from minga.sharing.rules.words import Direction


def match_listing(session: Session, listing_id: Id, *, at: datetime) -> int:
    """Count a listing and keep what fits it, or forget it when it is not open; answers how many pairs. Twice is once."""
    if not index_listing(session, listing_id, at=at):
        return 0
    session.flush()
    listing = session.get_one(Listing, listing_id)
    found = matches_of(session, listing, at=at)
    keep_pairs(session, listing_id, found, at=at)
    return len(found)


def keep_pairs(session: Session, listing_id: Id, found: Sequence[Match], *, at: datetime) -> None:
    """Make the kept pairs of a listing those that were found: new ones come, others go, the rest is brought up to date."""
    listing = session.get(Listing, listing_id)
    if listing is None:
        return
    matches = {one.listing_id: one for one in found}
    offers = listing.direction is Direction.OFFER
    other = Suggestion.need_id if offers else Suggestion.offer_id
    own = Suggestion.offer_id if offers else Suggestion.need_id
    kept = {
        row.need_id if offers else row.offer_id: row
        for row in session.scalars(select(Suggestion).where(own == listing_id))
    }
    gone = kept.keys() - matches.keys()
    if gone:
        session.execute(delete(Suggestion).where(own == listing_id, other.in_(gone)))
    for id, match in matches.items():
        pair = (id, listing_id) if offers else (listing_id, id)
        row = kept.get(id)
        if row is None:
            row = Suggestion(need_id=pair[0], offer_id=pair[1])
            session.add(row)
        row.billionths, row.points = match.score.billionths, match.score.points
        row.terms, row.weights, row.made_at = terms_of(match), WEIGHTS_VERSION, at
    session.flush()


def terms_of(match: Match) -> list[dict[str, Any]]:
    """The terms of a match as they are kept: name, feature, part of the sum, points, and why."""
    return [{**asdict(term), "because": match.because.get(term.name)} for term in match.score.terms]


def look_again(session: Session, listing_id: Id, event_id: Id, *, at: datetime) -> None:
    """Have a listing matched in the background, once for one event."""
    key = f"intelligence.match:{listing_id}:{event_id}"
    jobs.enqueue(session, "intelligence.match", {"listing_id": listing_id}, at=at, unique_key=key)


@jobs.job("intelligence.match", lane="heavy", seconds_max=3, together=20)
def match(run: jobs.Run, args: dict[str, Any]) -> None:
    """The job of that: looked for while others write, so that the writer's turn is taken only to count and to keep."""
    listing_id, now = args["listing_id"], run.clock()
    with run.database.write() as session:
        if not index_listing(session, listing_id, at=now):
            return
    with run.database.read() as session:
        listing = session.get(Listing, listing_id)
        found = matches_of(session, listing, at=now) if listing is not None else ()
    with run.database.write() as session:
        keep_pairs(session, listing_id, found, at=now)
