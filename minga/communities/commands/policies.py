"""Changing the rules of a community: two people, a note, and from the next midnight on."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import community_to_see, policies, require
from minga.communities.commands import seconds
from minga.communities.events import PolicySet
from minga.communities.models import Community, Policy, Second
from minga.communities.rules import POLICIES, PolicyKind
from minga.communities.rules.seconds import WORDS_MAX
from minga.communities.rules.time import next_midnight
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound, Stale
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
    try:
        read = kind.bounds.read(value)
    except Invalid as fault:
        fault.fields = {"value": str(fault)}
        raise
    if seen is not None and seen != (latest(session, community.id, key) or ""):
        raise Stale()
    _only_stricter(session, community, kind, read, at)
    wish = {"key": key, "value": read, "urgent": urgent, "note": clean_text(note, WORDS_MAX, field="note")}
    return seconds.ask(session, actor, "policy.set", community.id, wish=wish, about=key, words=note, at=at)


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
    community = session.get_one(Community, second.community_id)
    wish = second.wish
    since_at = at if wish["urgent"] else next_midnight(at, community.zone)
    if _holds_already(session, community.id, wish, since_at):
        return
    policy = Policy(
        community_id=community.id,
        key=wish["key"],
        value=wish["value"],
        since_at=since_at,
        set_by_id=second.asked_by_id,
        second_by_id=second.answered_by_id,
        note=wish["note"],
        made_at=at,
    )
    session.add(policy)
    session.flush()
    told = PolicySet(policy_id=policy.id, key=policy.key, effective_at=since_at)
    emit(session, actor, told, at=at, community_id=community.id)


def _holds_already(session: Session, community_id: Id, wish: dict[str, Any], since_at: datetime) -> bool:
    """Saying again what holds begins nothing anew: what depends on when a rule began stays as it is."""
    newest = session.get(Policy, latest(session, community_id, wish["key"]) or "")
    return newest is not None and newest.value == wish["value"] and newest.since_at <= since_at
