"""The way through a list: one ordered walk along an index per community, put together once for each shape of list.

A walk answers only what tells cards apart (`KEYS`); cards that this process has made before are not read again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)

from minga.communities.models import Community
from minga.identity.models import Person
from minga.kit.db import Instant, Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor
from minga.kit.questions import Question
from minga.sharing.access import (
    Circle,
    circle_of_names,
    is_given,
    is_open,
    names_of,
    reaches,
    reaches_from,
    shape_of,
)
from minga.sharing.access import Shape as CircleShape
from minga.sharing.models import Listing, ListingHelp
from minga.sharing.rules import Direction, Level, Origin, Wish

SHAPES_MAX = 256
ON_TOP_MAX = 8
EMERGENCY = timedelta(days=3)
EMERGENCIES_MAX = 1_000


@dataclass(frozen=True)
class Shape:
    """All that decides how the statement of a walk looks; everything else are values in it."""

    circle: CircleShape
    one_community: bool
    alone: bool
    wish: Wish
    onward: bool
    limit: int
    without_top: bool


def keys(origin: ColumnElement[str]) -> tuple[Any, ...]:
    """What tells one card from another: the listing's version, and all that a card borrows from other rows."""
    return (
        Listing.id.label("card_id"),
        Listing.version,
        Listing.community_id,
        Community.name,
        Community.slug,
        origin.label("origin"),
        Listing.owner_id,
        Person.name.label("owner"),
        Person.handle,
        Listing.name_shown,
        Listing.published_at.label("shown_at"),
    )


def top(session: Session, circle: Circle, community_id: Id) -> tuple[list[Any], list[Any]]:
    """The keys of what stands above a community's list: open emergencies of the last days, and what is pinned."""
    values = names_of(circle) | {"community": community_id, "since": circle.at - EMERGENCY}
    urgent, pinned = _tops(shape_of(circle))
    calls = urgent.plain(session, **values) if _ANY_EMERGENCY.plain(session) else []
    return calls, pinned.plain(session, **values)


@lru_cache(maxsize=SHAPES_MAX)
def _tops(shape: CircleShape) -> tuple[Question, Question]:
    circle = circle_of_names(shape)
    here: Any = bindparam("community")
    shown = _rows(literal(Origin.OWN.value), None).where(
        Listing.community_id == here, is_open(circle.at), reaches(circle, {Origin.OWN})
    )
    urgent = (
        shown.where(
            Listing.id.in_(_emergencies(EMERGENCIES_MAX)),
            Listing.direction == Direction.NEED,
            Listing.published_at > bindparam("since", type_=Instant),
            Listing.pin_rank.is_(None),
        )
        .order_by(Listing.published_at.desc(), Listing.id.desc())
        .limit(ON_TOP_MAX)
    )
    pinned = shown.where(Listing.pin_rank.is_not(None)).order_by(Listing.pin_rank)
    return Question(lambda: urgent), Question(lambda: pinned)


def _emergencies(most: int) -> Select[str]:
    """The newest emergencies of the node, by an index of their own: few, however many listings there are."""
    return (
        select(ListingHelp.listing_id)
        .where(ListingHelp.urgency == literal_column("'emergency'"))
        .order_by(ListingHelp.listing_id.desc())
        .limit(most)
    )


# Mostly there is none, and then nobody has to look through the needs of the last days.
_ANY_EMERGENCY = Question(lambda: _emergencies(1))


def walk(
    session: Session,
    circle: Circle,
    wish: Wish,
    *,
    community_id: Id | None,
    after: Cursor | None,
    limit: int,
    without_top: bool,
) -> list[Any]:
    """The keys of the next cards, newest first."""
    shape = Shape(
        circle=shape_of(circle),
        one_community=community_id is not None,
        alone=is_alone(circle, community_id),
        wish=replace(wish, category="given" if wish.category else ""),
        onward=after is not None,
        limit=limit,
        without_top=without_top,
    )
    question = _question(shape)
    if question is None:
        return []
    values = names_of(circle) | {"community": community_id, "category": wish.category}
    if after:
        values |= {"after_at": after.keys[0], "after_id": after.keys[1]}
    return question.plain(session, **values)


@lru_cache(maxsize=SHAPES_MAX)
def _question(shape: Shape) -> Question | None:
    statement = _statement(shape)
    return None if statement is None else Question(lambda: statement)


