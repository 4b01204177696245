"""How what fits a wish divides: by direction, by kind and by heading, in one statement over a bounded number of rows."""

from collections import Counter
from datetime import datetime

import msgspec
from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Listing
from minga.sharing.queries.totals import fits
from minga.sharing.rules import Direction, Kind, Wish

FACETS_OF_MAX = 1_000
HEADINGS_MAX = 12


class Facets(msgspec.Struct, frozen=True):
    """How many of the newest that fit are of each sort, the most first; `more` when there are older ones beyond."""

    n: int
    more: bool
    directions: tuple[tuple[Direction, int], ...]
    kinds: tuple[tuple[Kind, int], ...]
    categories: tuple[tuple[Id, int], ...]


def facets(
    session: Session, actor: Actor, wish: Wish, *, at: datetime, community_id: Id | None = None
) -> Facets:
    """Counted in the database over the newest thousand that fit; whoever may not see a listing does not count it."""
    newest = (
        select(Listing.direction, Listing.kind, Listing.category_id)
        .where(*fits(session, actor, wish, at, community_id))
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(FACETS_OF_MAX + 1)
        .subquery()
    )
    rows = session.execute(select(*newest.c, func.count().label("n")).group_by(*newest.c)).all()
    directions: Counter[Direction] = Counter()
    kinds: Counter[Kind] = Counter()
    categories: Counter[Id] = Counter()
    for row in rows:
        directions[row.direction] += row.n
        kinds[row.kind] += row.n
        if row.category_id is not None:
            categories[row.category_id] += row.n
    n = directions.total()
    return Facets(
        n=min(n, FACETS_OF_MAX),
        more=n > FACETS_OF_MAX,
        directions=tuple(directions.most_common()),
        kinds=tuple(kinds.most_common()),
        categories=tuple(categories.most_common(HEADINGS_MAX)),
    )
