"""One's own reputation with every source, and the page where a contested fact is talked about."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.reputation.wording import words
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.reputation import commands, queries
from minga.reputation.rules.facts import Dimension

router = PageRouter()
BAD_ANSWER = N_("Say whether it was so.")


@router.get("/me/reputation", limit="read")
def own_reputation(request: Request) -> Response:
    """Figures by community and dimension, give and take, and the facts behind them."""
    with read_unit(request) as unit:
        unit.signed_in()
        asked = request.query_params
        dimension = Dimension(asked["dimension"]) if asked.get("dimension") in list(Dimension) else None
        community = parse_id(asked["community"]) if asked.get("community") else None
        page = queries.facts(
            unit.session,
            unit.actor,
            at=unit.now,
            dimension=dimension,
            community_id=community,
            after=asked.get("after"),
        )
        kept = [(name, asked[name]) for name in ("dimension", "community") if asked.get(name)]
        following = f"/me/reputation?{urlencode([*kept, ('after', page.next)])}#facts" if page.next else None
        return render(
            request,
            unit,
            "reputation/me.html",
            standings=queries.own_standing(unit.session, unit.actor, at=unit.now),
            page=page,
            following=following,
            chosen=dimension,
            **people_around(unit),
            **words(),
        )


@router.get("/facts/{id}", limit="read")
def show_fact(request: Request, id: str) -> Response:
    """One fact: for its person, and once contested for the other side and mediators."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, id, None)


def people_around(unit: Unit) -> dict[str, Any]:
    """What others said, papers that were seen, and whom one is connected with."""
    session, actor = unit.session, unit.actor
    said = queries.own_said(session, actor)
    return {
        "to_accept": [one for one in said if one.about_me and not one.accepted],
        "said": [one for one in said if one.about_me and one.accepted],
        "said_by_me": [one for one in said if one.mine],
        "papers": queries.own_papers(session, actor),
        "connections": queries.own_connections(session, actor),
    }


def _show(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    view = queries.fact(unit.session, unit.actor, parse_id(id), at=unit.now)
    return render(
        request,
        unit,
        "reputation/fact.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        view=view,
        line=view.line,
        **words(),
    )


@router.post("/facts/{id}/contest", limit="write")
def contest_fact(request: Request, id: str) -> Response:
    """*Not so*, with a few words."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            commands.contest(unit.session, unit.actor, parse_id(id), form.get("words"), at=unit.now)
            return unit.go_to(
                f"/facts/{parse_id(id)}", said=N_("Sent. It counts on until the other side agrees.")
            )
    except Invalid as refusal:
        with read_unit(request) as unit:
            unit.signed_in()
            return _show(request, unit, id, refusal)


@router.post("/facts/{id}/agreement", limit="write")
def answer_contest(request: Request, id: str) -> Response:
    """The other side or a mediator says whether it was so."""
    answer = read_form(request).get("answer")
    if answer not in ("not_so", "so", "restore"):
        raise Invalid(BAD_ANSWER)
    with write_unit(request) as unit:
        unit.signed_in()
        if answer == "restore":
            commands.restore(unit.session, unit.actor, parse_id(id), at=unit.now)
            return unit.go_to(f"/facts/{parse_id(id)}", said=N_("It counts again."))
        commands.answer_contest(unit.session, unit.actor, parse_id(id), agree=answer == "not_so", at=unit.now)
        said = N_("It is struck.") if answer == "not_so" else N_("It stays.")
        return unit.go_to(f"/facts/{parse_id(id)}", said=said)
