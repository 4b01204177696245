"""Cutting a branch: what may be chosen for each person, who may agree, how long everything lasts. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Forbidden, Refused
from minga.kit.i18n import N_

REASON_MAX = 500
WAITS = timedelta(hours=72)
RESTS = timedelta(days=14)
UNDOABLE = timedelta(days=30)
SECOND_AFTER = timedelta(days=90)
"""For how long a full member has been one who may agree where there is only one steward."""
PEOPLE_MAX = 500

INSIDE = N_("You stand in this branch yourself. Somebody outside it has to do this.")
NOBODY_BELOW = N_("Nobody in this branch joined in that time. Choose other days.")
NOTHING_CHOSEN = N_("Everybody is kept. Choose at least one person who rests or is removed.")
SAME_PERSON = N_("Somebody else has to agree. You already did.")
EXPIRED = N_("Nobody agreed within 72 hours. Plan it again if it is still wanted.")
CLOSED = N_("This plan was taken back.")
TWO_STEWARDS = N_("A cut cannot take the last two stewards. Choose to keep them.")
WAITS_ALREADY = N_("A plan for this branch waits for a second yes already.")
TOO_LATE = N_("A cut can be undone for 30 days. That time is over.")
NOT_DONE = N_("Nothing has been cut yet.")
ALL_BACK = N_("Everything has been undone already.")
NOT_IN_PLAN = N_("Choose only people of this branch.")
BAD_SPONSOR = N_("Who stands for those you keep has to be a member outside the branch.")
ASKER_GONE = N_("Whoever planned this may not do it any more. Plan it yourself.")


class Fate(StrEnum):
    """What is chosen for one person of the branch."""

    KEEP = "keep"
    PAUSE = "pause"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class CutDates:
    """What happened to a plan, and to an undoing of one, so far."""

    until_at: datetime
    agreed_at: datetime | None
    closed_at: datetime | None


def state(dates: CutDates, at: datetime) -> str:
    """waiting, done, closed or expired.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> state(CutDates(noon + WAITS, None, None), noon), state(CutDates(noon, None, None), noon)
    ('waiting', 'expired')
    """
    if dates.agreed_at is not None:
        return "done"
    if dates.closed_at is not None:
        return "closed"
    return "waiting" if at < dates.until_at else "expired"


def proposed(*, outside_vouch: bool, outside_exchange: bool) -> Fate:
    """What is ticked before anybody chose: whoever is known outside the branch is kept.

    >>> proposed(outside_vouch=False, outside_exchange=True).value, proposed(outside_vouch=False, outside_exchange=False)
    ('keep', <Fate.PAUSE: 'pause'>)
    """
    return Fate.KEEP if outside_vouch or outside_exchange else Fate.PAUSE


def check_waiting(dates: CutDates, at: datetime) -> None:
    """Raise unless a second person's word is still waited for."""
    now = state(dates, at)
    if now == "closed":
        raise Conflict(CLOSED, code="closed")
    if now == "expired":
        raise Conflict(EXPIRED, code="expired")


def check_second(*, same: bool, inside: bool) -> None:
    """Raise unless somebody else, who stands outside the branch, gives the second word.

    >>> check_second(same=False, inside=True)
    Traceback (most recent call last):
    minga.kit.errors.Forbidden: You stand in this branch yourself. Somebody outside it has to do this.
    """
    if same:
        raise Forbidden(SAME_PERSON, code="same_person")
    if inside:
        raise Forbidden(INSIDE, code="inside_branch")


def check_stewards(stewards: Collection[str], taken: Collection[str]) -> None:
    """Raise if the plan would leave fewer than two stewards where there were two, or none where there was one.

    >>> check_stewards({"ana", "chidi", "hana"}, {"hana", "dara"})
    >>> check_stewards({"ana", "chidi"}, {"chidi"})
    Traceback (most recent call last):
    minga.kit.errors.Refused: A cut cannot take the last two stewards. Choose to keep them.
    """
    left = set(stewards) - set(taken)
    if left != set(stewards) and len(left) < min(2, len(set(stewards))):
        raise Refused(TWO_STEWARDS, code="last_steward")


def is_long_full(full_on: date | None, today: date) -> bool:
    """Whether somebody has been a full member for long enough to agree where there is only one steward.

    >>> is_long_full(date(2026, 1, 1), date(2026, 11, 20)), is_long_full(date(2026, 11, 1), date(2026, 11, 20))
    (True, False)
    """
    return full_on is not None and today - full_on >= SECOND_AFTER
