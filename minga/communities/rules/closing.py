"""Closing a community for good: how long members have to object, and how many objections stop it. Pure."""

from datetime import timedelta
from math import ceil

from minga.kit.i18n import N_

NOTICE = timedelta(days=14)
STOPPED_BY_PERCENT = 20
WORDS_MAX = 500
QUIET = timedelta(days=30)
"""After so long without a steward, the longest members are asked to choose one."""
ELDERS = 5

ARCHIVE = "community.archive"
CLOSED = N_("{community} is closed. What happened can be read, nothing new begins.")
NOT_OPEN = N_("{community} is not closed.")
CLOSES_ALREADY = N_("{community} is about to close already.")
NOTHING_CLOSES = N_("{community} is not about to close.")


def objections_needed(full_members: int) -> int:
    """How many full members have to object so that a community stays open: a fifth of them, at least one.

    >>> [objections_needed(n) for n in (0, 1, 5, 6, 15)]
    [1, 1, 1, 2, 3]
    """
    return max(1, ceil(full_members * STOPPED_BY_PERCENT / 100))
