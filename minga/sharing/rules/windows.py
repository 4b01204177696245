"""Days and hours that are taken: how many copies a window needs, and what is free around it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From an instant up to, but without, another."""

    from_at: datetime
    until_at: datetime

    def meets(self, other: "Window") -> bool:
        """Whether both share a moment; one that ends when the other begins does not.

        >>> from datetime import UTC, timedelta
        >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
        >>> hour = timedelta(hours=1)
        >>> Window(noon, noon + hour).meets(Window(noon + hour, noon + 2 * hour))
        False
        """
        return self.from_at < other.until_at and other.from_at < self.until_at


def copies_taken(taken: Sequence[Window], wish: Window) -> int:
    """How many copies are taken at the same moment, at most, while the wish lasts."""
    steps: list[tuple[datetime, int]] = []
    for one in taken:
        if one.meets(wish):
            steps += [(max(one.from_at, wish.from_at), 1), (one.until_at, -1)]
    most = now = 0
    for _, step in sorted(steps):
        now += step
        most = max(most, now)
    return most


def taken_around(taken: Sequence[Window], wish: Window) -> Window:
    """The whole stretch around a wish in which something is always taken: before and after it is free.

    Meant for what has one copy; with more, it names days in which at least one is away.
    """
    start, end = wish.from_at, wish.until_at
    meeting = [one for one in taken if one.meets(wish)]
    if meeting:
        start, end = min(one.from_at for one in meeting), max(one.until_at for one in meeting)
    rest = sorted(taken)
    grown = True
    while grown:
        grown = False
        for one in rest:
            if one.from_at <= end and start <= one.until_at and (one.from_at < start or one.until_at > end):
                start, end, grown = min(start, one.from_at), max(end, one.until_at), True
    return Window(start, end)
