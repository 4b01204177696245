"""Changing the rules of a community: two people, a note, and from the next midnight on."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import community_to_see, policies, require
from minga.communities.commands import seconds
from minga.communities.events import PolicySet
from minga.communities.models import Community, Policy, Second
from minga.communities.rules import POLICIES, PolicyKind
from minga.communities.rules.decided import DECISION, ONLY_DECIDED, POLICIES_CHANGED_BY
from minga.communities.rules.seconds import WORDS_MAX
from minga.communities.rules.time import next_midnight
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text


def set_policy(
    session: Session,
    actor: Actor,
    community_id: Id,
    key: str,
    value: Any,
    *,
    at: datetime,
    note: str = "",
    urgent: bool = False,
    seen: Any = None,
) -> Second:
    """Ask to change one rule. A subgroup may only be stricter than what it inherits, unless the rule is free.

    `seen` is the id of the value the asker looked at, if any: another one meanwhile is refused as stale.
    """
    community = community_to_see(session, actor, community_id, at=at)
    kind = POLICIES.get(key)
    if kind is None:
        raise NotFound()
    require(session, actor, "policy.edit", community.id, at=at, seconded=True)
    must_be_for_stewards(session, community.id, POLICIES_CHANGED_BY, at=at)
    read = read_value(session, community, kind, value, at=at)
    if seen is not None and seen != (latest(session, community.id, key) or ""):
        raise Stale()
    wish = {"key": key, "value": read, "urgent": urgent, "note": clean_text(note, WORDS_MAX, field="note")}
    return seconds.ask(session, actor, "policy.set", community.id, wish=wish, about=key, words=note, at=at)


def read_value(session: Session, community: Community, kind: PolicyKind, value: Any, *, at: datetime) -> Any:
    """The value as it is kept; refused out of its bounds, and where a group would be laxer than what it inherits."""
    try:
        read = kind.bounds.read(value)
    except Invalid as fault:
        fault.fields = {"value": str(fault)}
        raise
    _only_stricter(session, community, kind, read, at)
    return read


def must_be_for_stewards(session: Session, community_id: Id, key: str, *, at: datetime) -> None:
    """Refuse where the community keeps this kind of change to its decisions (`policies.changed_by`, `roles.changed_by`)."""
    if policies.value(session, community_id, key, at=at) == DECISION:
        raise Forbidden(ONLY_DECIDED, code="needs_decision")


def latest(session: Session, community_id: Id, key: str) -> Id | None:
    """The id of the newest value a community itself has set for a key, also one that begins later."""
    return session.scalar(
        select(Policy.id)
        .where(Policy.community_id == community_id, Policy.key == key)
        .order_by(Policy.since_at.desc(), Policy.id.desc())
        .limit(1)
    )


def _only_stricter(
    session: Session, community: Community, kind: PolicyKind, value: Any, at: datetime
) -> None:
    if community.parent_id is None or kind.bounds.free:
        return
    inherited = policies.value(session, community.parent_id, kind.key, at=at)
    if kind.bounds.strictness(value) < kind.bounds.strictness(inherited):
        raise Conflict(
            N_("The community above has set {value}. A group in it may only be stricter."),
            code="only_stricter",
            value=str(inherited),
            fields={"value": N_("Choose something stricter.")},
        )


@seconds.applies("policy.set")
def _set_seconded(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    must_be_for_stewards(session, second.community_id, POLICIES_CHANGED_BY, at=at)
    put_policy(
        session,
        actor,
        session.get_one(Community, second.community_id),
        second.wish["key"],
        second.wish["value"],
        urgent=second.wish["urgent"],
        set_by_id=second.asked_by_id,
        second_by_id=second.answered_by_id,
        note=second.wish["note"],
        at=at,
    )


def put_policy(
    session: Session,
    actor: Actor,
    community: Community,
    key: str,
    value: Any,
    *,
    urgent: bool = False,
    set_by_id: Id | None = None,
    second_by_id: Id | None = None,
    note: str = "",
    decision: str = "",
    at: datetime,
) -> None:
    """Let a value hold from the next midnight on, or at once; whoever calls this has checked who stands behind it."""
    since_at = at if urgent else next_midnight(at, community.zone)
    if _holds_already(session, community.id, key, value, since_at):
        return
    policy = Policy(
        community_id=community.id,
        key=key,
        value=value,
        since_at=since_at,
        set_by_id=set_by_id,
        second_by_id=second_by_id,
        note=note,
        decision=decision,
        made_at=at,
    )
    session.add(policy)
    session.flush()
    told = PolicySet(policy_id=policy.id, key=policy.key, effective_at=since_at, decision=decision)
    emit(session, actor, told, at=at, community_id=community.id)


def _holds_already(session: Session, community_id: Id, key: str, value: Any, since_at: datetime) -> bool:
    """Saying again what holds begins nothing anew: what depends on when a rule began stays as it is."""
    newest = session.get(Policy, latest(session, community_id, key) or "")
    return newest is not None and newest.value == value and newest.since_at <= since_at
