"""The time of the node. Nothing outside this module and the interfaces asks the machine's clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This instant, aware, UTC."""
    return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests, drills and `--at`."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        """Move the clock, e.g. `forward(days=1)`, and answer the new time."""
        self.now += timedelta(**span)
        return self.now
