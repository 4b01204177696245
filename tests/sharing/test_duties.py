"""What waits because nobody answered, and what happens to listings that grow old: T10, T15, T17."""

import pytest
from sqlalchemy import func, select

from minga.communication import queries as waiting
from minga.communication.models import Notice
from minga.communities import commands as communities
from minga.communities.rules import JoiningMode
from minga.identity import Actor
from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.db import count_statements
from minga.kit.errors import NotFound, Refused
from minga.kit.refs import NeedLine
from minga.sharing import commands, queries
from minga.sharing.models import Listing
from minga.sharing.rules import CloseReason, Content, Direction, Help, Item, State, Term, TermKind, state
from minga.sharing.rules.dispatch import RoundAnswer
from minga.sharing.rules.kinds import Urgency
from tests.sharing import neighbours
from tests.sharing.test_dispatch import do, listed, need, taken
from tests.village import NOBODY, Village


def lines(village: Village, who: Actor, *kinds: str) -> list[NeedLine]:
    with village.database.read() as session:
        found = waiting.waiting_for(session, who, at=village.clock())
    return [line for line in found if line.kind in kinds]


def test_an_emergency_without_answer_waits_for_dispatchers_after_six_hours(village: Village) -> None:
    """T10: and it stays on top."""
    need(village, "Lift", Urgency.URGENT)
    listing_id = need(village, "Insulin", Urgency.EMERGENCY)
    village.clock.forward(hours=5, minutes=59)
    assert lines(village, village.ana, "need_unanswered") == []
    village.clock.forward(minutes=1)
    found = lines(village, village.ana, "need_unanswered")
    assert [(line.ref.id, line.weight, line.facts["hours"]) for line in found] == [(listing_id, 3, 6)]
    for who in (village.bruno, village.hana, village.dara, village.zoe, village.farid, NOBODY):
        assert lines(village, who, "need_unanswered") == []
    rows = listed(village).cases
    assert [(row.title, row.unanswered) for row in rows] == [("Insulin", True), ("Lift", False)]
    neighbours.asked(village, village.hana, listing_id)
    assert lines(village, village.ana, "need_unanswered") == []
    village.clock.forward(hours=12)
    assert [line.facts["title"] for line in lines(village, village.ana, "need_unanswered")] == ["Lift"]


def test_what_is_not_urgent_is_nobodys_alarm(village: Village) -> None:
    need(village, "A lift some day")
    village.clock.forward(days=10)
    assert lines(village, village.ana, "need_unanswered") == []


def test_a_question_waits_for_whoever_was_asked_until_it_is_answered(village: Village) -> None:
    neighbours.listed(village, village.bruno, Help(), title="I drive", terms=neighbours.GIFT)
    listing_id = taken(village)
    with village.database.read() as session:
        found = queries.candidates(session, village.ana, listing_id, at=village.clock())
        assert [one.name for one in found] == ["Bruno"]
    do(village, commands.ask_people, village.ana, listing_id, (found[0].person_id,))
    line = lines(village, village.bruno, "question")[0]
    assert len(line.acts) == 3
    assert lines(village, village.hana, "question") == []
    do(village, commands.answer_question, village.bruno, line.ref.id, RoundAnswer.NOT_NOW)
    assert lines(village, village.bruno, "question") == []


def test_home_asks_no_more_than_before(village: Village) -> None:
    need(village, "Insulin", Urgency.EMERGENCY)
    with count_statements(village.database) as said, village.database.read() as session:
        queries.needs_of(session, village.ana, at=village.clock())
    assert len(said) <= 3, said


