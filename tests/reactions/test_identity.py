"""Whoever's account is tried or opened is told; the one who asks learns nothing of it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communication import commands as talk
from minga.communication import queries as told
from minga.communication.rules import NoticeClass
from minga.identity import commands as identity
from minga.identity.commands import Browser
from minga.identity.events import MeansChanged, RecoveryCompleted
from minga.identity.models import Contact, SignIn
from minga.identity.rules.sign_ins import How
from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.events import emit
from minga.kit.mail import LetterOut
from minga.kit.sealed import FieldKey
from minga.reactions.identity import CHANGED
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def asked(visit: Visit, village: Village) -> tuple[Visitor, str]:
    asker = visit(None)
    asker.post("/sign-in/word", {"handle": "dara"})
    with village.database.read() as session:
        return asker, session.scalars(select(SignIn.id).where(SignIn.asked_handle == "dara")).one()


def notices(visit: Visit, name: str) -> str:
    return str(visit(name).get("/me/notices").text)


def test_dara_is_told_of_guessing_and_of_a_confirmed_device(
    visit: Visit, village: Village, node: Node, clock: FixedClock
) -> None:
    asker, sign_in_id = asked(visit, village)
    for _ in range(5):
        asker.post("/sign-in/waiting/number", {"number": "00000000"}, 422)
    delivery.deliver(node.database, clock)
    assert "five wrong numbers" in notices(visit, "dara")
    ana = visit("ana")
    ana.post(f"/sign-ins/{sign_in_id}/number", {"how_known": "voice"})
    number = re.findall(r"\b\d{4} \d{4}\b", ana.get(f"/sign-ins/{sign_in_id}").text)[0]
    asker.post("/sign-in/waiting/number", {"number": number})
    delivery.deliver(node.database, clock)
    told = notices(visit, "dara")
    assert "confirmed a new device" in told
    assert number not in told
    assert "confirmed a new device" not in notices(visit, "bruno")


def security(village: Village, name: str) -> list[str]:
    """What somebody was told about their account."""
    delivery.deliver(village.database, village.clock)
    with village.database.read() as session:
        page = told.notices(session, village.actor(name), limit=50)
    return [one.sentence for one in page.items if one.notice_class is NoticeClass.SECURITY]


@pytest.mark.parametrize("what", sorted(CHANGED))
def test_every_change_of_means_is_told_to_its_person_alone(village: Village, what: str) -> None:
    village.clock.forward(days=1)
    with village.database.write() as session:
        changed = MeansChanged(person_id=village.people["bruno"], what=what)
        emit(session, village.bruno, changed, at=village.clock())
    assert security(village, "bruno") == [CHANGED[what]]
    assert security(village, "ana") == []


def test_the_password_of_a_new_account_is_no_news_and_its_change_is(village: Village) -> None:
    with village.database.write() as session:
        identity.set_password(
            session, village.bruno, village.people["bruno"], "$argon2id$first", at=village.clock()
        )
    assert security(village, "bruno") == []
    village.clock.forward(minutes=1)
    with village.database.write() as session:
        identity.set_password(
            session, village.bruno, village.people["bruno"], "$argon2id$second", at=village.clock()
        )
    assert security(village, "bruno") == [CHANGED["password"]]


@pytest.mark.parametrize("how", [How.RECOVERY_CODE, How.LINK])
def test_a_way_back_without_anybodys_word_is_told(village: Village, how: How) -> None:
    with village.database.write() as session:
        identity.start_sign_in(
            session, village.people["bruno"], how=How.PASSWORD, browser=Browser(), at=village.clock()
        )
    assert security(village, "bruno") == [], "one's own password is no news"
    with village.database.write() as session:
        identity.start_sign_in(session, village.people["bruno"], how=how, means_only=True, at=village.clock())
    (sentence,) = security(village, "bruno")
    assert sentence.startswith("Somebody asks for a new way into your account.")


def test_a_letter_about_the_account_goes_at_once_even_when_the_notice_was_read(
    village: Village, node: Node, clock: FixedClock
) -> None:
    mailing = replace(node.settings, smtp_url="smtp://127.0.0.1:1")
    clock.forward(hours=18)  # in the night
    with village.database.write() as session:
        session.add(
            Contact(
                person_id=village.people["bruno"],
                kind="mail",
                value="bruno@example.org",
                value_key="bruno@example.org",
                verified_at=clock() - timedelta(days=1),
                made_at=clock(),
            )
        )
        cookie = identity.start_sign_in(session, village.people["bruno"], at=clock())
        sign_in_id = session.scalars(select(SignIn.id).order_by(SignIn.id.desc())).first() or ""
        emit(session, village.bruno, RecoveryCompleted(sign_in_id=sign_in_id), at=clock())
    delivery.deliver(village.database, clock)
    with village.database.write() as session:
        talk.see_notices(session, village.bruno, at=clock())
    jobs.work_once(village.database, clock, mailing, lanes=("fast",))
    with village.database.read() as session:
        letters = session.scalars(select(LetterOut)).all()
        assert len(letters) == 1
        key = village.database.field_key
        assert isinstance(key, FieldKey)
        letter = json.loads(key.open(letters[0].sealed, f"letter {letters[0].id}"))
    assert letter["to"] == "bruno@example.org"
    assert letter["subject"] == "About your sign-in at minga"
    assert "after a recovery" in letter["text"]
    assert "/me/means" in letter["text"]
    assert "cannot be switched off" in letter["text"]
    assert cookie not in json.dumps(letter)
