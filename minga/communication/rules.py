"""The vocabulary of talking and telling: threads, posts, classes of notices, and their limits. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from minga.kit.errors import TooMany
from minga.kit.i18n import N_, Translator

WORDS_MAX = 4_000
SEALED_MAX = 24_000
"""Characters of a post as it is kept: sealed and written as text, it is longer than what was typed."""
POSTS_PER_MINUTE = 20
POSTS_PER_DAY = 200
POSTS_SHOWN = 200
EDIT_SILENTLY = timedelta(minutes=15)
LATER_TIMES_MAX = 2
LATER_HOUR = time(8)

AT_REST = N_(
    "Encrypted at rest on this node. Not end-to-end encrypted: whoever runs this node could read it."
)


class ThreadKind(StrEnum):
    """What a thread is for."""

    RELAY = "relay"


class NoticeClass(StrEnum):
    """What a notice is about; settings and channels go by it."""

    ANSWER = "answer"
    DUTY = "duty"
    TALK = "talk"
    SECURITY = "security"


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    URGENT = "urgent"


MAILED = frozenset({NoticeClass.ANSWER, NoticeClass.DUTY, NoticeClass.SECURITY})
"""Classes that go out by mail at once, where mail works and the person has a verified address."""

SUBJECTS = {
    NoticeClass.ANSWER: N_("News about something you share"),
    NoticeClass.DUTY: N_("Something is due"),
    NoticeClass.TALK: N_("A new message"),
    NoticeClass.SECURITY: N_("About your sign-in at minga"),
}
"""Subjects say nothing about who or what: they are read by every machine on the way."""


WHYS = {
    NoticeClass.SECURITY: N_("You get this because it is about your account. It cannot be switched off."),
}
"""Why somebody gets a letter, where it is not about something they share."""


def check_rate(in_last_minute: int, in_last_day: int) -> None:
    """Raise when somebody writes faster than a conversation needs.

    >>> check_rate(20, 20)
    Traceback (most recent call last):
    minga.kit.errors.TooMany: That is a lot of messages. Wait a minute, then go on.
    """
    if in_last_minute >= POSTS_PER_MINUTE:
        raise TooMany(N_("That is a lot of messages. Wait a minute, then go on."), retry_after=60)
    if in_last_day >= POSTS_PER_DAY:
        raise TooMany(N_("That is enough for a day. Go on tomorrow."), retry_after=3_600)


def next_morning(now: datetime, zone: tzinfo) -> datetime:
    """The next eight o'clock where the person lives.

    >>> from datetime import UTC
    >>> next_morning(datetime(2026, 11, 20, 9, tzinfo=UTC), UTC).isoformat()
    '2026-11-21T08:00:00+00:00'
    """
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), LATER_HOUR, tzinfo=zone)
    return (
        morning
        if morning > local
        else datetime.combine(local.date() + timedelta(days=1), LATER_HOUR, tzinfo=zone)
    )


def facts_in(voice: Translator, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a notice as words: those that are days are written as days are in that language.

    >>> from minga.kit.i18n import translator
    >>> facts_in(translator("en"), {"day": "2026-12-04", "name": "Ana"})
    {'day': '4 December 2026', 'name': 'Ana'}
    """
    return {
        key: voice.day(date.fromisoformat(value)) if key == "day" else value for key, value in facts.items()
    }
