"""The dated facts from which states follow, read in one place for commands and pages."""

from datetime import datetime

from sqlalchemy import exists, select

from minga.governance.models import Ballot, Decision, LooseBallot, Poll, Proposal, RollRow
from minga.governance.rules.life import (
    PollDates,
    PollState,
    ProposalDates,
    ProposalState,
    poll_state,
    proposal_state,
)
from minga.kit.db import Session
from minga.kit.ids import Id


def newest_poll(session: Session, proposal: Proposal) -> Poll | None:
    """The poll that was set up last for a proposal."""
    if not proposal.rounds:
        return None
    wanted = select(Poll).where(Poll.proposal_id == proposal.id, Poll.round == proposal.rounds)
    return session.scalars(wanted).first()


def poll_dates(poll: Poll) -> PollDates:
    return PollDates(
        poll.closes_at,
        poll.opened_at,
        poll.closed_at,
        poll.tallied_at,
        poll.final_at,
        poll.voided_at,
        poll.returns,
    )


def state_of_poll(poll: Poll, at: datetime) -> PollState:
    return poll_state(poll_dates(poll), at)


def state_of_proposal(session: Session, proposal: Proposal, at: datetime) -> ProposalState:
    """The state of a proposal from its dates, its newest poll, and whether its decision was carried out."""
    poll = newest_poll(session, proposal)
    done = select(Decision.id).where(
        Decision.proposal_id == proposal.id, Decision.implemented_on.is_not(None)
    )
    dates = ProposalDates(
        proposal.submitted_at,
        proposal.withdrawn_at,
        proposal.outcome_stated_at,
        session.scalar(done.limit(1)) is not None,
        poll_dates(poll) if poll is not None else None,
    )
    return proposal_state(dates, at)


def has_ballots(session: Session, poll_id: Id) -> bool:
    """Whether anybody has cast a ballot, of whatever kind."""
    some = (
        exists().where(Ballot.poll_id == poll_id)
        | exists().where(LooseBallot.poll_id == poll_id)
        | exists().where(RollRow.poll_id == poll_id, RollRow.ticked.is_not(None))
    )
    return bool(session.scalar(select(some)))