def test_whoever_was_asked_three_times_this_week_rests(village: Village) -> None:
    neighbours.listed(village, village.bruno, Help(), title="I drive", terms=neighbours.GIFT)
    bruno = village.people["bruno"]
    for n in range(3):
        do(village, commands.ask_people, village.ana, taken(village, what=f"n {n}", apart=True), (bruno,))
    last = taken(village, what="once more", apart=True)
    with village.database.read() as session:
        assert queries.candidates(session, village.ana, last, at=village.clock()) == []
    with pytest.raises(Refused):
        do(village, commands.ask_people, village.ana, last, (bruno,))
    village.clock.forward(days=7, seconds=1)
    with village.database.read() as session:
        found = queries.candidates(session, village.ana, last, at=village.clock())
    assert [one.asked_this_week for one in found] == [0]


def test_nobody_is_asked_who_said_no_to_being_asked(village: Village) -> None:
    neighbours.listed(village, village.bruno, Help(), title="I drive", terms=neighbours.GIFT)
    do(village, commands.be_asked, village.bruno, village.valley, asked=False)
    do(village, commands.be_asked, village.bruno, village.valley, asked=False)
    listing_id = taken(village)
    with village.database.read() as session:
        assert queries.candidates(session, village.ana, listing_id, at=village.clock()) == []
    with pytest.raises(Refused):
        do(village, commands.ask_people, village.ana, listing_id, (village.people["bruno"],))
    do(village, commands.be_asked, village.bruno, village.valley, asked=True)
    with village.database.read() as session:
        assert len(queries.candidates(session, village.ana, listing_id, at=village.clock())) == 1
    with pytest.raises(NotFound):
        do(village, commands.be_asked, village.zoe, village.valley, asked=False)


def test_least_recently_asked_first(village: Village) -> None:
    for name in ("bruno", "hana", "chidi"):
        neighbours.listed(village, village.actor(name), Help(), title="I drive", terms=neighbours.GIFT)
    for name in ("hana", "bruno"):
        village.clock.forward(hours=1)
        do(
            village,
            commands.ask_people,
            village.ana,
            taken(village, what=name, apart=True),
            (village.people[name],),
        )
    listing_id = taken(village, what="next", apart=True)
    with village.database.read() as session:
        found = queries.candidates(session, village.ana, listing_id, at=village.clock())
    assert [one.name for one in found] == ["Chidi", "Hana", "Bruno"]


def test_two_yeses_are_found_where_two_are_needed(village: Village) -> None:
    for name in ("bruno", "hana", "chidi"):
        neighbours.listed(village, village.actor(name), Help(), title="I drive", terms=neighbours.GIFT)
    listing_id = taken(village, people_needed=2)
    people = tuple(village.people[name] for name in ("bruno", "hana", "chidi"))
    do(village, commands.ask_people, village.ana, listing_id, people)
    for name in ("bruno", "hana"):
        line = lines(village, village.actor(name), "question")[0]
        made = do(village, commands.answer_question, village.actor(name), line.ref.id, RoundAnswer.YES)
        again = do(village, commands.answer_question, village.actor(name), line.ref.id, RoundAnswer.YES)
        assert made.exchange.id == again.exchange.id
    assert lines(village, village.chidi, "question") == []
    with village.database.read() as session:
        view = queries.case(session, village.ana, listing_id, at=village.clock())
    assert [(one.name, one.answer, one.ended) for one in reversed(view.questions)] == [
        ("Bruno", RoundAnswer.YES, False),
        ("Hana", RoundAnswer.YES, False),
        ("Chidi", None, True),
    ]


def test_silent_twice_is_closed_and_a_word_keeps_it_open(village: Village) -> None:
    silent, kept = need(village, "Silent"), need(village, "Kept")
    for _ in range(2):
        for listing_id in (silent, kept):
            do(village, commands.ask_whether_still_needed, village.ana, listing_id)
        village.clock.forward(days=2)
        do(village, commands.keep, village.bruno, kept)
        village.clock.forward(days=2)
    with village.database.write() as session:
        commands.pass_time(session, at=village.clock())
    with village.database.read() as session:
        assert state(session.get_one(Listing, silent), village.clock()) is State.EXPIRED
        assert state(session.get_one(Listing, kept), village.clock()) is State.OPEN


