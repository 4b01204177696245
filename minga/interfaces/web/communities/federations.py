"""Federations: what one is and who sits in it, founding one, taking and leaving a seat, who speaks for a community."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.communities import access, commands, queries
from minga.communities.queries import SeatLine
from minga.communities.rules.federations import DecidedBy, Scope, SeatRole
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.communities.here import community_here
from minga.interfaces.web.communities.ties import KINDS, gives_of, kind_words
from minga.interfaces.web.page import PageRouter, render
from minga.kit.errors import NotFound, Refused
from minga.kit.i18n import N_
from minga.sharing import commands as keeping
from minga.sharing import queries as sharing

router = PageRouter()
DECIDED = {
    DecidedBy.CONSENSUS: N_("By consensus"),
    DecidedBy.VOTING: N_("By votes"),
    DecidedBy.COUNCIL: N_("By a council"),
    DecidedBy.HYBRID: N_("Partly by a council, partly by votes"),
}
SCOPES = {
    Scope.GEOGRAPHIC: N_("A region"),
    Scope.SECTORAL: N_("A line of work"),
    Scope.SKILL: N_("A skill"),
    Scope.IDEOLOGICAL: N_("A conviction"),
    Scope.CUSTOM: N_("Something else"),
}
ROLES = {
    SeatRole.MEMBER: N_("Member"),
    SeatRole.COUNCIL: N_("Sits on the council"),
    SeatRole.ADMIN: N_("Keeps the federation running"),
}
ASKED = N_("A second person of your community has to agree now.")
SAVED = N_("Saved.")


@router.get("/c/{c}/seats", limit="read")
def seats(request: Request, c: str) -> Response:
    """Of a federation: who sits in it. Of another community: where it sits."""
    with read_unit(request) as unit:
        return _seats(request, unit, c)


def _seats(request: Request, unit: Unit, c: str, refusal: Refused | None = None) -> Response:
    status = refusal.status if refusal else 200
    try:
        found = queries.federation(unit.session, unit.actor, c, at=unit.now)
    except NotFound:
        here = community_here(unit, c)
        held = queries.seats(unit.session, unit.actor, here.id, at=unit.now)
        return render(
            request,
            unit,
            "communities/seats.html",
            status,
            refusal=refusal,
            community=here,
            here=here,
            seats=held,
            may=access.may(unit.session, unit.actor, "federation.join", here.id, at=unit.now, seconded=True),
            federations=_shown(unit, "federation"),
            kind_words=kind_words(),
        )
    sitting = {one.community_id for one in found.seats}
    return render(
        request,
        unit,
        "communities/federation.html",
        status,
        refusal=refusal,
        here=found,
        others=[(slug, name) for slug, name, id in _shown(unit, "") if id not in sitting],
        decided=DECIDED,
        scopes=SCOPES,
        roles=ROLES,
        kind_words=kind_words(),
    )


def _shown(unit: Unit, kind: str) -> list[tuple[str, str, str]]:
    """The communities that the reader can find, of one kind, or of all but their own."""
    found = queries.communities(unit.session, unit.actor, at=unit.now, kind=kind, limit=100).items
    return [(one.slug, one.name, one.id) for one in found if not (one.is_mine and kind)]


@router.post("/c/{c}/seats")
def ask_or_invite(request: Request, c: str) -> Response:
    """A federation invites a community; a community asks a federation."""
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            if form.has("other"):
                made = commands.invite_to_federation(
                    unit.session,
                    unit.actor,
                    queries.federation(unit.session, unit.actor, c, at=unit.now).id,
                    form.get("other"),
                    words=form.get("words"),
                    at=unit.now,
                )
                return unit.go_to(f"/seats/{made.id}", said=N_("They are invited."))
            here = community_here(unit, c)
            asked = commands.ask_for_seat(
                unit.session,
                unit.actor,
                here.id,
                form.get("federation"),
                gives_of(form),
                onward=form.has("onward"),
                known_kinds=KINDS,
                words=form.get("words"),
                at=unit.now,
            )
            return _after(unit, asked, f"/c/{here.slug}/seats")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _seats(request, unit, c, refusal)


def _after(unit: Unit, asked: Any, address: str) -> Response:
    """Go to what waits for a second person, or on, where nobody else has to agree."""
    if asked is not None and not asked.agreed:
        return unit.go_to(f"/seconds/{asked.id}", said=ASKED)
    return unit.go_to(address, said=SAVED)


@router.get("/c/{c}/federations/new", limit="read")
def new_federation(request: Request, c: str) -> Response:
    with read_unit(request) as unit:
        here = community_here(unit, c)
        access.require(unit.session, unit.actor, "federation.join", here.id, at=unit.now, seconded=True)
        return _form(request, unit, here)


@router.post("/c/{c}/federations/new")
def found_federation(request: Request, c: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            here = community_here(unit, c)
            asked = commands.found_federation(
                unit.session,
                unit.actor,
                here.id,
                name=form.get("name"),
                slug=form.get("slug"),
                purpose=form.get("purpose"),
                invited=tuple(form.all("invited")),
                gives=gives_of(form),
                onward=form.has("onward"),
                known_kinds=KINDS,
                decided_by=_one(DecidedBy, form.get("decided_by"), DecidedBy.CONSENSUS),
                scope=_one(Scope, form.get("scope"), Scope.GEOGRAPHIC),
                scope_words=form.get("scope_words"),
                at=unit.now,
            )
            return _after(unit, asked, f"/c/{here.slug}/seats")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _form(request, unit, community_here(unit, c), refusal)


def _one(kind: Any, typed: str, usual: Any) -> Any:
    return kind(typed) if typed in set(kind) else usual


def _form(request: Request, unit: Unit, here: Any, refusal: Refused | None = None) -> Response:
    return render(
        request,
        unit,
        "communities/federation_new.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        community=here,
        here=here,
        others=[(slug, name) for slug, name, id in _shown(unit, "") if id != here.id],
        decided=DECIDED,
        scopes=SCOPES,
        kind_words=kind_words(),
    )


@router.get("/seats/{id}", limit="read")
def seat(request: Request, id: str) -> Response:
    with read_unit(request) as unit:
        return _seat(request, unit, id)


def _seat(request: Request, unit: Unit, id: str, refusal: Refused | None = None) -> Response:
    found = queries.seat(unit.session, unit.actor, id, at=unit.now)
    return render(
        request,
        unit,
        "communities/seat.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        seat=found,
        members=_members(unit, found),
        older=sharing.my_older_of_seat(unit.session, unit.actor, id, at=unit.now),
        roles=ROLES,
        kind_words=kind_words(),
    )


def _members(unit: Unit, found: SeatLine) -> list[tuple[str, str]]:
    """Who could speak, for whoever may say so."""
    if not found.may["mandate"]:
        return []
    speaking = {one.person_id for one in found.speakers}
    people = queries.candidates(unit.session, unit.actor, found.community_id, at=unit.now)
    return [(one.id, f"{one.name} @{one.handle}") for one in people if one.person_id not in speaking]


@router.post("/seats/{id}/acceptance")
def accept(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            commands.accept_seat(
                unit.session,
                unit.actor,
                id,
                gives_of(form),
                onward=form.has("onward"),
                known_kinds=KINDS,
                at=unit.now,
            )
            found = queries.seat(unit.session, unit.actor, id, at=unit.now)
            return unit.go_to(f"/seats/{id}", said=ASKED if found.joined_at is None else SAVED)
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _seat(request, unit, id, refusal)


@router.post("/seats/{id}/refusal")
def decline(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.decline_seat(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seats/{id}", said=N_("You said no."))


@router.post("/seats/{id}/withdrawal")
def withdraw(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        commands.withdraw_seat(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seats/{id}", said=N_("You have taken it back."))


@router.post("/seats/{id}/gives")
def change_gives(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            asked = commands.change_seat_gives(
                unit.session,
                unit.actor,
                id,
                gives_of(form),
                onward=form.has("onward"),
                known_kinds=KINDS,
                at=unit.now,
            )
            return _after(unit, asked, f"/seats/{id}")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _seat(request, unit, id, refusal)


@router.post("/seats/{id}/keeping-inside")
def keep_inside(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        keeping.keep_inside_of_seat(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seats/{id}", said=N_("They stay inside your community."))


@router.post("/seats/{id}/notice")
def leave(request: Request, id: str) -> Response:
    form = read_form(request)
    with write_unit(request) as unit:
        asked = commands.leave_federation(unit.session, unit.actor, id, words=form.get("words"), at=unit.now)
        return _after(unit, asked, f"/seats/{id}")


@router.post("/seats/{id}/notice/withdrawal")
def stay(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        asked = commands.stay_in_federation(unit.session, unit.actor, id, at=unit.now)
        return _after(unit, asked, f"/seats/{id}")


@router.post("/seats/{id}/exclusion")
def exclude(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            asked = commands.exclude_from_federation(
                unit.session, unit.actor, id, words=form.get("words"), at=unit.now
            )
            return _after(unit, asked, f"/seats/{id}")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _seat(request, unit, id, refusal)


@router.post("/seats/{id}/mandates")
def give_mandate(request: Request, id: str) -> Response:
    form = read_form(request)
    try:
        with write_unit(request) as unit:
            asked = commands.give_mandate(
                unit.session, unit.actor, id, form.get("member"), words=form.get("words"), at=unit.now
            )
            return _after(unit, asked, f"/seats/{id}")
    except Refused as refusal:
        if not refusal.fields:
            raise
        with read_unit(request) as unit:
            return _seat(request, unit, id, refusal)


@router.post("/mandates/{id}/recall")
def recall_mandate(request: Request, id: str) -> Response:
    with write_unit(request) as unit:
        seat_id = commands.recall_mandate(unit.session, unit.actor, id, at=unit.now)
        return unit.go_to(f"/seats/{seat_id}", said=N_("They speak for the community no more."))


@router.post("/c/{c}/dissolution")
def dissolve(request: Request, c: str) -> Response:
    with write_unit(request) as unit:
        found = queries.federation(unit.session, unit.actor, c, at=unit.now)
        asked = commands.dissolve_federation(unit.session, unit.actor, found.id, at=unit.now)
        return _after(unit, asked, "/communities")
