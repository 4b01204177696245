"""The form of rules by which one thing, room or service is lent or booked."""

import re
from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.saying import Saying
from minga.kit.errors import Invalid, Refused
from minga.kit.formats import clock
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.typed import read_minutes, read_number, read_time
from minga.ledger.rules import TIME
from minga.sharing import commands, queries
from minga.sharing.rules.lending import GRAINS, Hours

router = PageRouter()
BAD_HOURS = N_("Write the hours like 9:00 – 18:00, or leave it empty when it is closed.")
WHOLE = ("buffer_hours", "lead_days_max", "at_once_max", "grain_minutes")
LENGTHS = ("lead_minutes_min", "minutes_min", "minutes_max", "month_minutes_max", "approval_over_minutes")


@router.get("/listings/{id}/lending", limit="read")
def show_lending(request: Request, id: str) -> Response:
    """What is stated about lending it, beside the community's rules."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, id, None)


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    found = queries.stated_lending(unit.session, unit.actor, parse_id(id), at=unit.now)
    saying, form = Saying.of(request, unit), read_form(request)
    monday = date(2026, 11, 16)
    typed = form if refusal else None
    return render(
        request,
        unit,
        "sharing/lending.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        found=found,
        value=lambda name: typed.get(name) if typed else _shown(found, name),
        days=[
            (f"day_{n}", saying.formats.weekday(monday + timedelta(days=n)), _hours(found, n))
            for n in range(7)
        ],
        typed=typed,
        units=[
            (TIME, saying.say(N_("hours"))),
            *([(found.currency, found.currency)] if found.currency else []),
        ],
        grains=[(str(n), saying.formats.minutes(n)) for n in GRAINS],
    )


def _shown(found: queries.StatedLending, name: str) -> str:
    if name == "deposit":
        return _deposit_shown(found)
    value = getattr(found.stated, name)
    if value is None:
        return ""
    return clock(value) if name in LENGTHS else str(value)


def _deposit_shown(found: queries.StatedLending) -> str:
    minor = found.stated.deposit_minor
    if minor is None:
        return ""
    return clock(minor) if found.stated.deposit_unit == TIME else f"{minor // 100},{minor % 100:02}"


def _hours(found: queries.StatedLending, day: int) -> str:
    hours = found.stated.week[day] if found.stated.week else None
    return f"{clock(hours.opens)} – {clock(hours.closes)}" if hours else ""


@router.post("/listings/{id}/lending", limit="write")
def save_lending(request: Request, id: str) -> Response:
    """Keep it; what is agreed already stays as it is."""
    form = read_form(request)
    listing = parse_id(id)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            commands.state_lending(unit.session, unit.actor, listing, _stated(form), at=unit.now)
            return unit.go_to(f"/listings/{listing}", said=N_("Saved. What is agreed already stays."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _show(request, unit, listing, refusal)


def _stated(form: Form) -> commands.Stated:
    values: dict[str, Any] = {name: form.integer(name, least=0, most=10_000) for name in WHOLE}
    for name in LENGTHS:
        try:
            values[name] = read_minutes(form.get(name)) if form.get(name) else None
        except Invalid as fault:
            raise Invalid(fault.text, fields={name: fault}, **fault.facts) from None
    week = tuple(_day(form, n) for n in range(7))
    unit = form.get("deposit_unit")
    return commands.Stated(
        deposit_minor=_deposit(form, unit),
        deposit_unit=unit,
        needs_skill=form.get("needs_skill"),
        week=week if any(week) else (),
        **values,
    )


def _deposit(form: Form, unit: str) -> int | None:
    typed = form.get("deposit")
    if not typed or not unit:
        return None
    try:
        return read_minutes(typed) if unit == TIME else read_number(typed, 2)
    except Invalid as fault:
        raise Invalid(fault.text, fields={"deposit": fault}, **fault.facts) from None


def _day(form: Form, number: int) -> Hours | None:
    typed = form.get(f"day_{number}")
    if not typed:
        return None
    parts = [part.strip() for part in re.split(r"–|—|-|to|a ", typed) if part.strip()]
    try:
        if len(parts) != 2:
            raise Invalid(BAD_HOURS)
        opens = read_time(parts[0])
        closes = 24 * 60 if parts[1] in ("24:00", "24") else _minutes(read_time(parts[1]))
    except Invalid:
        raise Invalid(BAD_HOURS, fields={f"day_{number}": BAD_HOURS}) from None
    return Hours(_minutes(opens), closes)


def _minutes(time: Any) -> int:
    return int(time.hour * 60 + time.minute)
