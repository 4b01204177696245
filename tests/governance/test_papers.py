"""Paper in secret polls: a tick and a paper each, heaps that close only when they agree, entered twice where agreed."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.governance.commands import ballots as commands
from minga.governance.models import LooseBallot, PaperBatch, Poll, RollRow
from minga.governance.queries.cast import cast_of, lines_of
from minga.governance.rules.kinds import Tick
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.governance.polling import a_poll, close, secretary
from tests.village import Village


@pytest.fixture
def session(village: Village) -> Iterator[Session]:
    with village.database.write() as found:
        secretary(found, village, "hana")
        secretary(found, village, "chidi")
        yield found


def heap(session: Session, village: Village, poll: Poll, voters: tuple[str, ...], ballots: list[Any]) -> int:
    at = village.clock()
    number = commands.open_batch(session, village.hana, poll.id, at=at)
    people = [village.people[one] for one in voters]
    commands.add_papers(session, village.hana, poll.id, number, people, ballots, at=at)
    return number


def secret(session: Session, village: Village, level: str, **more: Any) -> Poll:
    return a_poll(session, village, secrecy_level=level, channels=("web", "paper"), **more)


def test_others_have_no_heaps(session: Session, village: Village) -> None:
    poll = secret(session, village, "sealed")
    at = village.clock()
    with pytest.raises(NotFound):
        commands.open_batch(session, village.zoe, poll.id, at=at)
    with pytest.raises(Forbidden):
        commands.open_batch(session, village.bruno, poll.id, at=at)
    with pytest.raises(Conflict):
        commands.open_batch(session, village.hana, a_poll(session, village, channels=("paper",)).id, at=at)
    with pytest.raises(NotFound):
        commands.close_batch(session, village.hana, poll.id, 7, at=at)


@pytest.mark.parametrize("level", ["sealed", "detached"])
def test_one_paper_too_many_does_not_close(session: Session, village: Village, level: str) -> None:
    """GOV-T11."""
    poll, at = secret(session, village, level), village.clock()
    number = heap(session, village, poll, ("ana", "bruno"), ["yes", "no", "yes"])
    with pytest.raises(Conflict) as refused:
        commands.close_batch(session, village.hana, poll.id, number, at=at)
    assert refused.value.name == "batch_unequal"
    assert "3 papers and 2 ticks" in refused.value.sentence(str)
    commands.replace_papers(session, village.hana, poll.id, number, ["yes", None], at=at)
    commands.close_batch(session, village.hana, poll.id, number, at=at)
    with pytest.raises(Conflict) as refused:
        commands.add_papers(session, village.hana, poll.id, number, [], ["yes"], at=at)
    assert refused.value.name == "batch_closed"
    with pytest.raises(Conflict) as refused:
        commands.cast_ballot(session, village.ana, poll.id, "no", at=at)
    assert refused.value.name == "voted_on_paper"
    assert refused.value.sentence(str) == "There is a ballot already, entered by Hana on 16 November 2026."
    commands.cast_ballot(session, village.chidi, poll.id, "no", at=at)
    found = close(session, poll, at)
    assert (found.number, found.unfinished) == (3, [])
    assert sorted(str(line["ballot"]) for line in lines_of(session, poll)) == ["None", "no", "yes"]
    assert cast_of(session, poll).number == 3
    rows = session.scalars(select(RollRow).where(RollRow.ticked.is_not(None))).all()
    assert {row.ticked for row in rows} == {Tick.PAPER, Tick.DETACHED}
    assert all((row.ticked_at, row.ticked_by_id, row.batch_number) == (None, None, None) for row in rows)
    loose = session.scalars(select(LooseBallot)).all()
    assert all((one.batch_number, one.channel, one.sealed) == (None, None, None) for one in loose)


@pytest.mark.parametrize("level", ["sealed", "detached"])
def test_a_second_entry_shows_the_differing_line(session: Session, village: Village, level: str) -> None:
    """GOV-T11."""
    poll = secret(session, village, level, double_entry=True, method="irv", options=("Flour", "Rice"))
    at = village.clock()
    number = heap(session, village, poll, ("ana", "bruno"), [[[1], [2]], [[2]]])
    with pytest.raises(Conflict) as refused:
        commands.close_batch(session, village.hana, poll.id, number, at=at)
    assert refused.value.name == "second_entry_missing"
    with pytest.raises(Forbidden):
        commands.enter_again(session, village.hana, poll.id, number, [[[2]]], at=at)
    found = commands.enter_again(session, village.chidi, poll.id, number, [[[2]], [[1]]], at=at)
    assert not found.equal
    assert (found.only_first, found.only_second) == ((([[1], [2]], 1),), (([[1]], 1),))
    with pytest.raises(Conflict):
        commands.close_batch(session, village.hana, poll.id, number, at=at)
    assert commands.enter_again(session, village.chidi, poll.id, number, [[[2]], [[1], [2]]], at=at).equal
    commands.close_batch(session, village.hana, poll.id, number, at=at)
    assert close(session, poll, at).number == 2


def test_a_heap_that_was_not_closed_does_not_count_and_frees_its_voters(
    session: Session, village: Village
) -> None:
    poll, at = secret(session, village, "sealed"), village.clock()
    number = heap(session, village, poll, ("ana",), ["yes"])
    commands.discard_batch(session, village.hana, poll.id, number, at=at)
    assert session.scalar(select(func.count()).select_from(PaperBatch)) == 0
    commands.cast_ballot(session, village.ana, poll.id, "no", at=at)
    left = heap(session, village, poll, ("bruno",), ["yes"])
    found = close(session, poll, at)
    assert (found.unfinished, found.number) == ([left], 1)
    assert list(cast_of(session, poll).ballots) == [b"\x02"]
    assert session.get_one(RollRow, (poll.id, village.people["bruno"])).ticked is None


def test_a_vote_is_one_of_own_entered_or_on_paper(session: Session, village: Village) -> None:
    poll, at = secret(session, village, "sealed"), village.clock()
    commands.cast_ballot(session, village.ana, poll.id, "no", at=at)
    with pytest.raises(Conflict) as refused:
        heap(session, village, poll, ("ana",), ["yes"])
    assert refused.value.name == "voted_already"
    heap(session, village, poll, ("bruno",), ["yes"])
    with pytest.raises(Conflict) as refused:
        heap(session, village, poll, ("bruno",), ["yes"])
    assert refused.value.name == "voted_on_paper"
    with pytest.raises(Conflict):
        commands.withdraw_ballot(session, village.bruno, poll.id, at=at)
    with pytest.raises(NotFound):
        heap(session, village, poll, ("zoe",), ["yes"])
    with pytest.raises(Invalid):
        heap(session, village, poll, ("chidi",), ["maybe"])


def test_papers_cannot_show_a_weight(session: Session, village: Village) -> None:
    poll = secret(session, village, "sealed", weights={"ana": 2, "bruno": 2, "chidi": 2})
    with pytest.raises(Conflict) as refused:
        heap(session, village, poll, ("ana",), ["yes"])
    assert refused.value.name == "weights_unmask"
