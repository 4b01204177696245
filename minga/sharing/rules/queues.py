"""The queue for something: who is next, who is skipped and why, how a place in it ends. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MISSES_MAX = 2
"""Whoever does not fetch it goes to the end of the queue once; the second time they are out."""
WISHED_DAYS_MAX = 365


class HoldEnd(StrEnum):
    """How a place in the queue ended: they have it, they left, they did not come twice, or it is not offered any more."""

    FULFILLED = "fulfilled"
    LEFT = "left"
    LAPSED = "lapsed"
    CLOSED = "closed"


class HoldState(StrEnum):
    """Where a place in the queue stands."""

    PLACED = "placed"
    READY = "ready"
    FULFILLED = "fulfilled"
    LEFT = "left"
    LAPSED = "lapsed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a queue, as the rules see it."""

    id: str
    rank: int
    wished_days: int
    ready_until: datetime | None = None
    misses: int = 0


def state_of(ready_at: datetime | None, end: HoldEnd | None) -> HoldState:
    """Exactly one state from the dates.

    >>> state_of(None, None).value, state_of(None, HoldEnd.LEFT).value
    ('placed', 'left')
    """
    if end is not None:
        return HoldState(end.value)
    return HoldState.PLACED if ready_at is None else HoldState.READY


def in_order(places: Sequence[Place]) -> list[Place]:
    """The queue from the first to the last.

    >>> [one.id for one in in_order([Place("b", 2, 7), Place("a", 1, 7)])]
    ['a', 'b']
    """
    return sorted(places, key=lambda one: (one.rank, one.id))


def position_of(places: Sequence[Place], place_id: str) -> int:
    """The place in the queue, counted from one."""
    return 1 + [one.id for one in in_order(places)].index(place_id)


def next_after(places: Sequence[Place], place_id: str) -> Place | None:
    """Who comes right behind and still waits."""
    behind = in_order(places)[position_of(places, place_id) :]
    return next((one for one in behind if one.ready_until is None), None)


def end_of_queue(places: Sequence[Place]) -> int:
    """The rank of whoever comes last."""
    return max((one.rank for one in places), default=0) + 1


def is_out(misses: int) -> bool:
    """Whether somebody who did not come so many times has no place any more.

    >>> is_out(1), is_out(2)
    (False, True)
    """
    return misses >= MISSES_MAX
