"""Pages of lessons: the days on which something is taught or learnt, one's place in one, and who came."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.asks import read_day
from minga.interfaces.web.sharing.calendars import LESSON_WORDS
from minga.interfaces.web.sharing.meetings import NEEDS_DAY, NEEDS_TIME
from minga.interfaces.web.sharing.reservations import EVERY_WORDS
from minga.interfaces.web.sharing.saying import Saying
from minga.kit import ics
from minga.kit.errors import Invalid, NotFound, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.typed import read_minutes, read_time
from minga.sharing import commands, queries
from minga.sharing.queries import LessonView
from minga.sharing.rules.bookings import OCCURRENCES_MAX, Every, moment_of
from minga.sharing.rules.lessons import (
    COMING_MAX,
    MINUTES_MOST,
    PLACES_MAX,
    LessonShape,
    LessonState,
)

router = PageRouter()
NEEDS_LENGTH = N_("Say how long it takes, like 1:30 or 90 min.")
NEEDS_PLACES = N_("Say for how many people.")
BAD_EVERY = N_("Choose how it comes again.")


@router.get("/listings/{id}/lessons", limit="read")
def show_lessons(request: Request, id: str) -> Response:
    """All lessons of a listing: what is to come, or what is over; and fields to add more for whoever leads."""
    with read_unit(request) as unit:
        return _show_all(request, unit, id, None)


def _show_all(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    found = queries.listing(unit.session, unit.actor, id, at=unit.now)
    block = queries.lesson_block(unit.session, unit.actor, found.card.id, at=unit.now)
    if block is None:
        raise NotFound()
    over = request.query_params.get("over") == "1"
    after = request.query_params.get("after") or None
    page = queries.lessons_of(unit.session, unit.actor, found.card.id, over=over, after=after, at=unit.now)
    saying = Saying.of(request, unit)
    here = f"/listings/{found.card.id}/lessons"
    more = f"{here}?after={page.next}{'&over=1' if over else ''}" if page.next else None
    return render(
        request,
        unit,
        "sharing/lessons.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        card=found.card,
        block=block,
        lessons=page.items,
        over=over,
        next=more,
        every_options=[(one.value, saying.say(word)) for one, word in EVERY_WORDS.items()],
        times_most=min(COMING_MAX, OCCURRENCES_MAX),
        lesson_words=LESSON_WORDS,
    )


@router.post("/listings/{id}/lessons", limit="write")
def add_lessons(request: Request, id: str) -> Response:
    """Add a lesson, or the same again and again. What was typed comes back with what does not fit."""
    form, key = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            zone = queries.zone_of_listing(unit.session, unit.actor, key, at=unit.now)
            times = form.integer("times", least=1, most=OCCURRENCES_MAX) or 1
            made = commands.add_lessons(
                unit.session,
                unit.actor,
                key,
                read_shape(unit, form, zone),
                every=_every(form),
                times=times,
                at=unit.now,
            )
            said = N_("The lesson is added.") if len(made) == 1 else N_("The lessons are added.")
            return unit.go_to(f"/listings/{key}/lessons", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show_all(request, unit, key, refusal)


def read_shape(unit: Unit, form: Form, zone: str) -> LessonShape:
    """The fields of a lesson; day and time by the clock where the listing lives."""
    places = form.integer("places", least=1, most=PLACES_MAX)
    if places is None:
        raise Invalid(NEEDS_PLACES, fields={"places": NEEDS_PLACES})
    return LessonShape(
        begins_at=_moment(unit, form, zone),
        minutes=_minutes(form),
        places=places,
        place=form.get("place"),
        note=form.get("note"),
    )


def _moment(unit: Unit, form: Form, zone: str) -> datetime:
    day = read_day(unit, form, "day")
    if day is None:
        raise Invalid(NEEDS_DAY, fields={"day": NEEDS_DAY})
    if not form.get("time"):
        raise Invalid(NEEDS_TIME, fields={"time": NEEDS_TIME})
    try:
        hour = read_time(form.get("time"))
    except Invalid as fault:
        raise Invalid(fault.text, fields={"time": fault}, **fault.facts) from None
    return moment_of(day, hour, zone, field="time")


def _minutes(form: Form) -> int:
    if not form.get("minutes"):
        raise Invalid(NEEDS_LENGTH, fields={"minutes": NEEDS_LENGTH})
    try:
        minutes = read_minutes(form.get("minutes"))
    except Invalid as fault:
        raise Invalid(fault.text, fields={"minutes": fault}, **fault.facts) from None
    if not 1 <= minutes <= MINUTES_MOST:
        raise Invalid(NEEDS_LENGTH, fields={"minutes": NEEDS_LENGTH})
    return minutes


def _every(form: Form) -> Every:
    typed = form.get("every") or Every.WEEK.value
    if typed not in {one.value for one in Every}:
        raise Invalid(BAD_EVERY, fields={"every": BAD_EVERY})
    return Every(typed)


@router.get("/lessons/{id}", limit="read")
def show_lesson(request: Request, id: str) -> Response:
    """One lesson: when and where, one's place in it; for whoever leads it, who comes and who came."""
    with read_unit(request) as unit:
        return _show(request, unit, id, None)


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    one = queries.lesson(unit.session, unit.actor, id, at=unit.now)
    there = one.begins_at.astimezone(zone_of(one.zone))
    return render(
        request,
        unit,
        "sharing/lesson.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        one=one,
        learners=queries.learners(unit.session, unit.actor, id, at=unit.now),
        day_typed=there.date().isoformat(),
        time_typed=f"{there:%H:%M}",
        minutes_typed=f"{one.minutes // 60}:{one.minutes % 60:02}",
        lesson_words=LESSON_WORDS,
    )


