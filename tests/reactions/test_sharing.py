"""What follows when sharing speaks: told once, at the right time, and never in the way of the act itself."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

import minga.reactions.all
from minga.communication import queries as told
from minga.identity import Actor
from minga.identity.models import Contact
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.db import Base, Database
from minga.kit.delivery import Receipt
from minga.kit.events import EventRow, Undelivered
from minga.kit.ids import Id
from minga.kit.mail import LetterOut
from minga.kit.sealed import FieldKey
from minga.kit.settings import Settings
from minga.sharing import commands, queries
from minga.sharing.events import AskSent, LoanCompleted
from minga.sharing.models import Ask, Loan
from minga.sharing.rules.asks import AskState
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, lent
from tests.village import Village
from tests.visitor import Visitor

REACTIONS = minga.reactions.all


@pytest.fixture
def work(database: Database, clock: FixedClock, settings: Settings) -> Callable[[], None]:
    """The worker, until nothing is left to do."""

    def until_done() -> None:
        while delivery.deliver(database, clock) + jobs.work_once(database, clock, settings, lanes=("fast",)):
            pass

    return until_done


def notices(village: Village, who: Actor) -> list[str]:
    with village.database.read() as session:
        page = told.notices(session, who)
    return [one.sentence.format(**one.facts) for one in page.items]


def everything(database: Database) -> dict[str, list[str]]:
    """All rows but those of delivery and jobs themselves."""
    with database.read() as session:
        return {
            table.name: sorted(map(str, session.execute(table.select()).all()))
            for table in Base.metadata.sorted_tables
            if not table.name.startswith(("event_", "job", "schedule"))
        }


def test_each_side_is_told_what_the_other_did(village: Village, work: Any) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    work()
    assert notices(village, village.ana) == ["Bruno asks for “Drill”."]
    assert notices(village, village.bruno) == ["Yes to “Drill”. Arrange it now."]
    for act, who in ((commands.bring_back, village.bruno), (commands.take_back, village.ana)):
        with village.database.write() as session:
            act(session, who, loan, at=village.clock())
        work()
    assert notices(village, village.ana)[0] == "Bruno says that “Drill” is back."
    assert notices(village, village.bruno)[0] == "“Drill” is back. Thank you."
    assert notices(village, village.zoe) == notices(village, village.chidi) == []


def test_delivering_all_events_again_changes_nothing(village: Village, work: Any, clock: FixedClock) -> None:
    """COM-EV.6: every reaction is idempotent, also when its receipt was lost."""
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        commands.take_back(session, village.ana, loan, at=village.clock())
    work()
    before = everything(village.database)
    for receipts_too in (False, True):
        with village.database.write() as session:
            if receipts_too:
                session.query(Receipt).delete()
            for row in session.scalars(select(EventRow)):
                session.merge(Undelivered(event_id=row.id, about_id=row.about_id, next_at=clock()))
        work()
        assert everything(village.database) == before


def test_an_ask_lapses_and_a_closed_listing_ends_its_asks(village: Village, work: Any) -> None:
    from minga.sharing.rules import CloseReason

    silent, closed = neighbours.drill(village), neighbours.drill(village)
    first, second = asked(village, village.bruno, silent), asked(village, village.bruno, closed)
    with village.database.write() as session:
        commands.close(session, village.ana, closed, CloseReason.WITHDRAWN, at=village.clock())
    work()
    village.clock.forward(days=7)
    work()
    with village.database.read() as session:
        states = [
            queries.ask(session, village.bruno, one.id, at=village.clock()).state for one in (first, second)
        ]
    assert states == [AskState.LAPSED, AskState.LISTING_CLOSED]
    assert "“Drill” is not offered any more." in notices(village, village.bruno)


def test_silence_completes_what_one_side_said(village: Village, work: Any) -> None:
    exchange = agreed(village, village.bruno, neighbours.table(village))
    with village.database.write() as session:
        commands.done(session, village.ana, exchange.id, at=village.clock())
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        commands.bring_back(session, village.bruno, loan, at=village.clock())
    work()
    village.clock.forward(days=3)
    work()
    with village.database.read() as session:
        assert session.get_one(Loan, loan).by_silence
    village.clock.forward(days=11)
    work()
    with village.database.read() as session:
        assert queries.exchange(session, village.ana, exchange.id, at=village.clock()).by_silence


def test_who_has_it_is_reminded_and_not_any_more_when_it_is_back(village: Village, work: Any) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    for _ in range(20):
        work()
        village.clock.forward(days=1)
    due = [text for text in notices(village, village.bruno) if "due" in text]
    assert len(due) == 4, "two days before, on the day, and one and four days after"
    with village.database.write() as session:
        commands.take_back(session, village.ana, loan, at=village.clock())
    for _ in range(20):
        work()
        village.clock.forward(days=1)
    assert [text for text in notices(village, village.bruno) if "due" in text] == due


def test_messages_are_told_once_until_they_are_looked_at(village: Village, work: Any) -> None:
    from minga.communication import commands as talk

    ask = asked(village, village.bruno, neighbours.drill(village))
    work()
    for number in range(3):
        with village.database.write() as session:
            talk.post(
                session, village.bruno, f"ask:{ask.id}", "Hello.", form_id=str(number), at=village.clock()
            )
        work()
    wrote = "Somebody wrote to you about something you share."
    assert notices(village, village.ana).count(wrote) == 1
    with village.database.write() as session:
        talk.see_notices(session, village.ana, at=village.clock())
        talk.post(session, village.bruno, f"ask:{ask.id}", "Hello?", form_id="4", at=village.clock())
    work()
    assert notices(village, village.ana).count(wrote) == 2
    assert wrote not in notices(village, village.bruno)


def test_mail_goes_to_a_confirmed_address_and_tells_nothing_in_its_subject(
    village: Village, database: Database, clock: FixedClock, settings: Settings
) -> None:
    import json
    from dataclasses import replace

    mailing = replace(settings, smtp_url="smtp://127.0.0.1:1")
    with database.write() as session:
        for name, verified in (("ana", clock()), ("bruno", None)):
            session.add(
                Contact(
                    person_id=village.people[name],
                    kind="mail",
                    value=f"{name}@example.org",
                    value_key=f"{name}@example.org",
                    verified_at=verified,
                    made_at=clock(),
                )
            )
    agreed(village, village.bruno, neighbours.drill(village), words="The blue door.")
    while delivery.deliver(database, clock) + jobs.work_once(database, clock, mailing, lanes=("fast",)):
        pass
    with database.read() as session:
        letters = session.scalars(select(LetterOut)).all()
        assert len(letters) == 1, "Bruno has confirmed no address"
        key = database.field_key
        assert isinstance(key, FieldKey)
        letter = json.loads(key.open(letters[0].sealed, f"letter {letters[0].id}"))
    assert letter["to"] == "ana@example.org"
    assert letter["subject"] == "News about something you share"
    for secret in ("Bruno", "Drill", "blue door"):
        assert secret not in letter["subject"]
        assert secret not in json.dumps(letter["headers"])
    assert "blue door" not in letter["text"]
    assert "/asks/" in letter["text"]


def test_a_failing_reaction_neither_undoes_the_loan_nor_blocks_its_siblings(
    village: Village, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COM-W1.4."""

    def fails(session: Any, event: Any, *, at: Any) -> None:
        raise RuntimeError("no paper in the printer")

    monkeypatch.setitem(delivery._reactions["LoanCompleted"], "test.fails", fails)
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        commands.take_back(session, village.ana, loan, at=village.clock())
    for _ in range(7):
        work()
        village.clock.forward(hours=2)
    assert notices(village, village.bruno)[0] == "“Drill” is back. Thank you."
    with village.database.read() as session:
        assert session.get_one(Loan, loan).returned_on is not None
        assert [letter.reaction for letter in delivery.dead_letters(session)] == ["test.fails"]


