"""Pages of paying: give hours, thank with time, give to many, ask somebody to pay, answer such an ask."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.queries import CommunityPage
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.ledger.saying import Saying, counted_here, read_amount, words_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Confirm, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, new_id
from minga.ledger import commands, queries
from minga.ledger.rules import TIME
from minga.ledger.rules.kinds import MEMO_MAX

router = PageRouter()
COMMONS = "="
NOBODY = N_("Choose somebody from the list, or write their short name.")
GIVEN = N_("Given. Thank you.")


def key_of(form: Form) -> Id:
    """The id that the form was shown with, so that sending it twice pays once."""
    return form.form_id if is_id(form.form_id) else new_id()


def _payee(unit: Unit, here: CommunityPage, form: Form) -> queries.Payee:
    found = queries.payee(unit.session, unit.actor, here.id, form.get("to"), at=unit.now)
    if found is None:
        raise Invalid(NOBODY, code="no_payee", fields={"to": NOBODY})
    return found


def page_of(
    request: Request, unit: Unit, c: str, template: str, refusal: Refused | None, **more: Any
) -> Response:
    """A page of paying, with whom one can pay and what is left in one's account."""
    unit.signed_in()
    here = community_here(unit, c)
    counted_here(unit, here)
    found = queries.payees(unit.session, unit.actor, here.id, at=unit.now)
    own = queries.own_accounts(unit.session, unit.actor, here.id, at=unit.now)
    return render(
        request,
        unit,
        template,
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        payees=[(one.handle, f"{one.name} (@{one.handle})") for one in found],
        all_shown=len(found) < queries.PAYEES_MAX,
        account=next((one for one in own if one.unit == TIME), None),
        to=request.query_params.get("to", ""),
        asked_amount=request.query_params.get("amount", "")[:40],
        asked_words=request.query_params.get("words", "")[:MEMO_MAX],
        **more,
        **words_of(Saying(request, unit, here.language)),
    )


def again(request: Request, c: str, template: str, refusal: Refused, **more: Any) -> Response:
    """The form once more with what was typed, unless the refusal has a page of its own."""
    if isinstance(refusal, Confirm) or refusal.status in (401, 404, 429, 503):
        raise refusal
    with read_unit(request) as unit:
        return page_of(request, unit, c, template, refusal, **more)


@router.get("/c/{c}/money/payment", limit="read")
def payment_form(request: Request, c: str) -> Response:
    """Give hours to a member, or to the community."""
    with read_unit(request) as unit:
        return page_of(request, unit, c, "ledger/pay.html", None, thanks=False)


@router.post("/c/{c}/money/payment", limit="pay")
def pay(request: Request, c: str) -> Response:
    """Give them."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            amount = read_amount(form, TIME)
            if form.get("to") == COMMONS:
                made = commands.give_commons(
                    unit.session,
                    unit.actor,
                    here.id,
                    amount,
                    entry_id=key_of(form),
                    words=form.get("words"),
                    at=unit.now,
                )
            else:
                made = _give(unit, here, form, amount, thanks=False)
            return unit.go_to(f"/entries/{made.id}", said=GIVEN)
    except Refused as refusal:
        return again(request, c, "ledger/pay.html", refusal, thanks=False)


def _give(unit: Unit, here: CommunityPage, form: Form, amount: int, *, thanks: bool) -> Any:
    payee = _payee(unit, here, form)
    return commands.give(
        unit.session,
        unit.actor,
        here.id,
        payee.person_id,
        amount,
        entry_id=key_of(form),
        words=form.get("words"),
        thanks=thanks,
        at=unit.now,
    )


@router.get("/c/{c}/hours/thanks", limit="read")
def thanks_form(request: Request, c: str) -> Response:
    """Thank somebody with time, at most five hours."""
    with read_unit(request) as unit:
        return page_of(request, unit, c, "ledger/pay.html", None, thanks=True)


@router.post("/c/{c}/hours/thanks", limit="pay")
def thank(request: Request, c: str) -> Response:
    """Thank them."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            made = _give(unit, here, form, read_amount(form, TIME), thanks=True)
            return unit.go_to(f"/entries/{made.id}", said=GIVEN)
    except Refused as refusal:
        return again(request, c, "ledger/pay.html", refusal, thanks=True)


