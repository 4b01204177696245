"""When data got out: whoever runs the node writes it down, and tells those concerned, with a record of it."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import queries as communities
from minga.identity import commands, queries
from minga.identity.commands.own_file import DOMAINS
from minga.interfaces.http import Form, Unit, read_form
from minga.interfaces.web.node import operator_reads, operator_writes
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.holdings import holdings
from minga.kit.i18n import LANGUAGES, N_, translator

router = PageRouter()
HOWS = {
    "mail": N_("by mail"),
    "phone": N_("by phone"),
    "in_person": N_("in person"),
    "letter": N_("by letter"),
}
LETTER = (
    N_("Data that this node keeps of you got out."),
    N_("When: from {from_at} to {until_at} (UTC)."),
    N_("What happened: {how}"),
    N_("What we did: {done}"),
    N_("What you can do: {advice}"),
    N_("Whom to ask: {whom}"),
)
NO_TIME = N_("Write it like 2026-11-20 09:00, in UTC.")


@router.get("/node/incident", limit="read")
def incidents(request: Request) -> Response:
    with operator_reads(request) as unit:
        return _list(request, unit)


def _list(request: Request, unit: Unit, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "node/incidents.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        lines=queries.incidents(unit.session, unit.actor),
        domains=DOMAINS,
        known=communities.all_communities(unit.session, unit.actor),
    )


@router.post("/node/incident", limit="write")
def record(request: Request) -> Response:
    form = read_form(request)
    try:
        with operator_writes(request) as unit:
            made = commands.record_incident(unit.session, unit.actor, _given(unit, form), at=unit.now)
            return unit.go_to(
                f"/node/incident/{made.id}", said=N_("It is written down. Now tell those concerned.")
            )
    except Invalid as refusal:
        with operator_reads(request) as unit:
            return _list(request, unit, refusal)


def _given(unit: Unit, form: Form) -> commands.Happened:
    chosen, slugs = set(form.all("domains")), form.all("communities")
    members = communities.people_of(unit.session, unit.actor, slugs, at=unit.now) if slugs else None
    return commands.Happened(
        from_at=_moment(form, "from_at"),
        until_at=_moment(form, "until_at"),
        known_at=_moment(form, "known_at"),
        tables=[one.table for one in holdings() if one.domain in chosen and (one.own or one.party)],
        files=form.has("files"),
        how=form.get("how"),
        done=form.get("done"),
        advice=form.get("advice"),
        whom=form.get("whom"),
        members=members,
        communities=slugs,
    )


def _moment(form: Form, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(form.get(name).strip())
    except ValueError:
        raise Invalid(NO_TIME, fields={name: NO_TIME}) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@router.get("/node/incident/{id}", limit="read")
def incident(request: Request, id: str) -> Response:
    with operator_reads(request) as unit:
        found = queries.incident(unit.session, unit.actor, id)
        after = request.query_params.get("after")
        people = queries.concerned(unit.session, unit.actor, id, after=after)
        return render(
            request,
            unit,
            "node/incident.html",
            found=found,
            people=people,
            hows=HOWS,
            letters=[(LANGUAGES[tag].name, tag, _letter(tag, found)) for tag in LANGUAGES],
        )


def _letter(language: str, found: Any) -> str:
    """A draft in one language; what was not written down yet is left out."""
    voice = translator(language)
    facts = {
        "from_at": found.from_at.strftime("%Y-%m-%d %H:%M"),
        "until_at": found.until_at.strftime("%Y-%m-%d %H:%M"),
        **{name: getattr(found, name) for name in ("how", "done", "advice", "whom")},
    }
    lines = [line for line in LETTER if all(facts[name] for name in facts if f"{{{name}}}" in line)]
    return "\n\n".join(str(voice.gettext(line)).format_map(facts) for line in lines)


@router.post("/node/incident/{id}/told", limit="write")
def told(request: Request, id: str) -> Response:
    form = read_form(request)
    with operator_writes(request) as unit:
        people, how = form.all("person"), form.get("how")
        count = commands.note_told(unit.session, unit.actor, id, people, how, at=unit.now)
        return unit.go_to(f"/node/incident/{id}", said=N_("Told: {n}."), n=count)


@router.post("/node/incident/{id}/authority", limit="write")
def authority(request: Request, id: str) -> Response:
    with operator_writes(request) as unit:
        commands.note_authority(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/node/incident/{id}", said=N_("It is kept that the authority was told."))


@router.post("/node/incident/{id}/end", limit="write")
def end(request: Request, id: str) -> Response:
    with operator_writes(request) as unit:
        commands.close_incident(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to("/node/incident", said=N_("Nothing is left to do there; the record stays."))
