"""Lessons by REST, with the rights and sentences of the pages."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.api.sharing.exchange_shapes import NAIVE
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import Id, parse_id
from minga.sharing import commands, queries
from minga.sharing.queries import LessonView
from minga.sharing.rules.bookings import OCCURRENCES_MAX, Every
from minga.sharing.rules.lessons import (
    MINUTES_MOST,
    NOTE_MAX,
    PLACE_MAX,
    PLACES_MAX,
    WORDS_MAX,
    LessonShape,
    LessonState,
)

router = frame.router("sharing")


class LessonIn(In):
    """When, for how long and for how many; `note` is read only by those who have a place."""

    begins_at: datetime
    minutes: int = Field(ge=1, le=MINUTES_MOST)
    places: int = Field(ge=1, le=PLACES_MAX)
    place: str = Field("", max_length=PLACE_MAX)
    note: str = Field("", max_length=NOTE_MAX)


class LessonsIn(LessonIn):
    """The same again and again, by the clock on the wall where the listing lies."""

    every: Every = Every.WEEK
    times: int = Field(1, ge=1, le=OCCURRENCES_MAX)


class CancellationIn(In):
    words: str = Field("", max_length=WORDS_MAX)


class AttendanceIn(In):
    """Whether each came, by the id of the person."""

    came: dict[str, bool] = Field(max_length=PLACES_MAX)


class MyPlace(BaseModel):
    """One's own place; `position` counts those who wait, from one."""

    waits: bool
    position: int | None
    came: bool | None


class LearnerShown(BaseModel):
    id: str
    name: str
    handle: str
    waits: bool
    came: bool | None


class LessonShown(BaseModel):
    """A lesson; `people` is there only for whoever leads it."""

    id: str
    listing: dict[str, str]
    begins_at: datetime
    minutes: int
    places: int
    taken: int
    waiting: int
    place: str
    note: str
    state: LessonState
    cancel_words: str
    noted: bool
    mine: MyPlace | None
    may: dict[str, bool]
    people: list[LearnerShown] | None = None


class LessonsShown(BaseModel):
    items: list[LessonShown]
    next: str | None = None


def lesson_out(view: LessonView) -> dict[str, Any]:
    """A lesson as JSON wants it."""
    listed = view.has_place or view.position is not None
    mine = {"waits": not view.has_place, "position": view.position, "came": view.came}
    return {
        "id": view.id,
        "listing": {"id": view.listing_id, "title": view.title},
        "begins_at": view.begins_at,
        "minutes": view.minutes,
        "places": view.places,
        "taken": view.taken,
        "waiting": view.waiting,
        "place": view.place,
        "note": view.note,
        "state": view.state,
        "cancel_words": view.cancel_words,
        "noted": view.noted,
        "mine": mine if listed else None,
        "may": {"take": view.may_take, "lead": view.leads},
    }


def _one(unit: Unit, lesson_id: Id, status: int = 200) -> Response:
    view = queries.lesson(unit.session, unit.actor, lesson_id, at=unit.now)
    body = lesson_out(view)
    if view.leads:
        body["people"] = [
            {
                "id": one.person_id,
                "name": one.name,
                "handle": one.handle,
                "waits": one.waits,
                "came": one.came,
            }
            for one in queries.learners(unit.session, unit.actor, view.id, at=unit.now)
        ]
    return ok(unit, body, status=status, etag=str(view.version))


def _shape(body: LessonIn) -> LessonShape:
    if body.begins_at.tzinfo is None:
        raise Invalid(NAIVE, fields={"begins_at": NAIVE})
    return LessonShape(
        begins_at=body.begins_at,
        minutes=body.minutes,
        places=body.places,
        place=body.place,
        note=body.note,
    )


