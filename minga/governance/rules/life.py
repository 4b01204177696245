"""The life of a proposal and its polls: states that follow from dated facts, and the only ways between them. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Invalid
from minga.kit.i18n import N_

REVEAL_WITHIN = timedelta(hours=24)
VOTING_MAX = timedelta(days=365)
GRACE = timedelta(hours=1)
EARLY, LATE = timedelta(hours=48), timedelta(hours=12)


class ProposalState(StrEnum):
    """Computed, never stored."""

    DRAFT = "draft"
    DISCUSSION = "discussion"
    OPEN = "open"
    CLOSED = "closed"
    TALLIED = "tallied"
    FINAL = "final"
    IMPLEMENTED = "implemented"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class PollState(StrEnum):
    """Computed, never stored. A poll that is planned is set up and fixes nothing yet."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    TALLIED = "tallied"
    FINAL = "final"
    VOID = "void"


_S = ProposalState
LEADS_TO: dict[ProposalState, frozenset[ProposalState]] = {
    _S.DRAFT: frozenset({_S.DISCUSSION, _S.WITHDRAWN}),
    _S.DISCUSSION: frozenset({_S.OPEN, _S.WITHDRAWN, _S.FINAL}),
    _S.OPEN: frozenset({_S.CLOSED, _S.VOID, _S.WITHDRAWN}),
    _S.CLOSED: frozenset({_S.TALLIED, _S.VOID}),
    _S.TALLIED: frozenset({_S.FINAL, _S.VOID, _S.DISCUSSION}),
    _S.FINAL: frozenset({_S.IMPLEMENTED}),
    _S.IMPLEMENTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.VOID: frozenset({_S.DISCUSSION, _S.OPEN}),
}
"""Every way there is. To final straight from discussion only where nothing is counted (advice); back to discussion when a
round ended without agreement, and when a void poll is set up anew."""

POLL_LEADS_TO: dict[PollState, frozenset[PollState]] = {
    PollState.PLANNED: frozenset({PollState.OPEN, PollState.VOID}),
    PollState.OPEN: frozenset({PollState.CLOSED, PollState.VOID}),
    PollState.CLOSED: frozenset({PollState.TALLIED, PollState.VOID}),
    PollState.TALLIED: frozenset({PollState.FINAL, PollState.VOID}),
    PollState.FINAL: frozenset(),
    PollState.VOID: frozenset(),
}


@dataclass(frozen=True)
class PollDates:
    """The dated facts of a poll. `returns`: it ended without a decision, and discussion goes on."""

    closes_at: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    tallied_at: datetime | None = None
    final_at: datetime | None = None
    voided_at: datetime | None = None
    returns: bool = False


@dataclass(frozen=True)
class ProposalDates:
    """The dated facts of a proposal with its newest poll. `stated_at`: where nothing is counted, when it was ended."""

    submitted_at: datetime | None = None
    withdrawn_at: datetime | None = None
    stated_at: datetime | None = None
    implemented: bool = False
    poll: PollDates | None = None


def poll_state(dates: PollDates, at: datetime) -> PollState:
    """The state at a moment. The clock closes a poll, whether or not the work of closing has run.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> running = PollDates(noon, opened_at=noon - timedelta(days=5))
    >>> poll_state(running, noon - timedelta(seconds=1)).value, poll_state(running, noon).value
    ('open', 'closed')
    """
    if dates.voided_at is not None:
        return PollState.VOID
    if dates.final_at is not None:
        return PollState.FINAL
    if dates.tallied_at is not None:
        return PollState.TALLIED
    if dates.opened_at is None:
        return PollState.PLANNED
    if dates.closed_at is not None or at >= dates.closes_at:
        return PollState.CLOSED
    return PollState.OPEN


