"""How much a list holds as a whole: by community, and by cell of the map; counted in the database over all that fits."""

from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, func, select

from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import circle_of
from minga.sharing.models import Listing, ListingCell
from minga.sharing.queries import words
from minga.sharing.queries.cards import conditions
from minga.sharing.queries.ordered import is_near
from minga.sharing.queries.origins import origin_column
from minga.sharing.rules import Cell, Origin, Precision, Wish
from minga.sharing.rules.places import band_of

CELLS_MAX = 500
COMMUNITIES_MAX = 1_000


class Total(msgspec.Struct, frozen=True):
    """How many listings of a community fit."""

    slug: str
    name: str
    n: int


class Share(msgspec.Struct, frozen=True):
    """How many listings of a community fit, and from where they come for this reader."""

    origin: Origin
    slug: str
    name: str
    n: int


class CellShown(msgspec.Struct, frozen=True):
    """A cell of the map with how many listings are there; `band` is how far it is from the place that was asked for."""

    cell: Cell
    precision: Precision
    n: int
    band: int | None = None


def totals(
    session: Session, actor: Actor, wish: Wish, *, at: datetime, community_id: Id | None = None
) -> list[Total]:
    """By community, the most first."""
    n = func.count().label("n")
    found = (
        select(Community.slug, Community.name, n)
        .join(Listing, Listing.community_id == Community.id)
        .where(*fits(session, actor, wish, at, community_id))
        .group_by(Community.id, Community.slug, Community.name)
        .order_by(n.desc(), Community.slug)
        .limit(COMMUNITIES_MAX)
    )
    return [Total(row.slug, row.name, row.n) for row in session.execute(found)]


def shares(
    session: Session, actor: Actor, wish: Wish, *, at: datetime, community_id: Id | None = None
) -> list[Share]:
    """By origin and community, own before partners before the network, the most first. A listing counts once."""
    n = func.count().label("n")
    origin = origin_column(circle_of(session, actor, at=at)).label("origin")
    found = (
        select(origin, Community.slug, Community.name, n)
        .join(Listing, Listing.community_id == Community.id)
        .where(*fits(session, actor, wish, at, community_id))
        .group_by(origin, Community.id, Community.slug, Community.name)
        .order_by(n.desc(), Community.slug)
        .limit(COMMUNITIES_MAX)
    )
    rows = [Share(Origin(row.origin), row.slug, row.name, row.n) for row in session.execute(found)]
    order = list(Origin)
    return sorted(rows, key=lambda one: order.index(one.origin))


def cells(
    session: Session, actor: Actor, wish: Wish, *, at: datetime, community_id: Id | None = None
) -> list[CellShown]:
    """By cell: the nearest first when something is near, else the most first. Named places count in theirs."""
    n = func.count().label("n")
    found = (
        select(ListingCell.lat, ListingCell.lon, func.min(ListingCell.precision).label("precision"), n)
        .join_from(ListingCell, Listing, Listing.id == ListingCell.listing_id)
        .where(ListingCell.lat.is_not(None), *fits(session, actor, wish, at, community_id))
        .group_by(ListingCell.lat, ListingCell.lon)
        .order_by(n.desc(), ListingCell.lat, ListingCell.lon)
        .limit(CELLS_MAX)
    )
    shown = []
    for row in session.execute(found):
        cell = Cell(row.lat, row.lon)
        band = band_of(wish.near, cell) if wish.near else None
        shown.append(CellShown(cell, Precision(row.precision), row.n, band))
    return sorted(shown, key=lambda one: (one.band or 0, -one.n))


def fits(
    session: Session, actor: Actor, wish: Wish, at: datetime, community_id: Id | None
) -> list[ColumnElement[bool]]:
    """All that limits what is counted: what a list of this wish would show, and nothing else."""
    circle = circle_of(session, actor, at=at)
    found = conditions(session, circle, wish, community_id)
    if wish.search.wanted:
        found.append(words.with_all(session, wish.search))
    if wish.near is not None and not wish.search:
        found.append(is_near(wish.near, wish.radius_km))
    return found
