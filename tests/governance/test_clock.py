"""What the clock does with polls, who is told, and what waits for whom."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communication.models import Notice
from minga.governance import commands
from minga.governance.commands.clock import give_up, move_polls, open_due
from minga.governance.models import Decision, Poll, PollResult, Proposal
from minga.governance.queries import due
from minga.governance.queries.needs import waits_in_deciding
from minga.governance.queries.states import state_of_proposal
from minga.governance.rules.life import ProposalState
from minga.identity import Actor
from minga.kit.db import Session, count_statements
from minga.kit.delivery import deliver
from minga.kit.errors import Refused
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Run, work_once
from minga.kit.settings import Settings
from tests.governance.living import DAY, WEEK, counted, discussed, drafted, polled, put_rules, vote
from tests.village import NOBODY, Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


def tick(village: Village, settings: Settings, **span: float) -> None:
    """Let time pass, and let the node do what is due then."""
    village.clock.forward(**span)
    move_polls(Run(village.database, village.clock, settings, new_id(), 1), {})
    for _ in range(2):
        while deliver(village.database, village.clock):
            pass
        work_once(village.database, village.clock, settings, lanes=("fast",))


def told(village: Village, who: str, poll_id: Id) -> list[str]:
    with village.database.read() as session:
        found = session.scalars(
            select(Notice.sentence)
            .where(Notice.person_id == village.people[who], Notice.ref_id == poll_id)
            .order_by(Notice.id)
        )
        return [one.split(" ")[0] + " " + one.rsplit("”", 1)[-1].strip() for one in found]


def waiting(session: Session, village: Village, who: str) -> list[str]:
    return [line.kind for line in waits_in_deciding(session, village.actor(who), at=village.clock())]


def test_from_opening_to_the_decision_by_the_clock_alone(village: Village, settings: Settings) -> None:
    with village.database.write() as session:
        proposal = discussed(session, village)
        at = village.clock()
        poll_id = polled(session, village, proposal, opens_at=at + DAY, closes_at=at + 8 * DAY).id
        proposal_id = proposal.id
    tick(village, settings, days=1)
    with village.database.write() as session:
        poll = session.get_one(Poll, poll_id)
        assert (poll.opened_at, poll.reminders) == (village.clock(), 1)
        vote(session, village, poll, ana="agree", bruno="agree")
    assert len(told(village, "hana", poll_id)) == 1
    tick(village, settings, days=5)
    tick(village, settings, hours=36)
    assert (len(told(village, "hana", poll_id)), len(told(village, "ana", poll_id))) == (3, 1)
    tick(village, settings, hours=12)
    with village.database.read() as session:
        assert session.get_one(PollResult, poll_id).content["outcome"] == "passed"
    assert (len(told(village, "hana", poll_id)), len(told(village, "ana", poll_id))) == (4, 2)
    tick(village, settings, days=3)
    tick(village, settings, minutes=1)
    with village.database.read() as session:
        assert session.scalars(select(Decision.poll_id)).all() == [poll_id]
        proposal = session.get_one(Proposal, proposal_id)
        assert state_of_proposal(session, proposal, village.clock()) is ProposalState.FINAL


def test_a_node_that_was_off_reminds_once_and_closes_at_the_right_time(
    village: Village, settings: Settings
) -> None:
    with village.database.write() as session:
        poll_id = polled(session, village).id
    tick(village, settings, days=6, hours=20)
    assert len(told(village, "hana", poll_id)) == 1
    tick(village, settings, days=9)
    with village.database.read() as session:
        poll = session.get_one(Poll, poll_id)
        assert poll.closed_at is not None
        assert poll.reminders == 3


def test_a_poll_that_cannot_open_any_more_is_put_aside_and_its_maker_hears(
    village: Village, settings: Settings
) -> None:
    with village.database.write() as session:
        proposal = discussed(session, village)
        at = village.clock()
        poll = polled(session, village, proposal, opens_at=at + DAY, closes_at=at + 8 * DAY)
        put_rules(session, village, {"class": "common", "eligible": {"days_min": 3000}})
        poll_id, proposal_id = poll.id, proposal.id
    tick(village, settings, days=2)
    with village.database.read() as session:
        poll = session.get_one(Poll, poll_id)
        assert (poll.opened_at, poll.voided_at is not None) == (None, True)
        proposal = session.get_one(Proposal, proposal_id)
        assert state_of_proposal(session, proposal, village.clock()) is ProposalState.DISCUSSION
    assert len(told(village, "ana", poll_id)) == 1


def test_opened_late_it_is_open_for_the_days_of_the_charter_all_the_same(
    session: Session, village: Village
) -> None:
    at = village.clock() + 4 * DAY
    poll = polled(session, village, discussed(session, village), opens_at=at + DAY, closes_at=at + 6 * DAY)
    village.clock.now = at + 20 * DAY
    open_due(session, poll.id, at=village.clock())
    assert poll.closes_at == village.clock() + 5 * DAY
    assert poll.config["closes_at"] == poll.closes_at.isoformat()


def test_everybody_on_the_roll_hears_why_a_poll_does_not_count(village: Village, settings: Settings) -> None:
    with village.database.write() as session:
        proposal = discussed(session, village)
        poll = polled(session, village, proposal)
        vote(session, village, poll, ana="agree")
        poll_id = poll.id
        commands.withdraw_proposal(session, village.bruno, proposal.id, "It burnt.", at=village.clock())
    tick(village, settings, minutes=1)
    for who in ("ana", "bruno", "chidi", "hana"):
        assert len(told(village, who, poll_id)) == 1


def test_a_job_that_comes_twice_opens_and_closes_once(session: Session, village: Village) -> None:
    poll = polled(session, village)
    version = poll.version
    open_due(session, poll.id, at=village.clock())
    give_up(session, poll.id, Refused("No."), at=village.clock())
    assert (poll.version, poll.voided_at) == (version, None)
    counted(session, village, poll)
    version = poll.version
    counted(session, village, poll)
    assert poll.version == version


def test_only_the_silent_are_reminded(session: Session, village: Village) -> None:
    poll = polled(session, village)
    vote(session, village, poll, ana="agree", bruno="agree")
    silent = due.silent_voters(session, poll, at=village.clock())
    assert sorted(silent) == sorted(village.people[name] for name in ("chidi", "hana"))


# What waits for whom


def test_a_vote_waits_until_it_is_cast_and_for_nobody_else(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll = polled(session, village, proposal)
    for who in ("zoe", "dara"):
        assert waiting(session, village, who) == []
    assert waits_in_deciding(session, NOBODY, at=village.clock()) == ()
    line = waits_in_deciding(session, village.hana, at=village.clock())[0]
    assert (line.kind, line.facts["title"], line.due_at) == ("poll_open", "Open on Sundays", poll.closes_at)
    vote(session, village, poll, hana="agree")
    assert waiting(session, village, "hana") == []
    token = Actor(village.people["ana"], token_id="0" * 32, token_scopes=frozenset({"read"}))
    assert [one.kind for one in waits_in_deciding(session, token, at=village.clock())] == ["poll_open"]


def test_what_was_said_waits_for_its_answer(session: Session, village: Village) -> None:
    proposal, at = discussed(session, village), village.clock()
    commands.propose_amendment(session, village.ana, proposal.id, "From ten.", at=at)
    commands.ask_advice(session, village.bruno, proposal.id, "hana", at=at)
    commands.ask_co_proposer(session, village.bruno, proposal.id, "chidi", at=at)
    assert waiting(session, village, "bruno") == ["amendment_open"]
    assert waiting(session, village, "hana") == ["advice_asked"]
    assert waiting(session, village, "chidi") == ["co_proposer_asked"]
    commands.give_advice(session, village.hana, proposal.id, "Yes.", at=at)
    commands.agree_to_propose(session, village.chidi, proposal.id, at=at)
    assert waiting(session, village, "hana") == waiting(session, village, "chidi") == []


def test_a_challenge_waits_for_two_others(session: Session, village: Village) -> None:
    poll = polled(session, village)
    counted(session, village, poll)
    at = village.clock()
    made = commands.challenge(session, village.hana, poll.id, "roll", "Dara is missing.", at=at)
    assert (waiting(session, village, "hana"), waiting(session, village, "bruno")) == ([], [])
    assert waiting(session, village, "ana") == waiting(session, village, "chidi") == ["challenge_open"]
    commands.answer_challenge(session, village.ana, made.id, upheld=False, answer="No.", at=at)
    assert (waiting(session, village, "ana"), waiting(session, village, "chidi")) == ([], ["challenge_open"])
    commands.ask_to_void(session, village.ana, poll.id, "Power was out.", at=at)
    assert waiting(session, village, "bruno") == ["void_asked"]


def test_an_objection_waits_for_the_others_judgement(session: Session, village: Village) -> None:
    put_rules(session, village, {"class": "common", "method": "consent", "parameters": {}, "threshold": None})
    poll, at = polled(session, village), village.clock()
    vote(session, village, poll, ana="consent", bruno="consent", chidi="consent")
    made = commands.object_to(session, village.hana, poll.id, "Too narrow.", at=at)
    assert waiting(session, village, "ana") == []
    commands.end_objection(session, village.ana, made.id, "not_paramount", at=at)
    assert waiting(session, village, "ana") == ["objection_open"]
    commands.judge_objection(session, village.ana, made.id, paramount=True, at=at)
    assert waiting(session, village, "ana") == []


def test_all_that_waits_is_one_statement(village: Village) -> None:
    with village.database.write() as session:
        polled(session, village)
        drafted(session, village)
    with village.database.read() as session, count_statements(village.database) as said:
        assert waits_in_deciding(session, village.hana, at=village.clock())
    assert len(said) == 1


def test_what_is_due_is_found_by_an_index(village: Village) -> None:
    """The clock looks every minute, so it never reads through all polls there ever were."""
    if village.database.dialect != "sqlite":
        pytest.skip("the plan of a small table says nothing there")
    with village.database.read() as session, count_statements(village.database) as asked:
        due.to_open(session, at=village.clock())
        due.to_close(session, at=village.clock())
        due.to_count(session)
        due.to_finish(session, at=village.clock())
    with village.database.read() as session:
        for statement in asked:
            connection = session.connection()
            marks = statement.count("?")
            values = ("2026-11-20 09:00:00.000000",) * (marks - 1) + (5,)
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert any("USING" in row[3] and "ix_poll_" in row[3] for row in plan), (statement, plan)
    assert len(asked) == 4


def test_the_week_of_the_tests_is_longer_than_the_charter_asks(session: Session, village: Village) -> None:
    poll = polled(session, village)
    assert poll.closes_at - poll.opens_at == WEEK > timedelta(days=5)