def proposal_state(dates: ProposalDates, at: datetime) -> ProposalState:
    """The state at a moment, from its own dates and those of its newest poll."""
    if dates.withdrawn_at is not None:
        return ProposalState.WITHDRAWN
    if dates.submitted_at is None:
        return ProposalState.DRAFT
    if dates.implemented:
        return ProposalState.IMPLEMENTED
    if dates.stated_at is not None:
        return ProposalState.FINAL
    if dates.poll is None:
        return ProposalState.DISCUSSION
    state = poll_state(dates.poll, at)
    if dates.poll.opened_at is None or (state is PollState.FINAL and dates.poll.returns):
        return ProposalState.DISCUSSION
    return ProposalState(state.value)


def shown_status(state: ProposalState, outcome: str = "") -> str:
    """The state as other programs read it: once there is an outcome, the outcome.

    >>> shown_status(ProposalState.TALLIED, "passed"), shown_status(ProposalState.OPEN)
    ('passed', 'open')
    """
    if state in (ProposalState.TALLIED, ProposalState.FINAL):
        return outcome or "closed"
    return state.value


NOT_NOW = N_("That does not work any more: this proposal is in the state “{state}”.")
FROZEN = N_("While a poll is open, its text, options, roll and rules stay as they are.")
STATE_WORDS = {
    "draft": N_("draft"),
    "discussion": N_("in discussion"),
    "open": N_("open poll"),
    "closed": N_("closed"),
    "tallied": N_("counted"),
    "final": N_("decided"),
    "implemented": N_("carried out"),
    "withdrawn": N_("withdrawn"),
    "void": N_("void"),
    "planned": N_("set up"),
}


def not_now(state: ProposalState | PollState) -> Conflict:
    """The refusal of a step that does not lead from here; what is frozen, void or closed has words of its own."""
    if state is PollState.VOID:
        return Conflict(N_("This poll was declared void; it does not count."), code="poll_void")
    if state is PollState.PLANNED:
        return Conflict(N_("This poll has not been opened yet."), code="poll_not_open")
    if state in (PollState.CLOSED, PollState.TALLIED, PollState.FINAL):
        return Conflict(N_("This poll is closed."), code="poll_closed")
    if state in (ProposalState.OPEN, PollState.OPEN):
        return Conflict(FROZEN, code="poll_frozen")
    return Conflict(NOT_NOW, code="not_now", state=Conflict(STATE_WORDS[state.value]))


DATES = N_("A poll ends after it begins, and runs for at least {days} days and at most a year.")
SHORT = N_("The charter asks for {days} days of discussion before a poll; this began on {day}.")


def check_dates(opens_at: datetime, closes_at: datetime, at: datetime, days: int) -> None:
    """Refuse a poll that ends before it starts, has ended already, or is shorter than the charter allows.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> check_dates(noon, noon + timedelta(days=5), noon, 5)
    """
    length = closes_at - opens_at
    if length <= timedelta(0) or closes_at <= at or length < timedelta(days=days) or length > VOTING_MAX:
        raise Invalid(DATES, code="dates_invalid", fields={"closes_at": DATES}, days=days)


def closes_after(opens_at: datetime, closes_at: datetime, at: datetime, days: int) -> datetime:
    """When a poll closes that opens now: as planned, but with the charter's days for all when the node was off and opens it late.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> (closes_after(noon, noon + timedelta(days=5), noon + timedelta(days=2), 5) - noon).days
    7
    """
    least = at + timedelta(days=days)
    return max(closes_at, least) if at - opens_at > GRACE else closes_at


def check_discussed(submitted_at: datetime, opens_at: datetime, days: int) -> None:
    """Refuse a poll before the charter's days of discussion are over."""
    if opens_at - submitted_at < timedelta(days=days):
        raise Invalid(
            SHORT, code="discussion_short", fields={"opens_at": SHORT}, days=days, day=submitted_at.date()
        )


def due_reminder(opened_at: datetime, closes_at: datetime, sent: int, at: datetime) -> int | None:
    """How many reminders will have been sent when the one that is due now is; None when none is.

    One at opening, one 48 hours and one 12 hours before the close; what was missed is not sent late twice.
    """
    due = 1
    for number, before in ((2, EARLY), (3, LATE)):
        if at >= closes_at - before and closes_at - before > opened_at:
            due = number
    return due if due > sent and at < closes_at else None


HOURS_OF = {1: 0, 2: 48, 3: 12}
