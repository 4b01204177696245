"""The rules by which something is lent or booked, as numbers: the community's, made stricter by a listing. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from minga.kit.i18n import N_

ITEMS_MAX = 5
PICKUP_DAYS = 3
BLOCK_AFTER_DAYS = 7
SKILL_LENGTH_MAX = 60
MINUTES_OF_DAY = 24 * 60
GRAINS = (15, 30, 60, 120, 240, 720, 1440)


class Who(StrEnum):
    """Who may borrow what the community lends."""

    TRIAL = "trial"
    FULL = "full"


WHO_WORDS = {Who.TRIAL: N_("Everybody, also on trial"), Who.FULL: N_("Full members")}


@dataclass(frozen=True, slots=True)
class Hours:
    """When a place is open on one day of the week, in minutes from midnight there."""

    opens: int
    closes: int


Week = tuple[Hours | None, ...]
"""Monday to Sunday; nothing on a day that it is closed. An empty week is open day and night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """How hours are booked: on which grid, how long, how soon, how much by one person."""

    grain_minutes: int = 60
    lead_minutes_min: int = 0
    minutes_min: int = 0
    minutes_max: int = 0
    month_minutes_max: int = 0
    approval_over_minutes: int = 0
    week: Week = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lending:
    """What holds for one listing now. Zero or nothing means: no such limit."""

    in_library: bool = False
    days_max: int
    items_max: int = ITEMS_MAX
    lead_days_max: int
    buffer: timedelta = timedelta(0)
    pickup_days: int = PICKUP_DAYS
    block_after_days: int = BLOCK_AFTER_DAYS
    who: Who = Who.TRIAL
    needs_skill: str = ""
    deposit_minor: int = 0
    deposit_unit: str = ""
    booking: Booking = Booking()


def stricter(rule: int, stated: int | None) -> int:
    """A community's upper limit, or the listing's where that is lower.

    >>> stricter(14, None), stricter(14, 7), stricter(14, 30)
    (14, 7, 14)
    """
    return rule if stated is None else min(rule, stated)
