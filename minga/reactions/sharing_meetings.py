"""What follows when people meet, do not come, say how it went, or claim something urgent: told once, and clocks are set."""

from datetime import datetime
from typing import Any

from minga.communication import commands as telling
from minga.communication import queries as communication
from minga.communication.rules import NoticeClass
from minga.identity import Actor, Via
from minga.kit import jobs
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.reactions.sharing import tell_of_exchange, tell_other_side
from minga.sharing import commands, queries
from minga.sharing.events import (
    AskPassedOn,
    ExchangeAgreed,
    ExchangeCancelled,
    FeedbackGiven,
    FeedbackReleased,
    HandoverAgreed,
    HandoverEnded,
    HandoverProposed,
    NoHarmSaid,
    NoShowAnswered,
    NoShowSaid,
    NoShowStood,
)
from minga.sharing.rules.exchanges import CLAIM_SILENT, CancelCause, Side
from minga.sharing.rules.feedback import RELEASE_AFTER
from minga.sharing.rules.handovers import Reply


@on(HandoverProposed, name="communication.tell_meeting_proposed")
def tell_meeting_proposed(session: Session, event: HandoverProposed, *, at: datetime) -> None:
    tell_other_side(session, event, N_("{name} proposes when to meet about “{title}”."), at)


@on(HandoverAgreed, name="communication.tell_meeting_agreed")
def tell_meeting_agreed(session: Session, event: HandoverAgreed, *, at: datetime) -> None:
    tell_other_side(session, event, N_("{name} comes to the meeting about “{title}”."), at)


@on(HandoverEnded, name="communication.tell_meeting_ended")
def tell_meeting_ended(session: Session, event: HandoverEnded, *, at: datetime) -> None:
    tell_other_side(
        session, event, N_("The meeting about “{title}” does not take place. Find another time."), at
    )


@on(NoShowSaid, name="communication.tell_no_show")
def tell_no_show(session: Session, event: NoShowSaid, *, at: datetime) -> None:
    sentence = N_("{name} waited for you about “{title}”. You have seven days to say what happened.")
    tell_other_side(session, event, sentence, at)


@on(NoShowSaid, name="sharing.let_no_show_stand_later")
def let_no_show_stand_later(session: Session, event: NoShowSaid, *, at: datetime) -> None:
    when = datetime.fromisoformat(str(event.answer_until))
    key = f"sharing.no_show:{event.no_show_id}"
    jobs.enqueue(session, "sharing.no_show", {"id": event.no_show_id}, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.no_show")
def no_show(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.let_no_show_stand(session, args["id"], at=run.clock())


@on(NoShowAnswered, name="communication.tell_no_show_answer")
def tell_no_show_answer(session: Session, event: NoShowAnswered, *, at: datetime) -> None:
    sorry = event.reply == Reply.SORRY
    sentence = (
        N_("{name} is sorry about “{title}”.") if sorry else N_("{name} sees it differently about “{title}”.")
    )
    tell_other_side(session, event, sentence, at)


@on(NoShowStood, name="communication.tell_no_show_stands")
def tell_no_show_stands(session: Session, event: NoShowStood, *, at: datetime) -> None:
    absent = event.provider_id if event.absent == Side.PROVIDER else event.receiver_id
    sentence = N_("Nobody objected: that you did not come about “{title}” counts now.")
    tell_of_exchange(session, event, absent, event.exchange_id, sentence, at)


@on(NoHarmSaid, name="communication.tell_no_harm")
def tell_no_harm(session: Session, event: NoHarmSaid, *, at: datetime) -> None:
    sentence = N_("{name} says that no harm was done about “{title}”. It does not count.")
    tell_other_side(session, event, sentence, at)


@on(AskPassedOn, name="communication.tell_passed_on")
def tell_passed_on(session: Session, event: AskPassedOn, *, at: datetime) -> None:
    reader = Actor(event.asker_id, Via.WORKER)
    try:
        ask = queries.ask(session, reader, event.to_ask_id, at=at)
    except NotFound:
        return
    telling.notify(
        session,
        event.asker_id,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=Ref("ask", event.to_ask_id),
        sentence=N_("Your ask was passed on to “{title}”, which may fit as well."),
        facts={"title": ask.title},
        community_id=event.community_id,
        at=at,
    )


@on(FeedbackGiven, name="sharing.release_feedback_later")
def release_feedback_later(session: Session, event: FeedbackGiven, *, at: datetime) -> None:
    when = (event.happened_at or at) + RELEASE_AFTER
    args, key = {"exchange_id": event.exchange_id}, f"sharing.release:{event.feedback_id}"
    jobs.enqueue(session, "sharing.release", args, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.release")
def release(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.release_feedback(session, args["exchange_id"], at=run.clock())


@on(FeedbackReleased, name="communication.tell_feedback")
def tell_feedback(session: Session, event: FeedbackReleased, *, at: datetime) -> None:
    sentence = N_("{name} said how it went with “{title}”.")
    tell_of_exchange(session, event, event.subject_id, event.exchange_id, sentence, at)


@on(ExchangeAgreed, name="sharing.look_at_urgent_claim")
def look_at_urgent_claim(session: Session, event: ExchangeAgreed, *, at: datetime) -> None:
    """An urgent need that somebody claimed and then leaves in silence is opened again after a day."""
    if not queries.is_urgent_claim(session, Actor.machine(), event.exchange_id):
        return
    when = (event.happened_at or at) + CLAIM_SILENT
    args, key = {"exchange_id": event.exchange_id}, f"sharing.claim:{event.exchange_id}"
    jobs.enqueue(session, "sharing.claim", args, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.claim")
def claim(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        claimed = queries.claim_of(session, Actor.machine(), args["exchange_id"])
        if claimed is None:
            return
        reader = Actor(claimed.by_id, Via.WORKER)
        spoke = any(
            communication.has_written(session, reader, place, since=claimed.agreed_at)
            for place in claimed.places
        )
        commands.reopen_silent(session, args["exchange_id"], spoke=spoke, at=run.clock())


@on(ExchangeCancelled, name="communication.tell_reopened")
def tell_reopened(session: Session, event: ExchangeCancelled, *, at: datetime) -> None:
    if event.cause != CancelCause.SILENT:
        return
    lines: tuple[tuple[Id, str], ...] = (
        (event.receiver_id, N_("“{title}” is open again: {name} had claimed it and was not heard of since.")),
        (event.provider_id, N_("“{title}” is open again for others, because nothing was heard for a day.")),
    )
    for person_id, sentence in lines:
        tell_of_exchange(session, event, person_id, event.exchange_id, sentence, at)
