"""Where an actor stands: one query for all their communities, kept for the unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, event, func, select
from sqlalchemy.orm import Session as AnySession

from minga.communities.access import agreed, reach
from minga.communities.models import (
    AgreementAcceptance,
    AgreementVersion,
    Community,
    Lineage,
    Membership,
    Pause,
    Role,
    RoleCapability,
    RoleGrant,
)
from minga.communities.rules import CAPABILITIES, Standing
from minga.communities.rules.examples import EXAMPLES
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.questions import Question

_KEPT = "communities.places"
_WATCHED = (
    AgreementAcceptance,
    AgreementVersion,
    Community,
    Lineage,
    Membership,
    Pause,
    Role,
    RoleCapability,
    RoleGrant,
)


@dataclass(frozen=True)
class Place:
    """One community as far as an actor's roles reach into it.

    `closed`: nothing new begins; `archived`: by its own people, so what has begun can be settled. `notice`: the words
    on each of its pages. `membership_id` is None when they are there only by a role of a community above; `examples`: neighbours to look
    around with live there.
    """

    community_id: str
    root_id: str
    parent_id: str | None
    slug: str
    name: str
    kind: str
    examples: bool
    language: str
    zone: str
    photo: str | None
    closed: bool
    archived: bool
    notice: str
    standing: Standing
    membership_id: str | None
    trial_ends_at: datetime | None
    agree_until: datetime | None
    """When what they have not accepted here makes them only read; None when nothing is open."""
    unsettled: bool
    roles: frozenset[str]
    capabilities: frozenset[str]

    @property
    def id(self) -> str:
        """As on a community, so that pages may show either."""
        return self.community_id


def place_of(session: Session, actor: Actor, community_id: str, *, at: datetime) -> Place | None:
    """Where the actor stands in one community; None for a stranger."""
    return places_of(session, actor, at=at).get(community_id)


def places_of(session: Session, actor: Actor, *, at: datetime) -> Mapping[str, Place]:
    """Every community the actor's roles reach, by id; loaded once per unit of work and moment."""
    if not actor.signed_in:
        return {}
    session.flush()
    kept: dict[Any, Mapping[str, Place]] = session.info.setdefault(_KEPT, {})
    key = (actor.person_id, actor.token_community_id, actor.locked, at)
    if key not in kept:
        kept[key] = _load(session, actor, at)
    return kept[key]


def known_root(session: Session, community_id: str) -> str | None:
    """The root of a community that somebody was found in during this unit of work."""
    for places in session.info.get(_KEPT, {}).values():
        if community_id in places:
            return str(places[community_id].root_id)
    return None


def forget(session: Session) -> None:
    """Load again at the next question; needed after a statement that changes memberships or roles in bulk."""
    session.info.pop(_KEPT, None)


def _statement(actor: Any, at: Any) -> Any:
    resting = reach.is_resting().label("resting")
    trial = reach.is_on_trial(at).label("trial")
    held = func.aggregate_strings(RoleCapability.capability, " ")
    return (
        select(
            Lineage.community_id,
            Lineage.steps,
            Community.root_id,
            Community.parent_id,
            Community.slug,
            Community.name,
            Community.kind,
            cast(Community.features, Text).label("features"),
            Community.language,
            Community.zone,
            Community.photo,
            Community.archived_at,
            Community.paused_at,
            Community.notice,
            Membership.id.label("membership_id"),
            Membership.trial_ends_at,
            Membership.guest_until_at,
            resting,
            trial,
            Role.key,
            held.label("capabilities"),
            agreed.open_until(at).label("agree_until"),
        )
        .join(Membership, reach.reaches())
        .join(Community, Community.id == Lineage.community_id)
        .join(Role, reach.is_held(at))
        .outerjoin(RoleCapability, reach.is_in_force(at))
        .where(reach.is_theirs(actor), reach.is_within_token(actor))
        .group_by(Lineage.community_id, Lineage.steps, Community.id, Membership.id, Role.id)
        .order_by(Lineage.community_id, Lineage.steps)
    )


_AT = bindparam("at", type_=Instant)
_EVERYWHERE = Question(lambda: _statement(reach.anybody(), _AT))
_WITHIN_ONE = Question(lambda: _statement(reach.anybody(within=True), _AT))


def _load(session: Session, actor: Actor, at: datetime) -> dict[str, Place]:
    question = _EVERYWHERE if actor.token_community_id is None else _WITHIN_ONE
    places: dict[str, Place] = {}
    for row in question.rows(session, **reach.given(actor), at=at):
        if row.community_id in actor.locked:
            continue
        capabilities = frozenset((row.capabilities or "").split())
        unsettled = row.agree_until is not None and row.agree_until <= at
        if row.resting or unsettled:
            capabilities = frozenset(c for c in capabilities if c in CAPABILITIES and CAPABILITIES[c].reads)
        before = places.get(row.community_id)
        if before is None:
            places[row.community_id] = Place(
                community_id=row.community_id,
                root_id=row.root_id,
                parent_id=row.parent_id,
                slug=row.slug,
                name=row.name,
                kind=row.kind,
                examples=f'"{EXAMPLES}"' in row.features,
                language=row.language,
                zone=row.zone,
                photo=row.photo,
                closed=row.archived_at is not None or row.paused_at is not None,
                archived=row.archived_at is not None and row.paused_at is None,
                notice=row.notice,
                standing=_standing(row),
                membership_id=row.membership_id if row.steps == 0 else None,
                trial_ends_at=row.trial_ends_at,
                agree_until=row.agree_until,
                unsettled=unsettled,
                roles=frozenset({row.key}),
                capabilities=capabilities,
            )
        else:
            places[row.community_id] = _with(before, row.key, capabilities)
    return places


def _with(place: Place, role: str, capabilities: frozenset[str]) -> Place:
    more = {"roles": place.roles | {role}, "capabilities": place.capabilities | capabilities}
    return Place(**{**place.__dict__, **more})


def _standing(row: Any) -> Standing:
    if row.resting:
        return Standing.PAUSED
    if row.guest_until_at is not None:
        return Standing.GUEST
    return Standing.TRIAL if row.trial else Standing.FULL


@event.listens_for(AnySession, "after_flush")
def _forget_after_change(session: AnySession, _context: Any) -> None:
    if _KEPT in session.info and any(
        isinstance(one, _WATCHED) for group in (session.new, session.dirty, session.deleted) for one in group
    ):
        session.info.pop(_KEPT)
