"""How far an actor's eyes reach: the communities they live in, those tied to these, and where they hold duties."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, literal_column, select, true, union_all

from minga.communities.access import (
    anybody,
    gifts_to,
    given,
    places_of,
    register_capability,
    register_policy,
)
from minga.communities.access.vouches import is_enough
from minga.communities.rules import Capability, PolicyKind, Standing, YesNo, capability, scopes_allow
from minga.communities.rules.ties import Given
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
class Gives:
    """The communities that give something to one's own, by what of them needs no look at the single listing.

    `both` directions, only `offers`, or only `needs` are given whole: every kind, however old. `some`: something else, so
    that each listing is asked.
    """

    both: Collection[Id] = frozenset()
    offers: Collection[Id] = frozenset()
    needs: Collection[Id] = frozenset()
    some: Collection[Id] = frozenset()

    def groups(self) -> tuple[Collection[Id], ...]:
        return self.both, self.offers, self.needs, self.some


@dataclass(frozen=True)
class Circle:
    """An actor's communities by what they are to the actor; everything that `visible_to` has to know."""

    actor: Actor
    at: datetime
    own: frozenset[Id]
    gives: Gives
    dispatched: frozenset[Id]
    edited: frozenset[Id]
    full: frozenset[Id] = frozenset()
    """Where they are full members, neither on trial nor resting."""
    finer: bool = False
    """Whether any listing on the node asks how near somebody is; mostly none does, and then nobody is measured."""
    vouched: frozenset[Id] = frozenset()
    """Where enough members vouch for them; asked only when a listing there asks."""

    @property
    def tied(self) -> frozenset[Id]:
        """Everybody who gives something."""
        return frozenset(one for group in self.gives.groups() for one in group)

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
    gives, finer = _gives(session, actor, own, at) if own else (Gives(), False)
    full = frozenset(
        found.community_id
        for found in places.values()
        if found.membership_id and found.standing is Standing.FULL and found.community_id in own
    )
    return Circle(
        actor,
        at,
        own,
        gives,
        where("dispatch.see"),
        where("listing.edit_any"),
        full,
        finer,
        _vouched(session, actor, own, at) if finer else frozenset(),
    )


_FINER = "finer"
_NOW: Any = bindparam("at", type_=Instant)


def _asked(within: bool) -> Any:
    """What is given to the actor's own communities, and a word when any listing asks how near somebody is."""
    gifts = select(gifts_to(anybody(within=within), at=_NOW).subquery())
    word: Any = literal_column("'finer'")
    return union_all(gifts, select(word, word, true()).where(exists(select(ListingNearness.listing_id))))


_GIFTS = Question(lambda: _asked(within=False))
_GIFTS_WITHIN = Question(lambda: _asked(within=True))


def _gives(session: Session, actor: Actor, own: frozenset[Id], at: datetime) -> tuple[Gives, bool]:
    question = _GIFTS if actor.token_community_id is None else _GIFTS_WITHIN
    whole: dict[Id, set[str]] = {}
    some: dict[Id, set[str]] = {}
    finer = False
    for giver, direction, is_whole in question.plain(session, **given(actor), at=at):
        if giver == _FINER:
            finer = True
        elif giver not in own and giver not in actor.locked and direction != Given.MEMBERS.value:
            (whole if is_whole else some).setdefault(giver, set()).add(direction)
    partly = {giver for giver, found in some.items() if found - whole.get(giver, set())}
    groups: dict[frozenset[str], set[Id]] = {}
    for giver, found in whole.items():
        if giver not in partly:
            groups.setdefault(frozenset(found), set()).add(giver)
    return Gives(
        both=frozenset(groups.get(frozenset({Given.OFFER.value, Given.NEED.value}), ())),
        offers=frozenset(groups.get(frozenset({Given.OFFER.value}), ())),
        needs=frozenset(groups.get(frozenset({Given.NEED.value}), ())),
        some=frozenset(partly),
    ), finer


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


Shape = tuple[bool, int, int, int, int, int, int, int, int, int, bool, int]
"""How many names a statement over a circle has; the statement of each shape is put together once."""


def shape_of(circle: Circle) -> Shape:
    counted = (
        len(circle.own),
        len(circle.gives.both),
        len(circle.gives.offers),
        len(circle.gives.needs),
        len(circle.gives.some),
        len(circle.dispatched),
        len(circle.edited),
        len(circle.full),
    )
    return circle.me is not None, *counted, len(circle.actor.locked), circle.finer, len(circle.vouched)


def circle_of_names(shape: Shape) -> Circle:
    """A circle of that shape with names instead of ids; `names_of` fills them in."""
    signed_in, own, both, offers, needs, some, dispatched, edited, full, locked, finer, vouched = shape

    def names(of: str, n: int) -> Any:
        return tuple(bindparam(f"{of}_{i}") for i in range(n))

    at: Any = bindparam("at", type_=Instant)
    return Circle(
        replace(anybody(), locked=frozenset(names("locked", locked))) if signed_in else Actor.nobody(),
        at,
        own=names("own", own),
        gives=Gives(
            both=names("both", both),
            offers=names("offers", offers),
            needs=names("needs", needs),
            some=names("some", some),
        ),
        dispatched=names("dispatched", dispatched),
        edited=names("edited", edited),
        full=names("full", full),
        finer=finer,
        vouched=names("vouched", vouched),
    )


def names_of(circle: Circle) -> dict[str, Any]:
    """What the names stand for."""
    values: dict[str, Any] = {"me": circle.me, "at": circle.at}
    for name in ("own", "dispatched", "edited", "full", "vouched"):
        values |= {f"{name}_{n}": one for n, one in enumerate(getattr(circle, name))}
    for name in ("both", "offers", "needs", "some"):
        values |= {f"{name}_{n}": one for n, one in enumerate(getattr(circle.gives, name))}
    return values | {f"locked_{n}": one for n, one in enumerate(sorted(circle.actor.locked))}
