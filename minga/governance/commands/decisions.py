"""Decisions: numbered when a poll is final, looked after by somebody, carried out, said what became of them. None commits.

A decision is never changed in what was decided: only its statement, who looks after it, until when, and when it was done.
"""

from datetime import date, datetime

from sqlalchemy import func, select

from minga.communities.access import may
from minga.communities.commands.membership import live_membership
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.governance.access import decision_to_see, effect_to_see, is_proposer
from minga.governance.access.capabilities import RECORD
from minga.governance.commands.effects import ask_for_effects, finish_if_done, waiting_effects
from minga.governance.events import (
    DecisionHandedOn,
    DecisionImplemented,
    DecisionMade,
    OutcomeStated,
)
from minga.governance.models import Charter, Decision, Effect, Poll, Proposal, ProposalVersion
from minga.governance.rules import decisions as rules
from minga.governance.rules.effects import KINDS
from minga.governance.rules.kinds import STATEMENT_MAX
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.text import clean_text


def record_decision(
    session: Session,
    proposal: Proposal | None,
    poll: Poll | None,
    *,
    outcome: str,
    reason: str = "",
    method: str,
    title: str = "",
    at: datetime,
) -> Decision:
    """Number what was decided and tell it; its effects follow when it passed. The same poll is recorded once."""
    made = _recorded(session, proposal, poll)
    if made is not None:
        return made
    where = proposal or poll
    if where is None:
        raise ValueError("a decision is about a proposal or a poll")
    # The row of the community orders the numbers: two polls may become final in the same moment.
    here = session.get_one(Community, where.community_id, with_for_update=True)
    day = today(at, here.zone)
    version = _version(session, proposal, poll)
    last = select(func.max(Decision.number)).where(
        Decision.community_id == here.id, Decision.year == day.year
    )
    made = Decision(
        community_id=here.id,
        year=day.year,
        number=(session.scalar(last) or 0) + 1,
        proposal_id=proposal.id if proposal else None,
        proposal_n=version.n if version else None,
        poll_id=poll.id if poll else None,
        title=title or (version.title if version else poll.question if poll else ""),
        kind=(proposal.own_kind or proposal.kind.value) if proposal else "poll",
        method=method,
        outcome=outcome,
        reason=reason,
        owner_id=(proposal.owner_id or proposal.proposer_id) if proposal else None,
        deadline_on=proposal.deadline_on if proposal else None,
        decided_at=at,
        review_on=_review_on(session, poll, outcome, day),
    )
    session.add(made)
    session.flush()
    if outcome in rules.PASSED and version is not None:
        _keep_effects(session, made, version)
    told = DecisionMade(
        decision_id=made.id,
        proposal_id=made.proposal_id,
        poll_id=made.poll_id,
        kind=proposal.kind.value if proposal else "poll",
        outcome=outcome,
        reason=reason,
        year=made.year,
        number=made.number,
    )
    emit(session, Actor.machine(), told, at=at, community_id=here.id)
    return made


def _recorded(session: Session, proposal: Proposal | None, poll: Poll | None) -> Decision | None:
    if poll is not None:
        return session.scalar(select(Decision).where(Decision.poll_id == poll.id))
    return session.scalar(
        select(Decision).where(
            Decision.proposal_id == (proposal.id if proposal else ""), Decision.poll_id.is_(None)
        )
    )


def _version(session: Session, proposal: Proposal | None, poll: Poll | None) -> ProposalVersion | None:
    """The words that were voted on: those of the poll, or the last where nothing was counted."""
    if proposal is None:
        return None
    n = poll.proposal_n if poll is not None and poll.proposal_n is not None else proposal.version_n
    return session.get_one(ProposalVersion, (proposal.id, n))


def _review_on(session: Session, poll: Poll | None, outcome: str, day: date) -> date | None:
    if poll is None or poll.charter_id is None or outcome not in rules.PASSED:
        return None
    charter = session.get_one(Charter, poll.charter_id)
    months = rules.rule_of_class(charter.rules, poll.rule_class).get("review_months")
    return rules.months_later(day, months) if months else None


def _keep_effects(session: Session, decision: Decision, version: ProposalVersion) -> None:
    for n, wish in enumerate(version.effects, 1):
        kind = str(wish.get("kind", ""))
        if kind in KINDS:
            session.add(Effect(decision_id=decision.id, n=n, kind=kind, wish=wish))
    session.flush()


def begin_effects(session: Session, decision_id: Id, *, at: datetime) -> None:
    """What follows from a decision that passed is to be carried out from now on; doing this again changes nothing."""
    found = session.get_one(Decision, decision_id)
    if found.outcome in rules.PASSED:
        ask_for_effects(session, found, at=at)


