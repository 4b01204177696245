"""Challenging a result: anybody on the roll, while there is time; two people who did not propose it answer. None commits."""

from datetime import datetime, timedelta

from sqlalchemy import select

from minga.communities.access import require
from minga.governance.access import OPEN, challenge_to_see, on_roll, poll_to_change
from minga.governance.commands.telling import tell_poll
from minga.governance.commands.voiding import void
from minga.governance.events import ChallengeAnswered, ChallengeMade
from minga.governance.models import Challenge, CoProposer, Poll, Proposal
from minga.governance.queries.states import state_of_poll
from minga.governance.rules.kinds import ANSWER_MAX, REASON_MAX, ChallengeKind
from minga.governance.rules.life import PollState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

WHY = N_("Say what went wrong.")
KINDS = N_("Say what it is about: {kinds}.")
ONLY_ROLL = N_("Only those on the roll of a poll challenge its result.")
TOO_LATE = N_("The time for challenges is over; the result is final.")
OWN = N_("Who made the proposal or the challenge does not answer it. Somebody else has to.")
SECOND = N_("Two people answer a challenge; somebody else has to agree.")
OPEN_ALREADY = N_("Your challenge of this result waits for its answer already.")


def challenge(
    session: Session, actor: Actor, poll_id: Id, kind: str, reason: str, *, at: datetime
) -> Challenge:
    """Say that the count, the roll or the way it went is wrong, or that one's ballot is not one's own."""
    poll = poll_to_change(session, actor, poll_id, at=at)
    if not on_roll(session, actor, poll):
        raise Forbidden(ONLY_ROLL, code="not_on_roll")
    if kind not in set(ChallengeKind):
        raise Invalid(KINDS, fields={"kind": KINDS}, kinds=", ".join(one.value for one in ChallengeKind))
    said = clean_text(reason, REASON_MAX, field="reason")
    if not said:
        raise Invalid(WHY, code="reason_missing", fields={"reason": WHY})
    state = state_of_poll(poll, at)
    if state is not PollState.TALLIED or poll.tallied_at is None:
        raise not_now(state)
    if at >= poll.tallied_at + timedelta(hours=int(poll.config["challenge_hours"])):
        raise Conflict(TOO_LATE, code="challenge_late")
    waiting = select(Challenge.id).where(
        Challenge.poll_id == poll.id,
        Challenge.person_id == actor.person_id,
        Challenge.answered_at.is_(None),
    )
    if session.scalar(waiting.limit(1)) is not None:
        raise Conflict(OPEN_ALREADY, code="challenged_already")
    made = Challenge(
        poll_id=poll.id, person_id=actor.person_id, kind=ChallengeKind(kind), reason=said, made_at=at
    )
    session.add(made)
    session.flush()
    told = ChallengeMade(poll_id=poll.id, proposal_id=poll.proposal_id, challenge_id=made.id, kind=made.kind)
    tell_poll(session, actor, poll, told, at=at)
    return made


def answer_challenge(
    session: Session, actor: Actor, challenge_id: Id, *, upheld: bool, answer: str, at: datetime
) -> Challenge:
    """Answer with a reason. The first one's answer holds once a second person gives the same; upheld, the poll is void."""
    seen = challenge_to_see(session, actor, challenge_id, at=at)
    poll = poll_to_change(session, actor, seen.poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    found = session.get_one(Challenge, seen.id, populate_existing=True)
    _is_somebody_else(session, actor, poll, found)
    if found.answered_at is not None:
        return found
    if poll.voided_at is not None:
        raise not_now(PollState.VOID)
    said = clean_text(answer, ANSWER_MAX, field="answer")
    if found.answered_by_id in (None, actor.person_id) or found.upheld != upheld:
        _first_answer(actor, found, upheld=upheld, said=said)
        session.flush()
        return found
    found.second_id, found.answered_at = actor.person_id, at
    session.flush()
    told = ChallengeAnswered(
        poll_id=poll.id, proposal_id=poll.proposal_id, challenge_id=found.id, kind=found.kind, upheld=upheld
    )
    tell_poll(session, actor, poll, told, found.person_id, at=at)
    if upheld:
        poll.void_asked_by_id, poll.void_asked_at = found.answered_by_id, at
        poll.void_reason = found.answer
        void(session, actor, poll, at=at)
    return found


def _first_answer(actor: Actor, found: Challenge, *, upheld: bool, said: str) -> None:
    """What the first of the two says; who is of another mind says so, and then theirs waits for a second one."""
    if not said:
        raise Invalid(WHY, code="reason_missing", fields={"answer": WHY})
    found.answered_by_id, found.upheld, found.answer = actor.person_id, upheld, said


def _is_somebody_else(session: Session, actor: Actor, poll: Poll, found: Challenge) -> None:
    proposal = session.get(Proposal, poll.proposal_id) if poll.proposal_id else None
    proposes = proposal is not None and (
        proposal.proposer_id == actor.person_id
        or session.get(CoProposer, (proposal.id, actor.person_id)) is not None
    )
    if proposes or found.person_id == actor.person_id:
        raise Forbidden(OWN, code="own_proposal")
