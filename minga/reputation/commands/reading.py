"""From an event of sharing to the facts it tells; the same for reactions and for recomputing them all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from minga.kit.db import Session
from minga.kit.events import Event
from minga.kit.ids import Id
from minga.reputation.access import sources
from minga.reputation.rules import facts as rules
from minga.reputation.rules.facts import Dimension, Observation, What
from minga.sharing.events import (
    AskAnswered,
    AskLapsed,
    ExchangeCancelled,
    ExchangeCompleted,
    FeedbackReleased,
    ListingTransferred,
    LoanCompleted,
    NoShowStood,
    TransferHow,
)
from minga.sharing.events.exchanges import ExchangeEvent
from minga.sharing.rules.exchanges import LegWhat, Side

BY_OWNER = ("accept", "decline")
MOVED = {LegWhat.THING: (What.GAVE, What.GOT), LegWhat.EFFORT: (What.HELPED, What.WAS_HELPED)}


@dataclass(frozen=True, slots=True)
class Reading:
    """What an event says: facts of one day in one community, about one thing."""

    event_id: Id
    community_id: Id
    happened_on: date
    about_kind: str
    about_id: Id
    observed: tuple[Observation, ...]


def read(session: Session, event: Event) -> Reading | None:
    """What the event says about people; None when it says nothing."""
    known = KINDS.get(type(event).__name__)
    if known is None or event.community_id is None or event.happened_at is None:
        return None
    kind, about, observed = known
    if not isinstance(event, kind):
        return None
    found = observed(session, event, event.happened_at)
    if not found or (about == "exchange" and sources.is_disputed(session, getattr(event, "exchange_id", ""))):
        return None
    return Reading(
        event.event_id,
        event.community_id,
        event.happened_at.date(),
        about,
        getattr(event, f"{about}_id"),
        found,
    )


def _of_loan(_session: Session, event: LoanCompleted, _at: datetime) -> tuple[Observation, ...]:
    return rules.of_loan(
        event.lender_id,
        event.borrower_id,
        days_late=event.days_late,
        lost=event.lost,
        condition_out=event.condition_out,
        condition_back=event.condition_back,
    )


def _of_transfer(_session: Session, event: ListingTransferred, _at: datetime) -> tuple[Observation, ...]:
    if event.how != TransferHow.LOAN:
        return ()
    return rules.of_moving(event.from_id, event.to_id, What.LENT, What.BORROWED)


def _of_exchange(session: Session, event: ExchangeCompleted, _at: datetime) -> tuple[Observation, ...]:
    """Done as agreed; silence counts for who gave, as nobody objected, and says nothing about the other."""
    if event.kind == "loan":
        return ()
    sides = [(event.provider_id, event.receiver_id), (event.receiver_id, event.provider_id)]
    kept = [
        rules.good(one, other, Dimension.RELIABILITY, What.DONE)
        for one, other in (sides[:1] if event.by_silence else sides)
    ]
    moved: dict[tuple[Id, What], Observation] = {}
    minutes = sources.minutes_of(session, event.exchange_id)
    for leg in sources.legs(session, event.exchange_id):
        if leg.what in MOVED and not leg.comes_back:
            for one in rules.of_moving(leg.giver_id, leg.taker_id, *MOVED[leg.what], minutes):
                moved.setdefault((one.person_id, one.what), one)
    return (*kept, *moved.values())


def _of_cancelling(session: Session, event: ExchangeCancelled, _at: datetime) -> tuple[Observation, ...]:
    """Called off less than a day before an agreed meeting, unless the other said *no harm done*."""
    if event.short_notice is None or sources.was_said(session, event.exchange_id, "NoHarmSaid"):
        return ()
    late, other = _sides(event, event.short_notice)
    return (rules.bad(late, other, Dimension.RELIABILITY, What.CANCELLED_LATE),)


def _of_no_show(_session: Session, event: NoShowStood, _at: datetime) -> tuple[Observation, ...]:
    absent, other = _sides(event, event.absent)
    return (rules.bad(absent, other, Dimension.RELIABILITY, What.NO_SHOW),)


def _sides(event: ExchangeEvent, side: str) -> tuple[Id, Id]:
    """Who is on that side, and who on the other."""
    pair = event.provider_id, event.receiver_id
    return pair if side == Side.PROVIDER else pair[::-1]


def _of_feedback(session: Session, event: FeedbackReleased, _at: datetime) -> tuple[Observation, ...]:
    """How an effort was found counts for who did it, how the talking was for either; unless it was taken back."""
    if sources.was_said(session, event.exchange_id, "FeedbackTakenBack", feedback_id=event.feedback_id):
        return ()
    marks = {Dimension.COMMUNICATION: event.talking}
    if event.what == LegWhat.EFFORT and event.side == Side.PROVIDER:
        marks[Dimension.WORK] = event.care
    found = (
        rules.of_words(event.subject_id, event.by_id, dimension, mark)
        for dimension, mark in marks.items()
        if mark is not None
    )
    return tuple(one for one in found if one is not None)


def _of_answer(session: Session, event: AskAnswered, _at: datetime) -> tuple[Observation, ...]:
    """The owner's first word within three days, be it yes, no or another day; later says nothing."""
    sent = sources.first_said(session, event.ask_id, ("AskSent",), event.event_id)
    word = sources.first_said(session, event.ask_id, ("AskProposed",), event.event_id)
    if word is None and event.actor_id == event.owner_id and event.answer in BY_OWNER:
        word = event.happened_at
    if sent is None or word is None or word - sent > rules.ANSWERED_WITHIN:
        return ()
    return (rules.good(event.owner_id, event.asker_id, Dimension.COMMUNICATION, What.ANSWERED),)


def _of_silence(session: Session, event: AskLapsed, at: datetime) -> tuple[Observation, ...]:
    """Left to lapse by its owner; not while they rest, nor when it was the asker who said nothing more."""
    proposed = sources.first_said(session, event.ask_id, ("AskProposed",), event.event_id)
    if proposed is not None or sources.was_resting(session, event.owner_id, at):
        return ()
    return (rules.bad(event.owner_id, event.asker_id, Dimension.COMMUNICATION, What.LEFT_SILENT),)


Reader = Callable[[Session, Any, datetime], tuple[Observation, ...]]
KINDS: dict[str, tuple[type[Event], str, Reader]] = {
    "LoanCompleted": (LoanCompleted, "exchange", _of_loan),
    "ListingTransferred": (ListingTransferred, "exchange", _of_transfer),
    "ExchangeCompleted": (ExchangeCompleted, "exchange", _of_exchange),
    "ExchangeCancelled": (ExchangeCancelled, "exchange", _of_cancelling),
    "NoShowStood": (NoShowStood, "exchange", _of_no_show),
    "FeedbackReleased": (FeedbackReleased, "exchange", _of_feedback),
    "AskAnswered": (AskAnswered, "ask", _of_answer),
    "AskLapsed": (AskLapsed, "ask", _of_silence),
}
UNSAYS: dict[str, str] = {"NoHarmSaid": "ExchangeCancelled", "FeedbackTakenBack": "FeedbackReleased"}
"""What takes back what an earlier event about the same exchange told."""
SETTLES = ("DisputeOpened", "DisputeClosed")
"""What changes whether anything of an exchange counts: nothing does while it is talked over, or when that was the end."""
