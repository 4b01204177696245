"""How it went: said once by each side, sealed until both have spoken or a fortnight has passed, taken back within a week."""

import pytest
from sqlalchemy import select

from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict, NotFound, Refused
from minga.kit.events import EventRow
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Feedback
from minga.sharing.rules.feedback import Mark, Said
from tests.sharing import neighbours
from tests.sharing.test_meetings import do, seen, told
from tests.village import NOBODY, Village

LOVELY = Said(Mark.GOOD, Mark.ALL_RIGHT, Mark.NOT_GOOD, "Between us.", "Thank you!")


@pytest.fixture
def given(village: Village) -> Exchange:
    """Ana has given Bruno her table."""
    exchange = neighbours.agreed(village, village.bruno, neighbours.table(village))
    for who in (village.ana, village.bruno):
        do(village, commands.done, who, exchange.id)
    return exchange


def test_a_stranger_says_nothing_and_reads_nothing(village: Village, given: Exchange) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY, public=True)
    for stranger in (village.chidi, village.zoe, NOBODY):
        with pytest.raises(NotFound):
            do(village, commands.give_feedback, stranger, given.id, LOVELY)
        with pytest.raises(NotFound):
            do(village, commands.take_feedback_back, stranger, given.id)
        with pytest.raises(NotFound):
            do(village, commands.show_thanks, stranger, given.id, shown=True)


def test_neither_side_reads_the_others_word_first(village: Village, given: Exchange) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY)
    assert seen(village, village.ana, given).theirs is None
    assert seen(village, village.ana, given).may_say_how
    assert told(village, "FeedbackReleased") == []
    do(village, commands.give_feedback, village.ana, given.id, Said(as_agreed=Mark.GOOD))
    theirs = seen(village, village.ana, given).theirs
    assert theirs is not None
    assert (theirs.note, theirs.care, theirs.talking) == ("Between us.", Mark.ALL_RIGHT, Mark.NOT_GOOD)
    released = told(village, "FeedbackReleased")
    assert [(one["subject_id"], one["side"], one["as_agreed"]) for one in released] == [
        (given.provider_id, "provider", "good"),
        (given.receiver_id, "receiver", "good"),
    ]


def test_alone_it_is_read_after_a_fortnight(village: Village, clock: FixedClock, given: Exchange) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY)
    clock.forward(days=13)
    do(village, commands.release_feedback, given.id)
    assert seen(village, village.ana, given).theirs is None
    clock.forward(days=1)
    for _ in range(2):
        do(village, commands.release_feedback, given.id)
    assert seen(village, village.ana, given).theirs is not None
    assert len(told(village, "FeedbackReleased")) == 1
    assert seen(village, village.ana, given).may_say_how, "the other may still speak"


def test_it_is_taken_back_within_seven_days_and_nothing_of_it_stays(
    village: Village, clock: FixedClock, given: Exchange
) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY)
    with pytest.raises(NotFound):
        do(village, commands.take_feedback_back, village.ana, given.id)
    clock.forward(days=6)
    for _ in range(2):
        do(village, commands.take_feedback_back, village.bruno, given.id)
    with village.database.read() as session:
        row = session.scalars(select(Feedback)).one()
        assert (row.note, row.thanks, row.as_agreed, row.care, row.talking) == ("", "", None, None, None)
    with pytest.raises(Conflict, match="You have said"):
        do(village, commands.give_feedback, village.bruno, given.id, LOVELY)
    clock.forward(days=20)
    do(village, commands.release_feedback, given.id)
    assert seen(village, village.ana, given).theirs is None
    assert len(told(village, "FeedbackTakenBack")) == 1


def test_after_seven_days_it_stands(village: Village, clock: FixedClock, given: Exchange) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY)
    clock.forward(days=7)
    with pytest.raises(Conflict, match="seven days"):
        do(village, commands.take_feedback_back, village.bruno, given.id)


def test_it_is_said_after_the_end_within_thirty_days_and_not_empty(
    village: Village, clock: FixedClock, given: Exchange
) -> None:
    running = neighbours.agreed(village, village.bruno, neighbours.bicycle_repairs(village))
    with pytest.raises(Conflict, match="when it is done"):
        do(village, commands.give_feedback, village.ana, running.id, LOVELY)
    with pytest.raises(Refused, match="at least one thing"):
        do(village, commands.give_feedback, village.ana, given.id, Said())
    clock.forward(days=30, minutes=1)
    with pytest.raises(Conflict, match="thirty days"):
        do(village, commands.give_feedback, village.ana, given.id, LOVELY)


def test_thanks_stand_on_profiles_when_both_like_it(village: Village, given: Exchange) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY, public=True)
    do(village, commands.give_feedback, village.ana, given.id, Said(as_agreed=Mark.GOOD))
    assert len(told(village, "ThanksGiven")) == 1

    def on_profile(reader: str) -> list[str]:
        with village.database.read() as session:
            found = queries.thanks_of(
                session, village.actor(reader), village.people["ana"], at=village.clock()
            )
            return [one.words for one in found]

    assert on_profile("chidi") == []
    do(village, commands.show_thanks, village.ana, given.id, shown=True)
    assert on_profile("chidi") == on_profile("bruno") == ["Thank you!"]
    assert on_profile("zoe") == [], "who lives elsewhere reads nothing of it"
    do(village, commands.show_thanks, village.ana, given.id, shown=False)
    assert on_profile("chidi") == []
    with pytest.raises(NotFound):
        do(village, commands.show_thanks, village.bruno, given.id, shown=True)


def test_words_never_stand_in_events(village: Village, given: Exchange) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY, public=True)
    do(village, commands.give_feedback, village.ana, given.id, LOVELY, public=True)
    with village.database.read() as session:
        said = " ".join(str(row.facts) for row in session.scalars(select(EventRow)))
    assert "Between us" not in said
    assert "Thank you" not in said


def test_while_it_is_talked_over_nothing_is_said_or_shown(
    village: Village, clock: FixedClock, given: Exchange
) -> None:
    do(village, commands.give_feedback, village.bruno, given.id, LOVELY)
    with village.database.write() as session:
        session.get_one(Exchange, given.id).frozen_at = clock()
    with pytest.raises(Conflict, match="talked over"):
        do(village, commands.give_feedback, village.ana, given.id, LOVELY)
    clock.forward(days=20)
    do(village, commands.release_feedback, given.id)
    assert seen(village, village.ana, given).theirs is None
