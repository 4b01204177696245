"""How somebody stands in a community, how they came, how it ended, and how one joins a subgroup."""

from datetime import datetime, timedelta
from enum import StrEnum

CONFIRMED_FOR = timedelta(minutes=15)
PAUSE_DAYS_MAX = 90
TRIAL_DAYS_MAX = 730
GUEST_DAYS_MAX = 365
REASON_MAX = 500


class Standing(StrEnum):
    """Computed, never stored."""

    GUEST = "guest"
    TRIAL = "trial"
    FULL = "full"
    PAUSED = "paused"
    LEFT = "left"
    REMOVED = "removed"


class CameBy(StrEnum):
    FOUNDED = "founded"
    INVITE = "invite"
    APPLICATION = "application"
    OPEN = "open"
    KEPT = "kept"
    IMPORT = "import"


class EndedWhy(StrEnum):
    LEFT = "left"
    REMOVED = "removed"
    ROOT_LEFT = "root_left"
    """The membership of the community above ended, and this one with it."""


class JoiningMode(StrEnum):
    """How a member of the community above comes into a subgroup."""

    OPEN = "open"
    ASKED = "asked"
    INVITATION = "invitation"
    QUIET = "quiet"


def standing(
    *,
    ended_why: str | None,
    ended: bool,
    paused: bool,
    trial_ends_at: datetime | None,
    full: bool,
    at: datetime,
    guest: bool = False,
) -> Standing:
    """How a membership row stands at a moment.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> fresh = dict(ended_why=None, ended=False, paused=False, full=False, at=noon)
    >>> standing(**fresh, trial_ends_at=noon + timedelta(days=1)).value
    'trial'
    >>> standing(**fresh, trial_ends_at=noon).value
    'full'
    >>> standing(**fresh, trial_ends_at=noon + timedelta(days=1), guest=True).value
    'guest'
    """
    if ended:
        return Standing.REMOVED if ended_why == EndedWhy.REMOVED else Standing.LEFT
    if paused:
        return Standing.PAUSED
    if guest:
        return Standing.GUEST
    if trial_ends_at is not None and not full and at < trial_ends_at:
        return Standing.TRIAL
    return Standing.FULL


def is_fresh(confirmed_at: datetime | None, at: datetime) -> bool:
    """Whether somebody showed within the last 15 minutes that it is them.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> is_fresh(noon - timedelta(minutes=14), noon), is_fresh(noon - timedelta(minutes=16), noon), is_fresh(None, noon)
    (True, False, False)
    """
    return confirmed_at is not None and confirmed_at <= at < confirmed_at + CONFIRMED_FOR
