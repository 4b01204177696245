"""What follows for lessons: whoever leads hears who comes, whoever waits moves up and is told, changes reach all who come."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities.events import MembershipEnded
from minga.communities.models import Membership
from minga.communities.rules.time import today
from minga.identity import Actor, Via
from minga.kit import jobs
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.sharing import commands, queries
from minga.sharing.events import (
    LessonCancelled,
    LessonChanged,
    LessonPlaceAsked,
    LessonPlaceEnded,
    LessonPlaceGiven,
    ListingClosed,
)
from minga.sharing.rules.lessons import SOON, LessonState, PlaceEnd

COMES = N_("Somebody takes a place in “{title}” on {day}.")
WAITS = N_("“{title}” on {day} is full, and somebody waits for a place.")
MOVED_UP = N_("You have a place in “{title}” on {day}: somebody gave theirs up.")
CHANGED = N_("“{title}” has another time or place now. It is on {day}.")
CANCELLED = N_("“{title}” on {day} does not take place.")
TAKEN_OFF = N_("You are not on the list of “{title}” on {day} any more. Ask whoever leads it why.")
SOON_THERE = N_("“{title}” is on {day}. Give your place up if you cannot come.")


@on(LessonPlaceAsked, name="communication.tell_who_leads")
def tell_who_leads(session: Session, event: LessonPlaceAsked, *, at: datetime) -> None:
    leader = queries.who_leads(session, Actor.machine(), event.lesson_id)
    if leader is not None:
        sentence = WAITS if event.waits else COMES
        _tell(session, leader, event.lesson_id, sentence, event.event_id, at)


@on(LessonPlaceGiven, name="communication.tell_moved_up")
def tell_moved_up(session: Session, event: LessonPlaceGiven, *, at: datetime) -> None:
    if event.moved_up:
        _tell(session, event.holder_id, event.lesson_id, MOVED_UP, event.event_id, at)


@on(LessonPlaceGiven, name="sharing.remind_of_lesson_later")
def remind_of_lesson_later(session: Session, event: LessonPlaceGiven, *, at: datetime) -> None:
    _remind_later(session, event.lesson_id, event.begins_at, at)


@on(LessonChanged, name="communication.tell_lesson_changed")
def tell_lesson_changed(session: Session, event: LessonChanged, *, at: datetime) -> None:
    if event.moved:
        _tell_all(session, event.lesson_id, CHANGED, event.event_id, at)
        _remind_later(session, event.lesson_id, event.begins_at, at)


@on(LessonCancelled, name="communication.tell_lesson_cancelled")
def tell_lesson_cancelled(session: Session, event: LessonCancelled, *, at: datetime) -> None:
    _tell_all(session, event.lesson_id, CANCELLED, event.event_id, at)


@on(LessonPlaceEnded, name="communication.tell_taken_off")
def tell_taken_off(session: Session, event: LessonPlaceEnded, *, at: datetime) -> None:
    if event.end == PlaceEnd.TAKEN_OFF:
        _tell(session, event.holder_id, event.lesson_id, TAKEN_OFF, event.event_id, at)


@on(ListingClosed, name="sharing.cancel_lessons")
def cancel_lessons(session: Session, event: ListingClosed, *, at: datetime) -> None:
    commands.cancel_lessons_of(session, event.listing_id, at=at)


@on(MembershipEnded, name="sharing.leave_lessons")
def leave_lessons(session: Session, event: MembershipEnded, *, at: datetime) -> None:
    ended = session.get(Membership, event.membership_id)
    if ended is not None:
        commands.leave_lessons_of(session, ended.person_id, ended.community_id, at=at)


@jobs.job("sharing.lesson_soon")
def lesson_soon(run: Run, args: dict[str, Any]) -> None:
    """A day before; a lesson that was moved meanwhile has a reminder of its own."""
    with run.database.write() as session:
        at, lesson_id = run.clock(), str(args["lesson_id"])
        found = queries.lesson_as_it_stands(session, Actor.machine(), lesson_id, at=at)
        if (
            found is None
            or found.state is not LessonState.COMING
            or _moment(found.begins_at) != args["moment"]
        ):
            return
        for person_id in queries.who_comes(session, Actor.machine(), lesson_id, seated=True):
            key = digest(f"lesson soon {lesson_id} {args['moment']} {person_id}")[:32]
            _tell(session, person_id, lesson_id, SOON_THERE, key, at, NoticeClass.DUTY)


def _remind_later(session: Session, lesson_id: Id, begins_at: datetime | str, at: datetime) -> None:
    begins = datetime.fromisoformat(str(begins_at))
    if begins - SOON <= at:
        return
    args = {"lesson_id": lesson_id, "moment": _moment(begins)}
    key = f"sharing.lesson_soon:{lesson_id}:{args['moment']}"
    jobs.enqueue(session, "sharing.lesson_soon", args, at=at, run_at=begins - SOON, unique_key=key)


def _moment(at: datetime) -> str:
    return f"{at:%Y%m%d%H%M}"


def _tell_all(session: Session, lesson_id: Id, sentence: str, event_id: Id, at: datetime) -> None:
    for person_id in queries.who_comes(session, Actor.machine(), lesson_id):
        _tell(session, person_id, lesson_id, sentence, event_id, at)


def _tell(
    session: Session,
    reader: Id,
    lesson_id: Id,
    sentence: str,
    event_id: Id,
    at: datetime,
    notice_class: NoticeClass = NoticeClass.ANSWER,
) -> None:
    try:
        found = queries.lesson(session, Actor(reader, Via.WORKER), lesson_id, at=at)
    except NotFound:
        return
    communication.notify(
        session,
        reader,
        event_id=event_id,
        notice_class=notice_class,
        ref=Ref("lesson", lesson_id),
        sentence=sentence,
        facts={"title": found.title, "day": today(found.begins_at, found.zone).isoformat()},
        community_id=found.community_id,
        at=at,
    )
