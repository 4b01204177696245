"""What is said besides ballots: advice, changes, being heard, objections and vetoes."""

from collections.abc import Iterator

import pytest

from minga.governance import commands
from minga.governance.models import (
    Poll,
    RollRow,
)
from minga.governance.rules.life import ProposalState
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from tests.governance.living import (
    counted,
    discussed,
    in_a_unit,
    polled,
    put_rules,
    refused,
    state,
    vote,
)
from tests.village import Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


# Removal, advice


def test_whom_it_concerns_is_heard_and_not_on_the_roll(session: Session, village: Village) -> None:
    proposal = discussed(session, village, "ana", kind="removal", subject="hana")
    refused(in_a_unit(session, lambda: polled(session, village, proposal)), Conflict, "not_heard")
    commands.ask_advice(session, village.ana, proposal.id, "hana", at=village.clock())
    commands.give_advice(session, village.hana, proposal.id, "I was ill.", at=village.clock())
    poll = polled(session, village, proposal)
    assert (poll.roll_size, poll.secrecy) == (3, "sealed")
    assert session.get(RollRow, (poll.id, village.people["hana"])) is None


def test_advice_is_answered_and_then_the_outcome_is_stated(session: Session, village: Village) -> None:
    proposal = discussed(session, village, kind="advice")
    at, state_it = village.clock(), commands.state_outcome
    refused(lambda: polled(session, village, proposal), Invalid, "no_poll")
    refused(
        lambda: state_it(session, village.bruno, proposal.id, "I do it.", at=at), Invalid, "advice_missing"
    )
    asked = commands.ask_advice(session, village.bruno, proposal.id, "hana", at=at)
    refused(
        lambda: commands.give_advice(session, village.ana, proposal.id, "No.", at=at), Forbidden, "not_asked"
    )
    refused(
        lambda: commands.answer_advice(session, village.bruno, asked.id, "Yes.", at=at), Conflict, "not_said"
    )
    commands.give_advice(session, village.hana, proposal.id, "Ask the neighbours.", at=at)
    commands.answer_advice(session, village.bruno, asked.id, "I did.", at=at)
    state_it(session, village.bruno, proposal.id, "I open on Sundays.", at=at)
    assert state(session, village, proposal) is ProposalState.FINAL


def test_an_amendment_is_answered(session: Session, village: Village) -> None:
    proposal, at = discussed(session, village), village.clock()
    made = commands.propose_amendment(session, village.ana, proposal.id, "From ten.", at=at)
    with pytest.raises(Forbidden):
        commands.answer_amendment(session, village.ana, made.id, accept=True, at=at)
    with pytest.raises(Invalid):
        commands.answer_amendment(session, village.bruno, made.id, accept=False, at=at)
    commands.answer_amendment(session, village.bruno, made.id, accept=True, at=at)
    assert made.accepted is True


# Consent and vetoes


def by_consent(session: Session, village: Village) -> Poll:
    put_rules(session, village, {"class": "common", "method": "consent", "parameters": {}, "threshold": None})
    return polled(session, village)


def test_an_objection_that_stands_stops_it(session: Session, village: Village) -> None:
    poll = by_consent(session, village)
    vote(session, village, poll, ana="consent", bruno="consent", chidi="consent")
    commands.object_to(session, village.hana, poll.id, "The street is too narrow.", at=village.clock())
    assert counted(session, village, poll)["reason"] == "objection"


@pytest.mark.parametrize("how", ["integrated", "withdrawn", "not_paramount"])
def test_an_objection_that_ended_does_not(session: Session, village: Village, how: str) -> None:
    poll = by_consent(session, village)
    vote(session, village, poll, ana="consent", bruno="consent", chidi="consent")
    at = village.clock()
    made = commands.object_to(session, village.hana, poll.id, "The street is too narrow.", at=at)
    end, judge = commands.end_objection, commands.judge_objection
    if how == "not_paramount":
        with pytest.raises(Conflict):
            judge(session, village.bruno, made.id, paramount=False, at=at)
        end(session, village.ana, made.id, how, at=at)
        with pytest.raises(Forbidden):
            judge(session, village.hana, made.id, paramount=False, at=at)
        judge(session, village.ana, made.id, paramount=False, at=at)
        assert made.ended is None
        judge(session, village.bruno, made.id, paramount=False, at=at)
    else:
        with pytest.raises(Forbidden):
            end(session, village.ana, made.id, how, at=at)
        end(session, village.hana, made.id, how, at=at)
    assert made.ended == how
    assert counted(session, village, poll)["outcome"] == "passed"


def test_a_veto_is_held_by_a_role_reasoned_and_counted(session: Session, village: Village) -> None:
    veto = {"holders": "steward", "threshold": 2, "per_year": 1, "override": None}
    put_rules(session, village, {"class": "common", "veto": veto})
    poll, at = polled(session, village), village.clock()
    vote(session, village, poll, ana="agree", bruno="agree")
    make = commands.make_veto
    refused(lambda: make(session, village.bruno, poll.id, "No.", at=at), Forbidden, "veto_not_held")
    refused(lambda: make(session, village.ana, poll.id, "", at=at), Invalid, "reason_missing")
    for who in (village.ana, village.chidi):
        make(session, who, poll.id, "It floods there.", at=at)
        make(session, who, poll.id, "It floods there.", at=at)
    assert counted(session, village, poll)["reason"] == "veto"
    other = polled(session, village, discussed(session, village))
    refused(lambda: make(session, village.ana, other.id, "No.", at=village.clock()), Conflict, "veto_used_up")
