"""What follows when something goes wrong: everybody concerned is told, and the deadlines get their clock."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
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
from minga.sharing import commands, queries
from minga.sharing.events import (
    DisputeClosed,
    DisputeEndProposed,
    DisputeMoved,
    DisputeOpened,
    MediatorAnswered,
    MediatorProposed,
)
from minga.sharing.events.disputes import DisputeEvent
from minga.sharing.rules.disputes import DisputeState

MOVED = {
    DisputeState.MEDIATION: N_("About “{title}”: choose together who helps."),
    DisputeState.DECIDED: N_("About “{title}” it is decided. You can ask two others to look at it again."),
    DisputeState.APPEALED: N_("About “{title}”: two others look at it again. Choose them together."),
}


@on(DisputeOpened, name="communication.tell_dispute")
def tell_dispute(session: Session, event: DisputeOpened, *, at: datetime) -> None:
    _tell_sides(session, event, N_("Something went wrong with “{title}”. Talk it over first."), at)


@on(DisputeOpened, name="sharing.move_dispute_later")
def move_dispute_later(session: Session, event: DisputeOpened, *, at: datetime) -> None:
    _later(session, event.dispute_id, event.next_at, at)


@on(DisputeMoved, name="sharing.move_dispute_later_again")
def move_dispute_later_again(session: Session, event: DisputeMoved, *, at: datetime) -> None:
    if event.next_at is not None:
        _later(session, event.dispute_id, event.next_at, at)


def _later(session: Session, dispute_id: Id, when: Any, at: datetime) -> None:
    moment = datetime.fromisoformat(str(when))
    key = f"sharing.dispute:{dispute_id}:{moment:%Y%m%d%H%M%S}"
    jobs.enqueue(session, "sharing.dispute", {"id": dispute_id}, at=at, run_at=moment, unique_key=key)


@jobs.job("sharing.dispute")
def dispute(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.move_dispute(session, args["id"], at=run.clock())


@on(DisputeMoved, name="communication.tell_dispute_moved")
def tell_dispute_moved(session: Session, event: DisputeMoved, *, at: datetime) -> None:
    _tell_sides(session, event, MOVED[DisputeState(event.to_state)], at)


@on(DisputeEndProposed, name="communication.tell_end_proposed")
def tell_end_proposed(session: Session, event: DisputeEndProposed, *, at: datetime) -> None:
    _tell_sides(session, event, N_("An end is proposed about “{title}”. Do you agree?"), at)


@on(MediatorProposed, name="communication.tell_mediator_proposed")
def tell_mediator_proposed(session: Session, event: MediatorProposed, *, at: datetime) -> None:
    _tell_sides(session, event, N_("About “{title}” somebody is named who could help. Is that good?"), at)
    _tell(session, event, event.mediator_id, N_("Two neighbours ask you to help about “{title}”."), at)


@on(MediatorAnswered, name="communication.tell_mediator_answered")
def tell_mediator_answered(session: Session, event: MediatorAnswered, *, at: datetime) -> None:
    sentence = (
        N_("About “{title}” somebody helps now.")
        if event.complete
        else N_("About “{title}”: there is an answer about who helps.")
    )
    _tell_sides(session, event, sentence, at)
    if event.complete:
        _tell(session, event, event.mediator_id, sentence, at)


@on(DisputeClosed, name="communication.tell_dispute_closed")
def tell_dispute_closed(session: Session, event: DisputeClosed, *, at: datetime) -> None:
    _tell_sides(session, event, N_("What went wrong with “{title}” is settled."), at)


def _tell_sides(session: Session, event: DisputeEvent, sentence: str, at: datetime) -> None:
    for person_id in (event.provider_id, event.receiver_id):
        if person_id != event.actor_id:
            _tell(session, event, person_id, sentence, at)


def _tell(session: Session, event: DisputeEvent, reader: Id, sentence: str, at: datetime) -> None:
    if reader == event.actor_id:
        return
    try:
        view = queries.dispute(session, Actor(reader, Via.WORKER), event.dispute_id, at=at)
    except NotFound:
        return
    communication.notify(
        session,
        reader,
        event_id=event.event_id,
        notice_class=NoticeClass.DUTY,
        ref=Ref("dispute", event.dispute_id),
        sentence=sentence,
        facts={"title": view.title},
        community_id=event.community_id,
        at=at,
    )
