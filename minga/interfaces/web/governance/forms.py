"""What is typed into the forms of governance besides ballots: sums, days, the plan of a poll."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from minga.governance.commands.planning import OptionPlan, Plan
from minga.governance.rules.kinds import Channel, Results, Secrecy
from minga.interfaces.http import Form, Unit
from minga.kit.errors import Invalid, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import N_
from minga.kit.typed import read_date, read_number, read_time

CURRENCY = "EUR"
SEATS_MAX = 200
CANDIDATE = re.compile(r"(.*?)@([\w.-]+)$")
CLOSES_MISSING = N_("Say until when people may vote.")
COST_WRONG = N_("Write each option on a line of its own; a cost after a comma, like “Flour, 40”.")
NOT_THERE = N_("That time does not exist on this day, because the clocks change. Choose another.")


def read_money(form: Form, name: str) -> tuple[int | None, str]:
    """A sum in the smallest unit, with its unit; nothing where nothing was typed."""
    typed = form.get(name)
    if not typed:
        return None, ""
    try:
        return read_number(typed, 2), CURRENCY
    except Invalid as fault:
        raise Invalid(fault.text, fields={name: fault}, **fault.facts) from None


def read_own_day(unit: Unit, form: Form, name: str) -> date | None:
    """A day in the reader's own calendar; a fault stands at its field."""
    typed = form.get(name)
    if not typed:
        return None
    today = unit.now.astimezone(zone_of(unit.me.zone if unit.me else "UTC")).date()
    try:
        return read_date(typed, today, language=unit.me.language if unit.me else "en")
    except Invalid as fault:
        raise Invalid(fault.text, fields={name: fault}, **fault.facts) from None


def read_moment(unit: Unit, form: Form, name: str, *, zone: str, hour: time) -> datetime | None:
    """A day with an hour beside it (`name` and `name_time`), in the community's zone."""
    day = read_own_day(unit, form, name)
    if day is None:
        return None
    typed = form.get(f"{name}_time")
    try:
        at = read_time(typed) if typed else hour
    except Invalid as fault:
        raise Invalid(fault.text, fields={f"{name}_time": fault}, **fault.facts) from None
    found = datetime.combine(day, at, zone_of(zone))
    # An hour that the clocks leave out comes back as another one.
    if found.astimezone(zone_of("UTC")).astimezone(zone_of(zone)).replace(tzinfo=None) != found.replace(
        tzinfo=None
    ):
        raise Invalid(NOT_THERE, fields={name: NOT_THERE})
    return found


def read_plan(unit: Unit, form: Form, *, zone: str) -> Plan:
    """The poll that was typed; only what the charter leaves open is sent, the rest stays with it."""
    closes_at = read_moment(unit, form, "closes", zone=zone, hour=time(20))
    if closes_at is None:
        raise Invalid(CLOSES_MISSING, fields={"closes": CLOSES_MISSING})
    secrecy, results = form.get("secrecy"), form.get("results")
    channels = tuple(Channel(one) for one in form.all("channel") if one in set(Channel))
    return Plan(
        question=form.get("question"),
        options=read_options(form),
        opens_at=read_moment(unit, form, "opens", zone=zone, hour=time(9)),
        closes_at=closes_at,
        secrecy=Secrecy(secrecy) if secrecy in set(Secrecy) else None,
        results=Results(results) if results in set(Results) else None,
        channels=channels or None,
        method=form.get("method") or None,
        parameters=read_parameters(form) or None,
        scrutineers=tuple(one.lstrip("@") for one in form.get("scrutineers").replace(",", " ").split()),
    )


def read_parameters(form: Form) -> dict[str, int]:
    """What the form asks besides the options: how many are chosen, or how much there is to share out."""
    found = dict[str, int]()
    if (seats := form.integer("seats", least=1, most=SEATS_MAX)) is not None:
        found["seats"] = seats
    budget, _ = read_money(form, "budget")
    if budget is not None:
        found["budget"] = budget
    return found


def read_options(form: Form) -> tuple[OptionPlan, ...]:
    """One option to a line, with a cost after the last comma where there is one."""
    found = []
    for line in form.get("options").splitlines():
        title, comma, cost = line.strip().rpartition(",")
        if not line.strip():
            continue
        if candidate := CANDIDATE.match(line.strip()):
            found.append(OptionPlan(title=candidate[1].strip() or candidate[2], person=candidate[2]))
            continue
        if not comma or not form.has("with_costs"):
            found.append(OptionPlan(title=line.strip()))
            continue
        try:
            found.append(OptionPlan(title=title.strip(), cost=read_number(cost.strip(), 2)))
        except Invalid:
            raise Invalid(COST_WRONG, fields={"options": COST_WRONG}) from None
    return tuple(found)


def renamed(refusal: Refused, names: Mapping[str, str]) -> Refused:
    """A refusal that names the fields of the form it came from, where the command knows them by another name."""
    fields = {names.get(name, name): said for name, said in refusal.fields.items()}
    found = type(refusal)(refusal.text, code=refusal.name, fields=fields, **refusal.facts)
    found.lifted_by, found.retry_after = refusal.lifted_by, refusal.retry_after
    return found


def in_days(now: datetime, days: int, zone: str) -> str:
    """A day from now as it stands in a form."""
    return (now.astimezone(zone_of(zone)).date() + timedelta(days=days)).isoformat()
