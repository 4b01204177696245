"""Pages of rounds: before, during and after; the desk of those who keep the pool; records; shares answered and handed out."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from minga.communities.queries import candidates
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.interfaces.web.sharing.pool_forms import read_claim
from minga.interfaces.web.sharing.pool_words import PoolWords, words_of
from minga.interfaces.web.sharing.pools import community_of, number_of
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import is_id, parse_id
from minga.sharing.commands import pooling as commands
from minga.sharing.queries import pooling as queries
from minga.sharing.rules.pools import HEADS_MAX, RoundState, ShareState

router = PageRouter()
SHOWN = (RoundState.ALLOCATED, RoundState.SETTLED)
CHOOSE_PERSON = N_("Choose whose claim it is.")


@router.get("/pools/{id}/rounds/{n}", limit="read")
def show_round(request: Request, id: str, n: str) -> Response:
    """Before: the commitment and the time left. After: what came of it, and why one got what one got."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.round_view(unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now)
        words = PoolWords.of(request, unit, found.pool)
        record = None
        if found.state in SHOWN:
            record = queries.record(unit.session, unit.actor, found.pool.id, found.n, at=unit.now)
        return render(
            request,
            unit,
            "sharing/pool_round.html",
            community=community_of(unit, found.pool),
            found=found,
            record=record,
            why=words.why(found.own.explanation if found.own else None),
            offered=ShareState.OFFERED,
            takes_claims=found.takes_claims,
            **words_of(words),
        )


@router.get("/pools/{id}/rounds/{n}/desk", limit="read")
def show_desk(request: Request, id: str, n: str) -> Response:
    """Claims with names, bands and words, for the keepers of the pool; entries for others; what is handed out."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _desk(request, unit, id, n, None)


def _desk(request: Request, unit: Unit, id: str, n: str, refusal: Refused | None) -> Response:
    found, lines = queries.desk(unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now)
    words = PoolWords.of(request, unit, found.pool)
    people = candidates(unit.session, unit.actor, found.pool.community_id, at=unit.now)
    return render(
        request,
        unit,
        "sharing/pool_desk.html",
        refusal.status if refusal else 200,
        community=community_of(unit, found.pool),
        refusal=refusal,
        found=found,
        lines=lines,
        people=[(one.person_id, one.name) for one in people],
        window_rows=range(1, 4),
        rank_rows=range(1, min(12, len(found.pool.things)) + 1),
        **words_of(words),
    )


@router.post("/pools/{id}/rounds/{n}/desk", limit="write")
def use_desk(request: Request, id: str, n: str) -> Response:
    """Enter a claim for somebody, join two of one household, or share out what the clock has closed."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            said = _at_desk(unit, form, parse_id(id), number_of(n))
            return unit.go_to(f"/pools/{parse_id(id)}/rounds/{number_of(n)}/desk", said=said)
    except Refused as refusal:
        if not refusal.fields and refusal.name not in ("band_used_up", "claim_exists"):
            raise
        with read_unit(request) as unit:
            return _desk(request, unit, id, n, refusal)


def _at_desk(unit: Unit, form: Form, pool_id: str, n: int) -> str:
    if form.get("act") == "share_out":
        commands.allocate(unit.session, unit.actor, pool_id, n, at=unit.now)
        return N_("Shared out. Everybody is told.")
    if form.get("act") == "band":
        commands.ask_band(unit.session, unit.actor, pool_id, n, _person(form, "person"), at=unit.now)
        return N_("Asked. Nothing changes unless they say so.")
    if form.get("act") == "household":
        first, second = _person(form, "person"), _person(form, "with")
        heads = form.integer("heads", least=1, most=HEADS_MAX) or 1
        commands.join_households(unit.session, unit.actor, pool_id, first, second, heads, at=unit.now)
        return N_("They have one account now.")
    pool = queries.pool(unit.session, unit.actor, pool_id, at=unit.now)
    given = read_claim(unit, form, pool)
    person, asked = _person(form, "person"), form.has("asked")
    commands.enter_claim(unit.session, unit.actor, pool_id, n, person, given, asked=asked, at=unit.now)
    return N_("Entered. They are told.")


def _person(form: Form, name: str) -> str:
    typed = form.get(name)
    if not is_id(typed):
        raise Invalid(CHOOSE_PERSON, fields={name: CHOOSE_PERSON})
    return typed


@router.post("/pools/{id}/rounds/{n}/band", limit="write")
def answer_band(request: Request, id: str, n: str) -> Response:
    """Whether it is still needed today, by whose claim it is."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        still = form.get("answer") == "yes"
        commands.answer_band(unit.session, unit.actor, parse_id(id), number_of(n), still=still, at=unit.now)
        said = N_("Noted: still today.") if still else N_("Noted: this week is enough. Thank you.")
        return unit.go_to(f"/pools/{parse_id(id)}/rounds/{number_of(n)}", said=said)


@router.get("/pools/{id}/rounds/{n}/pick-up", limit="read")
def show_pick_up(request: Request, id: str, n: str) -> Response:
    """The list to print: who picks up how much."""
    with read_unit(request) as unit:
        unit.signed_in()
        found, lines = queries.desk(unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now)
        words = PoolWords.of(request, unit, found.pool)
        live = (ShareState.OFFERED, ShareState.ACCEPTED, ShareState.TAKEN)
        rows = [
            (line.name, words.given(share.given, share.steps), share.state)
            for line in lines
            for share in line.claim.shares
            if share.state in live
        ]
        return render(
            request,
            unit,
            "sharing/pool_pick_up.html",
            community=community_of(unit, found.pool),
            found=found,
            rows=rows,
            **words_of(words),
        )


@router.post("/pools/{id}/rounds/{n}/withdrawal", limit="write")
def withdraw_claim(request: Request, id: str, n: str) -> Response:
    """Ask for nothing any more."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.withdraw_claim(unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now)
        return unit.go_to(f"/pools/{parse_id(id)}/rounds/{number_of(n)}", said=N_("Your claim is withdrawn."))


