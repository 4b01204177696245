"""Lessons of a skill: added, changed, called off; places taken, waited for and given up; who came. None commits.

Every step that counts places holds the lesson, so that they are counted one after the other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound, Refused, Stale
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, clean_text
from minga.sharing.access.lessons import (
    held_lesson,
    lesson_to_lead,
    lesson_to_see,
    listing_to_teach,
    own_place,
)
from minga.sharing.access.listings import is_theirs
from minga.sharing.commands import asking
from minga.sharing.events.lessons import (
    AttendanceNoted,
    LessonAdded,
    LessonCancelled,
    LessonChanged,
    LessonPlaceAsked,
    LessonPlaceEnded,
    LessonPlaceGiven,
)
from minga.sharing.models.lessons import Lesson, LessonPlace
from minga.sharing.queries import times as clock
from minga.sharing.rules import lessons as rules
from minga.sharing.rules.bookings import Every, moment_of, occurrences
from minga.sharing.rules.lessons import LessonShape, PlaceEnd
from minga.sharing.rules.life import state
from minga.sharing.rules.words import Kind, State

NO_SKILL = N_("Lessons belong to something to learn or to teach. Post a skill for them.")
IS_CLOSED = N_("This listing is closed. Open it again before you add lessons.")
YOU_LEAD = N_("You lead this lesson, so you need no place in it.")
NO_PLACE = N_("Only whoever has a place can have come. Load the page again.")


def add_lessons(
    session: Session,
    actor: Actor,
    listing_id: Id,
    shape: LessonShape,
    *,
    every: Every = Every.WEEK,
    times: int = 1,
    at: datetime,
) -> list[Lesson]:
    """One lesson, or the same by the clock on the wall again and again; for whose listing it is."""
    listing = listing_to_teach(session, actor, listing_id, at=at)
    if listing.kind is not Kind.SKILL:
        raise Refused(NO_SKILL, code="no_skill")
    if state(listing, at) not in (State.DRAFT, State.PENDING, State.OPEN, State.PAUSED):
        raise Conflict(IS_CLOSED, code="not_open")
    moments = _moments(shape.begins_at, every, times, clock.zone_of(session, listing.community_id))
    coming = select(func.count()).where(
        Lesson.listing_id == listing.id, Lesson.begins_at > at, Lesson.cancelled_at.is_(None)
    )
    if (session.scalar(coming) or 0) + len(moments) > rules.COMING_MAX:
        raise Refused(rules.TOO_MANY, code="too_many", most=rules.COMING_MAX)
    made = []
    for begins_at in moments:
        new = Lesson(
            listing_id=listing.id,
            community_id=listing.community_id,
            made_by_id=actor.person_id,
            made_at=at,
        )
        _write(new, _with_moment(shape, begins_at), at, moved=True)
        session.add(new)
        session.flush()
        _tell(session, actor, new, LessonAdded, at, begins_at=begins_at, places=new.places)
        made.append(new)
    return made


def _moments(first: datetime, every: Every, times: int, zone: str) -> list[datetime]:
    """The same hour by the clock on the wall there, through every change of the clock."""
    there = first.astimezone(ZoneInfo(zone))
    hour = time(there.hour, there.minute)
    days = occurrences(there.date(), every, times)
    return [first, *(moment_of(day, hour, zone, field="day") for day in days[1:])]


def _with_moment(shape: LessonShape, begins_at: datetime) -> LessonShape:
    return LessonShape(
        begins_at=begins_at, minutes=shape.minutes, places=shape.places, place=shape.place, note=shape.note
    )


def _write(lesson: Lesson, shape: LessonShape, at: datetime, *, moved: bool) -> None:
    rules.check_shape(shape, at, moved=moved)
    lesson.begins_at, lesson.minutes, lesson.places = shape.begins_at, shape.minutes, shape.places
    lesson.place = clean_line(shape.place, rules.PLACE_MAX, field="place")
    lesson.note = clean_text(shape.note, rules.NOTE_MAX, field="note")


def change_lesson(
    session: Session,
    actor: Actor,
    lesson_id: Id,
    shape: LessonShape,
    *,
    version: int | None = None,
    at: datetime,
) -> Lesson:
    """Another moment, place or number of places; whoever comes is told of a new moment or place. The same is nothing."""
    lesson, _ = lesson_to_lead(session, actor, lesson_id, at=at)
    if version is not None and version != lesson.version:
        raise Stale()
    rules.check_coming(rules.state_of(lesson.begins_at, lesson.cancelled_at, at))
    before = _said(lesson)
    rules.check_places(len(_seats(session, lesson.id)), shape.places)
    _write(lesson, shape, at, moved=shape.begins_at != lesson.begins_at)
    if _said(lesson) == before:
        return lesson
    moved = _said(lesson)[:3] != before[:3]
    lesson.version += 1
    session.flush()
    _tell(session, actor, lesson, LessonChanged, at, begins_at=lesson.begins_at, moved=moved)
    _move_up(session, actor, lesson, at)
    return lesson


def _said(lesson: Lesson) -> tuple[object, ...]:
    return lesson.begins_at, lesson.place, lesson.minutes, lesson.places, lesson.note


def cancel_lesson(session: Session, actor: Actor, lesson_id: Id, words: str = "", *, at: datetime) -> Lesson:
    """It does not take place; whoever has a place or waits is told. Twice changes nothing."""
    lesson, _ = lesson_to_lead(session, actor, lesson_id, at=at)
    if lesson.cancelled_at is None:
        rules.check_coming(rules.state_of(lesson.begins_at, None, at))
        _cancel(session, actor, lesson, clean_text(words, rules.WORDS_MAX, field="words"), at)
    return lesson


def cancel_lessons_of(session: Session, listing_id: Id, *, at: datetime) -> int:
    """What lies ahead of a listing that is closed does not take place; answers how many."""
    listing = asking.locked(session, listing_id)
    if state(listing, at) in (State.OPEN, State.PAUSED):
        return 0
    ahead = session.scalars(
        select(Lesson.id).where(
            Lesson.listing_id == listing.id, Lesson.begins_at > at, Lesson.cancelled_at.is_(None)
        )
    ).all()
    for lesson_id in ahead:
        _cancel(session, Actor.machine(), held_lesson(session, lesson_id), "", at)
    return len(ahead)


def _cancel(session: Session, actor: Actor, lesson: Lesson, words: str, at: datetime) -> None:
    lesson.cancelled_at, lesson.cancel_words = at, words
    lesson.version += 1
    session.flush()
    _tell(session, actor, lesson, LessonCancelled, at)


def take_place(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> LessonPlace:
    """A place, or a turn on the list when it is full; for whoever may ask for the listing. Twice is one place."""
    seen = lesson_to_see(session, actor, lesson_id, at=at)
    listing, community_id = asking.to_ask_for(session, actor, seen.listing_id, at=at)
    if is_theirs(actor, listing):
        raise Refused(YOU_LEAD, code="own_listing")
    lesson = held_lesson(session, seen.id)
    rules.check_coming(rules.state_of(lesson.begins_at, lesson.cancelled_at, at))
    live = _live(session, lesson.id)
    mine = next((one for one in live if one.person_id == actor.person_id), None)
    if mine is not None:
        return mine
    new = LessonPlace(
        lesson_id=lesson.id,
        person_id=actor.person_id,
        community_id=community_id,
        rank=1 + max((one.rank for one in live), default=0),
        asked_at=at,
    )
    session.add(new)
    session.flush()
    full = rules.free_seat(_taken(live), lesson.places) is None
    _tell_place(session, actor, lesson, new, LessonPlaceAsked, at, waits=full)
    if not full:
        _seat(session, actor, lesson, new, _taken(live), at, moved_up=False)
    return new


def leave_place(session: Session, actor: Actor, lesson_id: Id, *, at: datetime) -> None:
    """Give one's place up, or wait no longer; whoever waits longest moves up."""
    place, lesson = own_place(session, actor, lesson_id, at=at)
    if place.ended_at is not None:
        return
    rules.check_coming(rules.state_of(lesson.begins_at, lesson.cancelled_at, at))
    _end(session, actor, lesson, place, PlaceEnd.LEFT, at)


