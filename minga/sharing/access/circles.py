"""How far an actor's eyes reach: the communities they live in, those tied to these, and where they hold duties."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, literal_column, select, union_all

from minga.communities.access import (
    anybody,
    given,
    places_of,
    register_capability,
    register_policy,
    tied_communities,
)
from minga.communities.access.vouches import is_enough
from minga.communities.rules import Capability, PolicyKind, Standing, YesNo, capability, scopes_allow
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.questions import Question
from minga.sharing.models import Listing, ListingNearness

DISPATCH = register_capability(
    Capability(
        name="dispatch.see",
        sentence=N_("See all needs, also private ones, and who can help."),
        roles=("dispatcher", "steward"),
        reads=True,
    )
)
register_policy(
    PolicyKind(
        key="listing.public_on",
        sentence=N_("Whether listings may be shown to everybody on the web."),
        bounds=YesNo(strict_when=False),
        default=False,
        theme="sharing",
    )
)
register_policy(
    PolicyKind(
        key="money.on",
        sentence=N_("Whether things and work may be shared for money."),
        bounds=YesNo(strict_when=False),
        default=False,
        theme="sharing",
    )
)

_KEPT = "sharing.circles"


@dataclass(frozen=True)
class Circle:
    """An actor's communities by what they are to the actor; everything that `visible_to` has to know."""

    actor: Actor
    at: datetime
    own: frozenset[Id]
    tied: frozenset[Id]
    dispatched: frozenset[Id]
    edited: frozenset[Id]
    full: frozenset[Id] = frozenset()
    """Where they are full members, neither on trial nor resting."""
    finer: bool = False
    """Whether any listing on the node asks how near somebody is; mostly none does, and then nobody is measured."""
    vouched: frozenset[Id] = frozenset()
    """Where enough members vouch for them; asked only when a listing there asks."""

    @property
    def me(self) -> Id | None:
        return self.actor.person_id


def circle_of(session: Session, actor: Actor, *, at: datetime) -> Circle:
    """The actor's circle at a moment; asked once per unit of work."""
    places = places_of(session, actor, at=at)
    kept: dict[Any, Circle] = session.info.setdefault(_KEPT, {})
    key = (actor, at, id(places))
    if key not in kept:
        kept[key] = _circle(session, actor, places, at)
    return kept[key]


def _circle(session: Session, actor: Actor, places: Any, at: datetime) -> Circle:
    def where(name: str, *, lives: bool = False) -> frozenset[Id]:
        if not scopes_allow(actor.token_scopes, capability(name)):
            return frozenset()
        return frozenset(
            found.community_id
            for found in places.values()
            if name in found.capabilities and (found.membership_id or not lives)
        )

    own = where("listing.see", lives=True)
    tied, finer = _tied(session, actor) if own else (frozenset(), False)
    full = frozenset(
        found.community_id
        for found in places.values()
        if found.membership_id and found.standing is Standing.FULL and found.community_id in own
    )
    return Circle(
        actor,
        at,
        own,
        tied - own,
        where("dispatch.see"),
        where("listing.edit_any"),
        full,
        finer,
        _vouched(session, actor, own, at) if finer else frozenset(),
    )


_FINER = "finer"


def _asked(within: bool) -> Any:
    """The communities tied to the actor's own, and a word when any listing asks how near somebody is."""
    tied = select(tied_communities(anybody(within=within)).subquery())
    return union_all(
        tied, select(literal_column("'finer'")).where(exists(select(ListingNearness.listing_id)))
    )


_TIED = Question(lambda: _asked(within=False))
_TIED_WITHIN = Question(lambda: _asked(within=True))


def _tied(session: Session, actor: Actor) -> tuple[frozenset[Id], bool]:
    question = _TIED if actor.token_community_id is None else _TIED_WITHIN
    found = frozenset(row[0] for row in question.plain(session, **given(actor)))
    return found - {_FINER} - actor.locked, _FINER in found


def _vouched(session: Session, actor: Actor, own: frozenset[Id], at: datetime) -> frozenset[Id]:
    """Of the communities in which some listing is for people vouched for, those that vouch for the actor."""
    asking = (
        select(Listing.community_id)
        .join(ListingNearness, ListingNearness.listing_id == Listing.id)
        .where(ListingNearness.vouched_only, Listing.community_id.in_(tuple(own)))
        .distinct()
    )
    me = str(actor.person_id)
    return frozenset(one for one in session.scalars(asking) if is_enough(session, me, one, at=at))


Shape = tuple[bool, int, int, int, int, int, int, bool, int]
"""How many names a statement over a circle has; the statement of each shape is put together once."""


def shape_of(circle: Circle) -> Shape:
    counted = (
        len(circle.own),
        len(circle.tied),
        len(circle.dispatched),
        len(circle.edited),
        len(circle.full),
    )
    return circle.me is not None, *counted, len(circle.actor.locked), circle.finer, len(circle.vouched)


def circle_of_names(shape: Shape) -> Circle:
    """A circle of that shape with names instead of ids; `names_of` fills them in."""
    signed_in, own, tied, dispatched, edited, full, locked, finer, vouched = shape

    def names(of: str, n: int) -> Any:
        return tuple(bindparam(f"{of}_{i}") for i in range(n))

    at: Any = bindparam("at", type_=Instant)
    return Circle(
        replace(anybody(), locked=frozenset(names("locked", locked))) if signed_in else Actor.nobody(),
        at,
        own=names("own", own),
        tied=names("tied", tied),
        dispatched=names("dispatched", dispatched),
        edited=names("edited", edited),
        full=names("full", full),
        finer=finer,
        vouched=names("vouched", vouched),
    )


def names_of(circle: Circle) -> dict[str, Any]:
    """What the names stand for."""
    values: dict[str, Any] = {"me": circle.me, "at": circle.at}
    for name in ("own", "tied", "dispatched", "edited", "full", "vouched"):
        values |= {f"{name}_{n}": one for n, one in enumerate(getattr(circle, name))}
    return values | {f"locked_{n}": one for n, one in enumerate(sorted(circle.actor.locked))}