def write_statement(session: Session, actor: Actor, decision_id: Id, words: str, *, at: datetime) -> Decision:
    """Say below the outcome what it means: by who proposed it, or who writes outcomes down. The outcome itself stays."""
    found = _locked(session, actor, decision_id, at)
    proposal = session.get(Proposal, found.proposal_id) if found.proposal_id else None
    if proposal is None or not is_proposer(session, actor, proposal):
        _must_look_after(session, actor, found, at)
    found.statement = clean_text(words, STATEMENT_MAX, field="statement", required=True)
    found.statement_by_id, found.statement_at = actor.person_id, at
    session.flush()
    emit(session, actor, OutcomeStated(decision_id=found.id), at=at, community_id=found.community_id)
    return found


def hand_on(
    session: Session,
    actor: Actor,
    decision_id: Id,
    *,
    owner: str | None = None,
    deadline_on: date | None = None,
    review_on: date | None = None,
    at: datetime,
) -> Decision:
    """Say who looks after it (by handle), until when it is to be done, and when it is looked at again."""
    found = _locked(session, actor, decision_id, at)
    _must_look_after(session, actor, found, at)
    day = today(at, session.get_one(Community, found.community_id).zone)
    if review_on is not None and review_on != found.review_on and review_on <= day:
        raise Invalid(rules.NOT_YET, fields={"review_on": rules.NOT_YET})
    if owner:
        found.owner_id = _member(session, found.community_id, owner)
    found.deadline_on = deadline_on
    if review_on is not None and review_on != found.review_on:
        found.review_on, found.reviewed_at = review_on, None
    session.flush()
    emit(session, actor, DecisionHandedOn(decision_id=found.id), at=at, community_id=found.community_id)
    return found


def say_implemented(
    session: Session, actor: Actor, decision_id: Id, *, on: date | None = None, at: datetime
) -> Decision:
    """Say that a decision is carried out. What the node itself could not do has to be looked at first."""
    found = _locked(session, actor, decision_id, at)
    _must_look_after(session, actor, found, at)
    if found.implemented_on is not None:
        return found
    if found.outcome not in rules.PASSED and found.outcome != rules.STATED:
        raise Conflict(rules.NOT_PASSED, code="not_passed")
    zone = session.get_one(Community, found.community_id).zone
    day, now = on or today(at, zone), today(at, zone)
    if day > now:
        raise Invalid(rules.NOT_YET, fields={"on": rules.NOT_YET})
    if day < today(found.decided_at, zone):
        raise Invalid(rules.BEFORE, fields={"on": rules.BEFORE})
    waiting = waiting_effects(session, found)
    if any(not KINDS[one.kind].by_person for one in waiting):
        raise Conflict(rules.OPEN_LEFT, code="effects_open")
    for one in waiting:
        one.done_at = at
    found.implemented_on = day
    session.flush()
    told = DecisionImplemented(decision_id=found.id, on=day)
    emit(session, actor, told, at=at, community_id=found.community_id)
    return found


def say_done(session: Session, actor: Actor, effect_id: Id, *, at: datetime) -> Decision:
    """Say that one thing that only a person can do is done; with the last one the decision is carried out."""
    found, effect = _of_effect(session, actor, effect_id, at)
    if not KINDS[effect.kind].by_person:
        raise Conflict(rules.BY_NODE, code="by_node")
    if effect.done_at is None:
        effect.done_at = at
        session.flush()
        finish_if_done(session, actor, found, at=at)
    return found


def try_again(session: Session, actor: Actor, effect_id: Id, *, at: datetime) -> Decision:
    """Let the node try an effect once more that it could not carry out."""
    found, effect = _of_effect(session, actor, effect_id, at)
    if KINDS[effect.kind].by_person:
        raise Conflict(rules.BY_PERSON, code="by_person")
    if effect.done_at is not None:
        raise Conflict(rules.DONE_ALREADY, code="done_already")
    ask_for_effects(session, found, only=effect.id, at=at)
    return found


def _locked(session: Session, actor: Actor, decision_id: Id, at: datetime) -> Decision:
    found = decision_to_see(session, actor, decision_id, at=at)
    return session.get_one(Decision, found.id, with_for_update=True, populate_existing=True)


def _must_look_after(session: Session, actor: Actor, found: Decision, at: datetime) -> None:
    if found.owner_id is not None and found.owner_id == actor.person_id:
        return
    if not may(session, actor, RECORD, found.community_id, at=at):
        raise Forbidden(rules.NOT_OWNER, code="not_owner")


def _of_effect(session: Session, actor: Actor, effect_id: Id, at: datetime) -> tuple[Decision, Effect]:
    seen = effect_to_see(session, actor, effect_id, at=at)
    found = _locked(session, actor, seen.decision_id, at)
    _must_look_after(session, actor, found, at)
    effect = session.get_one(Effect, seen.id, with_for_update=True, populate_existing=True)
    return found, effect


def _member(session: Session, community_id: Id, handle: str) -> Id:
    person_id = session.scalar(
        select(Person.id).where(Person.handle_key == handle.strip().lstrip("@").lower())
    )
    if person_id is None or live_membership(session, community_id, person_id) is None:
        raise Invalid(rules.CANNOT_OWN, fields={"owner": rules.CANNOT_OWN})
    return person_id
