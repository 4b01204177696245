"""What others say before anything is counted: what should read otherwise, and advice that somebody was asked for. None commits."""

from datetime import datetime

from sqlalchemy import func, select

from minga.communities.access import require
from minga.governance.access import (
    DISCUSS,
    amendment_to_see,
    proposal_to_change,
    proposal_to_edit,
    proposal_to_see,
)
from minga.governance.access.members import member_named
from minga.governance.commands.decisions import record_decision
from minga.governance.commands.telling import tell_proposal
from minga.governance.events import AdviceAnswered, AdviceAsked, AdviceGiven, AmendmentAnswered, AmendmentMade
from minga.governance.models import Advice, Amendment, Decision, Proposal
from minga.governance.queries.states import state_of_proposal
from minga.governance.rules.charter import ADVICE
from minga.governance.rules.kinds import ANSWER_MAX, ARGUMENT_MAX, STATEMENT_MAX, ProposalKind
from minga.governance.rules.life import ProposalState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

ADVISERS_MAX, AMENDMENTS_MAX = 100, 200
NOT_ASKED = N_("You were not asked for advice on this; write in the discussion instead.")
SAID_ALREADY = N_("Your advice was answered already; write in the discussion instead.")
NOT_SAID = N_("There is no advice to answer yet.")
MANY = N_("There are {most} of them already. Answer some first.")
UNANSWERED = N_("Answer all advice first; each adviser reads what became of their words.")
NOBODY = N_("Ask somebody for advice first, and answer it.")
COUNTED = N_("On this kind people vote; it has no outcome to state.")


def propose_amendment(
    session: Session, actor: Actor, proposal_id: Id, words: str, *, at: datetime
) -> Amendment:
    """Say what the proposal should read instead; those who make it answer."""
    proposal = proposal_to_change(session, actor, proposal_id, at=at)
    require(session, actor, DISCUSS, proposal.community_id, at=at)
    _discussed(session, proposal, at)
    said = clean_text(words, ARGUMENT_MAX, field="words", required=True)
    count = select(func.count()).select_from(Amendment).where(Amendment.proposal_id == proposal.id)
    if (session.scalar(count) or 0) >= AMENDMENTS_MAX:
        raise Conflict(MANY, code="too_many", most=AMENDMENTS_MAX)
    made = Amendment(proposal_id=proposal.id, by_id=actor.person_id, words=said, made_at=at)
    session.add(made)
    session.flush()
    told = AmendmentMade(proposal_id=proposal.id, amendment_id=made.id)
    tell_proposal(session, actor, proposal, told, proposal.proposer_id, at=at)
    return made


def answer_amendment(
    session: Session, actor: Actor, amendment_id: Id, *, accept: bool, answer: str = "", at: datetime
) -> Amendment:
    """Take it up (the proposer writes the new text then) or say why not. Twice the same changes nothing."""
    seen = amendment_to_see(session, actor, amendment_id, at=at)
    proposal = proposal_to_edit(session, actor, seen.proposal_id, at=at)
    said = clean_text(answer, ANSWER_MAX, field="answer", required=not accept)
    if seen.answered_at is not None and (seen.accepted, seen.answer) == (accept, said):
        return seen
    _discussed(session, proposal, at)
    seen.accepted, seen.answer, seen.answered_at = accept, said, at
    session.flush()
    told = AmendmentAnswered(proposal_id=proposal.id, amendment_id=seen.id, accepted=accept)
    tell_proposal(session, actor, proposal, told, seen.by_id, at=at)
    return seen