def take_off(session: Session, actor: Actor, lesson_id: Id, person_id: Id, *, at: datetime) -> None:
    """Whoever leads it takes somebody off the list; they are told. Twice changes nothing."""
    lesson, _ = lesson_to_lead(session, actor, lesson_id, at=at)
    rules.check_coming(rules.state_of(lesson.begins_at, lesson.cancelled_at, at))
    place = next((one for one in _live(session, lesson.id) if one.person_id == person_id), None)
    if place is not None:
        _end(session, actor, lesson, place, PlaceEnd.TAKEN_OFF, at)


def leave_lessons_of(session: Session, person_id: Id, community_id: Id, *, at: datetime) -> int:
    """Whoever left a community comes to no lesson as its member; their places go to the next. Answers how many."""
    found = session.scalars(
        select(LessonPlace.lesson_id)
        .join(Lesson, Lesson.id == LessonPlace.lesson_id)
        .where(
            LessonPlace.person_id == person_id,
            LessonPlace.community_id == community_id,
            LessonPlace.ended_at.is_(None),
            Lesson.begins_at > at,
            Lesson.cancelled_at.is_(None),
        )
    ).all()
    for lesson_id in found:
        lesson = held_lesson(session, lesson_id)
        for one in _live(session, lesson_id):
            if one.person_id == person_id:
                _end(session, Actor.machine(), lesson, one, PlaceEnd.GONE, at)
    return len(found)


