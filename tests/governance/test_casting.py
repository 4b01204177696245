"""Casting: strangers first, then every refusal in its order, then changing, withdrawing and entering for somebody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.governance.commands import ballots as commands
from minga.governance.models import Ballot, BallotPast, LooseBallot, Poll, PollKey, RollRow
from minga.governance.queries.cast import cast_of, lines_of
from minga.governance.rules import secrecy
from minga.governance.rules.kinds import Channel, Tick
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Stale
from minga.kit.events import EventRow
from tests.governance.polling import a_poll, close, secretary
from tests.village import NOBODY, Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        yield found


def cast(session: Session, village: Village, poll: Poll, who: str, ballot: Any = "yes", **more: Any) -> Any:
    return commands.cast_ballot(session, village.actor(who), poll.id, ballot, at=village.clock(), **more)


# Strangers first


def test_for_a_stranger_there_is_no_poll(session: Session, village: Village) -> None:
    poll = a_poll(session, village)
    at = village.clock()
    for stranger in (village.zoe, NOBODY):
        with pytest.raises(NotFound):
            commands.cast_ballot(session, stranger, poll.id, "yes", at=at)
        with pytest.raises(NotFound):
            commands.withdraw_ballot(session, stranger, poll.id, at=at)
        with pytest.raises(NotFound):
            commands.enter_ballot(
                session, stranger, poll.id, village.people["ana"], "yes", channel=Channel.PHONE, at=at
            )
        with pytest.raises(NotFound):
            commands.open_batch(session, stranger, poll.id, at=at)
        with pytest.raises(NotFound):
            commands.check_in(session, stranger, poll.id, at=at)
    for nothing in ("0" * 32, "no id"):
        with pytest.raises(NotFound):
            commands.cast_ballot(session, village.ana, nothing, "yes", at=at)


@pytest.mark.parametrize("via", [Via.WORKER, Via.MCP, Via.PEER, Via.MACHINE, Via.CLI])
def test_software_never_votes(session: Session, village: Village, via: Via) -> None:
    """GOV-T5: neither a job nor a peer nor an assistant, whoever it says that it is."""
    poll = a_poll(session, village)
    with pytest.raises(Forbidden) as refused:
        commands.cast_ballot(session, replace(village.ana, via=via), poll.id, "yes", at=village.clock())
    assert refused.value.name == "not_for_tokens"


@pytest.mark.parametrize("scopes", [{"read", "write"}, {"governance.write"}, {"ballot", "write"}, set()])
def test_a_key_that_lasts_never_votes(session: Session, village: Village, scopes: set[str]) -> None:
    poll = a_poll(session, village)
    key = replace(village.ana, via=Via.API, token_id="t", token_scopes=frozenset(scopes))
    with pytest.raises(Refused) as refused:
        commands.cast_ballot(session, key, poll.id, "yes", at=village.clock())
    assert refused.value.name in ("not_for_tokens", "not_found")


def test_a_ballot_token_votes_in_its_community_only(session: Session, village: Village) -> None:
    poll = a_poll(session, village)
    key = replace(village.ana, via=Via.API, token_id="t", token_scopes=frozenset({"ballot"}))
    other = replace(key, token_community_id=village.harbour)
    with pytest.raises(NotFound):
        commands.cast_ballot(session, other, poll.id, "yes", at=village.clock())
    bound = replace(key, token_community_id=village.valley)
    assert commands.cast_ballot(session, bound, poll.id, "yes", at=village.clock()).version == 1
    assert session.scalar(select(Ballot.channel)) is Channel.API


# In the order in which it is asked


def test_the_clock_decides_whether_it_runs(session: Session, village: Village) -> None:
    poll = a_poll(session, village)
    early = village.clock() - timedelta(seconds=1)
    with pytest.raises(Conflict) as refused:
        commands.cast_ballot(session, village.ana, poll.id, "maybe", at=early)
    assert refused.value.name == "poll_not_open"
    with pytest.raises(Conflict) as refused:
        commands.cast_ballot(session, village.ana, poll.id, "maybe", at=poll.closes_at)
    assert refused.value.name == "poll_closed"
    assert commands.cast_ballot(
        session, village.ana, poll.id, "yes", at=poll.closes_at - timedelta(microseconds=1)
    )
    poll.voided_at, poll.void_reason = village.clock(), "No."
    poll.void_asked_by_id, poll.void_confirmed_by_id = village.people["ana"], village.people["chidi"]
    with pytest.raises(Conflict) as refused:
        cast(session, village, poll, "ana")
    assert refused.value.name == "poll_void"


def test_who_is_not_on_the_roll_is_told_why(session: Session, village: Village) -> None:
    poll = a_poll(session, village)
    with pytest.raises(Forbidden) as refused:
        cast(session, village, poll, "dara", "maybe")
    assert refused.value.name == "not_on_roll"
    poll.opened_at = village.clock() - timedelta(days=15)
    poll.opens_at = poll.opened_at
    with pytest.raises(
        Forbidden, match="You joined on 16 November 2026; this vote was opened on 1 November 2026"
    ):
        try:
            cast(session, village, poll, "dara")
        except Forbidden as refusal:
            raise Forbidden(refusal.sentence(str)) from refusal


def test_ways_that_were_not_fixed_are_shut(session: Session, village: Village) -> None:
    poll = a_poll(session, village, channels=("phone",))
    with pytest.raises(Forbidden) as refused:
        cast(session, village, poll, "ana", "maybe")
    assert refused.value.name == "channel_shut"


def test_a_ballot_that_does_not_fit_is_refused_whole(session: Session, village: Village) -> None:
    poll = a_poll(session, village, method="irv", options=("Flour", "Rice"))
    with pytest.raises(Invalid) as refused:
        cast(session, village, poll, "ana", [[1, 2]])
    assert refused.value.name == "rank_shared"
    assert refused.value.sentence(str) == "Flour and Rice both stand on rank 1. Give each its own rank."
    assert list(refused.value.fields) == ["ballot"]
    assert session.scalar(select(func.count()).select_from(Ballot)) == 0


# Open


def test_a_ballot_is_changed_and_withdrawn_until_the_close(session: Session, village: Village) -> None:
    poll = a_poll(session, village, method="consensus")
    assert cast(session, village, poll, "ana", "agree") == commands.Receipt(1, False)
    assert cast(session, village, poll, "ana", "block", reason="No water.") == commands.Receipt(2, True)
    assert cast(session, village, poll, "bruno", None).version == 1
    with pytest.raises(Stale):
        cast(session, village, poll, "ana", "agree", version=1)
    past = session.scalars(select(BallotPast)).one()
    assert (past.packed, past.version) == (b"\x01", 1)
    counted = cast_of(session, poll)
    assert (counted.ballots, counted.blank, counted.number, counted.roll) == ({b"\x04": 1}, 1, 2, 4)
    commands.withdraw_ballot(session, village.ana, poll.id, at=village.clock())
    with pytest.raises(Conflict) as refused:
        commands.withdraw_ballot(session, village.ana, poll.id, at=village.clock())
    assert refused.value.name == "not_cast"
    assert cast(session, village, poll, "ana", "agree").version == 1
    found = close(session, poll, village.clock())
    assert found.number == 2
    lines = list(lines_of(session, poll))
    assert {line["voter"]: line["ballot"] for line in lines} == {
        village.people["ana"]: "agree",
        village.people["bruno"]: None,
    }
    assert found.ballots_root == secrecy.ballots_root(map(secrecy.leaf_of, lines))


def test_open_reasons_carry_names(session: Session, village: Village) -> None:
    poll = a_poll(session, village, method="consensus")
    cast(session, village, poll, "ana", "block", reason="No water.")
    found = close(session, poll, village.clock())
    assert found.reasons == [{"ballot": "block", "voter": village.people["ana"], "reason": "No water."}]


def test_whoever_left_meanwhile_keeps_their_vote_or_goes_with_it(session: Session, village: Village) -> None:
    poll = a_poll(session, village, weights={"ana": 3})
    for who in ("ana", "bruno"):
        cast(session, village, poll, who)
    session.get_one(RollRow, (poll.id, village.people["ana"])).dropped = True
    poll.dropped = 1
    session.flush()
    with pytest.raises(Refused):
        cast(session, village, poll, "ana")
    counted = cast_of(session, poll)
    assert (counted.ballots, counted.number, counted.roll) == ({b"\x01": 1}, 1, 3)


def test_presence_is_who_checked_in_or_cast(session: Session, village: Village) -> None:
    base = {"num": 1, "den": 2, "strict": True, "base": "present"}
    poll = a_poll(session, village, threshold=base)
    cast(session, village, poll, "ana")
    assert commands.check_in(session, village.ana, poll.id, at=village.clock())
    assert commands.check_in(session, village.bruno, poll.id, at=village.clock())
    assert not commands.check_in(session, village.bruno, poll.id, at=village.clock())
    with pytest.raises(Forbidden):
        commands.check_in(
            session, village.bruno, poll.id, voter_id=village.people["chidi"], at=village.clock()
        )
    secretary(session, village, "bruno")
    commands.check_in(session, village.bruno, poll.id, voter_id=village.people["chidi"], at=village.clock())
    assert cast_of(session, poll).present == 3
    other = a_poll(session, village)
    with pytest.raises(Conflict):
        commands.check_in(session, village.bruno, other.id, at=village.clock())


# Sealed


def test_a_sealed_ballot_says_nothing_and_its_receipt_finds_it(session: Session, village: Village) -> None:
    """Invariant 15."""
    poll = a_poll(session, village, secrecy_level="sealed", method="consensus")
    first = cast(session, village, poll, "ana", "agree")
    second = cast(session, village, poll, "ana", "block", reason="No water.")
    assert first.nonce != second.nonce
    cast(session, village, poll, "bruno", "agree")
    cast(session, village, poll, "chidi", None)
    kept = session.scalars(select(Ballot)).all()
    assert {len(one.sealed or b"") for one in kept} == {len(kept[0].sealed or b"")}
    assert all(
        (one.packed, one.reason, one.cast_at, one.cast_by_id) == (None, "", None, None) for one in kept
    )
    assert session.scalar(select(func.count()).select_from(BallotPast)) == 0
    assert cast_of(session, poll).ballots == {}
    found = close(session, poll, village.clock())
    assert session.scalars(select(Ballot)).all() == []
    assert session.scalars(select(PollKey)).all() == []
    assert found.reasons == [{"ballot": "block", "reason": "No water."}]
    lines = list(lines_of(session, poll))
    receipts = {line["receipt"]: line["ballot"] for line in lines}
    own = secrecy.receipt(poll.id, bytes.fromhex(str(second.nonce)), "block")
    assert receipts[own] == "block"
    assert sorted(str(one) for one in receipts.values()) == ["None", "agree", "block"]
    keys = session.scalars(select(LooseBallot.key)).all()
    assert list(keys) == sorted(secrecy.leaf_of(line).hex() for line in lines)
    assert secrecy.ballots_root(map(secrecy.leaf_of, lines)) == found.ballots_root
    ticked = session.scalars(select(RollRow.voter_id).where(RollRow.ticked == Tick.DETACHED)).all()
    assert set(ticked) == {village.people[one] for one in ("ana", "bruno", "chidi")}
    assert cast_of(session, poll).number == 3


def test_events_of_a_secret_poll_name_nobody(session: Session, village: Village) -> None:
    poll = a_poll(session, village, secrecy_level="sealed")
    cast(session, village, poll, "ana")
    commands.withdraw_ballot(session, village.ana, poll.id, at=village.clock())
    told = session.scalars(select(EventRow).where(EventRow.name.in_(("BallotCast", "BallotWithdrawn")))).all()
    assert len(told) == 2
    for one in told:
        assert (one.actor_id, one.person_id, one.request_id) == (None, None, "")
        assert village.people["ana"] not in str(one.facts)


def test_receipts_can_be_switched_off(session: Session, village: Village) -> None:
    poll = a_poll(session, village, secrecy_level="sealed", receipts=False)
    assert cast(session, village, poll, "ana").nonce is None


def test_a_sealed_ballot_cannot_be_moved_to_another_voter(session: Session, village: Village) -> None:
    poll = a_poll(session, village, secrecy_level="sealed")
    cast(session, village, poll, "ana", "yes")
    cast(session, village, poll, "bruno", "no")
    ana = session.get_one(Ballot, (poll.id, village.people["ana"]))
    bruno = session.get_one(Ballot, (poll.id, village.people["bruno"]))
    ana.sealed, bruno.sealed = bruno.sealed, ana.sealed
    session.flush()
    with pytest.raises(Conflict) as refused:
        close(session, poll, village.clock())
    assert refused.value.name == "not_opened"


# Detached


def test_a_detached_ballot_is_a_tick_and_a_ballot(session: Session, village: Village) -> None:
    poll = a_poll(session, village, secrecy_level="detached")
    assert cast(session, village, poll, "ana", "no") == commands.Receipt(1, False)
    for act in (
        lambda: cast(session, village, poll, "ana"),
        lambda: commands.withdraw_ballot(session, village.ana, poll.id, at=village.clock()),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.name == "voted_already"
    loose = session.scalars(select(LooseBallot)).one()
    assert (loose.packed, loose.receipt, loose.channel) == (b"\x02", None, None)
    before = loose.key
    close(session, poll, village.clock())
    assert session.scalars(select(LooseBallot.key)).one() != before
    assert list(lines_of(session, poll)) == [{"ballot": "no"}]
    assert session.scalars(select(Ballot)).all() == []


# For somebody


def test_a_ballot_by_telephone_is_marked_told_and_hers_to_change(session: Session, village: Village) -> None:
    poll = a_poll(session, village, channels=("web", "phone"))
    bruno, at = village.people["bruno"], village.clock()
    with pytest.raises(Forbidden):
        commands.enter_ballot(session, village.hana, poll.id, bruno, "yes", channel=Channel.PHONE, at=at)
    secretary(session, village, "hana")
    commands.enter_ballot(session, village.hana, poll.id, bruno, "yes", channel=Channel.PHONE, at=at)
    found = session.get_one(Ballot, (poll.id, bruno))
    assert (found.entered_by_id, found.channel) == (village.people["hana"], Channel.PHONE)
    told = session.scalars(select(EventRow).where(EventRow.name == "BallotEntered")).one()
    assert told.facts["told_id"] == bruno
    assert (told.person_id, told.actor_id) == (bruno, village.people["hana"])
    secretary(session, village, "chidi")
    with pytest.raises(Conflict) as refused:
        commands.enter_ballot(session, village.chidi, poll.id, bruno, "no", channel=Channel.PHONE, at=at)
    assert refused.value.name == "voted_on_paper"
    assert refused.value.sentence(str) == "There is a ballot already, entered by Hana on 16 November 2026."
    assert cast(session, village, poll, "bruno", "no").changed
    assert session.get_one(Ballot, (poll.id, bruno)).entered_by_id is None
    with pytest.raises(Conflict) as refused:
        commands.enter_ballot(session, village.hana, poll.id, bruno, "yes", channel=Channel.PHONE, at=at)
    assert refused.value.name == "voted_already"
    with pytest.raises(Invalid):
        commands.enter_ballot(session, village.hana, poll.id, bruno, "yes", channel=Channel.WEB, at=at)
    with pytest.raises(NotFound):
        commands.enter_ballot(
            session, village.hana, poll.id, village.people["zoe"], "yes", channel=Channel.PHONE, at=at
        )


def test_who_can_be_elected_enters_nothing(session: Session, village: Village) -> None:
    poll = a_poll(
        session,
        village,
        method="plurality",
        options=("Hana", "Ana"),
        persons={1: "hana"},
        channels=("phone",),
    )
    secretary(session, village, "hana")
    with pytest.raises(Forbidden) as refused:
        commands.enter_ballot(
            session,
            village.hana,
            poll.id,
            village.people["bruno"],
            1,
            channel=Channel.PHONE,
            at=village.clock(),
        )
    assert refused.value.name == "is_option"
    acting = replace(village.bruno, for_by=village.people["hana"], via=Via.DESK)
    with pytest.raises(Forbidden) as refused:
        commands.cast_ballot(session, acting, poll.id, 1, at=village.clock())
    assert refused.value.name == "is_option"


def test_a_keeper_votes_for_whom_they_keep_and_is_named(session: Session, village: Village) -> None:
    poll = a_poll(session, village, channels=("phone",), secrecy_level="sealed")
    acting: Actor = replace(village.bruno, for_by=village.people["hana"], via=Via.DESK)
    done = commands.cast_ballot(session, acting, poll.id, "yes", at=village.clock())
    assert (done.version, done.nonce) == (1, None)
    found = session.get_one(Ballot, (poll.id, village.people["bruno"]))
    assert (found.entered_by_id, found.channel) == (village.people["hana"], Channel.PHONE)
