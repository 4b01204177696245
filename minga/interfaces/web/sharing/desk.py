"""The desk of a library: one field finds a thing, the next lends it or takes it back; all by keyboard."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.http import Form, Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render
from minga.interfaces.web.sharing.asks import read_day
from minga.interfaces.web.sharing.saying import Saying
from minga.interfaces.web.sharing.verified import skills_for
from minga.kit.errors import Invalid, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules import CONDITION_WORDS
from minga.sharing.rules.labels import SIZES, Sheet

router = PageRouter()
NOBODY_FOUND = N_("Nobody of that name lives here. Type a name or a handle.")
WHICH_OF_THEM = N_("Several people have that name. Choose one of them.")
LOAN_ACTS = frozenset({"back", "renew", "lost"})
BAD_ACT = N_("Choose what to do with it.")


@router.get("/c/{c}/desk", limit="read")
def show_desk(request: Request, c: str) -> Response:
    """A field for a number, a label or a name; the thing with who has it; and the work of the day."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _show(request, unit, c, request.query_params.get("q", ""), None)


def _show(
    request: Request, unit: Unit, c: str, typed: str, refusal: Refused | None, people: Any = ()
) -> Response:
    community = community_to_read(unit.session, unit.actor, c, at=unit.now)
    day = queries.desk_day(unit.session, unit.actor, community.id, at=unit.now)
    found: tuple[queries.DeskThing, ...] = ()
    if typed.strip():
        found = queries.things_at_desk(unit.session, unit.actor, community.id, typed, at=unit.now)
    saying = Saying.of(request, unit)
    return render(
        request,
        unit,
        "sharing/desk.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=community,
        here=f"/c/{community.slug}/desk",
        day=day,
        q=typed,
        things=found,
        thing=found[0] if len(found) == 1 else None,
        people=people,
        condition_options=[(str(n), saying.say(word)) for n, word in sorted(CONDITION_WORDS.items())],
        rule_options=[(key, saying.say(word)) for key, word in commands.EXEMPTION_WORDS.items()],
    )


@router.post("/c/{c}/desk/act", limit="write")
def act_at_desk(request: Request, c: str) -> Response:
    """Lend, back, renew, lost, out of use, in use again, let off a rule: one form each, and back to the field."""
    form = read_form(request)
    typed, people = form.get("q"), ()
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            community = community_to_read(unit.session, unit.actor, c, at=unit.now)
            if form.get("do") == "lend":
                people = _people(unit, community.id, form)
            said = _act(unit, community.id, form, people)
            stay = form.get("do") in ("out_of_use", "in_use", "exempt")
            query = f"?{urlencode({'q': typed})}" if stay and typed else ""
            return unit.go_to(f"/c/{community.slug}/desk{query}", said=said)
    except NotFound:
        raise
    except Refused as refusal:
        if refusal.status in (401, 403):
            raise
        with read_unit(request) as unit:
            return _show(request, unit, c, typed, refusal, people)


def _people(unit: Unit, community_id: str, form: Form) -> Any:
    if form.get("person"):
        return ((parse_id(form.get("person")), "", ""),)
    return queries.borrowers(unit.session, unit.actor, community_id, form.get("to"), at=unit.now)


def _act(unit: Unit, community_id: str, form: Form, people: Any) -> str:
    session, actor, at = unit.session, unit.actor, unit.now
    what = form.get("do")
    if what == "lend":
        return _lend(unit, form, people)
    if what in ("out_of_use", "in_use"):
        listing, copy_no = parse_id(form.get("listing")), form.integer("copy_no", least=1, most=500)
        if what == "in_use":
            commands.put_into_use(session, actor, listing, copy_no=copy_no, at=at)
            return N_("It can be lent again.")
        commands.put_out_of_use(session, actor, listing, reason=form.get("reason"), copy_no=copy_no, at=at)
        return N_("It is not lent until you say so.")
    if what in ("yes", "no"):
        answer = commands.accept if what == "yes" else commands.decline
        answer(session, actor, parse_id(form.get("ask")), at=at)
        return N_("Agreed.") if what == "yes" else N_("Your answer is on its way.")
    if what == "exempt":
        person, rule = parse_id(form.get("person")), form.get("rule")
        until = read_day(unit, form, "until")
        commands.exempt(
            session, actor, community_id, person, rule, reason=form.get("reason"), until_on=until, at=at
        )
        return N_("They are let off this rule, and read why.")
    if what not in LOAN_ACTS:
        raise Invalid(BAD_ACT)
    return _loan(unit, form, what)