def ask_advice(session: Session, actor: Actor, proposal_id: Id, handle: str, *, at: datetime) -> Advice:
    """Ask a member for advice: whoever is affected, or knows about it. Twice is once."""
    proposal = proposal_to_edit(session, actor, proposal_id, at=at)
    _discussed(session, proposal, at)
    adviser = member_named(session, proposal.community_id, handle, field="handle")
    known = select(Advice).where(Advice.proposal_id == proposal.id, Advice.adviser_id == adviser)
    found = session.scalars(known).first()
    if found is not None:
        return found
    count = select(func.count()).select_from(Advice).where(Advice.proposal_id == proposal.id)
    if (session.scalar(count) or 0) >= ADVISERS_MAX:
        raise Conflict(MANY, code="too_many", most=ADVISERS_MAX)
    made = Advice(proposal_id=proposal.id, adviser_id=adviser, asked_at=at)
    session.add(made)
    session.flush()
    told = AdviceAsked(proposal_id=proposal.id, advice_id=made.id, adviser_id=adviser)
    tell_proposal(session, actor, proposal, told, adviser, at=at)
    return made


def give_advice(session: Session, actor: Actor, proposal_id: Id, words: str, *, at: datetime) -> Advice:
    """Give the advice that one was asked for, or change it until it is answered."""
    proposal = proposal_to_see(session, actor, proposal_id, at=at)
    wanted = select(Advice).where(
        Advice.proposal_id == proposal.id, Advice.adviser_id == (actor.person_id or "")
    )
    found = session.scalars(wanted.with_for_update()).first()
    if found is None:
        raise Forbidden(NOT_ASKED, code="not_asked")
    require(session, actor, DISCUSS, proposal.community_id, at=at)
    _discussed(session, proposal, at)
    if found.answered_at is not None:
        raise Conflict(SAID_ALREADY, code="answered")
    found.words = clean_text(words, ARGUMENT_MAX, field="words", required=True)
    found.said_at = at
    session.flush()
    told = AdviceGiven(proposal_id=proposal.id, advice_id=found.id, adviser_id=found.adviser_id)
    tell_proposal(session, actor, proposal, told, proposal.proposer_id, at=at)
    return found


def answer_advice(session: Session, actor: Actor, advice_id: Id, answer: str, *, at: datetime) -> Advice:
    """Say what became of somebody's advice; they read it."""
    found = session.get(Advice, advice_id)
    if found is None:
        raise NotFound()
    proposal = proposal_to_edit(session, actor, found.proposal_id, at=at)
    _discussed(session, proposal, at)
    if found.said_at is None:
        raise Conflict(NOT_SAID, code="not_said")
    found.answer = clean_text(answer, ANSWER_MAX, field="answer", required=True)
    found.answered_at = at
    session.flush()
    told = AdviceAnswered(proposal_id=proposal.id, advice_id=found.id, adviser_id=found.adviser_id)
    tell_proposal(session, actor, proposal, told, found.adviser_id, at=at)
    return found


def state_outcome(
    session: Session, actor: Actor, proposal_id: Id, statement: str, *, at: datetime
) -> Decision:
    """End a proposal on which nothing is counted: say what is done now. All advice was answered before."""
    proposal = proposal_to_edit(session, actor, proposal_id, at=at)
    if proposal.kind is not ProposalKind.ADVICE:
        raise Conflict(COUNTED, code="not_now")
    _discussed(session, proposal, at)
    said = clean_text(statement, STATEMENT_MAX, field="statement", required=True)
    rows = session.execute(
        select(Advice.said_at, Advice.answered_at).where(Advice.proposal_id == proposal.id)
    ).all()
    if not any(answered for _, answered in rows):
        raise Invalid(NOBODY, code="advice_missing")
    if any(spoken and not answered for spoken, answered in rows):
        raise Invalid(UNANSWERED, code="advice_unanswered")
    proposal.outcome_stated_at = at
    proposal.version += 1
    session.flush()
    made = record_decision(session, proposal, None, outcome="stated", method=ADVICE, at=at)
    made.statement, made.statement_by_id, made.statement_at = said, actor.person_id, at
    session.flush()
    return made


def _discussed(session: Session, proposal: Proposal, at: datetime) -> None:
    state = state_of_proposal(session, proposal, at)
    if state is not ProposalState.DISCUSSION:
        raise not_now(state)
