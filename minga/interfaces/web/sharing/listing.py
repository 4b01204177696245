"""The page of a listing, its photos and label, and the buttons that move it through its life."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from minga.communities.access import community_to_read
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.interfaces.web.sharing.fields import ICONS
from minga.interfaces.web.sharing.wording import Wording
from minga.kit.errors import Invalid, NotFound
from minga.kit.formats import Formats
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.images import media_type_of
from minga.sharing import commands, queries
from minga.sharing.rules import (
    ANSWERS_TO_OTHERS,
    ANSWERS_WORDS,
    DIRECTION_WORDS,
    KIND_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    TERM_WORDS,
    CloseReason,
    Direction,
    Level,
    Origin,
    State,
    TermKind,
)

router = PageRouter()
TONES = {State.OPEN: "leaf", State.PENDING: "sun", State.PAUSED: "sun", State.DRAFT: "sky"}
LABELS = {"large": 2, "medium": 6, "small": 12}
WRONG_REASON = N_("Say whether it is done or withdrawn.")


@router.get("/listings/{id}", limit="read")
def show_listing(request: Request, id: str) -> Response:
    """One listing: what it is, how it is shared, whose it is, what can be done about it."""
    with read_unit(request) as unit:
        found = queries.listing(unit.session, unit.actor, id, at=unit.now)
        community = _community(unit, found)
        wording = _wording(request, unit, community)
        asking = queries.ask_block(unit.session, unit.actor, found.card.id, at=unit.now) if unit.me else None
        answer = render(
            request,
            unit,
            "sharing/listing.html",
            community=community,
            found=found,
            card=found.card,
            asking=asking,
            term_words={kind.value: word for kind, word in TERM_WORDS.items()},
            icon=ICONS[found.card.kind],
            kicker=f"{wording.say(DIRECTION_WORDS[found.card.direction])} · {wording.say(KIND_WORDS[found.card.kind])}",
            tone=TONES.get(found.state, ""),
            state_word=wording.say(STATE_WORDS[found.state]),
            terms=[wording.term(term) for term in found.card.terms],
            facts=_facts(unit, wording, found),
            reasons=[(reason.value, wording.say(word)) for reason, word in REASON_WORDS.items()],
            sees_it=wording.sees(found.card.level, found.card.community, []),
            answers=wording.say((ANSWERS_WORDS if found.theirs else ANSWERS_TO_OTHERS)[found.answers]),
        )
        if found.card.level is not Level.PUBLIC:  # shown on the web only where the community's rule says so
            answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def _community(unit: Unit, found: queries.Detail) -> Any:
    """The frame's community when the reader lives there."""
    if found.card.origin is not Origin.OWN or unit.me is None:
        return None
    return community_to_read(unit.session, unit.actor, found.card.community_id, at=unit.now)


def _wording(request: Request, unit: Unit, community: Any) -> Wording:
    voice = voice_of(request, unit, getattr(community, "language", None))
    zone = unit.me.zone if unit.me else getattr(community, "zone", "UTC")
    return Wording(voice, Formats(voice.language.tag, zone, voice), unit.now)


def _facts(unit: Unit, wording: Wording, found: queries.Detail) -> list[tuple[str, str]]:
    """What is known about the listing, as pairs of words."""
    say, formats, card = wording.say, wording.formats, found.card
    headings = {one.id: one.label(wording.voice.language.tag) for one in _categories(unit, found)}

    def day(value: Any) -> str:
        return formats.date(value) if value else ""

    def moment(value: Any) -> str:
        return formats.moment(value, unit.now) if value else ""

    return [
        (say(N_("How much")), wording.quantity(card.quantity_milli, card.quantity_unit)),
        *wording.own(
            card.kind,
            found.own,
            wish=card.direction is Direction.NEED,
            lent=any(term["kind"] == TermKind.LOAN for term in card.terms),
        ),
        (say(N_("Where")), card.place),
        (say(N_("Available from")), day(found.available_from_on)),
        (say(N_("Available until")), day(found.available_until_on)),
        (say(N_("Category")), headings.get(card.category_id or "", "")),
        (say(N_("Asks are collected until")), moment(found.collect_until)),
        (say(N_("Ends")), moment(card.expires_at) if found.closed_at is None else ""),
        (say(N_("Number on its label")), str(card.number)),
    ]