def _lend(unit: Unit, form: Form, people: Any) -> str:
    if not people:
        raise Invalid(NOBODY_FOUND, fields={"to": NOBODY_FOUND})
    if len(people) > 1:
        raise Invalid(WHICH_OF_THEM, fields={"person": WHICH_OF_THEM})
    listing, borrower = parse_id(form.get("listing")), people[0][0]
    commands.lend_at_desk(
        unit.session,
        unit.actor,
        listing,
        borrower,
        until_on=read_day(unit, form, "until"),
        condition=form.integer("condition", least=1, most=5),
        skills=skills_for(unit, listing, borrower),
        at=unit.now,
    )
    return N_("It is out.")


def _loan(unit: Unit, form: Form, what: str) -> str:
    session, actor, at, loan = unit.session, unit.actor, unit.now, parse_id(form.get("loan"))
    if what == "back":
        returned: date | None = read_day(unit, form, "returned_on")
        condition = form.integer("condition", least=1, most=5)
        commands.back_at_desk(
            session, actor, loan, condition=condition, words=form.get("words"), returned_on=returned, at=at
        )
        return N_("It is back.")
    if what == "renew":
        commands.renew_at_desk(session, actor, loan, until_on=read_day(unit, form, "until"), at=at)
        return N_("Renewed.")
    commands.lost_at_desk(session, actor, loan, at=at)
    return N_("Noted as lost. Talk about how to make it good.")


@router.get("/c/{c}/desk/list", limit="read")
def print_loans(request: Request, c: str) -> Response:
    """Everything that is out, on paper."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        loans = queries.loans_out(unit.session, unit.actor, community.id, at=unit.now)
        return render(
            request, unit, "sharing/desk_list.html", community=community, loans=loans, address=_site(unit, c)
        )


@router.get("/c/{c}/desk/slip/{loan}", limit="read")
def print_slip(request: Request, c: str, loan: str) -> Response:
    """A slip for who takes a thing home: what, whose, until when."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        loans = queries.loans_out(unit.session, unit.actor, community.id, at=unit.now)
        found = next((one for one in loans if one.id == parse_id(loan)), None)
        if found is None:
            raise NotFound()
        return render(
            request, unit, "sharing/desk_slip.html", community=community, loan=found, address=_site(unit, c)
        )


def _site(unit: Unit, c: str) -> str:
    return f"{unit.settings.site_url}/c/{c}/desk"


@router.get("/c/{c}/desk/labels", limit="read")
def print_labels(request: Request, c: str) -> Response:
    """A sheet of labels for the things of the library, or for those whose numbers are given."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        numbers = tuple(
            int(one) for one in request.query_params.get("n", "").replace(",", " ").split() if one.isdecimal()
        )[:500]
        found = queries.labels(unit.session, unit.actor, community.id, at=unit.now, numbers=numbers)
        sheet = Sheet.of(request.query_params.get("size", ""))
        return render(
            request,
            unit,
            "sharing/labels.html",
            community=community,
            found=found,
            sheet=sheet,
            sizes=list(SIZES.values()),
            site=unit.settings.site_url,
            numbers=" ".join(str(one) for one in numbers),
        )


@router.post("/listings/{id}/library", limit="write")
def put_into_library(request: Request, id: str) -> Response:
    """A thing becomes the community's, or its owner's own again."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        listing = parse_id(id)
        if form.get("answer") == "out":
            commands.take_out_of_library(unit.session, unit.actor, listing, at=unit.now)
            return unit.go_to(f"/listings/{listing}", said=N_("It is not in the library any more."))
        commands.put_into_library(unit.session, unit.actor, listing, at=unit.now)
        return unit.go_to(f"/listings/{listing}", said=N_("It is in the library. Librarians lend it."))


@router.post("/listings/{id}/out-of-use", limit="write")
def put_out_of_use(request: Request, id: str) -> Response:
    """It is not lent for a while, or can be lent again."""
    form = read_form(request)
    with write_unit(request) as unit:
        unit.signed_in()
        listing, copy_no = parse_id(id), form.integer("copy_no", least=1, most=500)
        if form.get("answer") == "in":
            commands.put_into_use(unit.session, unit.actor, listing, copy_no=copy_no, at=unit.now)
            return unit.go_to(f"/listings/{listing}", said=N_("It can be lent again."))
        commands.put_out_of_use(
            unit.session,
            unit.actor,
            listing,
            reason=form.get("reason"),
            copy_no=copy_no,
            until_on=read_day(unit, form, "until"),
            at=unit.now,
        )
        return unit.go_to(f"/listings/{listing}", said=N_("It is not lent until you say so."))
