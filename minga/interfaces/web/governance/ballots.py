"""One's own ballot: the form, a look at what it says, casting it, its receipt, and taking it back."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.governance.commands import ballots
from minga.governance.queries import own_ballots, poll_page
from minga.governance.queries.poll_page import PollView
from minga.governance.rules.forms import BallotRefused
from minga.governance.rules.previews import preview
from minga.governance.rules.voting import read_ballot as check_ballot
from minga.governance.rules.voting import read_reason
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.governance.ballot_forms import (
    FIELDS,
    BallotForm,
    Typed,
    ballot_form,
    read_ballot,
    running_sum,
    typed_in,
    typed_of,
)
from minga.interfaces.web.governance.polls import page_of_poll
from minga.interfaces.web.governance.words import GovernanceWords, word_maps
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, parse_id

router = PageRouter()
CAST = N_("Your vote is counted. You can change it until the close.")
CHANGED = N_("Your vote is changed.")
WITH_REASON = ("consensus", "consent", "majority")


@router.get("/polls/{id}/ballot", limit="read")
def show_ballot(request: Request, id: str) -> Response:
    """The form, filled in with what one has cast already."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = poll_page.poll(unit.session, unit.actor, parse_id(id), at=unit.now)
        if not found.may.cast:
            return go_to(request, f"/polls/{found.id}")
        shape = ballot_form(found.config)
        own = own_ballots.own_ballot(unit.session, unit.actor, found.id, at=unit.now)
        typed = typed_of(shape, own.ballot, own.reason) if own.readable else {}
        return _form(request, unit, found, typed, None)


def _form(
    request: Request,
    unit: Unit,
    found: PollView,
    typed: Typed,
    refusal: Refused | None,
    told: list[str] | None = None,
) -> Response:
    shape, words = ballot_form(found.config), GovernanceWords.of(request, unit)
    return render(
        request,
        unit,
        "governance/ballot.html",
        refusal.status if refusal else 200,
        community=page_of_poll(unit, found),
        refusal=refusal,
        words=words,
        money=words.money,
        found=found,
        shape=shape,
        typed=typed,
        told=told or [],
        with_reason=(found.method in WITH_REASON and found.secrecy == "open") or found.method == "consensus",
        countable=shape.kind in ("ranks", "numbers") or shape.cost_max is not None,
        rule=words.rule(found.config),
        **word_maps(),
    )


@router.post("/polls/{id}/ballot", limit="ballot")
def use_ballot(request: Request, id: str) -> Response:
    """Look at it, change it once more, or cast it: only the button that says so casts."""
    form, poll_id = read_form(request), parse_id(id)
    act = form.get("act")
    try:
        if act == "cast":
            return _cast(request, form, poll_id)
        with read_unit(request) as unit:
            unit.signed_in()
            found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
            if not found.may.cast:
                return go_to(request, f"/polls/{found.id}")
            if act == "change":
                return _form(request, unit, found, typed_in(form), None)
            return _preview(request, unit, found, form, only_sums=act == "check")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
            at_form = refusal_at_form(ballot_form(found.config), refusal)
            return _form(request, unit, found, typed_in(form), at_form)


def read_and_check(shape: BallotForm, form: Form, *, secret: bool) -> tuple[Any, str]:
    """What was typed as a ballot that fits its poll; a fault stands at its own field."""
    ballot, reason = read_ballot(shape, form), form.get("reason")
    try:
        checked = check_ballot(ballot, shape.rules)
        return checked, read_reason(reason, checked, shape.rules, secret=secret)
    except BallotRefused as refused:
        named = Invalid(refused.text, **refused.facts)
        field = "reason" if refused.code.startswith("reason") else field_of(shape, refused.option)
        raise Invalid(refused.text, code=refused.code, fields={field: named}, **refused.facts) from None


def field_of(shape: BallotForm, option: int | None) -> str:
    if option is None or shape.kind not in FIELDS:
        return shape.field
    return f"{FIELDS[shape.kind]}-{option}"


def refusal_at_form(shape: BallotForm, refusal: Refused) -> Refused:
    """What the rules say of the whole ballot, at its first field."""
    if "ballot" not in refusal.fields:
        return refusal
    fields = {shape.field if name == "ballot" else name: said for name, said in refusal.fields.items()}
    found = Invalid(refusal.text, code=refusal.name, fields=fields, **refusal.facts)
    return found


def said_back(words: GovernanceWords, shape: BallotForm, ballot: Any) -> list[str]:
    """The ballot in words, costs as money."""
    found = []
    for one in preview(ballot, shape.rules):
        facts = {name: words.say(value) if name in one.words else value for name, value in one.facts.items()}
        if shape.kind == "marks" and {"spent", "most"} <= facts.keys():
            facts |= {name: words.money(int(facts[name])) for name in ("spent", "most")}
        found.append(words.say(one.text, **facts))
    return found


def _preview(request: Request, unit: Unit, found: PollView, form: Form, *, only_sums: bool) -> Response:
    shape, words = ballot_form(found.config), GovernanceWords.of(request, unit)
    ballot, reason = read_and_check(shape, form, secret=found.secrecy != "open")
    told = said_back(words, shape, ballot)
    if only_sums:
        return _form(request, unit, found, typed_in(form), None, told)
    return render(
        request,
        unit,
        "governance/ballot_preview.html",
        community=page_of_poll(unit, found),
        words=words,
        found=found,
        told=told,
        reason=reason,
        sum=running_sum(shape, ballot),
        kept=[(name, value) for name, value in form.kept() if name != "act"],
        **word_maps(),
    )


def _cast(request: Request, form: Form, poll_id: Id) -> Response:
    """Into the poll, in one transaction; a sealed ballot's receipt is shown this once."""
    with write_unit(request) as unit:
        unit.signed_in()
        found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
        shape = ballot_form(found.config or {"method": found.method})
        version = form.integer("version", least=0, most=10**6)
        receipt = ballots.cast_ballot(
            unit.session,
            unit.actor,
            poll_id,
            read_ballot(shape, form),
            reason=form.get("reason"),
            version=version,
            at=unit.now,
        )
        answer: Response = unit.go_to(f"/polls/{poll_id}", said=CHANGED if receipt.changed else CAST)
        if receipt.nonce is None:
            return answer
        return render(
            request,
            unit,
            "governance/receipt.html",
            community=page_of_poll(unit, found),
            found=found,
            secret=receipt.nonce,  # `nonce` is that of the page's scripts
            changed=receipt.changed,
            **word_maps(),
        )


@router.post("/polls/{id}/ballot/withdrawal", limit="ballot")
def withdraw(request: Request, id: str) -> Response:
    """As if one had not voted; one can again until the close."""
    poll_id = parse_id(id)
    with write_unit(request) as unit:
        unit.signed_in()
        ballots.withdraw_ballot(unit.session, unit.actor, poll_id, at=unit.now)
        return unit.go_to(f"/polls/{poll_id}", said=N_("Your vote is taken back. You can vote again."))


@router.post("/polls/{id}/receipt", limit="ballot")
def save_receipt(request: Request, id: str) -> Response:
    """The receipt as a file: what was shown once, written down. Nothing of it is kept here."""
    poll_id, nonce = parse_id(id), read_form(request).get("nonce")
    with read_unit(request) as unit:
        unit.signed_in()
        found = poll_page.poll(unit.session, unit.actor, poll_id, at=unit.now)
        text = f"poll {found.id}\nnonce {nonce if is_id(nonce) else ''}\n"
    named = {"Content-Disposition": 'attachment; filename="receipt.txt"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=named)
