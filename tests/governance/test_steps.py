"""Whatever is tried in whatever order, a proposal and its polls only go the ways there are (invariant 18); one close, one count."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.governance import commands
from minga.governance.commands import Plan, Written
from minga.governance.commands.clock import open_due
from minga.governance.commands.closing import close_due, tally_due
from minga.governance.commands.finishing import finish_due
from minga.governance.models import Challenge, Decision, Poll, PollResult, Proposal
from minga.governance.queries.states import newest_poll, state_of_poll, state_of_proposal
from minga.governance.rules.life import LEADS_TO, POLL_LEADS_TO, PollState, ProposalState
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.events import EventRow
from tests.governance.living import DAY, WEEK, drafted, polled, put_rules
from tests.sharing.test_races import at_once
from tests.village import Village

WORDS = Written(title="Another title", description="Another text.")


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


class Walk:
    """Somebody who tries whatever there is to try."""

    def __init__(self, session: Session, village: Village, seed: int) -> None:
        self.session, self.village, self.chance = session, village, random.Random(seed)
        self.proposal = drafted(session, village)
        self.seen: set[tuple[ProposalState, ProposalState]] = set()

    @property
    def poll(self) -> Poll | None:
        return newest_poll(self.session, self.proposal)

    def state(self) -> ProposalState:
        return state_of_proposal(self.session, self.proposal, self.village.clock())

    def polls(self) -> dict[str, PollState]:
        rows = self.session.scalars(select(Poll).where(Poll.proposal_id == self.proposal.id))
        return {one.id: state_of_poll(one, self.village.clock()) for one in rows}

    def steps(self, who: Actor) -> list[Callable[[], Any]]:
        session, at, proposal = self.session, self.village.clock(), self.proposal.id
        poll = self.poll.id if self.poll is not None else "0" * 32
        plan = Plan(closes_at=at + WEEK, opens_at=at + self.chance.choice((0, 1)) * DAY)
        waiting = session.scalars(select(Challenge.id).where(Challenge.poll_id == poll)).first() or "0" * 32
        return [
            lambda: commands.change_proposal(session, who, proposal, WORDS, at=at),
            lambda: commands.submit_proposal(session, who, proposal, at=at),
            lambda: commands.plan_poll(session, who, proposal, plan, at=at),
            lambda: commands.open_poll(session, who, poll, at=at),
            lambda: commands.cast_ballot(session, who, poll, "agree", at=at),
            lambda: commands.cast_ballot(session, who, poll, "block", reason="No.", at=at),
            lambda: commands.close_poll(session, who, poll, at=at),
            lambda: commands.challenge(session, who, poll, "count", "No.", at=at),
            lambda: commands.answer_challenge(session, who, waiting, upheld=True, answer="So.", at=at),
            lambda: commands.confirm_void(session, who, poll, at=at),
            lambda: close_due(session, poll, at=at),
            lambda: tally_due(session, poll, at=at),
            lambda: finish_due(session, poll, at=at),
            lambda: open_due(session, poll, at=at),
        ]

    def rare(self, who: Actor) -> list[Callable[[], Any]]:
        session, at, proposal = self.session, self.village.clock(), self.proposal.id
        poll = self.poll.id if self.poll is not None else "0" * 32
        return [
            lambda: commands.withdraw_proposal(session, who, proposal, "Why not.", at=at),
            lambda: commands.ask_to_void(session, who, poll, "Broken.", at=at),
            lambda: commands.extend_poll(session, who, poll, at + 2 * WEEK, at=at),
        ]

    def step(self) -> None:
        who = self.village.actor(self.chance.choice(("ana", "bruno", "bruno", "chidi", "hana", "zoe")))
        if self.chance.random() < 0.25:
            before = self.state()
            self.village.clock.now += self.chance.choice((timedelta(hours=1), DAY, 3 * DAY))
            now = self.state()
            assert now is before or (before, now) == (ProposalState.OPEN, ProposalState.CLOSED)
            return
        self.attempt(self.chance.choice(self.steps(who) if self.chance.random() < 0.94 else self.rare(who)))

    def attempt(self, work: Callable[[], Any]) -> None:
        """One thing in a unit of its own: what is refused changes nothing, what works goes a way that there is."""
        before, polls = self.state(), self.polls()
        try:
            with self.session.begin_nested():
                work()
        except Refused:
            self.session.expire_all()
            assert (self.state(), self.polls()) == (before, polls)
            return
        after, now = self.state(), self.polls()
        if after is not before:
            assert self.is_a_way(before, after), (before, after)
            self.seen.add((before, after))
        for poll_id, was in polls.items():
            is_now = now[poll_id]
            assert is_now is was or is_now in POLL_LEADS_TO[was] or self.at_once(was, is_now)

    @staticmethod
    def is_a_way(before: ProposalState, after: ProposalState) -> bool:
        """A close that counts at once goes through closed in the same unit; a rerun through discussion."""
        through = {one for middle in LEADS_TO[before] for one in LEADS_TO[middle]}
        fused = (before, after) == (ProposalState.OPEN, ProposalState.TALLIED)
        return after in LEADS_TO[before] or (fused and after in through)

    @staticmethod
    def at_once(was: PollState, now: PollState) -> bool:
        return (was, now) == (PollState.OPEN, PollState.TALLIED)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_only_the_ways_there_are(session: Session, village: Village, seed: int) -> None:
    put_rules(
        session,
        village,
        {"class": "common", "discussion_days": 0, "parameters": {"rounds": 2}, "challenge_hours": 24},
    )
    seen = set[tuple[ProposalState, ProposalState]]()
    for number in range(3):
        walk = Walk(session, village, 100 * seed + number)
        for first in walk.steps(village.bruno)[1:3]:
            walk.attempt(first)
        for _ in range(45):
            walk.step()
        seen |= walk.seen
    assert {
        (ProposalState.DRAFT, ProposalState.DISCUSSION),
        (ProposalState.DISCUSSION, ProposalState.OPEN),
    } <= seen


def test_of_all_who_close_at_once_one_closes_and_counts(village: Village) -> None:
    """On real connections: the clock of several processes, and somebody who presses the button."""
    with village.database.write() as session:
        poll = polled(session, village)
        poll_id, ends = poll.id, poll.closes_at
    village.clock.now = ends

    def closing() -> None:
        with village.database.write() as own:
            close_due(own, poll_id, at=ends)

    def pressing() -> None:
        with village.database.write() as own:
            commands.close_poll(own, village.ana, poll_id, at=ends)

    results = at_once([closing, closing, pressing, closing, pressing])
    assert {one.name for one in results if isinstance(one, Refused)} <= {"poll_closed"}
    with village.database.read() as session:
        said = session.execute(
            select(EventRow.name, func.count()).where(EventRow.about_id == poll_id).group_by(EventRow.name)
        ).all()
        counts = {str(row[0]): int(row[1]) for row in said}
        assert (counts["PollClosed"], counts["PollTallied"]) == (1, 1)
        assert len(session.scalars(select(PollResult.poll_id)).all()) == 1


def test_final_once_however_many_clocks(village: Village) -> None:
    with village.database.write() as session:
        poll = polled(session, village)
        poll_id, ends = poll.id, poll.closes_at
    with village.database.write() as session:
        close_due(session, poll_id, at=ends)

    def finishing() -> None:
        with village.database.write() as own:
            finish_due(own, poll_id, at=ends + 4 * DAY)

    at_once([finishing] * 4)
    with village.database.read() as session:
        assert session.scalars(select(Decision.poll_id)).all() == [poll_id]
        assert session.get_one(Proposal, poll.proposal_id).rounds == 1