@router.post("/pools/{id}/rounds/{n}/cancellation", limit="write")
def cancel_round(request: Request, id: str, n: str) -> Response:
    """Call a round off: one keeper asks, another agrees."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            found = commands.cancel_round(
                unit.session, unit.actor, parse_id(id), number_of(n), form.get("why"), at=unit.now
            )
            off = found.cancelled_at is not None
            said = N_("The round is called off.") if off else N_("Another keeper has to agree now.")
            return unit.go_to(f"/pools/{parse_id(id)}/rounds/{number_of(n)}/desk", said=said)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _desk(request, unit, id, n, refusal)


@router.get("/pools/{id}/rounds/{n}/record.json", limit="read")
def show_record(request: Request, id: str, n: str) -> Response:
    """What anybody needs to draw it again; with `?whole=1` every row, for keepers."""
    with read_unit(request) as unit:
        unit.signed_in()
        whole = request.query_params.get("whole") == "1"
        found: dict[str, Any] = queries.record(
            unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now, whole=whole
        )
        name = f"pool-round-{number_of(n)}.json"
        return JSONResponse(found, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/pools/{id}/rounds/{n}/report", limit="read")
def show_report(request: Request, id: str, n: str) -> Response:
    """How fair it was, and what other ways would have given."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.round_view(unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now)
        report = queries.report(unit.session, unit.actor, parse_id(id), number_of(n), at=unit.now)
        words = PoolWords.of(request, unit, found.pool)
        return render(
            request,
            unit,
            "sharing/pool_report.html",
            community=community_of(unit, found.pool),
            found=found,
            report=report,
            ways=WAYS,
            **words_of(words),
        )


WAYS = {
    "max_min": N_("Evenly"),
    "proportional": N_("In proportion to what was asked"),
    "lottery": N_("By lot"),
    "first_come": N_("First come, first served"),
}


@router.get("/pools/{id}/next", limit="read")
def show_next(request: Request, id: str) -> Response:
    """Who is asked now, with the reason; the rest of the order on request. For keepers."""
    with read_unit(request) as unit:
        unit.signed_in()
        pool = queries.pool(unit.session, unit.actor, parse_id(id), at=unit.now)
        order = request.query_params.get("order") == "1"
        found = queries.next_recipient(unit.session, unit.actor, pool.id, at=unit.now, order=order)
        words = PoolWords.of(request, unit, pool)
        return render(
            request,
            unit,
            "sharing/pool_next.html",
            community=community_of(unit, pool),
            found=found,
            why=words.why(found.explanation) if found else [],
            **words_of(words),
        )


@router.get("/shares/{id}", limit="read")
def find_share(request: Request, id: str) -> Response:
    """The round of a share."""
    with read_unit(request) as unit:
        unit.signed_in()
        pool_id, n = queries.round_of_share(unit.session, unit.actor, parse_id(id), at=unit.now)
        return go_to(request, f"/pools/{pool_id}/rounds/{n}")


def _back(request: Request, unit: Unit, share: Any) -> str:
    """Where a share was answered: the desk, or one's own round."""
    pool_id, n = queries.round_of_share(unit.session, unit.actor, share.id, at=unit.now)
    at_desk = share.person_id != unit.actor.person_id or read_form(request).has("desk")
    return f"/pools/{pool_id}/rounds/{n}{'/desk' if at_desk else ''}"


@router.post("/shares/{id}/acceptance", limit="write")
def accept_share(request: Request, id: str) -> Response:
    """Yes, I take it."""
    with write_unit(request) as unit:
        unit.signed_in()
        share = commands.accept_share(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(_back(request, unit, share), said=N_("It is kept ready."))


@router.post("/shares/{id}/refusal", limit="write")
def refuse_share(request: Request, id: str) -> Response:
    """No, thank you: it goes to the next."""
    with write_unit(request) as unit:
        unit.signed_in()
        share = commands.refuse_share(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to(
            _back(request, unit, share), said=N_("Thank you. It goes to the next, and costs you nothing.")
        )


@router.post("/shares/{id}/handing-out", limit="write")
def hand_out(request: Request, id: str) -> Response:
    """A keeper says that it was picked up, or that nobody came."""
    with write_unit(request) as unit:
        unit.signed_in()
        came = read_form(request).get("answer") != "no"
        act = commands.hand_out if came else commands.not_picked_up
        share = act(unit.session, unit.actor, parse_id(id), at=unit.now)
        pool_id, n = queries.round_of_share(unit.session, unit.actor, share.id, at=unit.now)
        said = N_("Handed out.") if came else N_("It is stock again.")
        return unit.go_to(f"/pools/{pool_id}/rounds/{n}/desk", said=said)
