"""Pages of meeting: propose, agree, put it into a calendar; who did not come; how it went."""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Form, Unit, read_unit
from minga.interfaces.web.page import PageRouter
from minga.interfaces.web.sharing.asks import read_day
from minga.interfaces.web.sharing.exchanges import act_on
from minga.interfaces.web.sharing.saying import Saying
from minga.kit import ics
from minga.kit.errors import Invalid, NotFound
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.typed import read_time
from minga.sharing import commands, queries
from minga.sharing.rules.feedback import Mark, Said
from minga.sharing.rules.handovers import Reply

router = PageRouter()
MINUTES = 15
NEEDS_DAY = N_("Say on which day.")
NEEDS_TIME = N_("Say at what time.")
BAD_MARK = N_("Choose one of the three words.")
MEETING = N_("{title}, with {name}")


def read_moment(unit: Unit, form: Form) -> datetime:
    """A day and a time of the reader's own clock; a fault stands at its field."""
    day = read_day(unit, form, "day")
    if day is None:
        raise Invalid(NEEDS_DAY, fields={"day": NEEDS_DAY})
    if not form.get("time"):
        raise Invalid(NEEDS_TIME, fields={"time": NEEDS_TIME})
    try:
        hour = read_time(form.get("time"))
    except Invalid as fault:
        raise Invalid(fault.text, fields={"time": fault}, **fault.facts) from None
    zone = zone_of(unit.me.zone if unit.me else "UTC")
    return datetime.combine(day, hour, zone)


@router.post("/exchanges/{id}/handovers", limit="write")
def arrange(request: Request, id: str) -> Response:
    """Propose a meeting, say yes to it, or take it back."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        answer = form.get("answer")
        if answer == "agree":
            commands.agree_to_handover(unit.session, unit.actor, key, at=unit.now)
            return N_("Agreed. It stands in your calendar file.")
        if answer == "end":
            commands.end_handover(unit.session, unit.actor, key, at=unit.now)
            return N_("The meeting is taken back.")
        commands.propose_handover(
            unit.session,
            unit.actor,
            key,
            meets_at=read_moment(unit, form),
            place=form.get("place"),
            note=form.get("note"),
            at=unit.now,
        )
        return N_("Proposed. You are told as soon as there is an answer.")

    return act_on(request, key, act)


@router.get("/exchanges/{id}/handover.ics", limit="read")
def meeting_file(request: Request, id: str) -> Response:
    """The agreed meeting as a file for one's calendar."""
    with read_unit(request) as unit:
        unit.signed_in()
        line = queries.exchange(unit.session, unit.actor, id, at=unit.now).line
        met = queries.around(unit.session, unit.actor, id, at=unit.now).meeting
        if met is None or not met.agreed:
            raise NotFound()
        title = Saying.of(request, unit).say(MEETING, title=line.title, name=line.other_name)
        text = ics.appointment(
            f"{met.id}@minga", title, met.meets_at, MINUTES, place=met.place, note=met.note
        )
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


@router.post("/exchanges/{id}/no-show", limit="write")
def no_show(request: Request, id: str) -> Response:
    """Say that the other did not come, or answer that."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        words, answer = form.get("words"), form.get("answer")
        if answer in {reply.value for reply in Reply}:
            commands.answer_no_show(unit.session, unit.actor, key, Reply(answer), words=words, at=unit.now)
            return N_("Your answer is on its way.")
        commands.say_no_show(unit.session, unit.actor, key, words=words, at=unit.now)
        return N_("Noted. The other side has seven days to say what happened.")

    return act_on(request, key, act)


@router.post("/exchanges/{id}/feedback", limit="write")
def how_it_went(request: Request, id: str) -> Response:
    """Say how it went, take it back, or let thanks stand on the profiles."""
    key = parse_id(id)

    def act(unit: Unit, form: Form) -> str:
        answer = form.get("answer")
        if answer == "take_back":
            commands.take_feedback_back(unit.session, unit.actor, key, at=unit.now)
            return N_("Taken back.")
        if answer in ("show", "hide"):
            shown = answer == "show"
            commands.show_thanks(unit.session, unit.actor, key, shown=shown, at=unit.now)
            return N_("It stands on your profiles.") if shown else N_("It is off your profiles.")
        said = Said(**_marks(form), note=form.get("note"), thanks=form.get("thanks"))
        public = bool(form.get("public"))
        commands.give_feedback(unit.session, unit.actor, key, said, public=public, at=unit.now)
        return N_("Thank you.")

    return act_on(request, key, act)


def _marks(form: Form) -> dict[str, Any]:
    marks: dict[str, Any] = {}
    for name in ("as_agreed", "care", "talking"):
        typed = form.get(name)
        if typed and typed not in {mark.value for mark in Mark}:
            raise Invalid(BAD_MARK, fields={name: BAD_MARK})
        marks[name] = Mark(typed) if typed else None
    return marks