def applied(village: Village) -> str:
    """Bruno asks to join the garden group."""
    with village.database.write() as session:
        garden = communities.found_subgroup(
            session,
            village.ana,
            village.valley,
            name="Garden",
            purpose="To dig",
            mode=JoiningMode.ASKED,
            at=village.clock(),
        )
        joined = communities.apply(session, village.bruno, garden.id, words="I dig.", at=village.clock())
    assert joined.application is not None
    return joined.application.id


def write(village: Village, who: Actor, application_id: str, title: str = "A cot") -> Listing:
    with village.database.write() as session:
        content = Content(title=title, own=Help(), terms=(Term(kind=TermKind.GIFT),), level=None)
        return commands.write_as_applicant(
            session, who, application_id, Direction.NEED, content, at=village.clock()
        )


def test_what_an_applicant_wrote_opens_by_itself(village: Village) -> None:
    """T17, WB-2.8."""
    application_id = applied(village)
    listing = write(village, village.bruno, application_id)
    with village.database.read() as session:
        assert state(session.get_one(Listing, listing.id), village.clock()) is State.PENDING
        with pytest.raises(NotFound):
            queries.listing(session, village.hana, listing.id, at=village.clock())
    with village.database.write() as session:
        communities.answer(session, village.ana, application_id, accept=True, reason="", at=village.clock())
    while delivery.deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        assert state(session.get_one(Listing, listing.id), village.clock()) is State.OPEN


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_what_an_applicant_wrote_is_closed_when_they_are_not_let_in(village: Village, how: str) -> None:
    application_id = applied(village)
    listing = write(village, village.bruno, application_id)
    with village.database.write() as session:
        if how == "declined":
            communities.answer(
                session, village.ana, application_id, accept=False, reason="Full.", at=village.clock()
            )
        else:
            communities.withdraw_application(session, village.bruno, application_id, at=village.clock())
    while delivery.deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        assert session.get_one(Listing, listing.id).close_reason is CloseReason.WITHDRAWN


def test_nobody_writes_for_another_applicant_and_three_are_enough(village: Village) -> None:
    application_id = applied(village)
    for who in (NOBODY, village.hana, village.zoe, village.ana):
        with pytest.raises(NotFound):
            write(village, who, application_id)
    for n in range(3):
        write(village, village.bruno, application_id, f"n {n}")
    with pytest.raises(Refused):
        write(village, village.bruno, application_id)


def test_owners_are_asked_before_the_end_and_told_at_it(village: Village, node: Node) -> None:
    """T15: a week before, a day before, at the end; saying so in time begins anew."""
    listing_id = neighbours.listed(village, village.ana, Item(), title="Cot", terms=neighbours.GIFT)
    asked: list[tuple[int, str]] = []
    for day in range(31):
        worked(village, node)
        with village.database.read() as session:
            n = session.scalar(select(func.count()).select_from(Notice).where(Notice.ref_id == listing_id))
            last = session.scalars(
                select(Notice.sentence).where(Notice.ref_id == listing_id).order_by(Notice.id.desc())
            ).first()
        if n and n > len(asked):
            asked.append((day, str(last)))
        village.clock.forward(days=1)
    assert [(day, words[:9]) for day, words in asked] == [
        (23, "“{title}”"),
        (29, "“{title}”"),
    ]
    village.clock.forward(minutes=15)
    worked(village, node)
    with village.database.read() as session:
        last = session.scalars(
            select(Notice.sentence).where(Notice.ref_id == listing_id).order_by(Notice.id.desc())
        ).first()
        assert last == "“{title}” has ended. You can open it again."
        assert state(session.get_one(Listing, listing_id), village.clock()) is State.EXPIRED


def worked(village: Village, node: Node) -> None:
    while delivery.deliver(node.database, village.clock):
        pass
    with village.database.write() as session:
        commands.pass_time(session, at=village.clock())
    jobs.work_once(node.database, village.clock, node.settings)
