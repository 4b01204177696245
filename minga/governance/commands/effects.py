"""Effects of decisions on their way: asked for, done once, or failed in words and tried again. None commits.

What an effect does lies in the domain that it is about; `reactions.governance` leads each kind there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.models import Community
from minga.communities.rules.decided import Decided
from minga.communities.rules.time import today
from minga.governance.events import DecisionImplemented, EffectDone, EffectDue, EffectFailed
from minga.governance.models import Advice, Decision, Effect, Proposal
from minga.governance.rules.effects import KINDS, was_heard
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.events import emit
from minga.kit.ids import Id

ERROR_MAX = 500


@dataclass(frozen=True)
class Carried:
    """An effect that is to be carried out now: what it wishes, where, and by which decision."""

    effect_id: Id
    kind: str
    wish: dict[str, Any]
    community_id: Id
    decided: Decided
    heard: bool
    fits: bool
    """Whether a proposal of that kind, about that person, may do this at all."""


def ask_for_effects(session: Session, decision: Decision, *, only: Id = "", at: datetime) -> None:
    """Tell the node to carry out what waits; what only a person can do waits for that person."""
    for one in waiting_effects(session, decision):
        if KINDS[one.kind].by_person or (only and one.id != only):
            continue
        told = EffectDue(decision_id=decision.id, effect_id=one.id, kind=one.kind)
        emit(session, Actor.machine(), told, at=at, community_id=decision.community_id)


def waiting_effects(session: Session, decision: Decision) -> list[Effect]:
    """The effects of a decision that are not done, in their order."""
    return list(
        session.scalars(
            select(Effect)
            .where(Effect.decision_id == decision.id, Effect.done_at.is_(None))
            .order_by(Effect.n)
        )
    )


def effect_to_carry_out(session: Session, effect_id: Id, *, at: datetime) -> Carried | None:
    """The effect, kept from others until the unit ends; None when it was carried out meanwhile."""
    effect = session.scalars(
        select(Effect)
        .where(Effect.id == effect_id, Effect.done_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if effect is None:
        return None
    decision = session.get_one(Decision, effect.decision_id)
    proposal = session.get(Proposal, decision.proposal_id) if decision.proposal_id else None
    by = (proposal.proposer_id if proposal else None) or decision.owner_id
    return Carried(
        effect_id=effect.id,
        kind=effect.kind,
        wish=dict(effect.wish),
        community_id=decision.community_id,
        decided=Decided(decision.said_number, by),
        fits=_fits(effect.kind, dict(effect.wish), proposal),
        heard=_heard(session, proposal, str(effect.wish.get("person_id", "")), decision.decided_at),
    )


def _fits(kind: str, wish: dict[str, Any], proposal: Proposal | None) -> bool:
    """What protects people has rules of its own, so a proposal of another kind, or about somebody else, never does it."""
    if not KINDS[kind].only_in:
        return True
    if proposal is None or proposal.kind.value not in KINDS[kind].only_in:
        return False
    return kind != "removal" or proposal.subject_id == wish.get("person_id")


def _heard(session: Session, proposal: Proposal | None, person_id: Id, by: datetime) -> bool:
    """Whether the person concerned was heard before it was decided."""
    if proposal is None:
        return False
    asked = session.scalars(
        select(Advice).where(Advice.proposal_id == proposal.id, Advice.adviser_id == person_id)
    ).first()
    return asked is not None and was_heard(asked.asked_at, asked.said_at, by)


def effect_done(session: Session, effect_id: Id, *, at: datetime) -> None:
    """Note that an effect was carried out, and with the last one that the decision is."""
    effect = session.get_one(Effect, effect_id)
    decision = session.get_one(Decision, effect.decision_id)
    effect.done_at, effect.error, effect.error_facts = at, "", {}
    effect.tries += 1
    session.flush()
    told = EffectDone(
        decision_id=decision.id, effect_id=effect.id, kind=effect.kind, decision=decision.said_number
    )
    emit(session, Actor.machine(), told, at=at, community_id=decision.community_id)
    finish_if_done(session, Actor.machine(), decision, at=at)


def effect_failed(session: Session, effect_id: Id, refusal: Refused, *, at: datetime) -> None:
    """Note in words why an effect could not be carried out; nothing of it was kept."""
    effect = session.get_one(Effect, effect_id)
    decision = session.get_one(Decision, effect.decision_id)
    effect.error = refusal.text[:ERROR_MAX]
    effect.error_facts = {name: str(value) for name, value in refusal.facts.items()}
    effect.tries += 1
    session.flush()
    told = EffectFailed(
        decision_id=decision.id, effect_id=effect.id, kind=effect.kind, decision=decision.said_number
    )
    emit(session, Actor.machine(), told, at=at, community_id=decision.community_id)


def finish_if_done(session: Session, actor: Actor, decision: Decision, *, at: datetime) -> None:
    """A decision all of whose effects are done is carried out."""
    if decision.implemented_on is not None or waiting_effects(session, decision):
        return
    decision.implemented_on = today(at, session.get_one(Community, decision.community_id).zone)
    session.flush()
    told = DecisionImplemented(decision_id=decision.id, on=decision.implemented_on)
    emit(session, actor, told, at=at, community_id=decision.community_id)
