"""Lending: due days, lateness, renewals, coming back. Days are dates in the community's zone. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_

DAYS_MAX = 365
DAYS_USUAL = 14
RENEWALS_MAX = 2
GRACE_DAYS = 1
BACK_DATED_DAYS_MAX = 30
OWNER_SILENT = timedelta(days=3)
"""How long the owner may stay silent after "I brought it back" before it counts as returned."""
CONDITION_WORDS_MAX = 1_000


class LoanState(StrEnum):
    """Where a loan stands once it is out."""

    OUT = "out"
    BROUGHT_BACK = "brought_back"
    BACK = "back"
    LOST = "lost"

    @property
    def open(self) -> bool:
        return self in (LoanState.OUT, LoanState.BROUGHT_BACK)


@dataclass(frozen=True, slots=True)
class LoanDates:
    """The dated facts of a loan."""

    lent_on: date
    due_on: date
    brought_back_at: datetime | None = None
    returned_on: date | None = None
    lost_at: datetime | None = None

    @property
    def state(self) -> LoanState:
        """Exactly one state from the dates.

        >>> LoanDates(date(2026, 11, 20), date(2026, 12, 4)).state.value
        'out'
        """
        if self.returned_on is not None:
            return LoanState.BACK
        if self.lost_at is not None:
            return LoanState.LOST
        return LoanState.OUT if self.brought_back_at is None else LoanState.BROUGHT_BACK


def due_on(first: date, days: int) -> date:
    """The last day of a loan that begins on `first`.

    >>> due_on(date(2026, 11, 20), 14)
    datetime.date(2026, 12, 4)
    """
    return first + timedelta(days=days)


def check_due(lent_on: date, due: date, days_max: int) -> None:
    """Raise when a loan would end before it begins or last longer than its owner or community allows."""
    if due < lent_on:
        raise Refused(
            N_("The end is before the beginning."),
            code="bad_window",
            fields={"until": N_("The end is before the beginning.")},
        )
    if (due - lent_on).days > days_max:
        raise Refused(
            N_("This is lent for at most {days} days. Ask for longer, or renew later."),
            code="too_long_loan",
            days=days_max,
            fields={"until": N_("That is longer than this is lent for.")},
        )


def days_late(due: date, returned: date, grace_days: int) -> int:
    """Whole days beyond due and grace; back on or before that is never late.

    >>> days_late(date(2026, 12, 4), date(2026, 12, 5), 1), days_late(date(2026, 12, 4), date(2026, 12, 8), 1)
    (0, 3)
    """
    return max(0, (returned - due).days - grace_days)


def overdue(due: date, today: date, grace_days: int) -> bool:
    """Whether a loan that is still out is late."""
    return days_late(due, today, grace_days) > 0


def renewed_due(due: date, today: date, days: int) -> date:
    """The new last day: `days` more, counted from the due day or, when that has passed, from today."""
    return max(due, today) + timedelta(days=days)


class RenewalWay(StrEnum):
    """What a wish to keep something longer leads to."""

    AT_ONCE = "at_once"
    ASK_OWNER = "ask_owner"


def renewal_way(
    dates: LoanDates, *, today: date, renewed: int, renewals_max: int, grace_days: int, others_wait: bool
) -> RenewalWay:
    """Whether a loan goes on at once or its owner is asked first.

    >>> out = LoanDates(date(2026, 11, 20), date(2026, 12, 4))
    >>> renewal_way(out, today=date(2026, 12, 1), renewed=0, renewals_max=2, grace_days=1, others_wait=True)
    <RenewalWay.ASK_OWNER: 'ask_owner'>
    """
    still_out(dates.state)
    late = overdue(dates.due_on, today, grace_days)
    freely = not others_wait and not late and renewed < renewals_max and dates.brought_back_at is None
    return RenewalWay.AT_ONCE if freely else RenewalWay.ASK_OWNER


ENDED = {LoanState.BACK: N_("This is already back."), LoanState.LOST: N_("This was said to be lost.")}


def still_out(state: LoanState) -> None:
    """Raise when the loan is over.

    >>> still_out(LoanState.BACK)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This is already back.
    """
    if not state.open:
        raise Conflict(ENDED[state], code="loan_over")


def check_condition(condition: int) -> int:
    """The condition, one of five words from broken to like new.

    >>> check_condition(4)
    4
    """
    if not 1 <= condition <= 5:
        raise Refused(
            N_("Say the condition with a number from 1, broken, to 5, like new."),
            code="bad_condition",
            fields={"condition": N_("1 is broken, 5 is like new.")},
        )
    return condition


def check_back_dated(returned_on: date, lent_on: date, today: date, *, reason: str) -> None:
    """Raise when a thing would be back before it went out, tomorrow, or too long ago without a word why."""
    if returned_on < lent_on:
        raise Refused(
            N_("It went out on {day}. It cannot be back before that."),
            code="bad_window",
            day=lent_on,
            fields={"returned_on": N_("That is before it went out.")},
        )
    if returned_on > today:
        raise Refused(
            N_("That day has not come yet."),
            code="bad_window",
            fields={"returned_on": N_("That day has not come yet.")},
        )
    if (today - returned_on).days > BACK_DATED_DAYS_MAX:
        raise Refused(
            N_("A return can be entered at most {days} days late."),
            code="too_late_entered",
            days=BACK_DATED_DAYS_MAX,
            fields={"returned_on": N_("That is too long ago.")},
        )
    if returned_on < today and not reason:
        raise Refused(
            N_("Say in a few words why this is entered late."),
            code="reason_needed",
            fields={"words": N_("Say in a few words why this is entered late.")},
        )
