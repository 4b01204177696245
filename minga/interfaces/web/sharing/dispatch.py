"""The page of those who answer the phone: one list, taking needs in, the call sheet, the end of a duty."""

from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read, place_of
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import is_id
from minga.kit.typed import read_date, read_time
from minga.sharing import commands, queries
from minga.sharing.access.dispatch import ASSIGN, SEE
from minga.sharing.queries import CaseRow
from minga.sharing.rules import KIND_WORDS, Kind, Level
from minga.sharing.rules.dispatch import CONSENT, CONTACT_WORDS, STEP_WORDS, Step
from minga.sharing.rules.kinds import URGENCY_WORDS, Urgency

router = PageRouter()
TONES = {Urgency.EMERGENCY: "rose", Urgency.URGENT: "sun"}
LAST_WORDS = {
    "published": N_("came in"),
    "asked": N_("somebody offered"),
    "agreed": N_("somebody was found"),
    "begun": N_("it has begun"),
    "round": N_("people were asked"),
    "closed": N_("done"),
    **{kind.value: word for kind, word in CONTACT_WORDS.items()},
}
WHOSE = {"": N_("All"), "mine": N_("Mine"), "nobody": N_("Nobody's")}
LEVELS = {
    Level.PRIVATE: N_("Only dispatchers, and whoever helps"),
    Level.COMMUNITY: N_("All members of this community, without the name"),
}


@router.get("/c/{c}/dispatch", limit="read")
def show_dispatch(request: Request, c: str) -> Response:
    """All open needs of a community by urgency, in the groups of their next step."""
    asked = request.query_params
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        kind = asked.get("kind", "")
        wanted = queries.Wanted(
            whose=asked.get("whose", "") if asked.get("whose", "") in WHOSE else "",
            area=asked.get("area", "").strip()[:120],
            kind=Kind(kind) if kind in set(Kind) else None,
        )
        found = queries.dispatch(
            unit.session,
            unit.actor,
            c,
            at=unit.now,
            wanted=wanted,
            after=asked.get("after"),
        )
        return render(
            request,
            unit,
            "sharing/dispatch.html",
            community=community,
            found=found,
            groups=_groups(found),
            wanted=wanted,
            whose=WHOSE,
            kinds=[(kind.value, word) for kind, word in KIND_WORDS.items()],
            last_words=LAST_WORDS,
            urgency_words={one.value: word for one, word in URGENCY_WORDS.items()},
            tones=TONES,
            may_assign=_may_assign(unit, community),
            query=_query(wanted),
        )


def _groups(found: queries.DispatchList) -> list[tuple[str, str, list[CaseRow]]]:
    """The groups that have something in them, in the order of the work."""
    rows = [*found.cases, *found.done]
    groups = [(step, [row for row in rows if row.step is step]) for step in Step]
    return [(step.value, STEP_WORDS[step], shown) for step, shown in groups if shown]


def _may_assign(unit: Unit, community: Any) -> bool:
    found = getattr(community, "community_id", community.id)
    place = place_of(unit.session, unit.actor, found, at=unit.now)
    return place is not None and ASSIGN in place.capabilities and SEE in place.capabilities


def _query(wanted: queries.Wanted) -> str:
    kind = wanted.kind.value if wanted.kind else ""
    said = {"whose": wanted.whose, "area": wanted.area, "kind": kind}
    return urlencode({name: value for name, value in said.items() if value})


@router.get("/c/{c}/dispatch/new", limit="read")
def show_new_case(request: Request, c: str) -> Response:
    """The six questions to ask on the telephone, and the sentence to read aloud."""
    with read_unit(request) as unit:
        return _form_page(request, unit, c, None)


