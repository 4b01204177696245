"""The archive of decisions as pages and as a file: one decision, what followed, who looks after it."""

import csv
import io
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from minga.communities.queries import CommunityPage
from minga.governance.commands import decisions as commands
from minga.governance.queries import decisions as queries
from minga.governance.queries.decisions import DecisionPage, Sought
from minga.governance.queries.effects import EffectLine
from minga.governance.rules.charter_words import KIND_WORDS
from minga.governance.rules.decisions import Progress
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.communities.log import harmless
from minga.interfaces.web.communities.values import said_value
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import Refused, fill
from minga.kit.i18n import N_, Translator
from minga.kit.ids import Id
from minga.kit.typed import read_date

router = PageRouter()
OUTCOMES = {
    "passed": N_("Passed"),
    "elected": N_("Elected"),
    "failed": N_("Did not pass"),
    "undecided": N_("Undecided"),
    "stated": N_("Decided after advice"),
}
REASONS = {
    "quorum": N_("too few took part"),
    "threshold": N_("too few said yes"),
    "min_yes": N_("too few said yes"),
    "tie": N_("as many said no as yes"),
    "veto": N_("it was vetoed"),
    "blocked": N_("it was blocked"),
    "stood_aside": N_("too many stood aside"),
    "nobody_agreed": N_("nobody agreed"),
    "objection": N_("an objection stood"),
    "own_rule": N_("it did not pass by the rule that it proposes itself"),
}
METHODS = {
    "majority": N_("Majority"),
    "consensus": N_("Consensus"),
    "consent": N_("Consent"),
    "advice": N_("Advice"),
    "plurality": N_("Most votes"),
    "approval": N_("Approval"),
    "irv": N_("Ranking, one winner"),
    "stv_scottish": N_("Ranking, several seats"),
    "stv_meek": N_("Ranking, several seats (Meek)"),
    "schulze": N_("Ranking, each against each"),
    "budget": N_("Participatory budget"),
}
PROGRESS = {
    Progress.OPEN: (N_("to be done"), "sky"),
    Progress.OVERDUE: (N_("late"), "rose"),
    Progress.DONE: (N_("carried out"), "leaf"),
    Progress.NONE: (N_("nothing to do"), ""),
}
STATES = {
    "waits": (N_("waits"), "sky"),
    "failed": (N_("could not be done"), "rose"),
    "done": (N_("done"), "leaf"),
    "planned": (N_("if it passes"), ""),
}
COLUMNS = (
    "number",
    "title",
    "kind",
    "method",
    "outcome",
    "reason",
    "decided_at",
    "owner_handle",
    "deadline_on",
    "implemented_on",
    "review_on",
    "progress",
)


def sentence_of(line: EffectLine, voice: Translator) -> str:
    """What an effect does, in the reader's language."""
    facts = {
        name: voice.gettext(value) if name in line.marked else value for name, value in line.facts.items()
    }
    if line.kind == "policy":
        facts["value"] = voice.gettext(said_value_of(line))
    return fill(voice.gettext(line.sentence), facts, voice.gettext)


def said_value_of(line: EffectLine) -> str:
    """The new value of a rule as its page says it."""
    return said_value(line.policy_key, line.facts.get("value"))


