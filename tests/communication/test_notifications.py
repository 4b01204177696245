"""What comes by mail and when: choices, quiet hours, too many, the digest, and what letters never say."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from minga.communication import commands, queries
from minga.communication.commands.mailing import send_digests
from minga.communication.models import Notice, NoticeTimes
from minga.communication.rules import CLASSES, MAILS_PER_HOUR, Every, Mode, NoticeClass
from minga.identity import Actor
from minga.identity.models import Contact, Person
from minga.kit import jobs
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotSignedIn
from minga.kit.ids import new_id
from minga.kit.mail import LetterOut
from minga.kit.refs import Ref
from minga.kit.settings import Settings
from tests.kit.test_mail import Postbox, ours, postbox
from tests.village import NOBODY, Village
from tests.visitor import Visitor

__all__ = ["ours", "postbox"]
HOUSE = "Zxsecret"


@pytest.fixture
def reached(village: Village) -> Village:
    """Bruno has a confirmed address and lives where it is an hour later than UTC."""
    with village.database.write() as session:
        at = village.clock()
        facts = {"kind": "mail", "value": "bruno@example.org", "value_key": "bruno@example.org"}
        session.add(Contact(person_id=village.people["bruno"], **facts, verified_at=at, made_at=at))
        session.get_one(Person, village.people["bruno"]).zone = "Europe/Berlin"
    return village


def tell(session: Session, village: Village, kind: NoticeClass = NoticeClass.ANSWER) -> Notice:
    told = commands.notify(
        session,
        village.people["bruno"],
        event_id=new_id(),
        notice_class=kind,
        ref=Ref("community", village.valley),
        sentence="{house} is there.",
        facts={"house": HOUSE},
        community_id=village.valley,
        at=village.clock(),
    )
    assert told is not None
    return told


def work(village: Village, settings: Settings) -> list[str]:
    """Do what is due, and answer the kinds of letters that were written so far."""
    while jobs.work_once(village.database, village.clock, settings):
        pass
    with village.database.read() as session:
        return list(session.scalars(select(LetterOut.kind).order_by(LetterOut.made_at)))


def choose(village: Village, modes: dict[NoticeClass, Mode] | None = None, **more: object) -> None:
    times = {"quiet": (0, 0), "every": Every.DAILY, "weekday": 0, "hour": 8, **more}
    with village.database.write() as session:
        commands.choose_notices(session, village.bruno, modes or {}, at=village.clock(), **times)  # type: ignore[arg-type]


def test_choices_are_one_s_own_and_what_cannot_be_off_stays_on(village: Village) -> None:
    with village.database.read() as session, pytest.raises(NotSignedIn):
        queries.choices(session, NOBODY, at=village.clock())
    for kind, fixed in CLASSES.items():
        if Mode.OFF not in fixed.modes:
            with pytest.raises(Invalid):
                choose(village, {kind: Mode.OFF})
    with pytest.raises(Invalid):
        choose(village, paused_until=village.clock() + timedelta(days=91))
    choose(village, {NoticeClass.ANSWER: Mode.OFF}, hour=7)
    with village.database.read() as session:
        mine = queries.choices(session, village.bruno, at=village.clock())
        theirs = queries.choices(session, village.ana, at=village.clock())
    assert (mine.modes[NoticeClass.ANSWER], mine.hour, mine.every) == (Mode.OFF, 7, Every.DAILY)
    assert theirs.modes == {kind: fixed.default for kind, fixed in CLASSES.items()}


def test_a_letter_waits_for_the_end_of_quiet_hours_and_the_account_does_not(
    reached: Village, ours: Settings
) -> None:
    village = reached
    village.clock.now = datetime.fromisoformat("2026-11-16T21:30:00+00:00")  # 22:30 where Bruno lives
    with village.database.write() as session:
        tell(session, village)
        tell(session, village, NoticeClass.SECURITY)
    assert len(work(village, ours)) == 1
    village.clock.now = datetime.fromisoformat("2026-11-17T06:59:00+00:00")
    assert len(work(village, ours)) == 1
    village.clock.now = datetime.fromisoformat("2026-11-17T07:00:00+00:00")
    assert len(work(village, ours)) == 2


def test_a_digest_tells_once_what_was_not_seen_and_is_never_empty(
    reached: Village, ours: Settings, postbox: tuple[Postbox, int]
) -> None:
    village = reached
    choose(village, {NoticeClass.ANSWER: Mode.DIGEST, NoticeClass.MATCH: Mode.OFF})
    run = jobs.Run(village.database, village.clock, ours, new_id(), 1)
    with village.database.write() as session:
        seen = tell(session, village)
        seen.seen_at = village.clock()
        tell(session, village, NoticeClass.MATCH)
    village.clock.forward(days=1)
    send_digests(run, {})
    assert work(village, ours) == []  # all was seen or is not wanted
    with village.database.write() as session:
        tell(session, village)
        tell(session, village, NoticeClass.TALK)
    send_digests(run, {})
    assert work(village, ours) == []  # the hour has not come
    village.clock.forward(days=1)
    for _ in range(2):
        send_digests(run, {})
    assert work(village, ours) == ["digest"]
    (letter,) = postbox[0].taken
    body = letter.get_content()
    assert body.count(HOUSE) == 2
    assert f"/c/{village.valley}" in body
    assert "/me/notifications" in body
    assert HOUSE not in str(letter["Subject"])
    assert "Valley" not in str(letter["Subject"])
    village.clock.forward(days=1)
    send_digests(run, {})
    assert work(village, ours) == ["digest"]


def test_what_would_be_too_many_falls_into_the_digest_and_a_holiday_is_quiet(
    reached: Village, ours: Settings
) -> None:
    village = reached
    choose(village)
    with village.database.write() as session:
        for _ in range(MAILS_PER_HOUR + 2):
            tell(session, village)
    assert work(village, ours) == ["notice"] * MAILS_PER_HOUR
    with village.database.read() as session:
        assert session.get_one(NoticeTimes, village.people["bruno"]).next_digest_at is not None
    village.clock.forward(hours=2)
    choose(village, paused_until=village.clock() + timedelta(days=3))
    with village.database.write() as session:
        tell(session, village)
    assert work(village, ours) == ["notice"] * MAILS_PER_HOUR
    village.clock.forward(days=2)
    run = jobs.Run(village.database, village.clock, ours, new_id(), 1)
    send_digests(run, {})
    assert "digest" not in work(village, ours)
    village.clock.forward(days=2)
    send_digests(run, {})
    assert work(village, ours)[-1] == "digest"


def test_nothing_of_a_place_one_has_left_is_sent(reached: Village, ours: Settings) -> None:
    village = reached
    choose(village, {NoticeClass.ANSWER: Mode.DIGEST})
    with village.database.write() as session:
        tell(session, village)
        from minga.communities import commands as communities

        communities.leave(session, Actor(village.people["bruno"]), village.valley, at=village.clock())
    village.clock.forward(days=1)
    send_digests(jobs.Run(village.database, village.clock, ours, new_id(), 1), {})
    assert work(village, ours) == []


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(
    village: Village, visit: Callable[[str | None], Visitor]
) -> None:
    visit(None).get("/me/notifications", 401)
    bruno = visit("bruno")
    assert "This node sends no mail yet." in bruno.get("/me/notifications").text
    typed = {
        "mode-talk": "off",
        "quiet_from": "22",
        "quiet_until": "7:30",
        "every": "daily",
        "weekday": "2",
        "hour": "6",
    }
    bruno.post("/me/notifications", typed)
    page = bruno.get("/me/notifications").text
    assert 'value="22:00"' in page
    assert 'value="7:30"' in page
    refused = bruno.post("/me/notifications", {**typed, "quiet_from": "25:99"}, 422).text
    assert "Write a time like 21:00" in refused
    assert 'value="25:99"' in refused
    assert (
        "cannot be switched off" in bruno.post("/me/notifications", {**typed, "mode-duty": "off"}, 422).text
    )
    bruno.post("/me/notifications", {**typed, "quiet_from": "", "quiet_until": ""})
    with village.database.read() as session:
        found = queries.choices(session, village.bruno, at=village.clock())
    assert (found.quiet, found.hour, found.modes[NoticeClass.TALK]) == ((0, 0), 6, Mode.OFF)
