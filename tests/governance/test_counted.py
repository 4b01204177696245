"""Who leaves meanwhile, closing early, lots and scrutineers, and a second poll after a tie."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from minga.communities import commands as communities
from minga.governance import commands
from minga.governance.commands.closing import close_due, tally_due
from minga.governance.models import (
    Decision,
    Poll,
    PollResult,
    Proposal,
)
from minga.governance.queries.states import newest_poll
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, Refused
from minga.kit.lots import commitment
from tests.governance.living import (
    DAY,
    counted,
    discussed,
    finished,
    polled,
    put_rules,
    refused,
    vote,
)
from tests.village import Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


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
