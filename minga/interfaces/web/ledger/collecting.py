"""Pages of paying without choosing from a list: a link and a code to be paid by, slips to print, a list, asks to several."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.ledger.paying import NOBODY, again, key_of, page_of
from minga.interfaces.web.ledger.saying import read_amount
from minga.interfaces.web.page import PageRouter
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.typed import read_minutes
from minga.ledger import commands, queries
from minga.ledger.rules import TIME
from minga.ledger.rules.kinds import MEMO_MAX
from minga.ledger.rules.lists import read_list

router = PageRouter()
SHEET = 8


@router.get("/c/{c}/money/link", limit="read")
def payment_link(request: Request, c: str) -> Response:
    """A link and a code that lead to the form of giving, filled in; alone or as a sheet of slips to cut out."""
    params = request.query_params
    typed, words = params.get("amount", "").strip()[:40], params.get("words", "").strip()[:MEMO_MAX]
    try:
        amount = read_minutes(typed) if typed else 0
    except Invalid as unclear:
        refusal = Invalid(unclear.text, fields={"amount": unclear}, code="bad_number", **unclear.facts)
        return again(request, c, "ledger/link.html", refusal, link="", wanted=0, words=words, copies=1)
    with read_unit(request) as unit:
        unit.signed_in()
        here = community_here(unit, c)
        me = unit.me.handle if unit.me else ""
        query = urlencode(
            {"to": me, **({"amount": typed} if typed else {}), **({"words": words} if words else {})}
        )
        return page_of(
            request,
            unit,
            c,
            "ledger/link.html",
            None,
            link=f"{unit.settings.site_url}/c/{here.slug}/money/payment?{query}",
            wanted=amount,
            words=words,
            copies=SHEET if params.get("sheet") == "1" else 1,
        )


@router.get("/c/{c}/hours/list", limit="read")
def list_form(request: Request, c: str) -> Response:
    """Give what a list says, with a look before it counts."""
    with read_unit(request) as unit:
        return page_of(request, unit, c, "ledger/list.html", None, preview=None)


@router.post("/c/{c}/hours/list", limit="pay")
def give_list(request: Request, c: str) -> Response:
    """First show who gets what, then give it, to all or none."""
    form = read_form(request)
    try:
        lines = read_list(form.get("list"))
        if not form.has("sure"):
            with read_unit(request) as unit:
                unit.signed_in()
                here = community_here(unit, c)
                people = queries.people_of_list(unit.session, unit.actor, here.id, lines, at=unit.now)
                return page_of(request, unit, c, "ledger/list.html", None, preview=list(people.values()))
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            made = commands.give_list(
                unit.session,
                unit.actor,
                here.id,
                lines,
                batch_id=key_of(form),
                words=form.get("words"),
                from_commons=form.get("from") == "commons",
                at=unit.now,
            )
            return unit.go_to(
                f"/c/{here.slug}/money", said=N_("Given to {n} people. Thank you."), n=len(made)
            )
    except Refused as refusal:
        return again(request, c, "ledger/list.html", refusal, preview=None)


@router.get("/c/{c}/hours/collecting", limit="read")
def collecting_form(request: Request, c: str) -> Response:
    """Ask several for the same."""
    with read_unit(request) as unit:
        return page_of(request, unit, c, "ledger/collecting.html", None)


@router.post("/c/{c}/hours/collecting", limit="pay")
def collect(request: Request, c: str) -> Response:
    """Ask each of them; each answers for themselves."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            here = community_here(unit, c)
            made = commands.ask_many(
                unit.session,
                unit.actor,
                here.id,
                _ticked(unit, here.id, form),
                read_amount(form, TIME),
                batch_id=key_of(form),
                words=form.get("words"),
                at=unit.now,
            )
            said = N_("Asked {n} people. They have 30 days to answer.")
            return unit.go_to(f"/c/{here.slug}/money", said=said, n=len(made))
    except Refused as refusal:
        return again(request, c, "ledger/collecting.html", refusal)


def _ticked(unit: Unit, community_id: Id, form: Form) -> list[Id]:
    """Who was ticked, or written one to a line where there are too many to show."""
    found = []
    for name in (*form.all("to"), *form.get("names").replace(",", "\n").splitlines()):
        if not name.strip():
            continue
        person = queries.payee(unit.session, unit.actor, community_id, name, at=unit.now)
        if person is None:
            raise Invalid(NOBODY, code="no_payee", fields={"to": NOBODY})
        found.append(person.person_id)
    if not found:
        raise Invalid(NOBODY, code="no_payee", fields={"to": NOBODY})
    return found