def _categories(unit: Unit, found: queries.Detail) -> list[Any]:
    if found.card.category_id is None:
        return []
    return list(queries.categories(unit.session, unit.actor, found.card.community_id))


@router.get("/listings/{id}/photos/{photo}/{size}", limit="read")
def show_photo(request: Request, id: str, photo: str, size: str) -> Response:
    """A photo, for whoever may see its listing."""
    with read_unit(request) as unit:
        found = queries.photo(unit.session, unit.actor, id, photo, at=unit.now)
    if size not in ("small", "large"):
        raise NotFound()
    path = request.app.state.node.blobs.path(found.small if size == "small" else found.blob)
    with path.open("rb") as file:
        media_type = media_type_of(file.read(16))
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "private, max-age=3600"})


@router.get("/listings/{id}/label", limit="read")
def show_label(request: Request, id: str) -> Response:
    """A sheet of labels to print, with number and code for the camera."""
    with read_unit(request) as unit:
        found = queries.listing(unit.session, unit.actor, id, at=unit.now)
        if not found.may.get("edit"):
            raise NotFound()
        address = f"{unit.settings.site_url}/listings/{found.card.id}"
        size = request.query_params.get("size", "medium")
        return render(
            request,
            unit,
            "sharing/label.html",
            community=_community(unit, found),
            card=found.card,
            size=size if size in LABELS else "medium",
            sizes=list(LABELS),
            copies=LABELS.get(size, 6),
            address=address,
        )


def _act(request: Request, id: str, act: Callable[..., Any], said: str, **more: Any) -> Response:
    """One button: one command, and back to the listing."""
    with write_unit(request) as unit:
        unit.signed_in()
        act(unit.session, unit.actor, parse_id(id), at=unit.now, **more)
        return unit.go_to(f"/listings/{parse_id(id)}", said=said)


@router.post("/listings/{id}/publication", limit="write")
def publish_listing(request: Request, id: str) -> Response:
    """Show a draft to those it is for."""
    return _act(request, id, commands.publish, N_("Sent out."))


@router.post("/listings/{id}/look", limit="write")
def let_out(request: Request, id: str) -> Response:
    """Let a listing that waited go out."""
    return _act(request, id, commands.look, N_("It is published."))


@router.post("/listings/{id}/pause", limit="write")
def pause_listing(request: Request, id: str) -> Response:
    """Take it out of the lists for a while."""
    return _act(request, id, commands.pause, N_("Paused. Nobody finds it until you open it again."))


@router.post("/listings/{id}/resumption", limit="write")
def resume_listing(request: Request, id: str) -> Response:
    """Put it back."""
    return _act(request, id, commands.resume, N_("It is open again."))


@router.post("/listings/{id}/closure", limit="write")
def close_listing(request: Request, id: str) -> Response:
    """End it: done, withdrawn, or removed by stewards."""
    said = read_form(request).get("reason", "withdrawn")
    if said not in {reason.value for reason in CloseReason}:
        raise Invalid(WRONG_REASON)
    return _act(request, id, _close, N_("Closed."), reason=CloseReason(said))


def _close(session: Any, actor: Any, listing_id: str, *, reason: CloseReason, at: Any) -> None:
    commands.close(session, actor, listing_id, reason, at=at)


@router.post("/listings/{id}/reopening", limit="write")
def reopen_listing(request: Request, id: str) -> Response:
    """Open it again."""
    return _act(request, id, commands.reopen, N_("It is open again."))


@router.post("/listings/{id}/still-true", limit="write")
def keep_listing(request: Request, id: str) -> Response:
    """Say that it is still true."""
    return _act(request, id, commands.keep, N_("Good to know. It stays."))


@router.post("/listings/{id}/pin", limit="write")
def pin_listing(request: Request, id: str) -> Response:
    """Put it on top of the list, or take it down."""
    rank = read_form(request).integer("rank", least=0, most=3) or 0
    return _act(request, id, _pin, N_("It is on top.") if rank else N_("It stands in line again."), rank=rank)


def _pin(session: Any, actor: Any, listing_id: str, *, rank: int, at: Any) -> None:
    commands.pin(session, actor, listing_id, rank, at=at)


@router.post("/listings/{id}/discarding", limit="write")
def discard_draft(request: Request, id: str) -> Response:
    """Throw a draft away."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.discard(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/sharing", said=N_("The draft is gone."))
