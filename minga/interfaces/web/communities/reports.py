"""Reports: the form, the list of handlers, one report with its steps, and the open book of what moderators did."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.moderation import MEASURE_WORDS, Measure
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.refs import Ref, address_of

router = PageRouter()
SENT = N_("Thank you. Somebody looks at it and tells you.")


@router.get("/report", limit="read")
def report_form(request: Request) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _form(request, unit, Ref.parse(request.query_params.get("about", "")))


@router.post("/report")
def make_report(request: Request) -> Response:
    form = read_form(request)
    ref = Ref.parse(form.get("about"))
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            made = commands.report(
                unit.session,
                unit.actor,
                ref,
                words=form.get("words"),
                clause=form.get("clause"),
                concerns_me=bool(form.get("concerns_me")),
                at=unit.now,
            )
            return unit.go_to(f"/reports/{made.id}", said=SENT)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, ref, refusal)


def _form(request: Request, unit: Unit, ref: Ref, refusal: Refused | None = None) -> Response:
    found = queries.to_report(unit.session, unit.actor, ref, at=unit.now)
    place = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
    clauses = queries.clauses(unit.session, unit.actor, found.community_id, at=unit.now)
    return render(
        request,
        unit,
        "communities/report_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=place,
        found=found,
        clauses=clauses,
        back=address_of(ref) or "/",
    )


@router.get("/c/{c}/reports", limit="read")
def reports(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        ended = request.query_params.get("show") == "ended"
        after = request.query_params.get("after")
        page = queries.reports(unit.session, unit.actor, here.id, at=unit.now, ended=ended, after=after)
        return render(
            request,
            unit,
            "communities/reports.html",
            community=here,
            here=here,
            page=page,
            ended=ended,
            **_words(),
        )


@router.get("/reports/{id}", limit="read")
def report(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        return _report(request, unit, id)


def _report(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    found = queries.report(unit.session, unit.actor, id, at=unit.now)
    place = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
    return render(
        request,
        unit,
        "communities/report.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=place,
        found=found,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {"measure_words": {one.value: words for one, words in MEASURE_WORDS.items()}}


@router.post("/reports/{id}/taking")
def take(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.take_report(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/reports/{id}", said=N_("You look after it now."))


@router.post("/reports/{id}/return")
def give_back(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.give_back(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/reports/{id}", said=N_("Others can take it now."))


@router.post("/reports/{id}/answer")
def answer(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.answer_report(
                unit.session,
                unit.actor,
                id,
                read_measure(form.get("measure")),
                words=form.get("words"),
                at=unit.now,
            )
            return unit.go_to(f"/reports/{id}", said=N_("Answered."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _report(request, unit, id, refusal)


@router.post("/reports/{id}/appeal")
def appeal(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.appeal_report(unit.session, unit.actor, id, words=form.get("words"), at=unit.now)
            return unit.go_to(f"/reports/{id}", said=N_("Somebody else looks at it once more."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _report(request, unit, id, refusal)


@router.post("/reports/{id}/withdrawal")
def withdraw(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.withdraw_report(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/reports/{id}", said=N_("You have taken it back."))


@router.post("/hidden/{id}/showing")
def show_again(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        found = commands.show_again(unit.session, unit.actor, id, at=unit.now)
        path = f"/reports/{found.report_id}" if found.report_id else "/"
        return unit.go_to(path, said=N_("It is shown again."))


@router.get("/c/{c}/moderation", limit="read")
def moderation(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        after = request.query_params.get("after")
        page = queries.moderation_log(unit.session, unit.actor, here.id, at=unit.now, after=after)
        return render(
            request, unit, "communities/moderation.html", community=here, here=here, page=page, **_words()
        )


def read_measure(typed: str) -> Measure:
    """The measure that somebody chose."""
    if typed not in list(Measure):
        sentence = N_("Choose what is done.")
        raise Invalid(sentence, fields={"measure": sentence})
    return Measure(typed)