@router.get("/c/{c}/money/asks", limit="read")
def ask_form(request: Request, c: str) -> Response:
    """Ask somebody to pay."""
    with read_unit(request) as unit:
        return page_of(request, unit, c, "ledger/ask_form.html", None)


@router.post("/c/{c}/money/asks", limit="pay")
def ask_somebody(request: Request, c: str) -> Response:
    """Ask one member, or each of several for the same."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            payer = _payee(unit, here, form)
            made = commands.ask_payment(
                unit.session,
                unit.actor,
                here.id,
                payer.person_id,
                read_amount(form, TIME),
                ask_id=key_of(form),
                words=form.get("words"),
                at=unit.now,
            )
            return unit.go_to(f"/payment-asks/{made.id}", said=N_("Asked. They have 30 days to answer."))
    except Refused as refusal:
        return again(request, c, "ledger/ask_form.html", refusal)


@router.get("/payment-asks/{id}", limit="read")
def show_payment_ask(request: Request, id: str) -> Response:
    """One payment ask, for its two sides."""
    with read_unit(request) as unit:
        unit.signed_in()
        view = queries.payment_ask(unit.session, unit.actor, id, at=unit.now)
        here = community_here(unit, view.community_id)
        saying = Saying(request, unit, here.language)
        return render(
            request, unit, "ledger/ask.html", community=here, here=here, ask=view, **words_of(saying)
        )


@router.post("/payment-asks/{id}/answer", limit="write")
def answer_payment_ask(request: Request, id: str) -> Response:
    """Pay it, or refuse."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        yes = form.get("answer") == "yes"
        ask = commands.answer_payment_ask(unit.session, unit.actor, id, accepted=yes, at=unit.now)
        return unit.go_to(
            f"/payment-asks/{ask.id}", said=GIVEN if yes else N_("Refused. Whoever asked is told.")
        )


@router.post("/payment-asks/{id}/withdrawal", limit="write")
def withdraw_payment_ask(request: Request, id: str) -> Response:
    """Take one's own ask back."""
    with write_unit(request) as unit:
        unit.signed_in()
        ask = commands.withdraw_payment_ask(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/payment-asks/{ask.id}", said=N_("Taken back."))


@router.get("/c/{c}/hours/many", limit="read")
def many_form(request: Request, c: str) -> Response:
    """Give to many at once, with a look before it counts."""
    with read_unit(request) as unit:
        return page_of(request, unit, c, "ledger/many.html", None, preview=None)


@router.post("/c/{c}/hours/many", limit="pay")
def give_many(request: Request, c: str) -> Response:
    """First show who gets what, then give it, to all or none."""
    form = read_form(request)
    try:
        if not form.has("sure"):
            with read_unit(request) as unit:
                return page_of(request, unit, c, "ledger/many.html", None, preview=_preview(unit, c, form))
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            names, amount = _preview(unit, c, form)
            made = commands.give_many(
                unit.session,
                unit.actor,
                here.id,
                {one.person_id: amount for one in names},
                batch_id=key_of(form),
                words=form.get("words"),
                from_commons=form.get("from") == "commons",
                at=unit.now,
            )
            return unit.go_to(
                f"/c/{here.slug}/money", said=N_("Given to {n} people. Thank you."), n=len(made)
            )
    except Refused as refusal:
        return again(request, c, "ledger/many.html", refusal, preview=None)


def _preview(unit: Unit, c: str, form: Form) -> tuple[list[queries.Payee], int]:
    """Who was ticked, and how much each gets."""
    unit.signed_in()
    here = community_here(unit, c)
    wanted = set(form.all("to"))
    names = [
        one for one in queries.payees(unit.session, unit.actor, here.id, at=unit.now) if one.handle in wanted
    ]
    if not names:
        raise Invalid(NOBODY, code="no_payee", fields={"to": NOBODY})
    return names, read_amount(form, TIME)