@router.post("/c/{c}/dispatch/new", limit="write")
def take_call(request: Request, c: str) -> Response:
    """Write a need down for somebody who called."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            given = read_call(unit, form, _zone(unit, c))
            made = commands.take_call(unit.session, unit.actor, c, given, at=unit.now)
            return unit.go_to(f"/listings/{made.id}/case", said=N_("Taken in. Now find somebody."))
    except Refused as refusal:
        if not refusal.fields and refusal.name != "maybe_same":
            raise
        with read_unit(request) as unit:
            return _form_page(request, unit, c, refusal)


def _zone(unit: Unit, c: str) -> str:
    return str(community_to_read(unit.session, unit.actor, c, at=unit.now).zone)


def read_call(unit: Unit, form: Form, zone: str) -> commands.TakenIn:
    """What a dispatcher typed, by its fields."""
    urgency, level = form.get("urgency", "normal"), form.get("level", "private")
    wrong = N_("Choose one from the list.")
    if urgency not in set(Urgency):
        raise Invalid(wrong, fields={"urgency": wrong})
    if level not in set(Level):
        raise Invalid(wrong, fields={"level": wrong})
    return commands.TakenIn(
        caller=form.get("caller"),
        member=form.get("member"),
        reach=form.get("reach"),
        what=form.get("what"),
        place=form.get("place"),
        needed_by_at=read_by_when(unit, form, zone),
        urgency=Urgency(urgency),
        people_needed=form.integer("people_needed", least=1, most=50) or 1,
        level=Level(level),
        consent=form.has("consent"),
        apart=form.has("apart"),
        keep=form.has("keep"),
    )


def read_by_when(unit: Unit, form: Form, zone: str) -> datetime | None:
    """A day and perhaps an hour, where the community lives; without an hour it is the end of that day."""
    day, hour = form.get("by_day"), form.get("by_time")
    if not day and not hour:
        return None
    here = unit.now.astimezone(ZoneInfo(zone)).date()
    language = unit.me.language if unit.me else "en"
    try:
        found = read_date(day, here, language=language) if day else here
    except Invalid as fault:
        raise Invalid(fault.text, fields={"by_day": fault}, **fault.facts) from None
    try:
        at = read_time(hour) if hour else time(23, 59)
    except Invalid as fault:
        raise Invalid(fault.text, fields={"by_time": fault}, **fault.facts) from None
    return datetime.combine(found, at, ZoneInfo(zone)).astimezone(UTC)


def _form_page(request: Request, unit: Unit, c: str, refusal: Refused | None) -> Response:
    unit.signed_in()
    reach = read_form(request).get("reach")
    same = queries.same_number(unit.session, unit.actor, c, reach, at=unit.now)
    community = community_to_read(unit.session, unit.actor, c, at=unit.now)
    return render(
        request,
        unit,
        "sharing/dispatch_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=community,
        same=same,
        asks_apart=refusal is not None and refusal.name == "maybe_same",
        urgencies=[(one.value, URGENCY_WORDS[one]) for one in reversed(Urgency)],
        levels=[(one.value, word) for one, word in LEVELS.items()],
        consent=CONSENT,
    )


@router.post("/c/{c}/dispatch/sheet", limit="write")
def show_call_sheet(request: Request, c: str) -> Response:
    """The open cases with their numbers, to call from and to print. That it was read is written down."""
    mine = read_form(request).has("mine")
    with write_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        lines = queries.call_sheet(unit.session, unit.actor, c, at=unit.now, mine=mine)
        commands.read_call_sheet(unit.session, unit.actor, c, len(lines), at=unit.now)
        return render(
            request,
            unit,
            "sharing/call_sheet.html",
            community=community,
            lines=lines,
            mine=mine,
            urgency_words={one.value: word for one, word in URGENCY_WORDS.items()},
        )


@router.get("/c/{c}/dispatch/sheet", limit="read")
def back_from_call_sheet(request: Request, c: str) -> Response:
    """The sheet itself is not kept at an address; whoever opens it here is led to the button."""
    with read_unit(request) as unit:
        unit.signed_in()
        queries.dispatchers(unit.session, unit.actor, c, at=unit.now)
    return go_to(request, f"/c/{c}/dispatch")


@router.get("/c/{c}/dispatch/duty", limit="read")
def show_duty(request: Request, c: str) -> Response:
    """Whom to hand one's cases to."""
    with read_unit(request) as unit:
        unit.signed_in()
        others = queries.dispatchers(unit.session, unit.actor, c, at=unit.now)
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        mine = queries.dispatch(
            unit.session, unit.actor, c, at=unit.now, wanted=queries.Wanted(whose="mine")
        ).cases
        return render(request, unit, "sharing/duty.html", community=community, others=others, mine=mine)


@router.post("/c/{c}/dispatch/duty", limit="write")
def end_duty(request: Request, c: str) -> Response:
    """Hand all one's cases to the next dispatcher, or leave them to whoever comes."""
    to = read_form(request).get("to")
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_duty(unit.session, unit.actor, c, to if is_id(to) else None, at=unit.now)
        return unit.go_to(f"/c/{c}/dispatch", said=N_("Your duty is over. Thank you."))
