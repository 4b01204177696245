"""One function decides (spec: identity-and-communities §11.3): the first no wins, and nothing means no."""

from dataclasses import replace
from datetime import datetime

from minga.communities.access.holders import holders_of, roles_with
from minga.communities.access.places import Place, place_of
from minga.communities.models import Community
from minga.communities.rules import Capability, Decision, Standing, capability, scopes_allow, scopes_reach
from minga.communities.rules.decisions import (
    ROLE_EMPTY,
    ROLE_HELD,
    ROLE_NONE,
    TRIAL_UNTIL,
    Rule,
    after_roles,
    before_roles,
    no,
    refusal,
    yes,
)
from minga.communities.rules.standing import is_fresh
from minga.communities.rules.time import last_day
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id


def may(
    session: Session,
    actor: Actor,
    name: str,
    community_id: Id,
    *,
    at: datetime,
    own: bool = False,
    concerning: Id | None = None,
    seconded: bool = False,
) -> Decision:
    """Whether the actor may do this in this community now.

    `own`: the thing is theirs. `concerning`: the person it is about, who never decides about themselves.
    `seconded`: the second person is present (or is asked next), so that only everything else is checked.
    """
    wanted = capability(name)
    if community_id in actor.locked:
        return _locked(session, wanted, community_id)
    place = place_of(session, actor, community_id, at=at)
    stop = before_roles(
        wanted,
        signed_in=actor.signed_in,
        scoped=scopes_allow(actor.token_scopes, wanted),
        closed=place is not None and place.closed,
        archived=place is not None and place.archived,
        standing=place.standing if place else None,
    )
    if stop is not None:
        return stop
    if place is None:
        return no(Rule.STRANGER)
    if place.unsettled and not wanted.reads:
        return no(Rule.AGREEMENT, community=place.name)
    owned = own and wanted.own and (place.standing is not Standing.PAUSED or wanted.reads)
    if not owned and name not in place.capabilities and not wanted.decided:
        return _not_held(wanted, place)
    stop = after_roles(
        wanted,
        concerns_self=concerning is not None and concerning == actor.person_id,
        seconded=seconded,
        confirmed=is_fresh(actor.confirmed_at, at),
    )
    return yes(Rule.OWN if owned else Rule.HELD) if stop is None else stop


def require(
    session: Session,
    actor: Actor,
    name: str,
    community_id: Id,
    *,
    at: datetime,
    own: bool = False,
    concerning: Id | None = None,
    seconded: bool = False,
) -> None:
    """Refuse, in words that name the rule and who can lift it, unless `may` says yes."""
    decision = may(
        session, actor, name, community_id, at=at, own=own, concerning=concerning, seconded=seconded
    )
    if not decision:
        raise refusal(explained(session, decision, name, community_id, at=at))


def require_scope(actor: Actor, *, writing: bool) -> None:
    """Refuse a token that does not reach communities, for what needs no role: reading pages, one's own membership."""
    if not scopes_reach(actor.token_scopes, "communities", writing=writing):
        raise refusal(no(Rule.TOKEN))


def standing_of(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Standing | None:
    """How the actor stands in this community; None when they are no member."""
    place = place_of(session, actor, community_id, at=at)
    return place.standing if place and place.membership_id else None


def explained(session: Session, decision: Decision, name: str, community_id: Id, *, at: datetime) -> Decision:
    """The same no, naming the roles that could do it and who holds them; asked only when somebody reads it."""
    if decision.rule != Rule.ROLE:
        return decision
    roles = roles_with(session, name, community_id, at=at)
    if not roles:
        return replace(decision, sentence=ROLE_NONE)
    people = [holder.name for holder in holders_of(session, name, community_id, at=at, limit=5)]
    facts = {"roles": " · ".join(roles), "people": ", ".join(people)}
    return replace(decision, sentence=ROLE_HELD if people else ROLE_EMPTY, lifted_by=roles, facts=facts)


def _locked(session: Session, wanted: Capability, community_id: Id) -> Decision:
    """Their community, but not from this device: said after what is closed for everybody."""
    community = session.get_one(Community, community_id)
    if (community.paused_at and not wanted.reads) or (community.archived_at and not wanted.stays):
        return no(Rule.CLOSED)
    return no(Rule.DEVICE, community=community.name)


def _not_held(wanted: Capability, place: Place) -> Decision:
    if place.standing is Standing.PAUSED:
        return no(Rule.RESTING)
    if place.standing is Standing.TRIAL and "member" in wanted.roles and place.trial_ends_at:
        day = last_day(place.trial_ends_at, place.zone)
        return no(Rule.STANDING, TRIAL_UNTIL, ("welcomer", "steward"), day=day)
    return no(Rule.ROLE, ROLE_NONE)