def _statement(shape: Shape) -> Any:
    """The database stops at the limit, whatever stands behind it."""
    circle = circle_of_names(shape.circle)
    given: Any = bindparam("category") if shape.wish.category else ""
    wish = replace(shape.wish, category=given)
    narrowing = narrowed(circle, wish)
    if shape.onward:
        there = tuple_(bindparam("after_at", type_=Instant), bindparam("after_id"))
        narrowing.append(tuple_(Listing.published_at, Listing.id) < there)
    if shape.without_top:
        narrowing.append(Listing.pin_rank.is_(None))
    one: Any = bindparam("community") if shape.one_community else None
    return merged(_rows, circle, wish, one, narrowing, shape.limit, alone=shape.alone)


def merged(
    rows: Callable[[ColumnElement[str], Any], Select[Any]],
    circle: Circle,
    wish: Wish,
    community_id: Any,
    narrowing: Sequence[ColumnElement[bool]],
    limit: int,
    *,
    alone: bool,
) -> Any:
    """The groups of a list as one statement, newest first; None when there is no group."""
    groups = list(starts(circle, wish, community_id, alone=alone))
    if not groups:
        return None
    if len(groups) == 1:
        origin, start = groups[0]
        found = rows(literal(origin.value), None).where(start, *narrowing)
        return found.order_by(Listing.published_at.desc(), Listing.id.desc()).limit(_most(limit))
    # Each way carries only what orders it; what a card borrows is joined to the few that are left.
    arms = (
        select(
            Listing.id.label("found_id"),
            Listing.published_at.label("found_at"),
            literal(origin.value).label("found_origin"),
        ).where(start, *narrowing)
        for origin, start in groups
    )
    few = (
        union_all(*arms)
        .order_by(column("found_at").desc(), column("found_id").desc())
        .limit(_most(limit))
        .subquery("found")
    )
    return rows(few.c.found_origin, few).order_by(few.c.found_at.desc(), few.c.found_id.desc())


def _most(limit: int) -> ColumnElement[int]:
    """The limit written into the statement: SQLite, told it beforehand, finds a way that costs a quarter less."""
    return bindparam("most", limit, type_=Integer, unique=True, literal_execute=True)


def _rows(origin: ColumnElement[str], found: Any) -> Select[Any]:
    return joined(select(*keys(origin)), found)


def joined(wanted: Select[Any], found: Any) -> Select[Any]:
    """With what a card borrows from others; `found` limits it to listings that a walk has come by."""
    begun = wanted.select_from(Listing)
    if found is not None:
        begun = wanted.select_from(found).join(Listing, Listing.id == found.c.found_id)
    return begun.outerjoin(Community, Community.id == Listing.community_id).outerjoin(
        Person, Person.id == Listing.owner_id
    )


def is_alone(circle: Circle, community_id: Id | None) -> bool:
    """Whether what is given to this community is all that is given to the reader."""
    return community_id is not None and circle.own == {community_id}


def starts(
    circle: Circle, wish: Wish, community_id: Any, *, alone: bool
) -> Iterable[tuple[Origin, ColumnElement[bool]]]:
    """The groups of the list: by which column each walks, and what of it the actor may see."""
    if Origin.OWN in wish.origins:
        for one in [community_id] if community_id is not None else circle.own:
            yield Origin.OWN, and_(Listing.community_id == one, reaches(circle, {Origin.OWN}))
    if Origin.PARTNER in wish.origins:
        for group in circle.gives.groups():
            given = reaches_from(circle, group)
            if community_id is not None and not alone:
                given = and_(is_given(circle, [community_id]), given)
            for one in group:
                yield Origin.PARTNER, and_(Listing.community_id == one, given)
    if Origin.NETWORK in wish.origins and circle.own:
        elsewhere: ColumnElement[bool] = Listing.community_id.not_in(tuple(circle.own))
        if circle.tied:
            # Each stands in the nearest group that may show it: what a partner does not give stands here.
            elsewhere = and_(
                elsewhere, or_(Listing.community_id.not_in(tuple(circle.tied)), ~is_given(circle))
            )
        for level in (Level.NETWORK, Level.PUBLIC):
            beyond_ties = and_(Listing.level == level, elsewhere, reaches(circle, {Origin.NETWORK}))
            yield Origin.NETWORK, beyond_ties


def narrowed(circle: Circle, wish: Wish) -> list[ColumnElement[bool]]:
    """What every row of the list fulfils; the words of a search are not among it."""
    found: list[ColumnElement[bool]] = [is_open(circle.at)]
    if wish.direction is not None:
        found.append(Listing.direction == wish.direction)
    if len(wish.kinds) == 1:
        found.append(Listing.kind == next(iter(wish.kinds)))
    elif wish.kinds:
        found.append(Listing.kind.in_(sorted(wish.kinds)))
    if wish.category != "":
        found.append(Listing.category_id == wish.category)
    if wish.terms:
        found.append(Listing.term_bits.bitwise_and(sum(term.bit for term in wish.terms)) != 0)
    return found
