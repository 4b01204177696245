"""How far an actor's eyes reach: the communities they live in, those tied to these, and where they hold duties."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from minga.communities.access import (
    anybody,
    given,
    places_of,
    register_capability,
    register_policy,
    tied_communities,
)
from minga.communities.rules import Capability, PolicyKind, Standing, YesNo, capability, scopes_allow
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.questions import Question

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
    tied = _tied(session, actor) - own if own else frozenset()
    full = frozenset(
        found.community_id
        for found in places.values()
        if found.membership_id and found.standing is Standing.FULL and found.community_id in own
    )
    return Circle(actor, at, own, tied, where("dispatch.see"), where("listing.edit_any"), full)


_TIED = Question(lambda: select(tied_communities(anybody()).subquery()))
_TIED_WITHIN = Question(lambda: select(tied_communities(anybody(within=True)).subquery()))


def _tied(session: Session, actor: Actor) -> frozenset[Id]:
    question = _TIED if actor.token_community_id is None else _TIED_WITHIN
    return frozenset(row[0] for row in question.plain(session, **given(actor))) - actor.locked


Shape = tuple[bool, int, int, int, int, int, int]
"""How many names a statement over a circle has; the statement of each shape is put together once."""


def shape_of(circle: Circle) -> Shape:
    counted = (
        len(circle.own),
        len(circle.tied),
        len(circle.dispatched),
        len(circle.edited),
        len(circle.full),
    )
    return circle.me is not None, *counted, len(circle.actor.locked)


def circle_of_names(shape: Shape) -> Circle:
    """A circle of that shape with names instead of ids; `names_of` fills them in."""
    signed_in, own, tied, dispatched, edited, full, locked = shape

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
    )


def names_of(circle: Circle) -> dict[str, Any]:
    """What the names stand for."""
    values: dict[str, Any] = {"me": circle.me, "at": circle.at}
    for name in ("own", "tied", "dispatched", "edited", "full"):
        values |= {f"{name}_{n}": one for n, one in enumerate(getattr(circle, name))}
    return values | {f"locked_{n}": one for n, one in enumerate(sorted(circle.actor.locked))}