@router.get("/c/{c}/decisions", limit="search")
def decisions(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        sought = sought_in(request)
        found = queries.decisions(
            unit.session, unit.actor, here.id, sought, at=unit.now, after=request.query_params.get("after")
        )
        return render(
            request,
            unit,
            "governance/decisions.html",
            community=here,
            here=here,
            page=found,
            sought=sought,
            n_set=sum(
                bool(one)
                for one in (sought.kind, sought.method, sought.year, sought.outcome, sought.progress)
            ),
            years=queries.years(unit.session, unit.actor, here.id, at=unit.now),
            query="&".join(f"{k}={v}" for k, v in request.query_params.items() if k != "after"),
            **_words(),
        )


@router.get("/c/{c}/decisions/file", limit="export")
def decisions_file(request: Request, c: str) -> Response:
    """The archive, or what was looked for in it, as a table."""
    with read_unit(request) as unit:
        here = community_here(unit, c)
        rows = list(queries.all_decisions(unit.session, unit.actor, here.id, sought_in(request), at=unit.now))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for one in rows:
        cells = (getattr(one, name) for name in COLUMNS)
        writer.writerow(["" if cell is None else harmless(str(cell)) for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="decisions-{here.slug}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def sought_in(request: Request) -> Sought:
    """What the address asks for; a word that is none of ours asks for nothing."""
    query = request.query_params
    year, progress = query.get("year", ""), query.get("progress", "")
    return Sought(
        q=query.get("q", ""),
        kind=query.get("kind", "")[:40],
        method=query.get("method", "")[:30],
        year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else None,
        outcome=query.get("outcome", "")[:20],
        progress=Progress(progress) if progress in {one.value for one in Progress} else None,
    )


def _words() -> dict[str, Any]:
    return {
        "kind_names": KIND_WORDS,
        "outcome_names": OUTCOMES,
        "reason_names": REASONS,
        "method_names": METHODS,
        "progress_names": PROGRESS,
    }


@router.get("/c/{c}/decisions/{number}")
def decision(request: Request, c: str, number: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        found = queries.decision_by_number(unit.session, unit.actor, here.id, number, at=unit.now)
        return _shown(request, unit, here, found)


@router.get("/decisions/{id}")
def decision_anywhere(request: Request, id: str) -> Response:
    """The page of a decision that something points at."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.decision(unit.session, unit.actor, id, at=unit.now)
        return RedirectResponse(_address(found), status_code=303)


@router.get("/proposals/{id}/outcome")
def outcome(request: Request, id: str) -> Response:
    """What was decided about a proposal; not there while nothing is."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.decision_of_proposal(unit.session, unit.actor, id, at=unit.now)
        return RedirectResponse(_address(found), status_code=303)


def _address(found: DecisionPage) -> str:
    return f"/c/{found.community_slug}/decisions/{found.line.number}"


def _shown(
    request: Request, unit: Unit, here: CommunityPage, found: DecisionPage, refusal: Refused | None = None
) -> Response:
    voice = voice_of(request, unit)
    return render(
        request,
        unit,
        "governance/decision.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        found=found,
        effects=[
            (
                one,
                sentence_of(one, voice),
                fill(voice.gettext(one.error), dict(one.error_facts), voice.gettext),
            )
            for one in found.effects
        ],
        states=STATES,
        **_words(),
    )


def _again(request: Request, id: Id, refusal: Refused) -> Response:
    """The page once more with what was typed, when a field was wrong."""
    if not refusal.fields:
        raise refusal
    with read_unit(request) as unit:
        found = queries.decision(unit.session, unit.actor, id, at=unit.now)
        return _shown(request, unit, community_here(unit, found.community_slug), found, refusal)


def _back(unit: Unit, id: Id, said: str) -> Response:
    found = queries.decision(unit.session, unit.actor, id, at=unit.now)
    return unit.go_to(_address(found), said=said)


@router.post("/decisions/{id}/statement")
def write_statement(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.write_statement(unit.session, unit.actor, id, form.raw("statement"), at=unit.now)
            return _back(unit, id, N_("It stands below the outcome now."))
    except Refused as refusal:
        return _again(request, id, refusal)


@router.post("/decisions/{id}/owner")
def hand_on(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            day = unit.now.date()
            commands.hand_on(
                unit.session,
                unit.actor,
                id,
                owner=form.get("owner"),
                deadline_on=read_date(form.get("deadline_on"), day) if form.get("deadline_on") else None,
                review_on=read_date(form.get("review_on"), day) if form.get("review_on") else None,
                at=unit.now,
            )
            return _back(unit, id, N_("Noted."))
    except Refused as refusal:
        return _again(request, id, refusal)


@router.post("/decisions/{id}/implementation")
def say_implemented(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            on = form.get("on")
            commands.say_implemented(
                unit.session,
                unit.actor,
                id,
                on=read_date(on, unit.now.date(), past=True) if on else None,
                at=unit.now,
            )
            return _back(unit, id, N_("Thank you. It is carried out."))
    except Refused as refusal:
        return _again(request, id, refusal)


@router.post("/effects/{id}/done")
def say_done(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.say_done(unit.session, unit.actor, id, at=unit.now)
        return _back(unit, made.id, N_("Thank you. It is noted as done."))


@router.post("/effects/{id}/attempts")
def try_again(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        made = commands.try_again(unit.session, unit.actor, id, at=unit.now)
        return _back(unit, made.id, N_("The node tries again now."))
