"""The one word that says where a proposal stands, from its dated facts and those of its newest poll."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """Where a proposal stands, as lists, pages and the API say it."""

    DRAFT = "draft"
    DISCUSSION = "discussion"
    OPEN = "open"
    CLOSED = "closed"
    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    ELECTED = "elected"
    ADVISED = "advised"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    IMPLEMENTED = "implemented"


DECIDED = frozenset({Status.PASSED, Status.FAILED, Status.UNDECIDED, Status.ELECTED})


@dataclass(frozen=True)
class PollDates:
    """The dated facts of a poll."""

    opens_at: datetime
    closes_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    tallied_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True)
class Dates:
    """The dated facts of a proposal, with its newest poll; `outcome` is the word of that poll's Result."""

    submitted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    stated_at: datetime | None = None
    poll: PollDates | None = None
    outcome: str = ""
    implemented_on: date | None = None


def status_of(dates: Dates, at: datetime) -> Status:
    """The status at a moment. The clock closes a poll, whether its closing was noted yet or not.

    >>> from datetime import UTC
    >>> day = lambda n: datetime(2026, 11, n, tzinfo=UTC)
    >>> status_of(Dates(), day(1)).value, status_of(Dates(day(1)), day(2)).value
    ('draft', 'discussion')
    >>> running = Dates(day(1), poll=PollDates(day(2), day(5), day(2)))
    >>> status_of(running, day(3)).value, status_of(running, day(5)).value
    ('open', 'closed')
    """
    if dates.withdrawn_at is not None:
        return Status.WITHDRAWN
    if dates.submitted_at is None:
        return Status.DRAFT
    poll = dates.poll
    if poll is not None and poll.voided_at is not None:
        return Status.VOID
    if poll is None or poll.opened_at is None:
        return Status.DISCUSSION if dates.stated_at is None else Status.ADVISED
    if poll.tallied_at is not None:
        if dates.implemented_on is not None:
            return Status.IMPLEMENTED
        return Status(dates.outcome) if dates.outcome in DECIDED else Status.UNDECIDED
    if poll.closed_at is not None or at >= poll.closes_at:
        return Status.CLOSED
    return Status.OPEN
