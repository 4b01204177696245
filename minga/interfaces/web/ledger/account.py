"""Pages of one's account: how it stands, what moved, a statement to print or take along, a single entry."""

import csv
import io
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.ledger.saying import Saying, counted_here, day_in, read_amount, words_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit.csvfiles import defused
from minga.kit.errors import Confirm, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import is_id, new_id
from minga.ledger import commands, queries
from minga.ledger.queries import AccountLine

router = PageRouter()
ENTRY_UNDONE = N_("Undone.")


@router.get("/c/{c}/money", limit="read")
def show_money(request: Request, c: str) -> Response:
    """My account: a card for each unit, what moved lately, what waits."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        counted_here(unit, here)
        own = queries.own_accounts(unit.session, unit.actor, here.id, at=unit.now)
        gift = queries.is_gift_only(unit.session, unit.actor, here.id, at=unit.now)
        lines = {
            one.id: queries.movements(unit.session, unit.actor, one.id, limit=10, at=unit.now).items
            for one in own
        }
        return render(
            request,
            unit,
            "ledger/money.html",
            community=here,
            here=here,
            accounts=own,
            percent=queries.warn_percent(unit.session, unit.actor, here.id, at=unit.now),
            movements=lines,
            gift=gift,
            counts={one.id: _counts(unit, one) for one in own} if gift else {},
            asks=queries.payment_asks(unit.session, unit.actor, here.id, at=unit.now),
            others=queries.shown_balances(unit.session, unit.actor, here.id, at=unit.now),
            keeps=queries.keeps_books(unit.session, unit.actor, here.id, at=unit.now),
            **words_of(Saying(request, unit, here.language)),
        )


def _counts(unit: Unit, one: AccountLine) -> tuple[int, int]:
    return queries.given_received(unit.session, unit.actor, one.id, at=unit.now)


@router.get("/c/{c}/hours", limit="read")
def show_hours(request: Request, c: str) -> Response:
    """The other name of the same page."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        return RedirectResponse(f"/c/{here.slug}/money", status_code=303)


