"""Federations: communities whose members are communities. How a seat stands, how deep trees go, when leaving counts. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict
from minga.kit.i18n import N_

KIND = "federation"
"""The kind of a community whose members are communities."""

LAPSES_AFTER = timedelta(days=60)
OLDER_WAIT = timedelta(days=7)
EXCLUSION_DAYS_MIN = 14
"""So long, at least, the community that is to go is heard."""
LEVELS_MAX = 8
SCOPE_MAX = 255
WORDS_MAX = 500
WEIGHT_MAX = 100
INVITED_MAX = 20

NEEDS_TWO = N_("A federation is founded by at least two communities. Choose one more.")
ONLY_COMMUNITIES = N_("Whole communities hold seats in federations, not groups.")
NO_FEDERATION = N_("This is not a federation.")
THERE_ALREADY = N_("{community} holds a seat already, or one waits for an answer.")
SAME_PERSON = N_("Somebody else has to agree. You already spoke for the other side.")
ANSWERED = N_("This was answered already.")
TOO_LATE = N_("Nobody answered for 60 days. Ask again.")
NOT_SEATED = N_("This community holds no seat here any more.")
NOT_LEAVING = N_("No notice was given.")
CYCLE = N_("{upper} already belongs to {lower}.")
TOO_DEEP = N_("Federations here lie at most {n} levels deep.")
HOLDS_OTHERS = N_("Other federations hold seats here. They leave first.")
TWO_SEATS = N_("Two people who speak for different communities decide this.")
MIXED = N_("A federation makes agreements with federations; a community joins it by a seat.")


class DecidedBy(StrEnum):
    """How a federation decides; the default of its proposals."""

    CONSENSUS = "consensus"
    VOTING = "voting"
    COUNCIL = "council"
    HYBRID = "hybrid"


class Scope(StrEnum):
    """What holds its communities together."""

    GEOGRAPHIC = "geographic"
    SECTORAL = "sectoral"
    SKILL = "skill"
    IDEOLOGICAL = "ideological"
    CUSTOM = "custom"


class SeatRole(StrEnum):
    """How a community takes part."""

    MEMBER = "member"
    COUNCIL = "council"
    ADMIN = "admin"


class SeatState(StrEnum):
    """Where a seat stands."""

    ASKED = "asked"
    SEATED = "seated"
    LEAVING = "leaving"
    LEFT = "left"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class SeatDates:
    """The dated facts of a seat."""

    asked_at: datetime
    joined_at: datetime | None = None
    declined_at: datetime | None = None
    withdrawn_at: datetime | None = None
    leaving_at: datetime | None = None
    left_at: datetime | None = None

    def state(self, at: datetime) -> SeatState:
        """
        >>> day, hour = datetime(2026, 11, 20), timedelta(hours=1)
        >>> SeatDates(day).state(day + hour).value, SeatDates(day).state(day + LAPSES_AFTER).value
        ('asked', 'lapsed')
        >>> SeatDates(day, day).state(day + LAPSES_AFTER).value, SeatDates(day, day, leaving_at=day).state(day).value
        ('seated', 'leaving')
        >>> SeatDates(day, day, leaving_at=day, left_at=day).state(day).value, SeatDates(day, declined_at=day).state(day).value
        ('left', 'declined')
        """
        if self.left_at is not None:
            return SeatState.LEFT
        if self.leaving_at is not None:
            return SeatState.LEAVING
        if self.joined_at is not None:
            return SeatState.SEATED
        if self.declined_at is not None:
            return SeatState.DECLINED
        if self.withdrawn_at is not None:
            return SeatState.WITHDRAWN
        return SeatState.LAPSED if at >= self.asked_at + LAPSES_AFTER else SeatState.ASKED

    @property
    def shares(self) -> bool:
        """Whether anything is given and read by this seat: never once notice is given.

        >>> day = datetime(2026, 11, 20)
        >>> SeatDates(day).shares, SeatDates(day, day).shares, SeatDates(day, day, leaving_at=day).shares
        (False, True, False)
        """
        return self.joined_at is not None and self.leaving_at is None and self.left_at is None


def leaves_at(given_at: datetime, notice_days: int, *, excluded: bool) -> datetime:
    """When a seat ends after notice; who is excluded is heard for at least fourteen days.

    >>> day = datetime(2026, 11, 20)
    >>> [(leaves_at(day, n, excluded=out) - day).days for n, out in ((14, False), (0, False), (0, True), (90, True))]
    [14, 0, 14, 90]
    """
    days = max(notice_days, EXCLUSION_DAYS_MIN) if excluded else notice_days
    return given_at + timedelta(days=days)


def check_tree(
    *,
    upper: str,
    lower: str,
    above: dict[str, int],
    lower_id: str,
    levels_below: int,
    allowed: dict[str, int],
) -> None:
    """Refuse a seat of federation `lower` in federation `upper` that would close a circle or make a tree too deep.

    `above`: the upper one itself (0) and every federation over it with its steps; `levels_below`: how many levels of
    federations the lower one is, itself included; `allowed`: how many levels each of those above allows.

    >>> calm = dict(upper="Alliance", lower="Network", lower_id="n", levels_below=1)
    >>> check_tree(above={"a": 0}, allowed={"a": 2}, **calm)
    >>> check_tree(above={"a": 0, "n": 1}, allowed={"a": 8, "n": 8}, **calm)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: Alliance already belongs to Network.
    >>> check_tree(above={"a": 0, "b": 1}, allowed={"a": 2, "b": 2}, **calm)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: Federations here lie at most 2 levels deep.
    """
    if lower_id in above:
        raise Conflict(CYCLE, code="cycle", upper=upper, lower=lower)
    for one, steps in above.items():
        if steps + 1 + levels_below > allowed[one]:
            raise Conflict(TOO_DEEP, code="too_deep", n=allowed[one])
