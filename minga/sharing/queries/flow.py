"""What went between a community and others: one aggregate over completed exchanges, by partner, way, month and unit."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import CTE, Select, and_, case, distinct, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from minga.communities.access import community_to_see, may, require
from minga.communities.models import Community
from minga.communities.rules.time import end_of, today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import Exchange, ExchangeAmount, Leg, Listing, ListingItem
from minga.sharing.rules.exchanges import LegWhat
from minga.sharing.rules.flow import Flow, added, months_between, span, without_few

SEE, SEE_ALL = "tie.see", "tie.propose"
ROWS_MAX = 20_000


class Partnered(msgspec.Struct, frozen=True, kw_only=True):
    """What went to one other community, and what came from it."""

    community_id: Id
    slug: str
    name: str
    out: Flow
    back: Flow


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What went out and came in within a month, over all others."""

    first: date
    out: Flow
    back: Flow


class FlowReport(msgspec.Struct, frozen=True, kw_only=True):
    """A span, both days counted in, in the community's zone. `rounded`: small numbers are left out for this reader."""

    from_on: date
    until_on: date
    rounded: bool
    partners: list[Partnered]
    months: list[Month]
    out: Flow
    back: Flow


def flow(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    from_on: date | None = None,
    until_on: date | None = None,
    at: datetime,
) -> FlowReport:
    """What a community gave to others and had from them. Members read it, numbers under five only stewards."""
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, SEE, here.root_id, at=at)
    since, until = span(from_on, until_on, today(at, here.zone))
    months = months_between(since, until)
    limits = (_begin(since, here.zone), end_of(until, here.zone))
    starts = [_begin(one, here.zone) for one in months[1:]]
    rows = session.execute(_statement(here.root_id, limits, starts)).all()
    names: dict[Id, tuple[str, str]] = {}
    cells: dict[tuple[Id, bool, int], list[Any]] = defaultdict(list)
    for row in rows:
        names[row.partner] = (row.slug, row.name)
        cells[row.partner, bool(row.out), row.month].append(row)
    flows = {key: _flow(found) for key, found in cells.items()}
    everything = bool(may(session, actor, SEE_ALL, here.root_id, at=at))
    return _report(since, until, months, names, flows, everything=everything)


def _begin(day: date, zone: str) -> datetime:
    return end_of(day - timedelta(days=1), zone)


def _statement(root_id: Id, limits: tuple[datetime, datetime], starts: list[datetime]) -> Select[Any]:
    """Figures of every kind in one statement: (partner, way, month, figure, unit, n)."""
    moved = _moved(root_id, limits, starts)
    key = (moved.c.partner, moved.c.out, moved.c.month)
    paid = and_(
        ExchangeAmount.exchange_id == moved.c.exchange_id,
        ExchangeAmount.posted_at.is_not(None),
        ExchangeAmount.reversal_id.is_(None),
    )

    def figure(name: str, unit: Any, n: Any) -> Select[Any]:
        return select(*key, literal(name).label("figure"), unit.label("unit"), n.label("n"))

    def things(what: LegWhat) -> Select[Any]:
        counted = figure(what.value, literal(""), func.count()).where(moved.c.what == what)
        return counted.group_by(*key)

    valued = or_(moved.c.value_minor.is_not(None), ExchangeAmount.id.is_not(None))
    arms = (
        figure("exchanges", literal(""), func.count(distinct(moved.c.exchange_id))).group_by(*key),
        things(LegWhat.THING),
        things(LegWhat.EFFORT),
        figure("moved", moved.c.quantity_unit, func.sum(moved.c.quantity_milli))
        .where(moved.c.quantity_unit.is_not(None))
        .group_by(*key, moved.c.quantity_unit),
        figure("amounts", ExchangeAmount.unit, func.sum(ExchangeAmount.amount))
        .join(ExchangeAmount, paid)
        .group_by(*key, ExchangeAmount.unit),
        figure("values", moved.c.value_unit, func.sum(moved.c.value_minor))
        .where(moved.c.value_minor.is_not(None))
        .group_by(*key, moved.c.value_unit),
        figure("unvalued", literal(""), func.count(distinct(moved.c.exchange_id)))
        .select_from(moved)
        .outerjoin(ExchangeAmount, paid)
        .where(~valued)
        .group_by(*key),
    )
    figures = union_all(*arms).subquery("figures")
    partner = aliased(Community)
    return (
        select(figures, partner.slug, partner.name)
        .join(partner, partner.id == figures.c.partner)
        .order_by(partner.name, figures.c.partner, figures.c.month, figures.c.figure, figures.c.unit)
        .limit(ROWS_MAX)
    )


def _moved(root_id: Id, limits: tuple[datetime, datetime], starts: list[datetime]) -> CTE:
    """What went across and is done: each leg with its partner, way and month."""
    out = Leg.giver_root_id == root_id
    month = (
        case(*((Exchange.completed_at < one, n) for n, one in enumerate(starts)), else_=len(starts))
        if starts
        else literal(0)
    )
    return (
        select(
            case((out, Leg.taker_root_id), else_=Leg.giver_root_id).label("partner"),
            case((out, 1), else_=0).label("out"),
            month.label("month"),
            Leg.exchange_id,
            Leg.what,
            Leg.quantity_milli,
            Listing.quantity_unit,
            ListingItem.value_minor,
            ListingItem.value_unit,
        )
        .join(Exchange, Exchange.id == Leg.exchange_id)
        .join(Listing, Listing.id == Leg.listing_id)
        .outerjoin(ListingItem, ListingItem.listing_id == Leg.listing_id)
        .where(
            Leg.giver_root_id != Leg.taker_root_id,
            or_(out, Leg.taker_root_id == root_id),
            Exchange.completed_at >= limits[0],
            Exchange.completed_at < limits[1],
            Exchange.frozen_at.is_(None),
        )
        .cte("moved")
    )


def _flow(rows: list[Any]) -> Flow:
    counts = {row.figure: int(row.n) for row in rows if not row.unit}
    units: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.unit:
            units[row.figure][row.unit] = int(row.n)
    return Flow(
        counts.get("exchanges", 0),
        counts.get(LegWhat.THING.value, 0),
        counts.get(LegWhat.EFFORT.value, 0),
        units["moved"],
        units["amounts"],
        units["values"],
        counts.get("unvalued", 0),
    )


def _report(
    since: date,
    until: date,
    months: list[date],
    names: dict[Id, tuple[str, str]],
    flows: dict[tuple[Id, bool, int], Flow],
    *,
    everything: bool,
) -> FlowReport:
    def whole(partner: Id | None, out: bool, month: int | None) -> Flow:
        return added(
            one
            for (whose, way, when), one in flows.items()
            if way is out and partner in (None, whose) and month in (None, when)
        )

    def shown(parts: list[Flow]) -> tuple[list[Flow], Flow]:
        return (parts, added(parts)) if everything else without_few(parts)

    ways = {out: shown([whole(one, out, None) for one in names]) for out in (True, False)}
    by_month = {out: shown([whole(None, out, n) for n in range(len(months))])[0] for out in (True, False)}
    return FlowReport(
        from_on=since,
        until_on=until,
        rounded=not everything,
        partners=[
            Partnered(
                community_id=one,
                slug=names[one][0],
                name=names[one][1],
                out=ways[True][0][n],
                back=ways[False][0][n],
            )
            for n, one in enumerate(names)
        ],
        months=[
            Month(first=max(one, since), out=by_month[True][n], back=by_month[False][n])
            for n, one in enumerate(months)
        ],
        out=ways[True][1],
        back=ways[False][1],
    )
