"""Asking for a listing: the states of an ask, computed from its dates, and how long it may stay silent. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_

WORDS_MAX = 1_000
REASON_MAX = 300
SILENT = timedelta(days=7)
SILENT_URGENT = timedelta(hours=24)
ASK_AGAIN = timedelta(days=30)
"""How long after a *no* the same person waits before asking for the same thing again."""


class Answer(StrEnum):
    """How an ask ended by the owner's side: by the owner's own word, or because nothing is left or offered."""

    ACCEPT = "accept"
    DECLINE = "decline"
    GIVEN_ELSEWHERE = "given_elsewhere"
    LISTING_CLOSED = "listing_closed"
    PASSED_ON = "passed_on"


class AskState(StrEnum):
    """Where an ask stands; the first two are open."""

    SENT = "sent"
    OTHER_WINDOW = "other_window"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    GIVEN_ELSEWHERE = "given_elsewhere"
    LISTING_CLOSED = "listing_closed"
    PASSED_ON = "passed_on"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"

    @property
    def open(self) -> bool:
        return self in (AskState.SENT, AskState.OTHER_WINDOW)


class Reason(StrEnum):
    """Why not, from a short list; own words may stand beside it."""

    NOT_THIS_TIME = "not_this_time"
    NEEDED_MYSELF = "needed_myself"
    ALREADY_PROMISED = "already_promised"
    TOO_LONG = "too_long"
    TOO_FAR = "too_far"
    OTHER = "other"


ANSWERED_AS = {
    Answer.ACCEPT: AskState.ACCEPTED,
    Answer.DECLINE: AskState.DECLINED,
    Answer.GIVEN_ELSEWHERE: AskState.GIVEN_ELSEWHERE,
    Answer.LISTING_CLOSED: AskState.LISTING_CLOSED,
    Answer.PASSED_ON: AskState.PASSED_ON,
}


@dataclass(frozen=True, slots=True)
class AskDates:
    """The dated facts of an ask. At most one of the three endings is set; the table checks it too."""

    proposed_at: datetime | None = None
    answer: Answer | None = None
    withdrawn_at: datetime | None = None
    lapsed_at: datetime | None = None

    @property
    def state(self) -> AskState:
        """Exactly one state from the dates.

        >>> AskDates().state, AskDates(answer=Answer.DECLINE).state
        (<AskState.SENT: 'sent'>, <AskState.DECLINED: 'declined'>)
        """
        if self.answer is not None:
            return ANSWERED_AS[self.answer]
        if self.withdrawn_at is not None:
            return AskState.WITHDRAWN
        if self.lapsed_at is not None:
            return AskState.LAPSED
        return AskState.SENT if self.proposed_at is None else AskState.OTHER_WINDOW


ENDED = {
    AskState.ACCEPTED: N_("This ask was already agreed to."),
    AskState.DECLINED: N_("This ask was already answered."),
    AskState.GIVEN_ELSEWHERE: N_("This ask was already answered."),
    AskState.LISTING_CLOSED: N_("This listing is closed, and the ask with it."),
    AskState.PASSED_ON: N_("This ask was passed on to another listing."),
    AskState.WITHDRAWN: N_("This ask was withdrawn."),
    AskState.LAPSED: N_("This ask has lapsed. Ask again."),
}


def still_open(state: AskState) -> None:
    """Raise when nothing can be answered any more.

    >>> still_open(AskState.LAPSED)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This ask has lapsed. Ask again.
    """
    if not state.open:
        code = "expired_ask" if state is AskState.LAPSED else "ask_ended"
        raise Conflict(ENDED[state], code=code)


def lapses_at(waiting_since: datetime, *, urgent: bool) -> datetime:
    """When silence ends an ask: a week after it was sent or another day was proposed, a day if it is urgent."""
    return waiting_since + (SILENT_URGENT if urgent else SILENT)


def check_window(from_at: datetime | None, until_at: datetime | None, now: datetime) -> None:
    """Raise when the window runs backwards or lies in the past.

    >>> from datetime import UTC
    >>> day = datetime(2026, 11, 22, tzinfo=UTC)
    >>> check_window(day, day - timedelta(days=1), day)
    Traceback (most recent call last):
    minga.kit.errors.Refused: The end is before the beginning.
    """
    if from_at and until_at and until_at <= from_at:
        raise Refused(
            N_("The end is before the beginning."),
            code="bad_window",
            fields={"until": N_("The end is before the beginning.")},
        )
    if until_at and until_at <= now:
        raise Refused(
            N_("That day is over. Choose a later one."),
            code="bad_window",
            fields={"until": N_("That day is over. Choose a later one.")},
        )


def may_ask_again(declined_at: datetime, now: datetime) -> bool:
    """Whether thirty days have passed since the *no*."""
    return now >= declined_at + ASK_AGAIN
