"""The vocabulary of talking and telling: threads, posts, classes of notices, and their limits. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
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
REMOVED_KEPT = timedelta(days=30)
"""How long a message that was taken back can be brought back; then its words are erased."""
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
    EMERGENCY = "emergency"
    DECISION = "decision"
    COMMUNITY = "community"
    MATCH = "match"
    ADMIN = "admin"
    MONEY = "money"


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    URGENT = "urgent"


class Mode(StrEnum):
    """When a class of notices comes by mail; on the page it always stands."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


class Every(StrEnum):
    """How often a digest comes."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class ClassOf:
    """What is fixed for a class of notices: its words, how it comes unless somebody chooses, and what can be chosen."""

    words: str
    default: Mode
    modes: tuple[Mode, ...] = (Mode.AT_ONCE, Mode.DIGEST, Mode.OFF)
    breaks_quiet: bool = False


_NEVER_OFF = (Mode.AT_ONCE, Mode.DIGEST)
CLASSES = {
    NoticeClass.SECURITY: ClassOf(N_("About your account"), Mode.AT_ONCE, (Mode.AT_ONCE,), breaks_quiet=True),
    NoticeClass.EMERGENCY: ClassOf(N_("Emergencies near you"), Mode.AT_ONCE, breaks_quiet=True),
    NoticeClass.DUTY: ClassOf(N_("What you have to do, and by when"), Mode.AT_ONCE, _NEVER_OFF),
    NoticeClass.DECISION: ClassOf(N_("Decisions of your communities"), Mode.AT_ONCE, _NEVER_OFF),
    NoticeClass.ANSWER: ClassOf(N_("Answers to what you asked or offered"), Mode.AT_ONCE),
    NoticeClass.TALK: ClassOf(N_("Messages"), Mode.DIGEST),
    NoticeClass.COMMUNITY: ClassOf(N_("News of your communities"), Mode.DIGEST, _NEVER_OFF),
    NoticeClass.MATCH: ClassOf(N_("What might fit you"), Mode.DIGEST),
    NoticeClass.ADMIN: ClassOf(N_("What waits for your role"), Mode.AT_ONCE, _NEVER_OFF),
    NoticeClass.MONEY: ClassOf(N_("Payments"), Mode.AT_ONCE, _NEVER_OFF),
}
"""Order is the order of the page of settings."""

QUIET = (21 * 60, 8 * 60)
"""Quiet hours unless somebody chooses others: minutes after midnight where they live."""

DIGEST_HOUR = 8
DIGEST_LINES_MAX = 40
DIGEST_LOOKS_BACK = timedelta(days=30)
MAILS_PER_HOUR = 10
MAILS_PER_DAY = 30
PAUSE_MAX = timedelta(days=90)

SUBJECTS = {
    NoticeClass.ANSWER: N_("News about something you share"),
    NoticeClass.DUTY: N_("Something is due"),
    NoticeClass.TALK: N_("A new message"),
    NoticeClass.SECURITY: N_("About your sign-in at minga"),
    NoticeClass.EMERGENCY: N_("Somebody needs help now"),
    NoticeClass.DECISION: N_("Something is being decided"),
    NoticeClass.COMMUNITY: N_("News of a community"),
    NoticeClass.MATCH: N_("Something that might fit you"),
    NoticeClass.ADMIN: N_("Something waits for your role"),
    NoticeClass.MONEY: N_("About a payment"),
}
DIGEST_SUBJECT = N_("What is new for you")
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


def after_quiet(now: datetime, zone: tzinfo, quiet: tuple[int, int]) -> datetime:
    """When something that comes now may go out: at once, or at the end of the quiet hours; both ends alike means none.

    >>> from datetime import UTC
    >>> night = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    >>> after_quiet(night, UTC, QUIET).isoformat(), after_quiet(night, UTC, (0, 0)) == night
    ('2026-11-21T08:00:00+00:00', True)
    >>> noon = night.replace(hour=12)
    >>> after_quiet(noon, UTC, QUIET) == noon, after_quiet(noon, UTC, (720, 800)).isoformat()
    (True, '2026-11-20T13:20:00+00:00')
    """
    begin, end = quiet
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    inside = begin <= minute < end if begin < end else begin > end and (minute >= begin or minute < end)
    if not inside:
        return now
    day = local.date() + timedelta(days=1 if minute >= end else 0)
    return datetime.combine(day, time(end // 60, end % 60), tzinfo=zone)


def next_digest(now: datetime, zone: tzinfo, every: Every, *, weekday: int, hour: int) -> datetime:
    """When the next digest comes: later than now, at that hour where the person lives.

    >>> from datetime import UTC
    >>> friday = datetime(2026, 11, 20, 8, tzinfo=UTC)
    >>> next_digest(friday, UTC, Every.DAILY, weekday=0, hour=8).isoformat()
    '2026-11-21T08:00:00+00:00'
    >>> next_digest(friday, UTC, Every.WEEKLY, weekday=0, hour=9).isoformat()
    '2026-11-23T09:00:00+00:00'
    """
    day = now.astimezone(zone).date()
    while True:
        found = datetime.combine(day, time(hour), tzinfo=zone)
        if found > now and (every is Every.DAILY or day.weekday() == weekday):
            return found
        day += timedelta(days=1)


def facts_in(voice: Translator, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a notice as words: those that are days are written as days are in that language.

    >>> from minga.kit.i18n import translator
    >>> facts_in(translator("en"), {"day": "2026-12-04", "name": "Ana"})
    {'day': '4 December 2026', 'name': 'Ana'}
    """
    return {
        key: voice.day(date.fromisoformat(value)) if key == "day" else value for key, value in facts.items()
    }
