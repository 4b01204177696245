"""An exchange as a line of a list, and what its reader can do about it now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from minga.kit.ids import Id
from minga.sharing.rules.exchanges import ExchangeDates, ExchangeKind, ExchangeStatus, LegWhat, Side
from minga.sharing.rules.loans import LoanState
from minga.sharing.rules.words import Kind


class Step(StrEnum):
    """What one can do about an exchange now; the first of a list is the one that is waited for."""

    HAND_OVER = "hand_over"
    BEGIN = "begin"
    DONE = "done"
    ACCEPT = "accept"
    NOT_YET = "not_yet"
    TAKE_BACK = "take_back"
    NOT_BACK = "not_back"
    BRING_BACK = "bring_back"
    RENEW = "renew"
    ANSWER_RENEWAL = "answer_renewal"
    LOST = "lost"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class LoanView:
    """A loan with its dates and how it stands today where it was lent."""

    id: Id
    copy_no: int
    lent_on: date
    due_on: date
    state: LoanState
    overdue: bool
    brought_back_at: datetime | None
    returned_on: date | None
    condition_out: int | None
    condition_back: int | None
    words_back: str
    by_silence: bool
    lost_at: datetime | None
    wished_due_on: date | None


@dataclass(frozen=True, slots=True)
class ExchangeLine:
    """An exchange in a list."""

    id: Id
    listing_id: Id
    title: str
    listing_kind: Kind
    kind: ExchangeKind
    what: LegWhat
    quantity_milli: int
    unit: str | None
    is_cross: bool
    community_id: Id
    community_name: str
    zone: str
    side: Side
    other_id: Id
    other_name: str
    other_handle: str
    from_at: datetime | None
    until_at: datetime | None
    agreed_at: datetime
    completed_at: datetime | None
    dates: ExchangeDates
    loan: LoanView | None

    @property
    def status(self) -> ExchangeStatus:
        return self.dates.status


def steps_of(line: ExchangeLine) -> tuple[Step, ...]:
    """What the reader can do now, the awaited step first. Buttons of pages and `may` of the API come from here."""
    dates, giver = line.dates, line.side is Side.PROVIDER
    if not dates.running:
        return ()
    if line.kind is ExchangeKind.LOAN:
        return _loan_steps(line, giver)
    cancel = () if dates.cancel_wished_by is line.side else (Step.CANCEL,)
    if dates.done_at(line.side) is not None:
        return cancel
    if giver:
        begin = (Step.BEGIN,) if dates.started_at is None and dates.what is LegWhat.EFFORT else ()
        return (*begin, Step.DONE, *cancel)
    if dates.what is LegWhat.THING:
        return (Step.DONE, *cancel)
    return (Step.ACCEPT, Step.NOT_YET, *cancel) if dates.provider_done_at else cancel


def _loan_steps(line: ExchangeLine, giver: bool) -> tuple[Step, ...]:
    loan = line.loan
    if loan is None:
        return (Step.HAND_OVER, Step.CANCEL) if giver else (Step.CANCEL,)
    if giver:
        wished = (Step.ANSWER_RENEWAL,) if loan.wished_due_on else ()
        said = (Step.NOT_BACK,) if loan.state is LoanState.BROUGHT_BACK else ()
        return (*wished, Step.TAKE_BACK, *said, Step.LOST)
    if loan.state is LoanState.BROUGHT_BACK:
        return (Step.LOST,)
    return (Step.BRING_BACK, Step.RENEW, Step.LOST)
