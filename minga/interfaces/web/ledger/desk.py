"""The desk of who keeps the books: all accounts, whether it adds up, seals, journals to take along."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.ledger.saying import BREACH_WORDS, Saying, words_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.ledger import commands, queries

router = PageRouter()


@router.get("/c/{c}/money/desk", limit="read")
def show_desk(request: Request, c: str) -> Response:
    """All accounts and what the newest recount found."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        page = queries.accounts(
            unit.session, unit.actor, here.id, after=request.query_params.get("after"), at=unit.now
        )
        return render(
            request,
            unit,
            "ledger/desk.html",
            community=here,
            here=here,
            page=page,
            percent=queries.warn_percent(unit.session, unit.actor, here.id, at=unit.now),
            check=queries.newest_check(unit.session, unit.actor, here.id, at=unit.now),
            sums=queries.unit_sums(unit.session, unit.actor, here.id, at=unit.now),
            periods=queries.periods(unit.session, unit.actor, here.id, at=unit.now),
            breach_words=BREACH_WORDS,
            **words_of(Saying(request, unit, here.language)),
        )


@router.get("/c/{c}/ledger/verification", limit="export")
def show_verification(request: Request, c: str) -> Response:
    """Recount the book now."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        report = queries.verification(unit.session, unit.actor, here.id, at=unit.now)
        return render(
            request,
            unit,
            "ledger/verification.html",
            community=here,
            here=here,
            report=report,
            breach_words=BREACH_WORDS,
        )


@router.get("/c/{c}/ledger/export", limit="export")
def export_journal(request: Request, c: str) -> Response:
    """The book as a journal for hledger or beancount, without names and words."""
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        wanted = request.query_params.get("format", queries.Format.HLEDGER.value)
        if wanted not in {one.value for one in queries.Format}:
            raise Invalid(N_("Choose hledger or beancount."))
        lines: Iterator[str] = queries.journal(
            unit.session, unit.actor, here.id, queries.Format(wanted), at=unit.now
        )
        text = "\n".join(lines) + "\n"
    headers = {"Content-Disposition": f'attachment; filename="{here.slug}.{wanted}"'}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


@router.post("/c/{c}/money/closing", limit="write")
def close_period(request: Request, c: str) -> Response:
    """Close a period that is over, for good."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        queries.accounts(unit.session, unit.actor, here.id, limit=1, at=unit.now)
        commands.close_period(unit.session, unit.actor, form.get("period"), at=unit.now)
        return unit.go_to(f"/c/{here.slug}/money/desk", said=N_("Closed. Corrections are dated later now."))