@router.get("/listings/{id}/lessons", response_model=LessonsShown)
@limit("read")
def list_lessons(
    request: Request,
    id: str,
    over: bool = False,
    after: str | None = None,
    limit: Annotated[int | None, Query(ge=1, le=100)] = None,
) -> Response:
    """The lessons of something to learn or to teach: what is to come, or what is over."""
    with read_unit(request) as unit:
        page = queries.lessons_of(
            unit.session, unit.actor, parse_id(id), over=over, after=after, limit=limit, at=unit.now
        )
        return ok(unit, {"items": [lesson_out(one) for one in page.items], "next": page.next})


@router.post("/listings/{id}/lessons", status_code=201, response_model=LessonsShown)
@limit("write")
def add_lessons(request: Request, id: str, body: LessonsIn) -> Response:
    """Add a lesson, or the same again and again."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.add_lessons(
            unit.session,
            unit.actor,
            parse_id(id),
            _shape(body),
            every=body.every,
            times=body.times,
            at=unit.now,
        )
        shown = [queries.lesson(unit.session, unit.actor, one.id, at=unit.now) for one in made]
        return ok(unit, {"items": [lesson_out(one) for one in shown], "next": None}, status=201)


@router.get("/lessons", response_model=LessonsShown)
@limit("read")
def my_lessons(request: Request) -> Response:
    """The lessons to come in which one has a place, waits for one, or which one leads."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.my_lessons(unit.session, unit.actor, at=unit.now)
        return ok(unit, {"items": [lesson_out(one) for one in found], "next": None})


@router.get("/lessons/{id}", response_model=LessonShown)
@limit("read")
def show_lesson(request: Request, id: str) -> Response:
    """One lesson, with one's own place; with everybody on the list for whoever leads it."""
    with read_unit(request) as unit:
        return _one(unit, parse_id(id))


@router.put("/lessons/{id}", response_model=LessonShown)
@limit("write")
def change_lesson(request: Request, id: str, body: LessonIn) -> Response:
    """Another moment, place or number of places; `If-Match` carries the version that the caller read."""
    with write_unit(request) as unit:
        unit.signed_in()
        version = frame.version_sent(request)
        key = parse_id(id)
        commands.change_lesson(unit.session, unit.actor, key, _shape(body), version=version, at=unit.now)
        return _one(unit, key)


@router.post("/lessons/{id}/cancellation", response_model=LessonShown)
@limit("write")
def cancel_lesson(request: Request, id: str, body: CancellationIn | None = None) -> Response:
    """It does not take place; everybody on the list is told."""
    with write_unit(request) as unit:
        unit.signed_in()
        words = body.words if body else ""
        commands.cancel_lesson(unit.session, unit.actor, parse_id(id), words, at=unit.now)
        return _one(unit, parse_id(id))


@router.post("/lessons/{id}/place", status_code=201, response_model=LessonShown)
@limit("write")
def take_place(request: Request, id: str) -> Response:
    """Take a place, or wait for one when it is full; twice is one place."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.take_place(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _one(unit, parse_id(id), 201)


@router.delete("/lessons/{id}/place", status_code=204)
@limit("write")
def leave_place(request: Request, id: str) -> Response:
    """Give one's place up, or wait no longer."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.leave_place(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.delete("/lessons/{id}/people/{person_id}", status_code=204)
@limit("write")
def take_off(request: Request, id: str, person_id: str) -> Response:
    """Take somebody off the list; they are told."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        listed = queries.learners(unit.session, unit.actor, key, at=unit.now)
        if person_id not in {one.person_id for one in listed}:
            raise NotFound()
        commands.take_off(unit.session, unit.actor, key, person_id, at=unit.now)
        return nothing(unit)


@router.put("/lessons/{id}/attendance", response_model=LessonShown)
@limit("write")
def note_attendance(request: Request, id: str, body: AttendanceIn) -> Response:
    """Note who came; noted again, the later word holds."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.note_attendance(unit.session, unit.actor, parse_id(id), body.came, at=unit.now)
        return _one(unit, parse_id(id))
