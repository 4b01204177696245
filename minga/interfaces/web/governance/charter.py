"""The rules of deciding in words, as they hold and as they held, each beside the version before."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import may
from minga.governance.access.capabilities import MAKE
from minga.governance.queries import charters as queries
from minga.governance.queries.practice import practice
from minga.governance.rules.charter_words import KIND_WORDS
from minga.interfaces.http import read_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.governance.decisions import METHODS
from minga.interfaces.web.page import PageRouter, render
from minga.kit.i18n import N_
from minga.kit.typed import read_date

router = PageRouter()
CLASSES = {
    **KIND_WORDS,
    "common": N_("What we do, what we share, who joins"),
    "budget-large": N_("Larger sums"),
    "poll": N_("Other votes"),
}


@router.get("/c/{c}/charter")
def charter(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        version = request.query_params.get("version", "")
        found = queries.charter_page(
            unit.session,
            unit.actor,
            here.id,
            n=int(version) if version.isascii() and version.isdecimal() and len(version) < 6 else None,
            at=unit.now,
        )
        return render(
            request,
            unit,
            "governance/charter.html",
            community=here,
            here=here,
            found=found,
            kind_names=KIND_WORDS,
            may_propose=bool(may(unit.session, unit.actor, MAKE, here.id, at=unit.now)),
        )


@router.get("/c/{c}/decisions/figures", limit="search")
def figures(request: Request, c: str) -> Response:
    """How it is decided here, in figures with the way each is computed."""
    with read_unit(request) as unit:
        here = community_here(unit, c)
        day = unit.now.date()
        since, until = (request.query_params.get(name, "").strip() for name in ("since", "until"))
        found = practice(
            unit.session,
            unit.actor,
            here.id,
            since_on=read_date(since, day, past=True) if since else None,
            until_on=read_date(until, day, past=True) if until else None,
            at=unit.now,
        )
        return render(
            request,
            unit,
            "governance/figures.html",
            community=here,
            here=here,
            found=found,
            method_names=METHODS,
            class_names=CLASSES,
        )


@router.get("/c/{c}/charter/history")
def charter_history(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.charter_page(unit.session, unit.actor, here.id, at=unit.now)
        return render(
            request, unit, "governance/charter_history.html", community=here, here=here, found=found
        )
