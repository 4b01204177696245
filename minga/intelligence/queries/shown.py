"""What is shown of matching: on one's own listing, on one's own page, and three headings for what is being written."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select

from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.intelligence.access import (
    is_candidate_for,
    may_be_candidate,
    may_look,
    own_listing,
    seen_by_members,
    switched_off,
    wants_suggestions,
)
from minga.intelligence.models import NotUseful, Suggestion
from minga.intelligence.rules import concepts
from minga.intelligence.rules.concepts import VERSION
from minga.intelligence.rules.score import NOT_USED, SHOWN_FROM, SHOWN_MAX
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import is_open
from minga.sharing.models import Category, Listing
from minga.sharing.rules.words import Direction, Kind, NameShown

READ_MAX = 40


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a score: its shown points, and why, as plain values that a page says in words."""

    name: str
    points: int
    because: Any


@dataclass(frozen=True, slots=True)
class Fitting:
    """A listing of somebody else that fits one's own, with reasons that add up to its points."""

    suggestion_id: Id
    own_id: Id
    own_title: str
    listing_id: Id
    title: str
    direction: Direction
    kind: Kind
    owner_name: str
    community: str
    points: int
    reasons: tuple[Reason, ...]
    weights: str
    model: str = VERSION
    not_used: tuple[str, ...] = NOT_USED


def fitting(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> tuple[Fitting, ...]:
    """What might fit a listing, for its owner: at most eight, from 250 points on, the best first."""
    listing = own_listing(session, actor, listing_id, at=at)
    if not wants_suggestions(session, listing, at=at):
        return ()
    return _shown(session, actor, {listing.id: listing.title}, at)


def for_me(session: Session, actor: Actor, *, at: datetime) -> tuple[Fitting, ...]:
    """What might fit any open listing of the reader: at most eight, the best first."""
    may_look(actor)
    if switched_off(session, str(actor.person_id)):
        return ()
    mine = session.execute(
        select(Listing.id, Listing.title)
        .where(Listing.owner_id == actor.person_id, is_open(at))
        .order_by(Listing.id.desc())
        .limit(100)
    )
    titles = {row[0]: row[1] for row in mine}
    return _shown(session, actor, titles, at) if titles else ()


def _shown(session: Session, actor: Actor, own: Mapping[Id, str], at: datetime) -> tuple[Fitting, ...]:
    pairs = _pairs(session, actor, own)
    others = _others(session, actor, {_other(row, own) for row in pairs}, at)
    seen = seen_by_members(session, own, {one.owner_id for one in others.values()}, at=at)
    found: list[Fitting] = []
    taken: set[Id] = set()
    for row in pairs:
        other = others.get(_other(row, own))
        if other is None or other.id in taken:
            continue
        own_id = row.need_id if row.need_id in own else row.offer_id
        pair = own_id, other.owner_id
        if pair not in seen and not is_candidate_for(session, *pair, at=at):
            continue  # what the other side may not see any more would lead them to nothing
        taken.add(other.id)
        found.append(
            Fitting(
                suggestion_id=row.id,
                own_id=own_id,
                own_title=own[own_id],
                listing_id=other.id,
                title=other.title,
                direction=other.direction,
                kind=other.kind,
                owner_name=other.name if other.name_shown is NameShown.EVERYBODY else "",
                community=other.community,
                points=row.points,
                reasons=tuple(Reason(one["name"], one["points"], one["because"]) for one in row.terms),
                weights=row.weights,
            )
        )
        if len(found) == SHOWN_MAX:
            break
    return tuple(found)


def _pairs(session: Session, actor: Actor, own: Collection[Id]) -> list[Suggestion]:
    """The best pairs of these listings that the reader has not put away."""
    mine = tuple(own)
    away = exists().where(
        NotUseful.person_id == actor.person_id,
        NotUseful.need_id == Suggestion.need_id,
        NotUseful.offer_id == Suggestion.offer_id,
    )
    wanted = (
        select(Suggestion)
        .where(
            or_(Suggestion.need_id.in_(mine), Suggestion.offer_id.in_(mine)),
            Suggestion.points >= SHOWN_FROM,
            ~away,
        )
        .order_by(Suggestion.billionths.desc(), Suggestion.id)
        .limit(READ_MAX)
    )
    return list(session.scalars(wanted))


def _other(row: Suggestion, own: Collection[Id]) -> Id:
    return row.offer_id if row.need_id in own else row.need_id


def _others(session: Session, actor: Actor, ids: Collection[Id], at: datetime) -> dict[Id, Any]:
    """The other sides, as far as they may still be suggested to the reader."""
    if not ids:
        return {}
    rows = session.execute(
        select(
            Listing.id,
            Listing.title,
            Listing.direction,
            Listing.kind,
            Listing.name_shown,
            Listing.owner_id,
            Person.name,
            Community.name.label("community"),
        )
        .join(Person, Person.id == Listing.owner_id)
        .join(Community, Community.id == Listing.community_id)
        .where(Listing.id.in_(tuple(ids)), may_be_candidate(session, actor, at=at))
    )
    return {row.id: row for row in rows}


def is_on(session: Session, actor: Actor) -> bool:
    """Whether the reader gets suggestions and is in some."""
    may_look(actor)
    return not switched_off(session, str(actor.person_id))


def suggested_categories(
    session: Session, actor: Actor, community_id: Id, title: str
) -> tuple[tuple[Id, Mapping[str, str]], ...]:
    """Three headings for what somebody writes, the likeliest first, as the community calls them; none is set by itself."""
    may_look(actor)
    keys = concepts.suggested_categories(title)
    if not keys:
        return ()
    live = and_(
        Category.key.in_(keys),
        Category.retired_at.is_(None),
        or_(Category.community_id.is_(None), Category.community_id == community_id),
    )
    by_key: dict[str, Category] = defaultdict()
    for row in session.scalars(select(Category).where(live).order_by(Category.community_id.is_(None).desc())):
        by_key[row.key] = row  # a community's own replaces the shipped one
    return tuple((by_key[key].id, by_key[key].labels) for key in keys if key in by_key)
