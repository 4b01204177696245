"""Cutting a branch: the page that helps to choose, the plan, the second yes, taking it back, undoing it."""

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import commands, queries
from minga.communities.access import place_of
from minga.communities.commands import Plan
from minga.communities.queries import Branch
from minga.communities.rules.cutting import Fate, proposed
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Confirm, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.typed import read_date
from minga.ledger import queries as ledger
from minga.sharing import queries as sharing
from minga.sharing.queries import Outside

router = PageRouter()
FATES = {
    Fate.KEEP: N_("Keep them"),
    Fate.PAUSE: N_("Let them rest"),
    Fate.REMOVE: N_("Remove them"),
}
WAITS = N_("Somebody else has to agree within 72 hours. Nothing happens before that.")
CHOOSE = N_("Choose one of the three.")


@router.get("/c/{c}/tree/{membership}/cut", limit="read")
def branch(request: Request, c: str, membership: str) -> Response:
    """Everybody below a member, with what is known about them and what is proposed."""
    with read_unit(request) as unit:
        return _branch(request, unit, c, membership)


@router.post("/c/{c}/tree/{membership}/cut")
def plan(request: Request, c: str, membership: str) -> Response:
    """Write the plan down and ask for a second yes."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            made = commands.plan_cut(
                unit.session, unit.actor, here.id, membership, _plan(unit, form), at=unit.now
            )
            return unit.go_to(f"/cuts/{made.id}", said=WAITS)
    except Refused as refusal:
        if isinstance(refusal, Confirm) or refusal.status not in (400, 409, 422):
            raise
        with read_unit(request) as unit:
            return _branch(request, unit, c, membership, refusal)


@router.get("/cuts/{id}", limit="read")
def cut(request: Request, id: str) -> Response:
    """A plan and what became of it; whoever it concerns reads why, and how to answer."""
    with read_unit(request) as unit:
        found = queries.cut(unit.session, unit.actor, id, at=unit.now)
        place = place_of(unit.session, unit.actor, found.community_id, at=unit.now)
        return render(
            request,
            unit,
            "communities/cut.html",
            community=place,
            found=found,
            fates=FATES,
        )


@router.post("/cuts/{id}/agreement")
def agree(request: Request, id: str) -> Response:
    """The second yes, to the plan or to undoing it."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.agree_to_cut(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/cuts/{id}", said=N_("Done. Everyone concerned is told why and how to answer."))


@router.post("/cuts/{id}/closing")
def close(request: Request, id: str) -> Response:
    """Take back what waits, or say no to it."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.close_cut(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/cuts/{id}", said=N_("It will not happen."))


@router.post("/cuts/{id}/undo")
def undo(request: Request, id: str) -> Response:
    """Ask to undo it, for those who are ticked or for all."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        chosen = [] if form.has("all") else form.all("people")
        if not chosen and not form.has("all"):
            raise Invalid(N_("Tick whom it should be undone for, or undo it for all."))
        commands.ask_to_undo_cut(unit.session, unit.actor, id, chosen, at=unit.now)
        return unit.go_to(f"/cuts/{id}", said=WAITS)


def _branch(
    request: Request, unit: Unit, c: str, membership: str, refusal: Refused | None = None
) -> Response:
    here = community_here(unit, c)
    form = read_form(request) if request.method == "POST" else None
    asked = request.query_params if form is None else dict(form.fields)
    try:
        since_on, until_on = (_day(unit, asked.get(name, "")) for name in ("since", "until"))
    except Invalid as wrong:
        since_on = until_on = None
        refusal = refusal or wrong
    found = queries.branch(
        unit.session, unit.actor, here.id, membership, since_on=since_on, until_on=until_on, at=unit.now
    )
    people = [one.person_id for one in (found.top, *found.people)]
    known = sharing.known_outside(unit.session, unit.actor, here.id, people, found.inside, at=unit.now)
    return render(
        request,
        unit,
        "communities/branch.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        branch=found,
        rows=[(one, known.get(one.person_id, Outside())) for one in (found.top, *found.people)],
        balances=ledger.balances_of(unit.session, unit.actor, here.id, people, at=unit.now),
        proposed=_proposed(found, known),
        fates=FATES,
        since=asked.get("since", ""),
        until=asked.get("until", ""),
    )


def _proposed(found: Branch, known: dict[str, Outside]) -> dict[str, str]:
    """What is ticked at first; whoever the branch begins with is kept unless somebody chooses otherwise."""
    ticked = {
        one.membership_id: proposed(
            outside_vouch=bool(one.outside_vouches),
            outside_exchange=known.get(one.person_id, Outside()).completed > 0,
        ).value
        for one in found.people
    }
    return {found.top_id: Fate.KEEP.value, **ticked}


def _plan(unit: Unit, form: Form) -> Plan:
    fates: dict[str, Fate] = {}
    sponsors: dict[str, str] = {}
    for name, value in form.fields:
        kind, _, membership_id = name.partition(".")
        if kind == "fate" and membership_id:
            if value not in list(Fate):
                raise Invalid(CHOOSE)
            fates[membership_id] = Fate(value)
        if kind == "sponsor" and value.strip():
            sponsors[membership_id] = value.strip()
    return Plan(
        fates=fates,
        reason=form.get("reason"),
        sponsors=sponsors,
        since_on=_day(unit, form.get("since")),
        until_on=_day(unit, form.get("until")),
    )


def _day(unit: Unit, typed: Any) -> date | None:
    return read_date(typed, unit.now.date(), past=True) if typed else None
