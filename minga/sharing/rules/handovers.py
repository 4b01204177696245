"""Meeting to hand something over: when and where, agreed by both; who did not come, and what may be said about it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Forbidden, Refused
from minga.kit.i18n import N_

PLACE_MAX = 200
NOTE_MAX = 500
SHORT_NOTICE = timedelta(hours=24)
"""Calling off later than this before an agreed meeting counts, unless the other says that no harm was done."""
AHEAD_MAX = timedelta(days=366)
WAITED_MAX = timedelta(days=7)
"""How long after the meeting somebody who waited may say so, and how long the other has to answer."""

WHEN_IS_OVER = N_("That moment is over. Choose a later one.")
TOO_FAR = N_("Choose a moment within a year.")
NOBODY_WAITS = N_("There is no meeting to agree to. Propose one.")
OWN_PROPOSAL = N_("You proposed this. The other side agrees to it.")
NOT_AGREED = N_("You had not agreed on a time, so nobody can have stayed away.")
NOT_YET_OVER = N_("That meeting is still to come. Say this when its time is over.")
TOO_LATE = N_("This can be said for seven days after the meeting.")
ANSWERED = N_("This is answered already.")
TIME_IS_OVER = N_("The seven days for an answer are over.")


class Way(StrEnum):
    """Whether the thing goes out or comes back."""

    OUT = "out"
    BACK = "back"


class Reply(StrEnum):
    """What somebody says of whom it is said that they did not come."""

    SORRY = "sorry"
    NOT_SO = "not_so"


def check_moment(meets_at: datetime, now: datetime) -> None:
    """Raise when a meeting would lie in the past or too far ahead.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 20, tzinfo=UTC)
    >>> check_moment(now - timedelta(hours=1), now)
    Traceback (most recent call last):
    minga.kit.errors.Refused: That moment is over. Choose a later one.
    """
    if meets_at <= now:
        raise Refused(WHEN_IS_OVER, code="bad_window", fields={"day": WHEN_IS_OVER})
    if meets_at > now + AHEAD_MAX:
        raise Refused(TOO_FAR, code="bad_window", fields={"day": TOO_FAR})


def is_short_notice(meets_at: datetime | None, now: datetime) -> bool:
    """Whether calling off now comes less than a day before an agreed meeting, or after it.

    >>> from datetime import UTC
    >>> meets = datetime(2026, 11, 22, 18, tzinfo=UTC)
    >>> [is_short_notice(meets, meets - timedelta(hours=hours)) for hours in (25, 24, 23, -1)]
    [False, False, True, True]
    >>> is_short_notice(None, meets)
    False
    """
    return meets_at is not None and now > meets_at - SHORT_NOTICE


@dataclass(frozen=True, slots=True)
class NoShowDates:
    """What was said about somebody who did not come."""

    said_at: datetime
    reply: Reply | None = None

    @property
    def answer_until(self) -> datetime:
        return self.said_at + WAITED_MAX

    def stands(self, now: datetime) -> bool:
        """Whether it counts: nobody objected, and the time for that is over or it was admitted.

        >>> from datetime import UTC
        >>> said = datetime(2026, 11, 22, tzinfo=UTC)
        >>> NoShowDates(said).stands(said + timedelta(days=6)), NoShowDates(said).stands(said + timedelta(days=7))
        (False, True)
        >>> NoShowDates(said, Reply.NOT_SO).stands(said + timedelta(days=30))
        False
        """
        return self.reply is not Reply.NOT_SO and now >= self.answer_until


def check_waited(met_at: datetime | None, now: datetime) -> None:
    """Raise unless somebody can have waited at that moment not more than seven days ago."""
    if met_at is None:
        raise Refused(NOT_AGREED, code="nothing_agreed")
    if now < met_at:
        raise Conflict(NOT_YET_OVER, code="not_over_yet")
    if now > met_at + WAITED_MAX:
        raise Conflict(TOO_LATE, code="too_late")


def check_reply(dates: NoShowDates, now: datetime) -> None:
    """Raise when it is answered or the time for an answer is over."""
    if dates.reply is not None:
        raise Conflict(ANSWERED, code="answered")
    if now >= dates.answer_until:
        raise Conflict(TIME_IS_OVER, code="too_late")


def check_agrees(proposed_by_me: bool) -> None:
    """Raise when somebody agrees to their own proposal."""
    if proposed_by_me:
        raise Forbidden(OWN_PROPOSAL, code="not_your_side")
