"""Polls that do not count: two people declare one void, a challenge is answered by two who did not propose."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from minga.governance import commands
from minga.governance.models import (
    Ballot,
    PollKey,
)
from minga.governance.rules.life import ProposalState
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from tests.governance.living import (
    counted,
    discussed,
    finished,
    polled,
    refused,
    state,
    vote,
)
from tests.village import Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


def test_two_people_declare_a_poll_void_and_it_is_run_again(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll, at = polled(session, village, proposal), village.clock()
    refused(lambda: commands.confirm_void(session, village.ana, poll.id, at=at), Conflict, "not_asked")
    refused(
        lambda: commands.ask_to_void(session, village.ana, poll.id, " ", at=at), Invalid, "reason_missing"
    )
    commands.ask_to_void(session, village.ana, poll.id, "Half of us had no power.", at=at)
    refused(lambda: commands.confirm_void(session, village.ana, poll.id, at=at), Forbidden, "second_person")
    commands.confirm_void(session, village.chidi, poll.id, at=at)
    assert state(session, village, proposal) is ProposalState.VOID
    again = polled(session, village, proposal)
    assert (again.reruns_id, again.config["reruns"], again.config["round"]) == (poll.id, poll.id, 1)


def test_of_a_secret_poll_that_is_void_no_ballot_is_left(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll, at = polled(session, village, proposal, secrecy="sealed"), village.clock()
    vote(session, village, poll, ana="agree", bruno="block")
    commands.ask_to_void(session, village.ana, poll.id, "Half of us had no power.", at=at)
    commands.confirm_void(session, village.chidi, poll.id, at=at)
    assert session.scalars(select(Ballot)).all() == []
    assert session.scalars(select(PollKey)).all() == []


def test_a_challenge_waits_for_two_who_did_not_propose(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll = polled(session, village, proposal)
    vote(session, village, poll, ana="agree", bruno="agree")
    at = village.clock()
    refused(
        lambda: commands.challenge(session, village.hana, poll.id, "count", "No.", at=at),
        Conflict,
        "poll_frozen",
    )
    counted(session, village, poll)
    at = village.clock()
    refused(
        lambda: commands.challenge(session, village.dara, poll.id, "count", "No.", at=at),
        Forbidden,
        "not_on_roll",
    )
    made = commands.challenge(session, village.hana, poll.id, "roll", "Dara is missing.", at=at)
    finished(session, village, poll)
    assert poll.final_at is None
    answer = commands.answer_challenge
    dismissed: dict[str, Any] = {"upheld": False, "answer": "She is on trial.", "at": village.clock()}
    refused(lambda: answer(session, village.bruno, made.id, **dismissed), Forbidden, "own_proposal")
    refused(lambda: answer(session, village.hana, made.id, **dismissed), Forbidden, "own_proposal")
    answer(session, village.ana, made.id, **dismissed)
    assert made.answered_at is None
    answer(session, village.chidi, made.id, **dismissed)
    assert (made.upheld, made.second_id) == (False, village.people["chidi"])
    finished(session, village, poll)
    assert poll.final_at is not None
    refused(
        lambda: commands.challenge(session, village.hana, poll.id, "count", "No.", at=village.clock()),
        Conflict,
        "poll_closed",
    )


def test_an_upheld_challenge_voids_the_poll(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll = polled(session, village, proposal)
    counted(session, village, poll)
    at = village.clock()
    made = commands.challenge(session, village.hana, poll.id, "process", "Nobody was told.", at=at)
    for who in (village.ana, village.chidi):
        commands.answer_challenge(session, who, made.id, upheld=True, answer="True.", at=at)
    assert state(session, village, proposal) is ProposalState.VOID
