"""The life of proposals and polls through their commands: strangers first, then each step and each refusal."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from minga.governance import commands
from minga.governance.commands import OptionPlan, Plan, Written
from minga.governance.commands.clock import open_due
from minga.governance.models import (
    Decision,
    ProposalVersion,
    RollRow,
)
from minga.governance.queries.states import state_of_poll
from minga.governance.rules.life import PollState, ProposalState
from minga.governance.rules.secrecy import config_hash, roll_root
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from minga.kit.events import EventRow
from minga.kit.lots import commitment
from tests.governance.living import (
    DAY,
    WEEK,
    counted,
    discussed,
    drafted,
    finished,
    in_a_unit,
    polled,
    put_rules,
    refused,
    state,
    vote,
)
from tests.village import NOBODY, Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


# Strangers first


@pytest.mark.parametrize("who", ["zoe", "nobody"])
def test_for_strangers_there_is_no_proposal_and_no_poll(session: Session, village: Village, who: str) -> None:
    proposal = discussed(session, village)
    poll, at = polled(session, village, proposal), village.clock()
    actor = NOBODY if who == "nobody" else village.actor(who)
    words, plan = Written(title="A", description="B"), Plan(closes_at=at + WEEK)
    for work in (
        lambda: commands.write_proposal(session, actor, village.valley, words, at=at),
        lambda: commands.change_proposal(session, actor, proposal.id, words, at=at),
        lambda: commands.submit_proposal(session, actor, proposal.id, at=at),
        lambda: commands.second_proposal(session, actor, proposal.id, at=at),
        lambda: commands.withdraw_proposal(session, actor, proposal.id, at=at),
        lambda: commands.propose_amendment(session, actor, proposal.id, "Later", at=at),
        lambda: commands.give_advice(session, actor, proposal.id, "Later", at=at),
        lambda: commands.plan_poll(session, actor, proposal.id, plan, at=at),
        lambda: commands.open_poll(session, actor, poll.id, at=at),
        lambda: commands.extend_poll(session, actor, poll.id, at + 2 * WEEK, at=at),
        lambda: commands.choose_results(session, actor, poll.id, "after_close", at=at),
        lambda: commands.close_poll(session, actor, poll.id, at=at),
        lambda: commands.challenge(session, actor, poll.id, "count", "No", at=at),
        lambda: commands.ask_to_void(session, actor, poll.id, "No", at=at),
        lambda: commands.confirm_void(session, actor, poll.id, at=at),
        lambda: commands.make_veto(session, actor, poll.id, "No", at=at),
        lambda: commands.object_to(session, actor, poll.id, "No", at=at),
        lambda: commands.commit_secret(session, actor, poll.id, "0" * 64, at=at),
        lambda: commands.tell_beacon(session, actor, poll.id, "1", at=at),
    ):
        with pytest.raises(NotFound):
            work()


def test_a_draft_is_read_by_those_who_make_it_only(session: Session, village: Village) -> None:
    proposal, at = drafted(session, village), village.clock()
    with pytest.raises(NotFound):
        commands.second_proposal(session, village.ana, proposal.id, at=at)
    commands.ask_co_proposer(session, village.bruno, proposal.id, "hana", at=at)
    with pytest.raises(Forbidden):
        commands.submit_proposal(session, village.hana, proposal.id, at=at)
    commands.agree_to_propose(session, village.hana, proposal.id, at=at)
    commands.submit_proposal(session, village.hana, proposal.id, at=at)
    assert state(session, village, proposal) is ProposalState.DISCUSSION


def test_on_trial_one_reads_and_proposes_nothing(session: Session, village: Village) -> None:
    with pytest.raises(Forbidden):
        drafted(session, village, "dara")


# Writing


def test_each_version_stays_and_a_draft_is_written_over(session: Session, village: Village) -> None:
    proposal, at = drafted(session, village), village.clock()
    words = Written(title="Open on Mondays", description="All day.")
    commands.change_proposal(session, village.bruno, proposal.id, words, at=at)
    assert proposal.version_n == 1
    commands.submit_proposal(session, village.bruno, proposal.id, at=at)
    later = Written(title="Open on Tuesdays", description="All day.")
    commands.change_proposal(session, village.bruno, proposal.id, later, version=proposal.version, at=at)
    refused(
        lambda: commands.change_proposal(session, village.bruno, proposal.id, words, version=1, at=at),
        Stale,
        "stale",
    )
    refused(
        lambda: commands.change_proposal(session, village.ana, proposal.id, words, at=at),
        Forbidden,
        "not_yours",
    )
    titles = session.scalars(
        select(ProposalVersion.title)
        .where(ProposalVersion.proposal_id == proposal.id)
        .order_by(ProposalVersion.n)
    ).all()
    assert titles == ["Open on Mondays", "Open on Tuesdays"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gift"},
        {"title": ""},
        {"title": "x" * 256},
        {"description": "x" * 50_001},
        {"kind": "policy", "amount": 5, "unit": "EUR"},
        {"kind": "budget", "amount": -1, "unit": "EUR"},
        {"kind": "budget", "amount": 5},
        {"owner": "zoe"},
        {"kind": "removal"},
        {"supersedes": "2026-001"},
        {"supersedes": "last year"},
        {"effects": ({"kind": "magic"},)},
    ],
)
def test_what_cannot_be_proposed_is_refused_with_a_sentence(
    session: Session, village: Village, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        drafted(session, village, **wrong)


def test_seconders_that_the_charter_asks_for(session: Session, village: Village) -> None:
    put_rules(session, village, {"class": "common", "seconders": 2})
    proposal, at = discussed(session, village), village.clock()
    refused(
        lambda: commands.second_proposal(session, village.bruno, proposal.id, at=at),
        Conflict,
        "own_proposal",
    )
    for _ in range(2):
        commands.second_proposal(session, village.ana, proposal.id, at=at)
    refused(lambda: polled(session, village, proposal), Conflict, "seconders_missing")
    commands.second_proposal(session, village.hana, proposal.id, at=at)
    commands.unsecond_proposal(session, village.hana, proposal.id, at=at)
    refused(lambda: polled(session, village, proposal), Conflict, "seconders_missing")
    commands.second_proposal(session, village.chidi, proposal.id, at=at)
    assert polled(session, village, proposal).opened_at == at


# Opening


def test_opening_fixes_everything_for_good(session: Session, village: Village) -> None:
    proposal, at = discussed(session, village), village.clock()
    poll = polled(session, village, proposal)
    rows = session.execute(select(RollRow.voter_id, RollRow.weight)).all()
    four = sorted(village.people[name] for name in ("ana", "bruno", "chidi", "hana"))
    assert sorted(row.voter_id for row in rows) == four
    assert poll.roll_root == roll_root([voter, 1, None, None] for voter in four)
    assert poll.config_digest == config_hash(poll.config)
    assert poll.config["parameters"] == {"rounds": 0, "max_blocks": 0, "stand_aside": [1, 4]}
    assert (poll.config["roll_size"], poll.config["charter"]["n"]) == (4, 1)
    assert len(commitment(bytes(32))) == len(poll.r_node_commitment)
    assert state(session, village, proposal) is ProposalState.OPEN
    words = Written(title="Another", description="Text")
    for work in (
        lambda: commands.change_proposal(session, village.bruno, proposal.id, words, at=at),
        lambda: commands.change_planned(session, village.ana, poll.id, Plan(closes_at=at + WEEK), at=at),
        lambda: commands.choose_results(session, village.ana, poll.id, "live", at=at),
        lambda: commands.plan_poll(session, village.ana, proposal.id, Plan(closes_at=at + WEEK), at=at),
    ):
        refused(work, Conflict, "poll_frozen")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"closes_at": timedelta(days=-1)}, "dates_invalid"),
        ({"closes_at": timedelta(days=4)}, "dates_invalid"),
        ({"closes_at": timedelta(days=400)}, "dates_invalid"),
        ({"method": "majority"}, "fixed_by_charter"),
        ({"secrecy": "detached"}, "fixed_by_charter"),
        ({"results": "live"}, "fixed_by_charter"),
        ({"channels": ["paper"]}, "fixed_by_charter"),
        ({"parameters": {"rounds": 3}}, "fixed_by_charter"),
        ({"options": ["Yes", "No"]}, "options_none"),
        ({"scrutineers": ["zoe"]}, "invalid"),
    ],
)
def test_the_charter_leaves_no_other_choice(
    session: Session, village: Village, wish: dict[str, Any], code: str
) -> None:
    proposal = discussed(session, village)
    if "closes_at" in wish:
        wish = {"closes_at": village.clock() + wish["closes_at"]}
    refused(lambda: polled(session, village, proposal, **wish), Invalid, code)


def test_no_poll_before_the_days_of_discussion_are_over(session: Session, village: Village) -> None:
    proposal = drafted(session, village)
    commands.submit_proposal(session, village.bruno, proposal.id, at=village.clock())
    village.clock.now += 3 * DAY - timedelta(seconds=1)
    refused(lambda: polled(session, village, proposal), Invalid, "discussion_short")
    village.clock.now += timedelta(seconds=1)
    assert polled(session, village, proposal).opened_at is not None


def test_an_election_has_two_options_and_every_parameter_is_fixed(session: Session, village: Village) -> None:
    proposal = discussed(session, village, kind="election")
    two = ("Flour", OptionPlan(title="Rice", person="hana"))
    refused(lambda: polled(session, village, proposal, options=two), Invalid, "parameter_missing")
    seats: dict[str, Any] = {"parameters": {"seats": 1}}
    refused(lambda: polled(session, village, proposal, options=two[:1], **seats), Invalid, "options_min")
    many = tuple(f"Option {n}" for n in range(201))
    refused(lambda: polled(session, village, proposal, options=many, **seats), Invalid, "options_max")
    poll = polled(session, village, proposal, options=two, **seats)
    assert poll.config["options"][1]["person"] == village.people["hana"]
    assert poll.secrecy == "sealed"


def test_nobody_on_the_roll_and_weights_that_would_tell(session: Session, village: Village) -> None:
    put_rules(session, village, {"class": "common", "eligible": {"days_min": 3000}})
    refused(lambda: polled(session, village), Invalid, "roll_empty")


def test_weights_that_would_tell_are_refused_in_secret_polls_only(session: Session, village: Village) -> None:
    put_rules(session, village, {"class": "common", "weights": {"steward": 3}})
    proposal = discussed(session, village)
    sealed = in_a_unit(session, lambda: polled(session, village, proposal, secrecy="sealed"))
    refused(sealed, Invalid, "weights_unmask")
    poll = polled(session, village, proposal)
    assert (poll.roll_size, poll.roll_weight) == (4, 8)


def test_the_clock_opens_what_was_planned_and_text_may_change_until_then(
    session: Session, village: Village
) -> None:
    proposal, at = discussed(session, village), village.clock()
    poll = polled(session, village, proposal, opens_at=at + DAY)
    assert state_of_poll(poll, at) is PollState.PLANNED
    assert state(session, village, proposal) is ProposalState.DISCUSSION
    words = Written(title="Open on Mondays", description="All day.")
    commands.change_proposal(session, village.bruno, proposal.id, words, at=at)
    refused(lambda: polled(session, village, proposal), Conflict, "poll_set_up")
    open_due(session, poll.id, at=at)
    assert state_of_poll(poll, at) is PollState.PLANNED
    village.clock.now += DAY
    open_due(session, poll.id, at=village.clock())
    assert (poll.opened_at, poll.proposal_n) == (village.clock(), 2)


def test_longer_once_never_shorter(session: Session, village: Village) -> None:
    poll, at = polled(session, village), village.clock()
    ends = poll.closes_at
    refused(
        lambda: commands.extend_poll(session, village.ana, poll.id, ends - DAY, at=at),
        Conflict,
        "poll_frozen",
    )
    for _ in range(2):
        commands.extend_poll(session, village.ana, poll.id, ends + DAY, at=at)
    refused(
        lambda: commands.extend_poll(session, village.ana, poll.id, ends + 2 * DAY, at=at),
        Conflict,
        "poll_frozen",
    )


# From the close to the decision


def test_a_proposal_is_decided(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll = polled(session, village, proposal)
    vote(session, village, poll, ana="agree", bruno="agree", hana="reservations")
    result = counted(session, village, poll)
    assert result["outcome"] == "passed"
    assert state(session, village, proposal) is ProposalState.TALLIED
    finished(session, village, poll)
    decision = session.scalars(select(Decision)).one()
    assert (decision.poll_id, decision.outcome, decision.said_number) == (poll.id, "passed", "2026-001")
    assert state(session, village, proposal) is ProposalState.FINAL
    finished(session, village, poll)
    assert len(session.scalars(select(Decision)).all()) == 1
    names = session.scalars(select(EventRow.name).where(EventRow.about_id == poll.id)).all()
    for name in ("PollOpened", "PollClosed", "PollTallied", "PollFinal"):
        assert names.count(name) == 1


def test_half_of_the_roll_has_to_take_part(session: Session, village: Village) -> None:
    poll = polled(session, village)
    vote(session, village, poll, ana="agree")
    result = counted(session, village, poll)
    assert (result["outcome"], result["reason"]) == ("failed", "quorum")


def test_a_failed_round_goes_back_to_discussion_and_the_next_is_another_round(
    session: Session, village: Village
) -> None:
    put_rules(session, village, {"class": "common", "parameters": {"rounds": 1}, "discussion_days": 0})
    proposal = discussed(session, village)
    poll = polled(session, village, proposal)
    vote(session, village, poll, ana="agree", bruno="agree", hana="block")
    assert counted(session, village, poll)["reason"] == "blocked"
    assert poll.closing["reasons"][0]["reason"] == "It hurts."
    finished(session, village, poll)
    assert state(session, village, proposal) is ProposalState.DISCUSSION
    assert session.scalars(select(Decision)).all() == []
    second = polled(session, village, proposal)
    assert second.config["round"] == 2


def test_withdrawn_with_a_reason_once_people_have_voted(session: Session, village: Village) -> None:
    proposal = discussed(session, village)
    poll, at = polled(session, village, proposal), village.clock()
    vote(session, village, poll, ana="agree")
    withdraw = commands.withdraw_proposal
    refused(lambda: withdraw(session, village.bruno, proposal.id, at=at), Invalid, "reason_missing")
    withdraw(session, village.bruno, proposal.id, "The hall burnt down.", at=at)
    assert state(session, village, proposal) is ProposalState.WITHDRAWN
    assert state_of_poll(poll, at) is PollState.VOID
    with pytest.raises(Conflict) as caught:
        vote(session, village, poll, hana="agree")
    assert caught.value.name == "poll_void"
