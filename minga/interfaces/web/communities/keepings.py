"""People without e-mail or device: who keeps them, what they agreed to, what was entered for them, and their card."""

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.rules.keeping import HOW_WORDS, SCOPE_WORDS, ConsentHow
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.undoing import UNDOABLE, undo, what_it_was
from minga.interfaces.web.communities.here import Link, community_here, invite_key
from minga.interfaces.web.happened import said_of
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import Invalid, NotFound, Refused, TooLarge
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import parse_id

router = PageRouter()
DAYS = 365


@router.get("/c/{c}/desk/people")
def kept_people(request: Request, c: str) -> Response:
    """Those whom one keeps, or all who are kept here."""
    with read_unit(request) as unit:
        here = community_here(unit, c)
        after = request.query_params.get("after")
        page = queries.keepings(unit.session, unit.actor, here.id, at=unit.now, after=after)
        may = access.may(unit.session, unit.actor, "person.keep", here.id, at=unit.now)
        if not may and not page.items and not after:
            access.require(unit.session, unit.actor, "person.keep", here.id, at=unit.now)
        return render(
            request, unit, "communities/kept_people.html", community=here, here=here, page=page, may=may
        )


@router.get("/c/{c}/desk/people/new")
def new_kept(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        return _form(request, unit, c)


@router.post("/c/{c}/desk/people/new")
def keep_person(request: Request, c: str) -> Response:
    form = read_form(request)
    language = form.get("language")
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            given = commands.Kept(
                name=form.get("name"),
                phone=form.get("phone"),
                address=form.get("address"),
                language=language if language in LANGUAGES else "en",
            )
            made = commands.keep_person(unit.session, unit.actor, here.id, given, at=unit.now)
            said = N_("{name} is a member now. Write down next what they agree to.")
            return unit.go_to(f"/keepings/{made.id}", said=said, name=given.name)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, c, refusal)


