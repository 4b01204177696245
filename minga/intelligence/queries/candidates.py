"""What fits a listing: few candidates by rare pieces of words and by concept, then exact scores with their reasons."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import policies
from minga.identity import Actor, Via
from minga.intelligence.access import (
    KM,
    cells,
    emergency,
    is_candidate_for,
    may_be_candidate,
    wants_suggestions,
)
from minga.intelligence.models import GramCount, ListingConcept, ListingGram, ListingVector
from minga.intelligence.rules import concepts, text
from minga.intelligence.rules import score as rules
from minga.intelligence.rules.score import Days, Score
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Listing
from minga.sharing.queries import stock
from minga.sharing.rules.places import METRES, MICRO, metres_per_lon
from minga.sharing.rules.words import Direction

ROWS_MAX = 20_000
"""Rows of the index that one question reads."""
EXACT_MAX = 100
KEPT_MAX = 16
CHUNK = 5_000
Where = tuple[Id | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Match:
    """A listing that fits, with its score and the reasons of each term."""

    listing_id: Id
    owner_id: Id
    score: Score
    because: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Other:
    id: Id
    owner_id: Id
    community_id: Id
    kind: str
    published_at: datetime | None
    days: Days


def matches_of(session: Session, listing: Listing, *, at: datetime) -> tuple[Match, ...]:
    """The best matches of an open listing, the best first; none where either side has switched it off.

    Works for the listing's owner, and keeps only what its owner may see and whose owner may see the listing.
    """
    if not wants_suggestions(session, listing, at=at) or emergency(session, listing):
        return ()
    owner = Actor(listing.owner_id, Via.WORKER)
    own = session.get(ListingVector, listing.id)
    if own is None:
        return ()
    mine = text.unpack(own.data)
    others = _others(session, owner, listing, mine, own.concepts, at)
    matches = _scored(session, listing, mine, own.concepts, others, at)
    found: list[Match] = []
    for match in matches:
        other = session.get_one(Listing, match.listing_id)
        if stock.left_milli(session, other) == 0 or not wants_suggestions(session, other, at=at):
            continue
        if is_candidate_for(session, listing.id, other.owner_id, at=at):
            found.append(match)
        if len(found) == KEPT_MAX:
            break
    return tuple(found)


def _others(
    session: Session,
    owner: Actor,
    listing: Listing,
    mine: Mapping[int, int],
    about: Mapping[str, int],
    at: datetime,
) -> list[_Other]:
    """Candidates: those that share rare pieces of words, and those about the same concept; at most some hundred."""
    sums = _sharing_words(session, mine, listing.id)
    by_words = sorted(sums, key=lambda id: (-sums[id], id))[: text.CANDIDATES_MAX]
    strong = [key for key, likely in about.items() if likely >= text.MILLION // 20]
    by_concept = session.scalars(
        select(ListingConcept.listing_id)
        .where(ListingConcept.concept.in_(strong))
        .order_by(ListingConcept.likely.desc(), ListingConcept.listing_id)
        .limit(text.CANDIDATES_MAX)
    )
    wanted = list(dict.fromkeys([*by_words, *by_concept]))
    opposite = Direction.NEED if listing.direction is Direction.OFFER else Direction.OFFER
    kinds = sorted(rules.KINDS.get(str(listing.kind), ()))
    rows = session.execute(
        select(
            Listing.id,
            Listing.owner_id,
            Listing.community_id,
            Listing.kind,
            Listing.published_at,
            Listing.available_from_on,
            Listing.available_until_on,
        ).where(
            Listing.id.in_(wanted),
            Listing.direction == opposite,
            Listing.kind.in_(kinds),
            may_be_candidate(session, owner, at=at),
        )
    )
    found = {row[0]: _Other(*row[:5], Days(row[5], row[6])) for row in rows}
    return [found[id] for id in wanted if id in found][:EXACT_MAX]


def _sharing_words(session: Session, mine: Mapping[int, int], own_id: Id) -> dict[Id, float]:
    """Sums of rarity of shared pieces by listing, rare pieces first, until enough rows were read."""
    df, size = _df(session, mine), _size(session)
    rare: list[int] = []
    rows = 0
    for place in sorted((p for p in mine if df.get(p, 0) > 1), key=lambda p: (df[p], p)):
        if rows and (df[place] * text.COMMON > max(size, 500) or rows + df[place] > ROWS_MAX):
            break
        rare.append(place)
        rows += df[place]
    sums: dict[Id, float] = defaultdict(float)
    for start in range(0, len(rare), CHUNK):
        some = rare[start : start + CHUNK]
        for place, id in session.execute(
            select(ListingGram.dim, ListingGram.listing_id).where(ListingGram.dim.in_(some))
        ):
            sums[id] += text.rarity(size, df[place]) ** 2
    sums.pop(own_id, None)
    return sums


def _df(session: Session, wanted: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), CHUNK):
        some = ordered[start : start + CHUNK]
        found.update(
            (row[0], row[1])
            for row in session.execute(select(GramCount.dim, GramCount.df).where(GramCount.dim.in_(some)))
        )
    return found


def _size(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ListingVector)) or 0


def _scored(
    session: Session,
    listing: Listing,
    mine: Mapping[int, int],
    about: Mapping[str, int],
    others: list[_Other],
    at: datetime,
) -> list[Match]:
    """Exact scores of the candidates that reach the least that is shown; longer open first among equals."""
    rows = session.execute(
        select(ListingVector.listing_id, ListingVector.data, ListingVector.concepts).where(
            ListingVector.listing_id.in_([one.id for one in others])
        )
    )
    known = {row[0]: (text.unpack(row[1]), row[2]) for row in rows}
    size = _size(session)
    df = _df(session, {place for found, _ in known.values() for place in found} | set(mine))
    own = text.weights(mine, size, df)
    places = cells(session, [listing.id, *(one.id for one in others)])
    km = int(policies.value(session, listing.community_id, KM, at=at))
    days = Days(listing.available_from_on, listing.available_until_on)
    matches: list[tuple[datetime, Match]] = []
    for one in others:
        if one.id not in known:
            continue
        metres = _metres(places.get(listing.id), places.get(one.id))
        fits_time = rules.time(days, one.days)
        too_far = metres is None and one.community_id != listing.community_id
        if fits_time is None or too_far or (metres is not None and metres > km * 1_000):
            continue
        theirs = text.weights(known[one.id][0], size, df)
        features = {
            "text": text.likeness(own, theirs),
            "concept": concepts.concept_likeness(about, known[one.id][1]),
            "near": rules.near(metres, km),
            "time": fits_time,
            "wait": rules.wait(one.published_at or at, at),
        }
        found = rules.score(features)
        if found.points >= rules.SHOWN_FROM:
            because = _because(
                listing, own, theirs, about, known[one.id][1], metres, days.stated and one.days.stated
            )
            matches.append((one.published_at or at, Match(one.id, one.owner_id, found, because)))
    matches.sort(key=lambda pair: (-pair[1].score.billionths, pair[0], pair[1].listing_id))
    return [match for _, match in matches]


def _because(
    listing: Listing,
    own: Mapping[int, float],
    theirs: Mapping[int, float],
    about: Mapping[str, int],
    others: Mapping[str, int],
    metres: int | None,
    days_stated: bool,
) -> dict[str, Any]:
    """The reason of each term, as plain values that a page says in the reader's language."""
    common = sorted((key for key in about if key in others), key=lambda key: (-about[key] * others[key], key))
    return {
        "text": text.shared(text.words_of(listing.title, listing.description), own, theirs),
        "concept": common[:1],
        "near": band(metres),
        "time": days_stated,
    }


BANDS_KM = (1, 3, 10, 30, 100, 200)


def band(metres: int | None) -> int | None:
    """Below how many kilometres it is, as coarse as places are shown; None when a place is not stated.

    >>> band(500), band(9_000), band(None)
    (1, 10, None)
    """
    if metres is None:
        return None
    return next((km for km in BANDS_KM if metres < km * 1_000), BANDS_KM[-1])


def _metres(one: Where | None, other: Where | None) -> int | None:
    """Between the middles of two cells; the same named place is no distance."""
    if one is None or other is None:
        return None
    if one[0] is not None and one[0] == other[0]:
        return 0
    if one[1] is None or one[2] is None or other[1] is None or other[2] is None:
        return None
    up = (one[1] - other[1]) * METRES // MICRO
    side = (one[2] - other[2]) * metres_per_lon(one[1]) // MICRO
    return int((up * up + side * side) ** 0.5)
