"""What somebody gave and received between two days: for themselves, and for others as their community decided."""

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit, read_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.reputation.wording import SUM_WORDS
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.typed import read_date
from minga.reputation import queries

router = PageRouter()
SHOWN_WORDS = {
    "self": N_("Nobody else sees this. A rule of {community} says so."),
    "stewards": N_("Stewards of {community} can see this too. A rule of the community says so."),
    "members": N_("Members of {community} can see this too. A rule of the community says so."),
}


@router.get("/me/contribution", limit="read")
def own_contribution(request: Request) -> Response:
    """One's own sums, in one community, between two days."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _answer(request, unit, None)


@router.get("/people/{handle}/contribution", limit="read")
def others_contribution(request: Request, handle: str) -> Response:
    """Another member's sums, where the community shows them."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _answer(request, unit, handle)


def _answer(request: Request, unit: Unit, handle: str | None) -> Response:
    asked = request.query_params
    refusal: Refused | None = None
    days: dict[str, object] = {}
    try:
        for name in ("from", "until"):
            if asked.get(name):
                days[f"{name}_on"] = _day(unit, name, asked[name])
        found = _found(request, unit, handle, days)
    except Invalid as fault:
        if not fault.fields:
            raise
        refusal, found = fault, _found(request, unit, handle, {})
    return render(
        request,
        unit,
        "reputation/contribution.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        found=found,
        handle=handle,
        typed={name: asked.get(name, "") for name in ("from", "until")},
        places=queries.contribution_places(unit.session, unit.actor),
        sum_words=SUM_WORDS,
        shown_words=SHOWN_WORDS,
    )


def _found(
    request: Request, unit: Unit, handle: str | None, days: dict[str, object]
) -> queries.Contribution | None:
    community = request.query_params.get("community") or None
    return queries.contribution(
        unit.session,
        unit.actor,
        handle=handle,
        community=community,
        at=unit.now,
        **days,  # type: ignore[arg-type]  # two dates by their names
    )


def _day(unit: Unit, name: str, typed: str) -> object:
    try:
        return read_date(typed, unit.now.date(), past=True)
    except Invalid as fault:
        raise Invalid(fault.text, fields={name: fault}, **fault.facts) from None