def _form(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    here = community_here(unit, c)
    access.require(unit.session, unit.actor, "person.keep", here.id, at=unit.now)
    return render(
        request,
        unit,
        "communities/kept_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        languages=[(tag, one.name) for tag, one in LANGUAGES.items()],
    )


@router.get("/keepings/{id}")
def show_keeping(request: Request, id: str) -> Response:
    """The sheet of one person: to look at, to print, to take things back by their word."""
    with read_unit(request) as unit:
        return _sheet(request, unit, id)


def _sheet(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    unit.signed_in()
    sheet = queries.keeping(unit.session, unit.actor, id, at=unit.now)
    here = access.place_of(unit.session, unit.actor, sheet.community_id, at=unit.now)
    lines: tuple[queries.Entered, ...] = ()
    after = None
    if sheet.tends or sheet.is_me:
        found = queries.entered(
            unit.session,
            unit.actor,
            id,
            at=unit.now,
            undoable=UNDOABLE,
            after=request.query_params.get("after"),
        )
        lines, after = found.items, found.next
    words = what_it_was(unit.session, sheet.line.person_id, lines)
    return render(
        request,
        unit,
        "communities/keeping.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        sheet=sheet,
        line=sheet.line,
        entered=[(one, said_of(one.name), words.get(one.id, "")) for one in lines],
        after=after,
        scopes=[(scope.value, word) for scope, word in SCOPE_WORDS.items()],
        scope_words={scope.value: word for scope, word in SCOPE_WORDS.items()},
        hows=[(how.value, word) for how, word in HOW_WORDS.items() if how is not ConsentHow.SELF],
        how_words={how.value: word for how, word in HOW_WORDS.items()},
        days=DAYS,
    )


def sheet_again(request: Request, id: str, refusal: Refused) -> Response:
    """The sheet with what was wrong, and what was typed."""
    with read_unit(request) as unit:
        return _sheet(request, unit, id, refusal)


@router.post("/keepings/{id}/consent", limit="upload")
def take_consent(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        paper = _paper(request)
        with write_unit(request) as unit:
            commands.take_consent(
                unit.session,
                unit.actor,
                id,
                how=form.get("how"),
                scopes=form.all("scopes"),
                days=form.integer("days", least=1, most=DAYS) or DAYS,
                note=form.get("note"),
                paper=unit.node.blobs.put(paper) if paper else None,
                at=unit.now,
            )
            return unit.go_to(f"/keepings/{id}", said=N_("Their yes is written down."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _sheet(request, unit, id, refusal)


def _paper(request: Request) -> bytes | None:
    """The photo of the sheet, written anew before the unit of work begins."""
    sent = read_form(request).file("paper")
    if sent is None:
        return None
    most = request.app.state.node.settings.photo_bytes_max
    try:
        return commands.make_paper(sent.file.read(most + 1), bytes_max=most)
    except (Invalid, TooLarge) as refusal:
        raise type(refusal)(refusal.text, fields={"paper": refusal}, **refusal.facts) from None


@router.get("/keepings/{id}/paper")
def consent_paper(request: Request, id: str) -> Response:
    """The photo of the sheet on which they agreed."""
    with read_unit(request) as unit:
        unit.signed_in()
        file = queries.consent_paper(unit.session, unit.actor, id, at=unit.now)
        answer = Response(unit.node.blobs.read(file), media_type="image/jpeg")
        answer.headers["Cache-Control"] = "no-store"
        return answer


@router.post("/keepings/{id}/taking-on")
def take_on(request: Request, id: str) -> Response:
    """Look after somebody whose keeper has left."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.take_on_keeping(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/keepings/{made.id}", said=N_("You look after them now. Thank you."))


@router.post("/keepings/{id}/erasure")
def ask_to_erase(request: Request, id: str) -> Response:
    """They want to be erased: a second person is asked."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            unit.signed_in()
            asked = commands.ask_to_erase_kept(
                unit.session,
                unit.actor,
                id,
                how=form.get("erase_how"),
                keep_words=form.has("keep_words"),
                at=unit.now,
            )
            return unit.go_to(f"/seconds/{asked.id}", said=N_("Somebody else has to agree. They are asked."))
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _sheet(request, unit, id, refusal)


@router.post("/keepings/{id}/erasure/end")
def stop_erasure(request: Request, id: str) -> Response:
    """They stay after all."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.take_kept_erasure_back(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/keepings/{id}", said=N_("They stay. Nothing is erased."))


@router.post("/keepings/{id}/consent/end")
def end_consent(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.end_consent(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/keepings/{id}", said=N_("Nobody enters anything for them any more."))


@router.post("/keepings/{id}/handover")
def hand_over(request: Request, id: str) -> Response:
    """Ask another member to go on, take the question back, or answer it."""
    form = read_form(request)
    answer = form.get("answer")
    try:
        with write_unit(request) as unit:
            if answer == "yes":
                made = commands.go_on_keeping(unit.session, unit.actor, id, at=unit.now)
                return unit.go_to(f"/keepings/{made.id}", said=N_("You look after them now. Thank you."))
            if answer == "no":
                found = commands.take_offer_back(unit.session, unit.actor, id, at=unit.now)
                here = access.place_of(unit.session, unit.actor, found.community_id, at=unit.now)
                return unit.go_to(f"/c/{here.slug}" if here else "/", said=N_("Nothing changes."))
            commands.offer_keeping(unit.session, unit.actor, id, form.get("to"), at=unit.now)
            return unit.go_to(
                f"/keepings/{id}", said=N_("They are asked. Until they say yes, nothing changes.")
            )
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _sheet(request, unit, id, refusal)


@router.post("/keepings/{id}/card")
def make_card(request: Request, id: str) -> Response:
    """A new card; an earlier one works no more."""
    with write_unit(request) as unit:
        commands.make_claim_card(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/keepings/{id}/card")


@router.get("/keepings/{id}/card")
def show_card(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        unit.signed_in()
        sheet = queries.keeping(unit.session, unit.actor, id, at=unit.now)
        if not sheet.tends:
            raise NotFound()
        here = access.place_of(unit.session, unit.actor, sheet.community_id, at=unit.now)
        token, until_at = queries.claim_token(unit.session, unit.actor, invite_key(unit), id, at=unit.now)
        link = Link(f"{unit.node.settings.site_url}/claim/{token}", token) if token else None
        answer = render(
            request,
            unit,
            "communities/claim_card.html",
            community=here,
            here=here,
            sheet=sheet,
            line=sheet.line,
            link=link,
            until_at=until_at,
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


@router.post("/keepings/{id}/acts/{act}/undo")
def undo_act(request: Request, id: str, act: str) -> Response:
    """Take back what was entered, by the person's word."""
    with write_unit(request) as unit:
        unit.signed_in()
        undo(unit.session, unit.by, parse_id(id), parse_id(act), at=unit.now)
        return unit.go_to(f"/keepings/{id}", said=N_("Taken back."))
