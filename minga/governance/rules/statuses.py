"""The one word that says where a proposal stands, as lists, pages and the API say it; and for polls the same."""

from datetime import datetime
from enum import StrEnum

from minga.governance.rules.life import PollDates, ProposalDates, ProposalState, proposal_state, shown_status


class Status(StrEnum):
    """The state of a proposal; once something was counted, the outcome."""

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


def status_of(dates: ProposalDates, outcome: str, at: datetime) -> Status:
    """The status at a moment; `outcome` is the word of the newest poll's Result.

    >>> from datetime import UTC
    >>> day = lambda n: datetime(2026, 11, n, tzinfo=UTC)
    >>> status_of(ProposalDates(), "", day(1)).value, status_of(ProposalDates(day(1)), "", day(2)).value
    ('draft', 'discussion')
    >>> running = ProposalDates(day(1), poll=PollDates(day(5), opened_at=day(2)))
    >>> status_of(running, "", day(3)).value, status_of(running, "", day(5)).value
    ('open', 'closed')
    """
    state = proposal_state(dates, at)
    if state is ProposalState.FINAL and dates.stated_at is not None:
        return Status.ADVISED
    if state in (ProposalState.TALLIED, ProposalState.FINAL) and outcome not in DECIDED:
        return Status.UNDECIDED
    return Status(shown_status(state, outcome))


def poll_status(dates: PollDates, outcome: str, at: datetime) -> Status:
    """The same for one poll; one that is planned is still in discussion."""
    return status_of(ProposalDates(submitted_at=at, poll=dates), outcome, at)
