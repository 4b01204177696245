"""Communities to be found: one's own, partners, those that show themselves, with what they share, by one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import communities_of
from minga.communities.models import Community, Federation, Partnership, TieGift
from minga.communities.queries.communities import LISTED, member_count, read_rule, set_by
from minga.communities.queries.partners import is_partner
from minga.communities.rules.ties import Given
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of
from minga.sharing.access import Circle, circle_of, is_open, reaches
from minga.sharing.models import Category, Listing
from minga.sharing.queries.ordered import is_near
from minga.sharing.rules import Cell, Direction

MINE, PARTNER, OTHER = 0, 1, 2
Q_MAX = 80


@dataclass(frozen=True)
class Sought:
    """What somebody looks for: words, kind, language, whose offers have a category, whose listings are near."""

    q: str = ""
    kind: str = ""
    language: str = ""
    category: str = ""
    near: Cell | None = None
    radius_km: int = 10


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A community. `member_count` is None where it is not told; the rest is counted over what the reader may see."""

    id: Id
    slug: str
    name: str
    description: str
    kind: str
    language: str
    is_mine: bool
    is_partner: bool
    partner_of: str | None
    member_count: int | None
    active_offers: int
    active_needs: int
    kinds: tuple[str, ...]
    joining: str


def discovery(
    session: Session,
    actor: Actor,
    sought: Sought = Sought(),
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[Found]:
    """Own communities first, then partners, then others that show themselves, by name. One statement for the page."""
    most = limit_of(limit)
    circle = circle_of(session, actor, at=at)
    rows = session.execute(_statement(actor, circle, sought, after, most + 1)).all()
    page = page_of(rows, most, lambda row: (row.rank, row.sorted_name, row.id))
    return Page(tuple(_found(row) for row in page.items), page.next)


def _statement(actor: Actor, circle: Circle, sought: Sought, after: str | None, limit: int) -> Select[Any]:
    page = _page(actor, circle, sought, after, limit).cte("page")
    shared = _shared(circle, page)
    own = aliased(Community)
    partner_of = (
        select(func.min(own.name))
        .select_from(Partnership)
        .join(own, or_(own.id == Partnership.low_id, own.id == Partnership.high_id))
        .where(
            Partnership.active_at.is_not(None),
            Partnership.ended_at.is_(None),
            own.id.in_(communities_of(actor)),
            own.id != Community.id,
            or_(Partnership.low_id == Community.id, Partnership.high_id == Community.id),
        )
        .correlate(Community)
        .scalar_subquery()
    )
    told = exists().where(
        TieGift.giver_id == Community.id,
        TieGift.taker_id.in_(communities_of(actor)),
        TieGift.direction == Given.MEMBERS,
        TieGift.until_at.is_(None),
        TieGift.since_at.is_not(None),
    )
    return (
        select(
            page.c.rank,
            page.c.sorted_name,
            Community.id,
            Community.slug,
            Community.name,
            Community.purpose,
            Community.kind,
            Community.language,
            set_by("community.show_member_count", Community.id, circle.at).label("count_shown"),
            set_by("joining.way", Community.id, circle.at).label("way"),
            member_count(Community.id).label("members"),
            told.correlate(Community).label("told"),
            partner_of.label("partner_of"),
            shared.c.offers,
            shared.c.needs,
            shared.c.kinds,
        )
        .join(page, page.c.id == Community.id)
        .outerjoin(shared, shared.c.community_id == Community.id)
        .order_by(page.c.rank, page.c.sorted_name, page.c.id)
    )


def _page(actor: Actor, circle: Circle, sought: Sought, after: str | None, limit: int) -> Select[Any]:
    """Which communities stand on the page, and in which order."""
    mine, partner = Community.id.in_(communities_of(actor)), is_partner(actor)
    shows_itself = and_(
        Community.parent_id.is_(None),
        set_by("community.listed", Community.id, circle.at).in_([f'"{one}"' for one in LISTED]),
    )
    rank = case((mine, MINE), (partner, PARTNER), else_=OTHER).label("rank")
    name = func.lower(Community.name).label("sorted_name")
    seen = or_(mine, partner, shows_itself) if actor.signed_in else false()
    page = select(rank, name, Community.id).where(seen, Community.archived_at.is_(None))
    page = page.where(*_filters(circle, sought))
    if after:
        page = page.where(beyond((rank, name, Community.id), Cursor.decode(after, int, str, str)))
    return page.order_by(rank, name, Community.id).limit(limit)


def _filters(circle: Circle, sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.q:
        words = sought.q.lower()[:Q_MAX]
        scope = exists().where(
            Federation.community_id == Community.id,
            or_(
                func.lower(Federation.scope_words).contains(words, autoescape=True),
                Federation.scope == words,
            ),
        )
        named = [
            func.lower(column).contains(words, autoescape=True)
            for column in (Community.name, Community.purpose)
        ]
        found.append(or_(*named, scope.correlate(Community)))
    if sought.kind:
        found.append(Community.kind == sought.kind)
    if sought.language:
        found.append(Community.language == sought.language)
    seen = (Listing.community_id == Community.id, is_open(circle.at), reaches(circle))
    if sought.category:
        filed = select(Category.id).where(Category.key == sought.category)
        offers = exists().where(*seen, Listing.direction == Direction.OFFER, Listing.category_id.in_(filed))
        found.append(offers.correlate(Community))
    if sought.near is not None:
        near = exists().where(*seen, is_near(sought.near, sought.radius_km))
        found.append(near.correlate(Community))
    return found


def _shared(circle: Circle, page: Any) -> Any:
    """Open offers and needs by community, over what the reader may see; only of communities on the page."""
    n = func.count()
    by_kind = (
        select(
            Listing.community_id,
            Listing.kind,
            func.sum(case((Listing.direction == Direction.OFFER, 1), else_=0)).label("offers"),
            n.label("n"),
        )
        .where(Listing.community_id.in_(select(page.c.id)), is_open(circle.at), reaches(circle))
        .group_by(Listing.community_id, Listing.kind)
        .subquery("by_kind")
    )
    return (
        select(
            by_kind.c.community_id,
            func.sum(by_kind.c.offers).label("offers"),
            func.sum(by_kind.c.n - by_kind.c.offers).label("needs"),
            func.aggregate_strings(by_kind.c.kind, " ").label("kinds"),
        )
        .group_by(by_kind.c.community_id)
        .subquery("shared")
    )


def _found(row: Any) -> Found:
    told = row.rank == MINE or row.told or read_rule(row.count_shown, "community.show_member_count")
    return Found(
        id=row.id,
        slug=row.slug,
        name=row.name,
        description=row.purpose,
        kind=row.kind,
        language=row.language,
        is_mine=row.rank == MINE,
        is_partner=row.partner_of is not None,
        partner_of=row.partner_of,
        member_count=row.members if told else None,
        active_offers=int(row.offers or 0),
        active_needs=int(row.needs or 0),
        kinds=tuple(sorted((row.kinds or "").split())),
        joining=read_rule(row.way, "joining.way"),
    )
