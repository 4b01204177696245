"""How many needs are in each state and how long those done took: numbers for whoever watches the node, never names."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import String, case, cast, func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.sharing.models import Listing, Photo
from minga.sharing.rules import Direction
from minga.sharing.rules.words import CloseReason, State

LOOKED_BACK = timedelta(days=30)
ROWS_MAX = 10_000


@dataclass(frozen=True, kw_only=True)
class NeedNumbers:
    """Needs by state, and the seconds from publishing to done of those that were done in the last 30 days."""

    by_state: dict[str, int]
    done: int
    median_seconds: int


def need_numbers(session: Session, actor: Actor, *, at: datetime) -> NeedNumbers:
    """One question for the states, one for what was done; for whoever runs the machine."""
    if not actor.operator:
        raise NotFound()
    state = case(
        (Listing.archived_at.is_not(None), State.ARCHIVED.value),
        (Listing.closed_at.is_not(None), cast(Listing.close_reason, String(20))),
        (Listing.published_at.is_(None) & Listing.sent_at.is_(None), State.DRAFT.value),
        (Listing.published_at.is_(None), State.PENDING.value),
        (Listing.expires_at <= at, State.EXPIRED.value),
        (Listing.paused_at.is_not(None), State.PAUSED.value),
        else_=State.OPEN.value,
    ).label("state")
    counted = select(state, func.count()).where(Listing.direction == Direction.NEED).group_by(state)
    found = {str(name): int(count) for name, count in session.execute(counted)}
    done = session.execute(
        select(Listing.published_at, Listing.closed_at)
        .where(
            Listing.direction == Direction.NEED,
            Listing.close_reason == CloseReason.FULFILLED,
            Listing.closed_at > at - LOOKED_BACK,
        )
        .order_by(Listing.closed_at.desc())
        .limit(ROWS_MAX)
    ).all()
    spans = [(until - since) // timedelta(seconds=1) for since, until in done if since and until]
    return NeedNumbers(
        by_state=dict.fromkeys((one.value for one in State), 0) | found,
        done=len(spans),
        median_seconds=int(median(spans)) if spans else 0,
    )


@dataclass(frozen=True)
class Size:
    """How much stands in one community, whatever its state."""

    listings: int = 0
    photos: int = 0


def sizes(session: Session, actor: Actor, community_ids: tuple[Id, ...]) -> dict[Id, Size]:
    """How much is listed in each of these communities, by two questions; for whoever runs the machine."""
    if not actor.operator:
        raise NotFound()
    of_these = Listing.community_id.in_(community_ids)
    listings = select(Listing.community_id, func.count()).where(of_these).group_by(Listing.community_id)
    photos = (
        select(Listing.community_id, func.count())
        .join(Photo, Photo.listing_id == Listing.id)
        .where(of_these)
        .group_by(Listing.community_id)
    )
    counted = [{row[0]: row[1] for row in session.execute(one)} for one in (listings, photos)]
    return {one: Size(*(of_it.get(one, 0) for of_it in counted)) for one in community_ids}
