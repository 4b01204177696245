"""Effects in words: what follows if a proposal passes, what followed from a decision, and what could be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities import queries as communities
from minga.communities.models import Application, Community, Membership, Partnership, Role
from minga.communities.rules import POLICIES
from minga.governance.access import proposal_to_see
from minga.governance.models import Effect, ProposalVersion
from minga.governance.rules.effects import KINDS
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id

LINKS = {
    "policy": "/c/{here}/rules/{key}",
    "role_grant": "/roles/{role_id}",
    "role_end": "/roles/{role_id}",
    "agreement": "/c/{here}/agreements",
    "admission": "/applications/{application_id}",
    "tie_agree": "/partnerships/{partnership_id}",
    "tie_end": "/partnerships/{partnership_id}",
    "charter": "/c/{here}/charter",
}
"""Where what an effect did is to be seen; who may see it is asked there."""

GONE = N_("somebody or something that is not here any more")
WAITS, FAILED, DONE, PLANNED = "waits", "failed", "done", "planned"


@dataclass(frozen=True)
class EffectLine:
    """One effect: its sentence with facts, and how far it is. `marked`: the facts that are sentences themselves.

    `state`: planned (not decided yet), waits, failed (with `error`), done.
    """

    n: int
    kind: str
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()
    by_person: bool = False
    state: str = PLANNED
    error: str = ""
    error_facts: Mapping[str, Any] = field(default_factory=dict)
    done_at: datetime | None = None
    id: Id | None = None
    """Only once it was decided."""
    policy_key: str = ""
    link: str = ""
    """Where what it did is to be seen."""
    more: str = ""
    """A longer text that belongs to it: the words of an agreement."""


def effects_of_proposal(session: Session, actor: Actor, proposal_id: Id, *, at: datetime) -> list[EffectLine]:
    """What follows if a proposal passes, for whoever reads the proposal."""
    found = proposal_to_see(session, actor, proposal_id, at=at)
    version = session.get_one(ProposalVersion, (found.id, found.version_n))
    return [
        _line(session, actor, found.community_id, n, wish, at) for n, wish in enumerate(version.effects, 1)
    ]


def lines_of(
    session: Session, actor: Actor, community_id: Id, effects: Sequence[Effect], *, at: datetime
) -> list[EffectLine]:
    """The effects of a decision; whoever asks has been let in."""
    found = []
    for one in effects:
        line = _line(session, actor, community_id, one.n, one.wish, at)
        state = DONE if one.done_at else FAILED if one.error else WAITS
        more = {
            "id": one.id,
            "state": state,
            "error": one.error,
            "error_facts": one.error_facts,
            "done_at": one.done_at,
        }
        found.append(EffectLine(**{**line.__dict__, **more}))
    return found


def _line(
    session: Session, actor: Actor, community_id: Id, n: int, wish: Mapping[str, Any], at: datetime
) -> EffectLine:
    kind = KINDS[str(wish["kind"])]
    facts: dict[str, Any] = {}
    marked = set()
    for one in kind.fields:
        value = wish.get(one.name)
        if one.about == "policy_value":
            facts[one.name] = value
        elif one.about and value is not None:
            said, is_marked = _named(session, actor, community_id, one.about, value, wish, at)
            facts[one.name] = said
            if is_marked:
                marked.add(one.name)
        elif isinstance(value, str | int):
            facts[one.name] = value
    texts = wish.get("texts") or []
    return EffectLine(
        n=n,
        kind=kind.name,
        sentence=kind.sentence,
        facts=facts,
        marked=frozenset(marked),
        by_person=kind.by_person,
        policy_key=str(wish["key"]) if kind.name == "policy" else "",
        link=LINKS.get(kind.name, "").format_map({"here": community_id, **wish}),
        more=str(texts[0]["words"]) if texts else "",
    )


def _named(
    session: Session,
    actor: Actor,
    community_id: Id,
    about: str,
    value: Any,
    wish: Mapping[str, Any],
    at: datetime,
) -> tuple[str, bool]:
    """What an id names, only as far as it belongs to this community; and whether that is a sentence to translate."""
    if about == "policy":
        kind = POLICIES.get(str(value))
        return (kind.sentence, True) if kind else (GONE, True)
    name = {
        "person": _person,
        "role": _role,
        "application": _applicant,
        "partnership": _partner,
    }.get(about)
    said = name(session, community_id, str(value)) if name else _community(session, actor, str(value), at)
    return (said, False) if said else (GONE, True)


def _person(session: Session, community_id: Id, person_id: Id) -> str | None:
    return session.scalar(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.id == person_id, Membership.community_id == community_id)
        .limit(1)
    )


def _role(session: Session, community_id: Id, role_id: Id) -> str | None:
    return session.scalar(select(Role.name).where(Role.id == role_id, Role.community_id == community_id))


def _applicant(session: Session, community_id: Id, application_id: Id) -> str | None:
    return session.scalar(
        select(Person.name)
        .join(Application, Application.person_id == Person.id)
        .where(Application.id == application_id, Application.community_id == community_id)
    )


def _partner(session: Session, community_id: Id, partnership_id: Id) -> str | None:
    found = session.get(Partnership, partnership_id)
    if found is None or community_id not in (found.low_id, found.high_id):
        return None
    return session.get_one(Community, found.other(community_id)).name


def _community(session: Session, actor: Actor, community_id: Id, at: datetime) -> str | None:
    try:
        return communities.community(session, actor, community_id, at=at).name
    except Refused:
        return None