def note_attendance(
    session: Session, actor: Actor, lesson_id: Id, came: Mapping[Id, bool], *, at: datetime
) -> Lesson:
    """Who of those with a place came, by person; noted again, the later word holds. The same again changes nothing."""
    lesson, _ = lesson_to_lead(session, actor, lesson_id, at=at)
    rules.check_noting(lesson.begins_at, lesson.cancelled_at, at)
    seated = {one.person_id: one for one in _live(session, lesson.id) if one.seat_no is not None}
    if not set(came) <= set(seated):
        raise NotFound(NO_PLACE)
    lesson.noted_at = at
    for person_id, there in came.items():
        one = seated[person_id]
        if one.came is there:
            continue
        one.came = there
        session.flush()
        _tell_place(session, actor, lesson, one, AttendanceNoted, at, came=there, minutes=lesson.minutes)
    session.flush()
    return lesson


def _end(
    session: Session, actor: Actor, lesson: Lesson, place: LessonPlace, end: PlaceEnd, at: datetime
) -> None:
    place.ended_at, place.end_as = at, end
    session.flush()
    _tell_place(session, actor, lesson, place, LessonPlaceEnded, at, end=end)
    _move_up(session, actor, lesson, at)


def _move_up(session: Session, actor: Actor, lesson: Lesson, at: datetime) -> None:
    """Give what is free to those who wait longest."""
    live = _live(session, lesson.id)
    for one in live:
        taken = _taken(live)
        if rules.free_seat(taken, lesson.places) is None:
            return
        if one.seat_no is None:
            _seat(session, actor, lesson, one, taken, at, moved_up=True)


def _seat(
    session: Session,
    actor: Actor,
    lesson: Lesson,
    place: LessonPlace,
    taken: Sequence[int],
    at: datetime,
    *,
    moved_up: bool,
) -> None:
    place.seat_no, place.seated_at = rules.free_seat(taken, lesson.places), at
    session.flush()
    facts = {"begins_at": lesson.begins_at, "moved_up": moved_up}
    _tell_place(session, actor, lesson, place, LessonPlaceGiven, at, **facts)


def _live(session: Session, lesson_id: Id) -> list[LessonPlace]:
    """Everybody who has a place or waits, in the order in which they asked."""
    wanted = select(LessonPlace).where(LessonPlace.lesson_id == lesson_id, LessonPlace.ended_at.is_(None))
    return list(session.scalars(wanted.order_by(LessonPlace.rank, LessonPlace.id)))


def _taken(live: Sequence[LessonPlace]) -> list[int]:
    return [one.seat_no for one in live if one.seat_no is not None]


def _seats(session: Session, lesson_id: Id) -> list[int]:
    return _taken(_live(session, lesson_id))


def _tell(session: Session, actor: Actor, lesson: Lesson, kind: type, at: datetime, **facts: object) -> None:
    emit(
        session,
        actor,
        kind(lesson_id=lesson.id, listing_id=lesson.listing_id, **facts),
        community_id=lesson.community_id,
        person_id=lesson.made_by_id,
        at=at,
    )


def _tell_place(
    session: Session,
    actor: Actor,
    lesson: Lesson,
    place: LessonPlace,
    kind: type,
    at: datetime,
    **facts: object,
) -> None:
    emit(
        session,
        actor,
        kind(
            lesson_id=lesson.id,
            listing_id=lesson.listing_id,
            lesson_place_id=place.id,
            holder_id=place.person_id,
            **facts,
        ),
        community_id=lesson.community_id,
        person_id=place.person_id,
        at=at,
    )
