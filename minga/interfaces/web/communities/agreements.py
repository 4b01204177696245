"""What is agreed: the list, one agreement with its versions and differences, accepting, declining, publishing."""

import csv
import io

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.agreements import Text
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.asking import languages_of
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.communities.roles import WAITS
from minga.interfaces.web.page import PageRouter, render
from minga.kit.csvfiles import defused
from minga.kit.errors import Refused
from minga.kit.i18n import LANGUAGES, N_

router = PageRouter()
EDIT = "agreement.edit"


@router.get("/c/{c}/agreements", limit="read")
def agreements(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        languages = languages_of(request, unit, here.language)
        found = queries.agreements(unit.session, unit.actor, here.id, at=unit.now, languages=languages)
        may = access.may(unit.session, unit.actor, EDIT, here.id, at=unit.now, seconded=True)
        return render(
            request, unit, "communities/agreements.html", community=here, here=here, agreements=found, may=may
        )


@router.get("/c/{c}/agreements/new", limit="read")
def new_agreement(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _form(request, unit, c)


def _form(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    access.require(unit.session, unit.actor, EDIT, here.id, at=unit.now, seconded=True)
    key = request.query_params.get("key", "")
    held = {
        tag: next(
            (
                one
                for one in queries.agreements(
                    unit.session, unit.actor, here.id, at=unit.now, languages=(tag,)
                )
                if one.key == key and one.language == tag
            ),
            None,
        )
        for tag in LANGUAGES
    }
    return render(
        request,
        unit,
        "communities/agreement_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        key=key,
        held=held,
        is_new=not any(held.values()),
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
    )


@router.post("/c/{c}/agreements/new")
def publish(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            asked = commands.publish_agreement(
                unit.session,
                unit.actor,
                here.id,
                form.get("key"),
                [Text(tag, form.get(f"title-{tag}"), form.raw(f"words-{tag}")) for tag in LANGUAGES],
                must_accept=form.has("must_accept"),
                change=form.get("change"),
                at=unit.now,
            )
            if asked.agreed:
                return unit.go_to(f"/c/{here.slug}/agreements", said=N_("It holds from now on."))
            return unit.go_to(f"/seconds/{asked.id}", said=WAITS)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, c, refusal)


@router.get("/agreements/{id}", limit="read")
def agreement(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        version = request.query_params.get("version", "")
        found = queries.agreement(
            unit.session,
            unit.actor,
            id,
            n=int(version) if version.isascii() and version.isdecimal() and len(version) < 6 else None,
            languages=languages_of(request, unit),
            at=unit.now,
        )
        place = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
        may = place is not None and "log.see_full" in place.capabilities
        edits = access.may(unit.session, unit.actor, EDIT, found.community_id, at=unit.now, seconded=True)
        return render(
            request,
            unit,
            "communities/agreement.html",
            community=place,
            found=found,
            may_export=may,
            may_edit=edits,
            declined="declined" in request.query_params,
        )


@router.post("/agreements/{id}/acceptance")
def accept(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        commands.accept_agreement(
            unit.session, unit.actor, id, form.get("version"), language=form.get("language"), at=unit.now
        )
        return unit.go_to(f"/agreements/{id}", said=N_("Thank you. Your yes is noted."))


@router.post("/agreements/{id}/refusal")
def decline(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        commands.decline_agreement(unit.session, unit.actor, id, form.get("version"), at=unit.now)
        return unit.go_to(
            f"/agreements/{id}?declined=1#declined", said=N_("Your no is noted. Nothing is lost.")
        )


@router.get("/agreements/{id}/acceptances", limit="export")
def acceptances(request: Request, id: str) -> Response:
    """Everybody's yes as a file, each with the hash of the words that were accepted."""
    with read_unit(request) as unit:
        unit.signed_in()
        rows = list(queries.all_acceptances(unit.session, unit.actor, id, at=unit.now))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["agreement", "version", "language", "sha256", "handle", "name", "accepted_at"])
    for one in rows:
        cells = [one.agreement, one.n, one.language, one.sha256, one.handle, one.name, one.at.isoformat()]
        writer.writerow([defused(str(cell)) for cell in cells])
    headers = {"Content-Disposition": 'attachment; filename="acceptances.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
