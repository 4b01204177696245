"""What sharing tells about people is kept as facts: the only place where facts come from."""

from datetime import datetime

from minga.kit.db import Session
from minga.kit.delivery import on
from minga.reputation import commands
from minga.sharing.events import (
    AskAnswered,
    AskLapsed,
    DisputeClosed,
    DisputeOpened,
    ExchangeCancelled,
    ExchangeCompleted,
    FeedbackReleased,
    FeedbackTakenBack,
    ListingCreated,
    ListingTransferred,
    LoanCompleted,
    NoHarmSaid,
    NoShowStood,
)


@on(LoanCompleted, name="reputation.fact_of_loan", replayable=True)
def fact_of_loan(session: Session, event: LoanCompleted, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(ListingTransferred, name="reputation.count_lending", replayable=True)
def count_lending(session: Session, event: ListingTransferred, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(ExchangeCompleted, name="reputation.fact_of_exchange", replayable=True)
def fact_of_exchange(session: Session, event: ExchangeCompleted, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(ExchangeCancelled, name="reputation.fact_of_cancelling", replayable=True)
def fact_of_cancelling(session: Session, event: ExchangeCancelled, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(AskAnswered, name="reputation.fact_of_answer", replayable=True)
def fact_of_answer(session: Session, event: AskAnswered, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(AskLapsed, name="reputation.fact_of_silence", replayable=True)
def fact_of_silence(session: Session, event: AskLapsed, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(NoShowStood, name="reputation.fact_of_no_show", replayable=True)
def fact_of_no_show(session: Session, event: NoShowStood, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(NoHarmSaid, name="reputation.forget_late_cancelling", replayable=True)
def forget_late_cancelling(session: Session, event: NoHarmSaid, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(FeedbackReleased, name="reputation.fact_of_feedback", replayable=True)
def fact_of_feedback(session: Session, event: FeedbackReleased, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(FeedbackTakenBack, name="reputation.forget_feedback", replayable=True)
def forget_feedback(session: Session, event: FeedbackTakenBack, *, at: datetime) -> None:
    commands.observe(session, event, at=at)


@on(ListingCreated, name="reputation.look_at_badges", replayable=True)
def look_at_badges(session: Session, event: ListingCreated, *, at: datetime) -> None:
    """Posting something may earn a badge; everything else is looked at once a night."""
    if event.community_id is not None:
        commands.award_badges(
            session, event.community_id, person_id=event.owner_id, event="ListingCreated", at=at
        )


@on(DisputeOpened, name="reputation.count_nothing_meanwhile", replayable=True)
def count_nothing_meanwhile(session: Session, event: DisputeOpened, *, at: datetime) -> None:
    """While it is talked over, nothing of the exchange counts for or against anybody."""
    commands.observe(session, event, at=at)


@on(DisputeClosed, name="reputation.count_as_decided", replayable=True)
def count_as_decided(session: Session, event: DisputeClosed, *, at: datetime) -> None:
    """It counts again, unless the end says that nothing of it does."""
    commands.observe(session, event, at=at)
