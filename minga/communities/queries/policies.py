"""The rules of a community in words: what holds, since when, who set it, and what held before."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import aliased

from minga.communities.access import community_to_see, policies
from minga.communities.models import Policy
from minga.communities.rules import POLICIES, Choice, PolicyKind, Whole
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id


class Was(msgspec.Struct, frozen=True, kw_only=True):
    """One value that was set: by whom, who agreed, why, from when on."""

    id: Id
    value: Any
    since_at: datetime
    set_by: str | None
    second_by: str | None
    note: str
    decision: str


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it holds now. `own`: this community set it itself; `above`: it comes from a community above.

    `next` is what begins later, `seen` goes back with a change.
    """

    key: str
    theme: str
    sentence: str
    value: Any
    default: Any
    own: bool
    above: bool
    since_at: datetime | None
    set_by: str | None
    decision: str
    seen: str
    next: Was | None


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """One rule with its bounds and history."""

    line: RuleLine
    options: list[str]
    least: int | None
    most: int | None
    is_switch: bool
    history: list[Was]


def rules(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[RuleLine]:
    """Every rule, themes together, by one query for the values and one for who set them."""
    community = community_to_see(session, actor, community_id, at=at)
    set_here = _history(session, community.id)
    return [
        _line(session, community.id, kind, set_here.get(kind.key, []), at)
        for kind in sorted(POLICIES.values(), key=lambda kind: kind.theme)
    ]


def rule(session: Session, actor: Actor, community_id: Id, key: str, *, at: datetime) -> RulePage:
    """One rule with what it was before."""
    community = community_to_see(session, actor, community_id, at=at)
    kind = POLICIES.get(key)
    if kind is None:
        raise NotFound()
    history = _history(session, community.id, key).get(key, [])
    bounds = kind.bounds
    return RulePage(
        line=_line(session, community.id, kind, history, at),
        options=list(bounds.options) if isinstance(bounds, Choice) else [],
        least=bounds.least if isinstance(bounds, Whole) else None,
        most=bounds.most if isinstance(bounds, Whole) else None,
        is_switch=not isinstance(bounds, (Choice, Whole)),
        history=history,
    )


def _line(session: Session, community_id: Id, kind: PolicyKind, history: list[Was], at: datetime) -> RuleLine:
    begun = [one for one in history if one.since_at <= at]
    coming = [one for one in history if one.since_at > at]
    now = begun[0] if begun else None
    value = policies.value(session, community_id, kind.key, at=at)
    return RuleLine(
        key=kind.key,
        theme=kind.theme,
        sentence=kind.sentence,
        value=value,
        default=kind.default,
        own=now is not None and value == now.value,
        above=(now is None or value != now.value) and kind.key in policies.line(session, community_id, at=at),
        since_at=now.since_at if now else None,
        set_by=now.set_by if now else None,
        decision=now.decision if now else "",
        seen=history[0].id if history else "",
        next=coming[-1] if coming else None,
    )


def _history(session: Session, community_id: Id, key: str = "") -> dict[str, list[Was]]:
    first, second = aliased(Person), aliased(Person)
    question = (
        select(Policy, first.name, second.name)
        .outerjoin(first, first.id == Policy.set_by_id)
        .outerjoin(second, second.id == Policy.second_by_id)
        .where(Policy.community_id == community_id)
        .order_by(Policy.since_at.desc(), Policy.id.desc())
        .limit(500)
    )
    if key:
        question = question.where(Policy.key == key)
    found: dict[str, list[Was]] = {}
    for policy, set_by, second_by in session.execute(question):
        found.setdefault(policy.key, []).append(
            Was(
                id=policy.id,
                value=policy.value,
                since_at=policy.since_at,
                set_by=set_by,
                second_by=second_by,
                note=policy.note,
                decision=policy.decision,
            )
        )
    return found