@router.post("/lessons/{id}/place", limit="write")
def take_place(request: Request, id: str) -> Response:
    """Take a place, or wait for one."""
    with write_unit(request) as unit:
        unit.signed_in()
        place = commands.take_place(unit.session, unit.actor, parse_id(id), at=unit.now)
        said = N_("You have a place.") if place.seat_no else N_("It is full. You wait for a place.")
        return unit.go_to(f"/lessons/{place.lesson_id}", said=said)


@router.post("/lessons/{id}/leaving", limit="write")
def leave_place(request: Request, id: str) -> Response:
    """Give one's place up, or wait no longer."""
    with write_unit(request) as unit:
        unit.signed_in()
        one = queries.lesson(unit.session, unit.actor, id, at=unit.now)
        commands.leave_place(unit.session, unit.actor, one.id, at=unit.now)
        said = N_("Your place is free for somebody else. Thank you for saying so.")
        return unit.go_to(f"/listings/{one.listing_id}/lessons", said=said)


@router.post("/lessons/{id}/edit", limit="write")
def change_lesson(request: Request, id: str) -> Response:
    """Another moment, place or number of places."""
    form, key = read_form(request), parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            zone = queries.lesson(unit.session, unit.actor, key, at=unit.now).zone
            commands.change_lesson(
                unit.session,
                unit.actor,
                key,
                read_shape(unit, form, zone),
                version=form.integer("version", least=0, most=10**9),
                at=unit.now,
            )
            return unit.go_to(
                f"/lessons/{key}", said=N_("Changed. Whoever comes is told of a new time or place.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, key, refusal)


@router.post("/lessons/{id}/cancellation", limit="write")
def cancel_lesson(request: Request, id: str) -> Response:
    """It does not take place."""
    words = read_form(request).get("words")
    with write_unit(request) as unit:
        unit.signed_in()
        commands.cancel_lesson(unit.session, unit.actor, parse_id(id), words, at=unit.now)
        return unit.go_to(f"/lessons/{parse_id(id)}", said=N_("Called off. Everybody on the list is told."))


@router.post("/lessons/{id}/taking-off", limit="write")
def take_off(request: Request, id: str) -> Response:
    """Take somebody off the list."""
    person = read_form(request).get("person")
    with write_unit(request) as unit:
        unit.signed_in()
        commands.take_off(unit.session, unit.actor, parse_id(id), parse_id(person), at=unit.now)
        return unit.go_to(f"/lessons/{parse_id(id)}", said=N_("They are off the list and are told."))


@router.post("/lessons/{id}/attendance", limit="write")
def note_attendance(request: Request, id: str) -> Response:
    """Note who came."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        listed = queries.learners(unit.session, unit.actor, parse_id(id), at=unit.now)
        there = set(form.all("came"))
        came = {one.person_id: one.person_id in there for one in listed if not one.waits}
        commands.note_attendance(unit.session, unit.actor, parse_id(id), came, at=unit.now)
        return unit.go_to(f"/lessons/{parse_id(id)}", said=N_("Noted."))


@router.get("/lessons/{id}/lesson.ics", limit="read")
def lesson_file(request: Request, id: str) -> Response:
    """The lesson as a file for one's calendar, for whoever has a place or leads it."""
    with read_unit(request) as unit:
        unit.signed_in()
        one = queries.lesson(unit.session, unit.actor, id, at=unit.now)
        if not (one.has_place or one.leads) or one.state is LessonState.CANCELLED:
            raise NotFound()
        text = appointment_of(one)
    headers = {"Content-Disposition": 'attachment; filename="lesson.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def appointment_of(one: LessonView) -> str:
    """A lesson as RFC 5545 wants it; a moved one replaces what stood in the calendar before."""
    return ics.appointment(
        f"{one.id}@minga", one.title, one.begins_at, one.minutes, place=one.place, note=one.note
    )