@router.get("/accounts/{id}", limit="read")
def show_account(request: Request, id: str) -> Response:
    """One account: its limits, months, and all that moved."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _account(request, unit, id, None)


def _account(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    one = queries.account(unit.session, unit.actor, id, at=unit.now)
    here = community_here(unit, one.community_id)
    from_on, until_on = day_in(request, unit, "from"), day_in(request, unit, "until")
    page = queries.movements(
        unit.session,
        unit.actor,
        one.id,
        from_on=from_on,
        until_on=until_on,
        after=request.query_params.get("after"),
        at=unit.now,
    )
    return render(
        request,
        unit,
        "ledger/account.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        account=one,
        page=page,
        months=queries.months(unit.session, unit.actor, one.id, at=unit.now),
        changes=queries.limit_changes(unit.session, unit.actor, one.id, at=unit.now),
        may_set=queries.may_set_limits(unit.session, unit.actor, one.id, at=unit.now),
        from_on=request.query_params.get("from", ""),
        until_on=request.query_params.get("until", ""),
        query="&".join(f"{k}={v}" for k, v in request.query_params.items() if k in ("from", "until")),
        **words_of(Saying(request, unit, here.language)),
    )


@router.get("/accounts/{id}/statement", limit="read")
def show_statement(request: Request, id: str) -> Response:
    """A statement to read and print: what stood there, what moved, what stands."""
    with read_unit(request) as unit:
        unit.signed_in()
        one = queries.account(unit.session, unit.actor, id, at=unit.now)
        here = community_here(unit, one.community_id)
        found = queries.statement(
            unit.session,
            unit.actor,
            one.id,
            from_on=day_in(request, unit, "from"),
            until_on=day_in(request, unit, "until"),
            at=unit.now,
        )
        return render(
            request,
            unit,
            "ledger/statement.html",
            community=here,
            here=here,
            account=one,
            statement=found,
            head=queries.seal_head(unit.session, unit.actor, one.id, at=unit.now),
            query="&".join(f"{k}={v}" for k, v in request.query_params.items() if k in ("from", "until")),
            **words_of(Saying(request, unit, here.language)),
        )


@router.get("/accounts/{id}/statement/file", limit="export")
def statement_file(request: Request, id: str) -> Response:
    """The same as a table (CSV); amounts in the unit's smallest part."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.statement(
            unit.session,
            unit.actor,
            id,
            from_on=day_in(request, unit, "from"),
            until_on=day_in(request, unit, "until"),
            at=unit.now,
        )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["day", "no", "id", "kind", "with", "words", "unit", "amount", "after"])
    for one in found.lines:
        words = [one.other or "", one.words or ""]
        cells: list[Any] = [one.effective_on, one.no or "", one.entry_id, one.kind.value]
        writer.writerow([*cells, *(defused(word) for word in words), found.unit, one.amount, one.after])
    headers = {"Content-Disposition": f'attachment; filename="statement-{found.account_id[-8:]}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/entries/{id}", limit="read")
def show_entry(request: Request, id: str) -> Response:
    """One entry with its lines."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _entry(request, unit, id, None)


def _entry(request: Request, unit: Unit, id: str, refusal: Refused | None) -> Response:
    view = queries.entry(unit.session, unit.actor, id, at=unit.now)
    here = community_here(unit, view.community_id)
    return render(
        request,
        unit,
        "ledger/entry.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        entry=view,
        may_undo=queries.may_undo(unit.session, unit.actor, view.id, at=unit.now),
        **words_of(Saying(request, unit, here.language)),
    )


@router.post("/entries/{id}/reversal", limit="write")
def undo_entry(request: Request, id: str) -> Response:
    """Undo an entry by its mirror image, with a reason."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            view = queries.entry(unit.session, unit.actor, id, at=unit.now)
            reason = form.get("reason")
            if not reason:
                raise Invalid(N_("Say why."), fields={"reason": N_("Say why.")})
            new = form.form_id if is_id(form.form_id) else new_id()
            made = commands.undo(unit.session, unit.actor, view.id, new, reason, at=unit.now)
            return unit.go_to(f"/entries/{made.id}", said=ENTRY_UNDONE)
    except Refused as refusal:
        if isinstance(refusal, Confirm) or refusal.status in (401, 403, 404):
            raise
        with read_unit(request) as unit:
            return _entry(request, unit, id, refusal)


@router.post("/accounts/{id}/limit", limit="write")
def change_limit(request: Request, id: str) -> Response:
    """Another limit for an account, or that of the rules again; with a reason."""
    form = read_form(request)

    def act(unit: Unit, one: AccountLine) -> None:
        limits = None
        if form.get("limits") != "rules":
            floor = read_amount(form, one.unit, one.exponent, name="debt") if form.get("debt") else 0
            ceiling = read_amount(form, one.unit, one.exponent, name="saved") if form.get("saved") else None
            limits = commands.Limits(-floor, ceiling)
        commands.set_limit(unit.session, unit.actor, one.id, limits, reason=form.get("reason"), at=unit.now)

    return _change(request, id, act, N_("The limit is another one now."))


@router.post("/accounts/{id}/rest", limit="write")
def rest_account(request: Request, id: str) -> Response:
    """Let an account rest, or wake it; with a reason."""
    form = read_form(request)

    def act(unit: Unit, one: AccountLine) -> None:
        commands.freeze(
            unit.session,
            unit.actor,
            one.id,
            may_spend=not form.has("no_giving"),
            may_receive=not form.has("no_receiving"),
            reason=form.get("reason"),
            at=unit.now,
        )

    return _change(request, id, act, N_("Noted. Its owner is told."))


def _change(request: Request, id: str, act: Any, said: str) -> Response:
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            one = queries.account(unit.session, unit.actor, id, at=unit.now)
            act(unit, one)
            return unit.go_to(f"/accounts/{one.id}", said=said)
    except Refused as refusal:
        if isinstance(refusal, Confirm) or refusal.status in (401, 403, 404):
            raise
        with read_unit(request) as unit:
            return _account(request, unit, id, refusal)
