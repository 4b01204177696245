"""Proposals and polls in the village's valley, made by the commands that the pages use."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from minga.governance import commands
from minga.governance.commands import Plan, Written
from minga.governance.commands.closing import close_due, tally_due
from minga.governance.commands.finishing import finish_due
from minga.governance.models import Charter, Poll, PollResult, Proposal
from minga.governance.queries.states import state_of_proposal
from minga.governance.rules.charter import SHIPPED
from minga.governance.rules.life import ProposalState
from minga.kit.db import Session
from minga.kit.errors import Refused
from tests.village import Village

DAY = timedelta(days=1)
WEEK = 7 * DAY


def put_rules(session: Session, village: Village, *changed: dict[str, Any]) -> None:
    """A charter whose rules are the shipped ones, some of them changed by their class."""
    rules = {one.rule_class: one.as_json() for one in SHIPPED}
    for one in changed:
        rules[one["class"]] = {**rules.get(one["class"], {}), **one}
    session.add(
        Charter(
            community_id=village.valley,
            n=1,
            rules=list(rules.values()),
            in_force_at=village.clock(),
            made_at=village.clock(),
        )
    )
    session.flush()


def drafted(session: Session, village: Village, who: str = "bruno", **more: Any) -> Proposal:
    words = Written(**{"title": "Open on Sundays", "description": "From nine to noon.", **more})
    return commands.write_proposal(session, village.actor(who), village.valley, words, at=village.clock())


def discussed(session: Session, village: Village, who: str = "bruno", **more: Any) -> Proposal:
    """A proposal that was put up four days ago, so that a poll may follow; the clock has moved on."""
    made = drafted(session, village, who, **more)
    commands.submit_proposal(session, village.actor(who), made.id, at=village.clock())
    village.clock.now += 4 * DAY
    return made


def polled(
    session: Session, village: Village, proposal: Proposal | None = None, who: str = "ana", **more: Any
) -> Poll:
    """An open poll of a week."""
    about = proposal or discussed(session, village)
    plan = Plan(**{"closes_at": village.clock() + WEEK, **more})
    return commands.plan_poll(session, village.actor(who), about.id, plan, at=village.clock())


def vote(session: Session, village: Village, poll: Poll, **ballots: Any) -> None:
    for who, ballot in ballots.items():
        reason = "It hurts." if ballot in ("block", "objection") else ""
        commands.cast_ballot(session, village.actor(who), poll.id, ballot, reason=reason, at=village.clock())


def counted(session: Session, village: Village, poll: Poll) -> dict[str, Any]:
    """Closed by the clock when its time is over, and counted; what came out."""
    village.clock.now = poll.closes_at
    close_due(session, poll.id, at=village.clock())
    tally_due(session, poll.id, at=village.clock())
    return dict(session.get_one(PollResult, poll.id).content)


def finished(session: Session, village: Village, poll: Poll) -> None:
    village.clock.now += 3 * DAY
    finish_due(session, poll.id, at=village.clock())


def state(session: Session, village: Village, proposal: Proposal) -> ProposalState:
    return state_of_proposal(session, proposal, village.clock())


def refused(work: Callable[[], Any], kind: type[Refused], code: str) -> None:
    with pytest.raises(kind) as caught:
        work()
    assert caught.value.name == code


def in_a_unit(session: Session, work: Callable[[], Any]) -> Callable[[], Any]:
    """As in a request of its own: what was refused leaves nothing behind."""

    def run() -> Any:
        with session.begin_nested():
            return work()

    return run
