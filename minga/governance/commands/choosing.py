"""Choosing what follows if a proposal passes: one thing added or taken away, as a new version once it is discussed. None commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.commands.membership import live_membership
from minga.communities.models import Application, Partnership, Role
from minga.communities.rules import POLICIES
from minga.governance.access import proposal_to_edit
from minga.governance.commands.telling import tell_proposal
from minga.governance.events import ProposalChanged
from minga.governance.models import Proposal, ProposalVersion
from minga.governance.queries.states import state_of_proposal
from minga.governance.rules.effects import NOT_HERE, WRONG, check_effects
from minga.governance.rules.life import ProposalState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import Id


def add_effect(
    session: Session, actor: Actor, proposal_id: Id, wish: Mapping[str, Any], *, at: datetime
) -> Proposal:
    """Let one more thing follow if it passes; refused where it names what this community does not have."""
    check_effects([wish], proposal_to_edit(session, actor, proposal_id, at=at).kind.value)
    found, words = _to_change(session, actor, proposal_id, at)
    effects = check_effects([*words.effects, wish], found.kind.value)
    _must_fit(session, found, effects[-1])
    return _change(session, actor, found, words, effects, at)


def drop_effect(session: Session, actor: Actor, proposal_id: Id, n: int, *, at: datetime) -> Proposal:
    """Let the n-th thing not follow any more."""
    found, words = _to_change(session, actor, proposal_id, at)
    if not 1 <= n <= len(words.effects):
        raise NotFound()
    kept = [one for place, one in enumerate(words.effects, 1) if place != n]
    return _change(session, actor, found, words, kept, at)


def _to_change(
    session: Session, actor: Actor, proposal_id: Id, at: datetime
) -> tuple[Proposal, ProposalVersion]:
    found = proposal_to_edit(session, actor, proposal_id, at=at)
    state = state_of_proposal(session, found, at)
    if state not in (ProposalState.DRAFT, ProposalState.DISCUSSION):
        raise not_now(state)
    return found, session.get_one(ProposalVersion, (found.id, found.version_n))


def _change(
    session: Session,
    actor: Actor,
    found: Proposal,
    words: ProposalVersion,
    effects: list[dict[str, Any]],
    at: datetime,
) -> Proposal:
    found.version += 1
    if found.submitted_at is None:
        words.effects = effects
        session.flush()
        return found
    found.version_n += 1
    session.add(
        ProposalVersion(
            proposal_id=found.id,
            n=found.version_n,
            title=words.title,
            description=words.description,
            rationale=words.rationale,
            amount=words.amount,
            unit=words.unit,
            effects=effects,
            by_id=actor.person_id,
            at=at,
        )
    )
    session.flush()
    tell_proposal(session, actor, found, ProposalChanged(proposal_id=found.id, n=found.version_n), at=at)
    return found


def _must_fit(session: Session, proposal: Proposal, wish: dict[str, Any]) -> None:
    """What is named belongs to this community now; whether it still does when it is decided is asked again then."""
    here = proposal.community_id
    if wish["kind"] == "policy":
        kind = POLICIES.get(wish["key"])
        if kind is None:
            raise _wrong("key")
        try:
            wish["value"] = kind.bounds.read(wish["value"])
        except Invalid as fault:
            fault.fields = {"effect_value": str(fault)}
            raise
    if "role_id" in wish:
        role = session.get(Role, wish["role_id"])
        if role is None or role.community_id != here or role.ended_at is not None:
            raise _wrong("role_id")
    if "person_id" in wish and live_membership(session, here, wish["person_id"]) is None:
        raise _wrong("person_id")
    if wish["kind"] == "removal" and wish["person_id"] != proposal.subject_id:
        raise _wrong("person_id")
    if "application_id" in wish:
        waiting = select(Application.id).where(
            Application.id == wish["application_id"],
            Application.community_id == here,
            Application.answered_at.is_(None),
        )
        if session.scalar(waiting) is None:
            raise _wrong("application_id")
    if "partnership_id" in wish:
        tie = session.get(Partnership, wish["partnership_id"])
        if tie is None or here not in (tie.low_id, tie.high_id):
            raise _wrong("partnership_id")


def _wrong(name: str) -> Invalid:
    return Invalid(WRONG, field=name, code="effect_field", fields={f"effect_{name}": NOT_HERE})
