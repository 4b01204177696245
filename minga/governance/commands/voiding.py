"""Polls that do not count: by two people with a reason, after a challenge, or because their proposal was taken back.

None commits.
"""

from datetime import datetime

from minga.communities.access import require
from minga.governance.access import OPEN, poll_to_change
from minga.governance.commands.ballots.forgetting import forget_ballots
from minga.governance.commands.telling import tell_poll
from minga.governance.events import PollVoided, VoidingAsked
from minga.governance.models import Poll
from minga.governance.queries.states import has_ballots, state_of_poll
from minga.governance.rules.kinds import REASON_MAX
from minga.governance.rules.life import PollState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

WHY = N_("Say why this poll shall not count; everybody who may vote reads it.")
NOT_ASKED = N_("Nobody has asked that this poll does not count.")
SECOND = N_("Somebody else has to agree: two people declare a poll void.")


def ask_to_void(session: Session, actor: Actor, poll_id: Id, reason: str, *, at: datetime) -> Poll:
    """Ask that a poll does not count, with a reason; a second person decides. Asking again gives a better reason."""
    poll = _to_void(session, actor, poll_id, at)
    said = clean_text(reason, REASON_MAX, field="reason")
    if not said:
        raise Invalid(WHY, code="reason_missing", fields={"reason": WHY})
    if poll.void_asked_by_id not in (None, actor.person_id):
        raise Conflict(N_("This was asked for already; agree to it, or leave it."), code="asked_already")
    poll.void_asked_by_id, poll.void_asked_at, poll.void_reason = actor.person_id, at, said
    session.flush()
    tell_poll(session, actor, poll, VoidingAsked(poll_id=poll.id, proposal_id=poll.proposal_id), at=at)
    return poll


def confirm_void(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Poll:
    """The second person agrees: from now on the poll does not count."""
    poll = _to_void(session, actor, poll_id, at)
    if poll.void_asked_by_id is None:
        raise Conflict(NOT_ASKED, code="not_asked")
    if poll.void_asked_by_id == actor.person_id:
        raise Forbidden(SECOND, code="second_person")
    void(session, actor, poll, at=at)
    return poll


def _to_void(session: Session, actor: Actor, poll_id: Id, at: datetime) -> Poll:
    poll = poll_to_change(session, actor, poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    state = state_of_poll(poll, at)
    if state in (PollState.FINAL, PollState.VOID):
        raise not_now(state)
    return poll


def void(session: Session, actor: Actor, poll: Poll, *, at: datetime) -> None:
    """Write down that it does not count; internal, whoever calls this has heard two people."""
    after = poll.opened_at is not None and has_ballots(session, poll.id)
    poll.voided_at, poll.void_confirmed_by_id = at, actor.person_id
    poll.version += 1
    session.flush()
    forget_ballots(session, poll)
    told = PollVoided(
        poll_id=poll.id,
        proposal_id=poll.proposal_id,
        second_id=str(actor.person_id),
        after_ballots=after,
    )
    tell_poll(session, actor, poll, told, at=at)


def void_with_proposal(session: Session, actor: Actor, poll: Poll, reason: str, *, at: datetime) -> None:
    """The poll of a proposal that its proposer took back; nobody else has to agree to that."""
    poll.void_asked_by_id, poll.void_asked_at, poll.void_reason = actor.person_id, at, reason
    poll.voided_at = at
    poll.version += 1
    session.flush()
    forget_ballots(session, poll)
