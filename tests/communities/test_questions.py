"""Questions to applicants: asked, worded anew, answered, asked back, reminded of, lapsed and erased."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communication.models import Notice
from minga.communities import commands, queries
from minga.communities.models import Application, ApplicationAnswer, ApplicationNote
from minga.communities.rules.questions import QUESTIONS_MAX, Asked, QuestionKind, read_answer
from minga.kit.delivery import deliver
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.ids import Id
from tests.village import Village
from tests.visitor import Visitor

WHY = Asked(QuestionKind.TEXT, {"en": "Why us?", "es": "¿Por qué?"}, required=True)
DAYS = Asked(QuestionKind.SEVERAL, {"en": "Which days?"}, choices={"en": ["Monday", "Friday"]})


@given(st.sampled_from(QuestionKind), st.lists(st.text(max_size=5), max_size=4), st.booleans())
@settings(max_examples=60)
def test_whatever_is_typed_is_kept_or_refused_and_reading_it_again_changes_nothing(
    kind: QuestionKind, typed: list[str], required: bool
) -> None:
    asked = Asked(kind, {"en": "x"}, required, {"en": ["a", "b"]})
    try:
        kept = read_answer(asked, typed, field="q")
    except Invalid:
        return
    assert kept or not required or kind is QuestionKind.TEXT
    again = kept.split() if kind is QuestionKind.SEVERAL else [kept]
    assert not kept or read_answer(asked, again, field="q") == kept


@pytest.fixture
def asking(village: Village) -> Village:
    """Valley takes people in by application, two have to agree, and asks two questions."""
    with village.database.write() as session:
        for key, value in (
            ("joining.way", "apply"),
            ("community.listed", "node"),
            ("joining.approval", "two"),
        ):
            asked = commands.set_policy(
                session, village.ana, village.valley, key, value, urgent=True, at=village.clock()
            )
            commands.agree(session, village.chidi, asked.id, at=village.clock())
        for one in (WHY, DAYS):
            commands.add_question(session, village.ana, village.valley, one, at=village.clock())
    village.clock.forward(seconds=1)
    return village


def applied(village: Village, who: str = "zoe") -> Id:
    with village.database.write() as session:
        why, days = queries.to_join(session, village.actor(who), village.valley, at=village.clock()).questions
        joined = commands.apply(
            session,
            village.actor(who),
            village.valley,
            words="Hello",
            answers={why.id: ["To dig"], days.id: ["2"]},
            at=village.clock(),
        )
        assert joined.application is not None
        return joined.application.id


def test_stewards_ask_at_most_twelve_and_answers_keep_the_question_as_it_was(asking: Village) -> None:
    village = asking
    for who, error in ((village.hana, Forbidden), (village.zoe, NotFound)):
        with pytest.raises(error), village.database.write() as session:
            commands.add_question(session, who, village.valley, WHY, at=village.clock())
    application = applied(village)
    with village.database.write() as session:
        why, days = queries.questions(session, village.ana, village.valley, at=village.clock())
        anew = Asked(QuestionKind.TEXT, {"en": "What brings you?"}, required=True)
        commands.change_question(session, village.ana, why.id, anew, position=2, at=village.clock())
        with pytest.raises(Conflict):
            commands.change_question(session, village.chidi, why.id, WHY, at=village.clock())
        with pytest.raises(NotFound):
            commands.end_question(session, village.farid, days.id, at=village.clock())
    with village.database.write() as session:
        words = [
            (one.position, one.words)
            for one in queries.questions(session, village.bruno, village.valley, at=village.clock())
        ]
        assert words == [(1, "Which days?"), (2, "What brings you?")]
        answers = queries.answers_of(
            session, village.hana, application, languages=("en",), at=village.clock()
        )
        assert [(one.words, one.answer) for one in answers] == [
            ("Why us?", "To dig"),
            ("Which days?", "Friday"),
        ]
        for _ in range(QUESTIONS_MAX - 2):
            commands.add_question(session, village.ana, village.valley, DAYS, at=village.clock())
        with pytest.raises(Conflict):
            commands.add_question(session, village.ana, village.valley, DAYS, at=village.clock())


def test_nobody_but_applicant_and_welcomers_reads_an_application(asking: Village) -> None:
    village = asking
    application = applied(village)
    with village.database.write() as session:
        commands.write_note(
            session, village.hana, application, "She sings", to_applicant=False, at=village.clock()
        )
        for who in (village.bruno, village.farid, village.dara, village.ivo):
            for read in (queries.application, queries.answers_of, queries.notes_of):
                with pytest.raises(NotFound):
                    read(session, who, application, at=village.clock())
            with pytest.raises(NotFound):
                commands.write_note(session, who, application, "x", to_applicant=True, at=village.clock())
        assert queries.notes_of(session, village.zoe, application, at=village.clock()) == []
        assert len(queries.notes_of(session, village.ana, application, at=village.clock())) == 1
        with pytest.raises(NotFound):
            commands.write_note(
                session, village.zoe, application, "x", to_applicant=False, at=village.clock()
            )


def test_an_application_with_questions_a_question_back_and_two_yeses(
    asking: Village, visit: Callable[[str | None], Visitor]
) -> None:
    """Story S14 without vouches."""
    zoe, hana, ana = (visit(name) for name in ("zoe", "hana", "ana"))
    page = zoe.get("/c/valley/apply").text
    assert "Why us?" in page
    why, days = (part.split('"')[0] for part in page.split('name="q-')[1:3])
    refused = zoe.post("/c/valley/apply", {"words": "I dig", f"q-{days}": "1"}, 422).text
    assert "Please answer this." in refused
    assert "I dig" in refused
    sent = zoe.post("/c/valley/apply", {"words": "I dig", f"q-{why}": "The garden", f"q-{days}": "1"})
    place = sent.headers["location"].split("?")[0]
    assert "The garden" in hana.get(place).text
    assert "Monday" in hana.get(place).text
    hana.post(f"{place}/question", {"words": "Do you own a spade?", "to": "applicant"})
    hana.post(f"{place}/question", {"words": "Quiet remark", "to": "welcomers"})
    text = zoe.get(place).text
    assert "Do you own a spade?" in text
    assert "Quiet remark" not in text
    assert "Hana" not in text
    zoe.post(f"{place}/question", {"words": "Two of them."})
    assert "Two of them." in ana.get(place).text
    assert "Quiet remark" in ana.get(place).text
    while deliver(asking.database, asking.clock):
        pass
    with asking.database.read() as session:
        told = session.execute(
            select(Notice.person_id, Notice.sentence).where(Notice.ref_kind == "application")
        ).all()
    assert (asking.people["zoe"], "The welcomers of {community} have a question for you.") in told
    assert asking.people["hana"] in {person for person, sentence in told if "wrote to you" in sentence}
    hana.post(f"{place}/answer", {"accept": "yes"})
    ana.post(f"{place}/answer", {"accept": "yes"})
    assert "Accepted. Welcome." in zoe.get(place).text
    questions = ana.get("/c/valley/joining-questions").text
    assert "Which days?" in questions
    ana.post("/c/valley/joining-questions", {"kind": "yes_no", "words-en": "Do you drive?"})
    assert "Please fill this in." in ana.post("/c/valley/joining-questions", {"kind": "text"}, 422).text
    assert "Do you drive?" in visit("bruno").get("/c/valley/joining-questions").text
    visit("bruno").post("/c/valley/joining-questions", {"words-en": "x"}, 403)
    visit("farid").get("/c/valley/joining-questions", 404)


def test_welcomers_are_reminded_it_lapses_and_what_was_written_is_erased(asking: Village) -> None:
    village, sent_at = asking, asking.clock()
    application = applied(village)
    with village.database.write() as session:
        for to in (True, False):
            commands.write_note(session, village.hana, application, "x", to_applicant=to, at=village.clock())
    for days in (2, 3, 3, 7, 14, 31, 60, 91, 155):
        with village.database.write() as session:
            for _ in range(2):
                commands.close_due(session, at=sent_at + timedelta(days=days, minutes=1))
        village.clock.now = sent_at + timedelta(days=days, minutes=1)
    while deliver(village.database, village.clock):
        pass
    with village.database.read() as session:
        reminders = session.scalars(
            select(Notice).where(
                Notice.sentence.contains("has waited"), Notice.person_id == village.people["hana"]
            )
        ).all()
        assert sorted(one.facts["n"] for one in reminders) == [3, 7, 14, 30]
        found = session.get_one(Application, application)
        assert found.lapsed_at is not None
        assert found.words == ""
        assert session.scalars(select(ApplicationAnswer)).all() == []
        assert session.scalars(select(ApplicationNote)).all() == []
