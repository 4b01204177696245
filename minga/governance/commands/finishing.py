"""The end of a poll: final when the time for challenges is over; then it is decided, or a second poll follows. None commits."""

from datetime import datetime

from sqlalchemy import select

from minga.governance.access.polls import locked_poll
from minga.governance.commands.closing import is_window_over
from minga.governance.commands.decisions import record_decision
from minga.governance.commands.planning import OptionPlan, Plan, make_poll
from minga.governance.commands.telling import tell_poll
from minga.governance.events import PollFinal
from minga.governance.models import Poll, PollOption, PollResult, Proposal
from minga.governance.queries.states import newest_poll
from minga.governance.rules.polls import runoff_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id


def finish_due(session: Session, poll_id: Id, *, at: datetime) -> None:
    """Make it final, once: a decision is written down, or the two that were equal go into a second poll."""
    poll = locked_poll(session, poll_id)
    if poll is None or poll.final_at is not None or poll.voided_at is not None:
        return
    if not is_window_over(session, poll, at):
        return
    result = session.get_one(PollResult, poll.id)
    poll.final_at = at
    poll.version += 1
    session.flush()
    told = PollFinal(
        poll_id=poll.id,
        proposal_id=poll.proposal_id,
        outcome=result.content["outcome"],
        reason=result.content["reason"],
        returns=poll.returns,
    )
    tell_poll(session, Actor.machine(), poll, told, at=at)
    first = runoff_of(result.content)
    if first:
        _second_poll(session, poll, first, at)
    elif not poll.returns:
        proposal = session.get(Proposal, poll.proposal_id) if poll.proposal_id else None
        record_decision(
            session,
            proposal,
            poll,
            outcome=result.content["outcome"],
            reason=result.content["reason"],
            method=result.content["method"],
            at=at,
        )


def _second_poll(session: Session, poll: Poll, options: list[int], at: datetime) -> None:
    """The options that were equal, or the first two, once more, as long as before, on a new roll."""
    proposal = session.get_one(Proposal, poll.proposal_id)
    newest = newest_poll(session, proposal)
    if newest is None or newest.id != poll.id or proposal.withdrawn_at is not None:
        return
    rows = {
        row.number: row for row in session.scalars(select(PollOption).where(PollOption.poll_id == poll.id))
    }
    chosen = [rows[number] for number in sorted(options)]
    plan = Plan(
        question=poll.question,
        options=tuple(OptionPlan(title=one.text, cost=one.cost) for one in chosen),
        closes_at=at + (poll.closes_at - poll.opens_at),
        method=poll.method,
        secrecy=poll.secrecy.value,
        channels=poll.config["channels"],
        parameters={
            name: value
            for name, value in poll.config["parameters"].items()
            if name in ("seats", "top", "points", "credits")
        },
    )
    people = [one.person_id for one in chosen]
    make_poll(session, Actor.machine(), proposal, plan, reruns_id=poll.id, at=at, people=people)
