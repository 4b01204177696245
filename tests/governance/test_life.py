"""The life of proposals and polls through their commands: strangers first, then each step and each refusal."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities import commands as communities
from minga.governance import commands
from minga.governance.commands.clock import open_due
from minga.governance.commands.closing import close_due, tally_due
from minga.governance.models import (
    Ballot,
    Decision,
    Poll,
    PollKey,
    PollResult,
    Proposal,
    ProposalVersion,
    RollRow,
)
from minga.governance.queries.states import newest_poll, state_of_poll, state_of_proposal
from minga.governance.rules.life import PollState, ProposalState
from minga.governance.rules.secrecy import config_hash, roll_root
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Stale
from minga.kit.events import EventRow
from minga.kit.lots import commitment
from tests.governance.living import (
    DAY,
    WEEK,
    OptionPlan,
    Plan,
    Written,
    counted,
    discussed,
    drafted,
    finished,
    polled,
    put_rules,
    vote,
)
from tests.village import NOBODY, Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


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
    assert poll.proposal_n is None
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
    assert session.scalars(select(Ballot)).all() == session.scalars(select(PollKey)).all() == []


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


# Who leaves meanwhile


def test_who_leaves_keeps_their_vote_unless_it_was_said_otherwise(session: Session, village: Village) -> None:
    poll = polled(session, village)
    vote(session, village, poll, ana="agree", bruno="agree", hana="block")
    communities.leave(session, village.hana, village.valley, at=village.clock())
    vote(session, village, poll, hana="agree")
    result = counted(session, village, poll)
    assert result["figures"]["said"]["agree"] == 3


def test_dropped_rows_leave_the_count_and_are_told(session: Session, village: Village) -> None:
    poll = polled(session, village, leavers="drop")
    vote(session, village, poll, ana="agree", bruno="agree", hana="block")
    communities.leave(session, village.hana, village.valley, at=village.clock())
    result = counted(session, village, poll)
    assert (result["figures"]["said"]["block"], result["figures"]["roll"], poll.dropped) == (0, 3, 1)


def test_who_joins_later_is_not_on_the_roll(session: Session, village: Village) -> None:
    poll = polled(session, village)
    village.clock.now += 15 * DAY - 4 * DAY
    with pytest.raises(Refused):
        vote(session, village, poll, dara="agree")


# Closing early


def test_early_only_where_the_charter_allows_it_and_nothing_can_change(
    session: Session, village: Village
) -> None:
    poll = polled(session, village)
    refused(
        lambda: commands.close_poll(session, village.ana, poll.id, at=village.clock()), Conflict, "not_early"
    )


def test_a_poll_that_is_fixed_closes_early(session: Session, village: Village) -> None:
    rule = {"class": "common", "method": "majority", "parameters": {}, "early_close": True}
    rule["threshold"] = {"num": 1, "den": 2, "strict": True, "base": "yes_no"}
    put_rules(session, village, rule)
    poll = polled(session, village)
    vote(session, village, poll, ana="yes", bruno="yes")
    close = commands.close_poll
    refused(lambda: close(session, village.ana, poll.id, at=village.clock()), Conflict, "not_fixed")
    vote(session, village, poll, hana="yes")
    close(session, village.ana, poll.id, at=village.clock())
    assert session.get_one(PollResult, poll.id).content["outcome"] == "passed"


# Lots, scrutineers, a second poll


def tied(session: Session, village: Village, **more: Any) -> Poll:
    """An election with two options that two chose each, where the lot decides."""
    put_rules(
        session,
        village,
        {"class": "election", "method": "plurality", "methods": [], "secrecy": ["open"], **more},
    )
    proposal = discussed(session, village, kind="election")
    scrutineers = ("hana", "chidi")
    poll = polled(session, village, proposal, options=("Flour", "Rice"), scrutineers=scrutineers)
    vote(session, village, poll, ana=1, bruno=2, hana=1, chidi=2)
    return poll


def test_a_lot_waits_for_scrutineers_and_a_missing_secret_is_named(
    session: Session, village: Village
) -> None:
    poll, at = tied(session, village), village.clock()
    one, other = bytes([1]) * 32, bytes([2]) * 32
    with pytest.raises(Forbidden):
        commands.commit_secret(session, village.ana, poll.id, commitment(one), at=at)
    commands.commit_secret(session, village.hana, poll.id, commitment(one), at=at)
    commands.commit_secret(session, village.chidi, poll.id, commitment(other), at=at)
    refused(
        lambda: commands.commit_secret(session, village.hana, poll.id, commitment(other), at=at),
        Conflict,
        "poll_frozen",
    )

    village.clock.now = poll.closes_at
    close_due(session, poll.id, at=village.clock())
    assert poll.tallied_at is None
    at = village.clock()
    reveal = commands.reveal_secret
    refused(lambda: reveal(session, village.hana, poll.id, other.hex(), at=at), Invalid, "reveal_mismatch")
    reveal(session, village.hana, poll.id, one.hex(), at=at)
    assert poll.tallied_at is None
    village.clock.now += DAY
    tally_due(session, poll.id, at=village.clock())
    assert poll.tallied_at == village.clock()
    result = session.get_one(PollResult, poll.id)
    assert [one["reveal"] for one in result.lots["scrutineers"]].count(None) == 1
    assert result.content["ties"][0]["resolved_by"] == "lot"
    refused(
        lambda: reveal(session, village.chidi, poll.id, other.hex(), at=village.clock()),
        Conflict,
        "reveal_late",
    )


def test_all_secrets_told_count_at_once(session: Session, village: Village) -> None:
    poll, secret = tied(session, village), bytes([3]) * 32
    commands.commit_secret(session, village.hana, poll.id, commitment(secret), at=village.clock())

    village.clock.now = poll.closes_at
    close_due(session, poll.id, at=village.clock())
    commands.reveal_secret(session, village.hana, poll.id, secret.hex(), at=village.clock())
    assert poll.tallied_at == village.clock()


def test_a_tie_goes_into_a_second_poll_where_the_charter_says_so(session: Session, village: Village) -> None:
    poll = tied(session, village, on_final_tie="runoff")
    result = counted(session, village, poll)
    assert result["outcome"] == "undecided"
    finished(session, village, poll)
    proposal = session.get_one(Proposal, poll.proposal_id)
    second = newest_poll(session, proposal)
    assert second is not None
    assert (second.reruns_id, second.opened_at, len(second.config["options"])) == (
        poll.id,
        village.clock(),
        2,
    )
    assert session.scalars(select(Decision)).all() == []


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
