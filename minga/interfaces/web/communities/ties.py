"""Partnerships with other communities: the list, proposing one, answering, what each side gives, ending it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules import ties as rules
from minga.communities.rules.terms import NOTICE_DAYS_MAX
from minga.communities.rules.ties import Gives
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.sharing import commands as keeping
from minga.sharing import queries as sharing
from minga.sharing.rules import KIND_WORDS

router = PageRouter()
KINDS = frozenset(kind.value for kind in KIND_WORDS)


@router.get("/c/{c}/ties", limit="read")
def ties(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.ties(unit.session, unit.actor, here.id, at=unit.now)
        may = access.may(unit.session, unit.actor, "tie.propose", here.id, at=unit.now)
        return render(
            request,
            unit,
            "communities/ties.html",
            community=here,
            here=here,
            may=may,
            active=[one for one in found if one.state == "active"],
            incoming=[one for one in found if one.state == "proposed" and not one.proposed_by_us],
            pending=[one for one in found if one.state == "proposed" and one.proposed_by_us],
            past=[one for one in found if one.state not in ("active", "proposed")],
            seats=[
                one
                for one in queries.seats(unit.session, unit.actor, here.id, at=unit.now)
                if one.state in ("asked", "seated", "leaving")
            ],
            kind_words=kind_words(),
        )


@router.get("/c/{c}/ties/new", limit="read")
def new_tie(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        access.require(unit.session, unit.actor, "tie.propose", here.id, at=unit.now)
        return _form(request, unit, here)


@router.post("/c/{c}/ties/new")
def propose(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            made = commands.propose_tie(
                unit.session,
                unit.actor,
                here.id,
                form.get("other"),
                gives_of(form),
                known_kinds=KINDS,
                words=form.get("words"),
                at=unit.now,
            )
            return unit.go_to(f"/partnerships/{made.id}", said=N_("The partnership is proposed."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, community_here(unit, c), refusal)


def _form(request: Request, unit: Unit, here: Any, refusal: Refused | None = None) -> Response:
    others = queries.communities(unit.session, unit.actor, at=unit.now, limit=100).items
    return render(
        request,
        unit,
        "communities/tie_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        others=[(one.slug, one.name) for one in others if one.id != here.id],
        chosen=request.query_params.get("with", ""),
        kind_words=kind_words(),
    )


@router.get("/partnerships/{id}", limit="read")
def tie(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        return _tie(request, unit, id)


def _tie(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    side = request.query_params.get("side", "")
    found = queries.tie(unit.session, unit.actor, id, at=unit.now, side=side)
    here = queries.community(unit.session, unit.actor, found.community_id, at=unit.now)
    return render(
        request,
        unit,
        "communities/tie.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        tie=found,
        terms=queries.tie_terms(unit.session, unit.actor, id, at=unit.now),
        older=sharing.my_older(unit.session, unit.actor, id, at=unit.now),
        kind_words=kind_words(),
    )


@router.post("/partnerships/{id}/approval")
def approve(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.agree_to_tie(
                unit.session, unit.actor, id, gives_of(form), known_kinds=KINDS, at=unit.now
            )
            return unit.go_to(f"/partnerships/{id}", said=N_("You are partners now."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _tie(request, unit, id, refusal)


@router.post("/partnerships/{id}/refusal")
def refuse(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.decline_tie(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/partnerships/{id}", said=N_("You said no."))


@router.post("/partnerships/{id}/withdrawal")
def withdraw(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.withdraw_tie(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/partnerships/{id}", said=N_("You have taken it back."))


@router.post("/partnerships/{id}/keeping-inside")
def keep_inside(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        keeping.keep_inside(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/partnerships/{id}", said=N_("They stay inside your community."))


@router.post("/partnerships/{id}/gives")
def change_gives(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            asked = commands.change_gives(
                unit.session,
                unit.actor,
                id,
                form.get("side"),
                gives_of(form),
                known_kinds=KINDS,
                at=unit.now,
            )
            if asked is not None and not asked.agreed:
                return unit.go_to(
                    f"/seconds/{asked.id}", said=N_("To give more, a second person has to agree.")
                )
            return unit.go_to(f"/partnerships/{id}?side={form.get('side')}", said=N_("Saved."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _tie(request, unit, id, refusal)


@router.post("/partnerships/{id}/terms")
def propose_terms(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            days = form.integer("notice_days", least=0, most=NOTICE_DAYS_MAX) or 0
            commands.propose_terms(
                unit.session,
                unit.actor,
                id,
                form.get("side"),
                form.get("text"),
                notice_days=days,
                at=unit.now,
            )
            return unit.go_to(
                f"/partnerships/{id}?side={form.get('side')}#terms",
                said=N_("Proposed. Somebody else, from the other community, has to agree."),
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _tie(request, unit, id, refusal)


@router.post("/tie-terms/{id}/approval")
def agree_to_terms(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.agree_to_terms(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/partnerships/{made.partnership_id}#terms", said=N_("These terms hold now."))


@router.post("/tie-terms/{id}/closing")
def close_terms(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.close_terms(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(
            f"/partnerships/{made.partnership_id}#terms", said=N_("These terms came to nothing.")
        )


@router.post("/partnerships/{id}/end")
def end(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        commands.end_tie(unit.session, unit.actor, id, form.get("side"), words=form.get("words"), at=unit.now)
        return unit.go_to(
            f"/partnerships/{id}?side={form.get('side')}",
            said=N_("The partnership has ended. Nothing is shared any more; what was agreed goes on."),
        )


def gives_of(form: Form) -> Gives:
    """What a form says that one's side gives."""
    given, kinds = form.all("gives"), tuple(sorted(set(form.all("kinds"))))
    return Gives("offer" in given, "need" in given, kinds, "members" in given)


def wished_gives(wish: dict[str, Any]) -> Gives | None:
    """What an act that waits for a second person would give, if it is about that."""
    rows = wish.get("rows")
    return rules.gives_of(frozenset((row[0], row[1]) for row in rows)) if rows else None


def kind_words() -> list[tuple[str, str]]:
    return [(kind.value, word) for kind, word in KIND_WORDS.items()]