def test_each_step_of_a_loan_is_told_once(village: Village) -> None:
    """COM-W1.4: however often a step is repeated."""
    loan = lent(village, village.bruno, neighbours.drill(village))
    for act, who in (
        (commands.bring_back, village.bruno),
        (commands.take_back, village.ana),
    ):
        for _ in range(2):
            with village.database.write() as session:
                act(session, who, loan, at=village.clock())
    with village.database.read() as session:
        names = session.execute(
            select(EventRow.name, func.count())
            .where(
                EventRow.name.like("Loan%") | EventRow.name.in_(("AskSent", "AskAnswered", "ExchangeAgreed"))
            )
            .group_by(EventRow.name)
        )
        assert {row[0]: row[1] for row in names} == dict.fromkeys(
            (
                "AskSent",
                "AskAnswered",
                "ExchangeAgreed",
                "LoanBegan",
                "LoanBroughtBack",
                "LoanCompleted",
            ),
            1,
        )


def test_a_slow_reaction_does_not_slow_who_posts(
    village: Village, visit: Callable[[str | None], Visitor], work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COM-W1.8: reactions run in the worker, after the answer."""
    ran: list[Id] = []

    def sleeps(session: Any, event: AskSent, *, at: Any) -> None:
        ran.append(event.ask_id)  # five seconds of work would be spent here

    monkeypatch.setitem(delivery._reactions["AskSent"], "test.sleeps", sleeps)
    visit("bruno").post(f"/listings/{neighbours.drill(village)}/asks", {"words": "For a shelf."})
    assert ran == [], "nothing of it ran before the answer"
    work()
    assert len(ran) == 1


def test_a_crash_between_commit_and_delivery_loses_nothing_and_doubles_nothing(
    village: Village,
    database_url: str,
    settings: Settings,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """COM-30.1: from the command through outbox and worker to the page, killed twice on the way."""
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        commands.take_back(session, village.ana, loan, at=village.clock())
    village.database.close()  # killed after the commit, before anything was delivered

    reborn = Database.open(database_url)
    reborn.field_key = FieldKey(settings.secret.reveal())
    with reborn.read() as session:
        waiting = session.scalar(select(func.count()).select_from(Undelivered))
    assert waiting

    class Killed(BaseException):
        """The machine lost its power."""

    real = delivery.reactions_to("LoanCompleted")["communication.thank"]

    def killed_at_the_end(session: Any, event: LoanCompleted, *, at: Any) -> None:
        real(session, event, at=at)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setitem(delivery._reactions["LoanCompleted"], "communication.thank", killed_at_the_end)
        with pytest.raises(Killed):
            for _ in range(50):
                delivery.deliver(reborn, clock)
    reborn.close()

    again = Database.open(database_url)
    again.field_key = FieldKey(settings.secret.reveal())
    for _ in range(2):
        while delivery.deliver(again, clock) + jobs.work_once(again, clock, settings, lanes=("fast",)):
            pass
    with again.read() as session:
        page = told.notices(session, village.bruno)
        texts = [one.sentence.format(**one.facts) for one in page.items]
        assert texts.count("“Drill” is back. Thank you.") == 1
        assert session.scalar(select(func.count()).select_from(Undelivered)) == 0
    again.close()


def test_reactions_are_registered_under_stable_names(village: Village, clock: FixedClock) -> None:
    """COM-EV.7: what starts the node registers them all; a name that is gone becomes a dead letter."""
    names = delivery.all_reactions()
    assert names["LoanCompleted"] == [
        "communication.ask_what_happened",
        "communication.thank",
        "reputation.fact_of_loan",
    ]
    assert names["AskSent"] == [
        "communication.tell_owner",
        "sharing.draw_when_time_is_over",
        "sharing.lapse_when_silent",
    ]
    assert names["ListingClosed"] == [
        "intelligence.forget_closed",
        "sharing.cancel_lessons",
        "sharing.close_asks",
        "sharing.close_queue",
        "sharing.end_round_of_closed",
    ]
    assert names["PostWritten"] == ["communication.tell_of_message"]


def test_an_unknown_event_becomes_a_dead_letter(village: Village, work: Any) -> None:
    """COM-EV.7: an event that this release does not know is never skipped silently."""
    from minga.kit.events import Event

    asked(village, village.bruno, neighbours.drill(village))
    known = Event.named.pop("AskSent")
    try:
        work()
    finally:
        Event.named["AskSent"] = known
    with village.database.read() as session:
        assert [(d.event_name, d.reaction) for d in delivery.dead_letters(session)] == [
            ("AskSent", "unknown")
        ]


def test_the_owner_is_told_of_what_was_agreed_at_once(village: Village, work: Any) -> None:
    from minga.sharing.rules import Answers

    asked(village, village.bruno, neighbours.table(village, answers=Answers.AT_ONCE))
    work()
    assert "“Table” is agreed with Bruno." in notices(village, village.ana)


def test_nothing_is_told_of_what_somebody_may_not_see_any_more(village: Village, work: Any) -> None:
    ask = asked(village, village.bruno, neighbours.drill(village))
    with village.database.write() as session:
        session.get_one(Ask, ask.id).owner_id = village.people["chidi"]
    work()
    assert notices(village, village.ana) == []
