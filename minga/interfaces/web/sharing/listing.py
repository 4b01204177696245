"""The page of a listing, its photos and label, and the buttons that move it through its life."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from minga.communities import queries as communities
from minga.communities.access import community_to_read, hidden_of
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.acting import LISTINGS, SHARING
from minga.interfaces.web.intelligence.suggestions import fits
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.interfaces.web.sharing.calendars import LESSON_WORDS, calendar_words
from minga.interfaces.web.sharing.extras import said_extra
from minga.interfaces.web.sharing.fields import ICONS
from minga.interfaces.web.sharing.repeats import RULE_WORDS, RULES
from minga.interfaces.web.sharing.saying import Saying
from minga.interfaces.web.sharing.wording import Wording
from minga.kit.errors import Invalid, NotFound
from minga.kit.formats import Formats
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.kit.images import media_type_of
from minga.reputation import queries as reputation
from minga.sharing import commands, queries
from minga.sharing.rules import (
    ANSWERS_TO_OTHERS,
    ANSWERS_WORDS,
    DIRECTION_WORDS,
    KIND_WORDS,
    REASON_WORDS,
    STATE_WORDS,
    TERM_WORDS,
    Answers,
    CloseReason,
    Direction,
    Kind,
    Level,
    Origin,
    State,
    TermKind,
)

router = PageRouter()
TONES = {State.OPEN: "leaf", State.PENDING: "sun", State.PAUSED: "sun", State.DRAFT: "sky"}
LABELS = {"large": 2, "medium": 6, "small": 12}
WRONG_REASON = N_("Say whether it is done or withdrawn.")


@router.get("/listings/{id}", limit="read", acting=SHARING)
def show_listing(request: Request, id: str) -> Response:
    """One listing: what it is, how it is shared, whose it is, what can be done about it."""
    with read_unit(request) as unit:
        try:
            found = queries.listing(unit.session, unit.actor, id, at=unit.now)
        except NotFound:
            return _stub(request, unit, id)
        community = _community(unit, found)
        wording = _wording(request, unit, community)
        asking = queries.ask_block(unit.session, unit.actor, found.card.id, at=unit.now) if unit.me else None
        repeats = _repeats(unit, found)
        answer = render(
            request,
            unit,
            "sharing/listing.html",
            entered_by=communities.entered_by(unit.session, unit.actor, found.card.id, at=unit.now)
            if unit.me
            else None,
            repeats=repeats,
            repeats_every=_every(repeats),
            repeat_words=RULE_WORDS,
            community=community,
            found=found,
            stub=hidden_of(unit.session, "listing", found.card.id),
            card=found.card,
            asking=asking,
            draw=_draw(unit, found),
            to_show=_to_show(unit, found, asking),
            **fits(request, unit, found.card.id, theirs=found.theirs, is_open=found.state is State.OPEN),
            deposit_of=lambda block: wording.amount(
                block.deposit_minor, "minute" if block.deposit_unit == "TIME" else block.deposit_unit
            ),
            library=queries.library_block(unit.session, unit.actor, found.card.id, at=unit.now),
            queue=queries.queue_block(unit.session, unit.actor, found.card.id, at=unit.now)
            if unit.me
            else None,
            lessons=queries.lesson_block(unit.session, unit.actor, found.card.id, at=unit.now)
            if found.card.kind is Kind.SKILL
            else None,
            lesson_words=LESSON_WORDS,
            **calendar_words(Saying.of(request, unit), _calendar(unit, found) if asking else None),
            term_words={kind.value: word for kind, word in TERM_WORDS.items()},
            icon=ICONS[found.card.kind],
            kicker=f"{wording.say(DIRECTION_WORDS[found.card.direction])} · {wording.say(KIND_WORDS[found.card.kind])}",
            tone=TONES.get(found.state, ""),
            state_word=wording.say(STATE_WORDS[found.state]),
            terms=[wording.term(term) for term in found.card.terms],
            facts=_facts(unit, wording, found),
            reasons=[(reason.value, wording.say(word)) for reason, word in REASON_WORDS.items()],
            sees_it=_sees_it(unit, wording, found),
            answers=wording.say((ANSWERS_WORDS if found.theirs else ANSWERS_TO_OTHERS)[found.answers]),
        )
        if found.card.level is not Level.PUBLIC:  # shown on the web only where the community's rule says so
            answer.headers["X-Robots-Tag"] = "noindex"
        return answer


def _stub(request: Request, unit: Unit, id: str) -> Response:
    """What stands in the place of a hidden listing, for those who would see it; for everybody else there is nothing."""
    stub = queries.stub_of(unit.session, unit.actor, id, at=unit.now)
    return render(request, unit, "communities/hidden.html", stub=stub)


def _to_show(unit: Unit, found: queries.Detail, asking: queries.AskBlock | None) -> Any:
    """What the owner would read of the reader who asks."""
    if asking is None or not asking.may_ask or found.state is not State.OPEN:
        return None
    return reputation.counts_to_show(unit.session, unit.actor, found.card.id, at=unit.now)


def _sees_it(unit: Unit, wording: Wording, found: queries.Detail) -> str:
    """Who sees it, in words."""
    card = found.card
    partners = (
        communities.partner_names(unit.session, unit.actor, card.community_id, at=unit.now)
        if card.origin is Origin.OWN
        else [wording.say(N_("yours among them"))]
    )
    return wording.sees(card.level, card.community, partners)


def _draw(unit: Unit, found: queries.Detail) -> Any:
    """The lot, where one decides; asked only then."""
    if found.answers is not Answers.LOT:
        return None
    return queries.draw_about(unit.session, unit.actor, found.card.id, at=unit.now)


def _calendar(unit: Unit, found: queries.Detail) -> queries.Calendar | None:
    """What is shown of its times while it is open; the calendar's own page has fields to reserve."""
    if found.state is not State.OPEN:
        return None
    return queries.calendar(unit.session, unit.actor, found.card.id, at=unit.now)


def _repeats(unit: Unit, found: queries.Detail) -> queries.Repeats | None:
    """How it comes again, which only its owner is shown."""
    if not found.theirs:
        return None
    return queries.repeats_of(unit.session, unit.actor, found.card.id, at=unit.now)


def _every(repeats: queries.Repeats | None) -> str:
    if repeats is None:
        return ""
    return next((key for key, rule in RULES.items() if rule == repeats.rule), "")


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
        *said_extra(unit, found, formats, say, wording.voice.language.tag),
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
    return list(queries.categories(unit.session, unit.actor, found.card.community_id, retired=True))


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


@router.post("/listings/{id}/publication", limit="write", acting=LISTINGS)
def publish_listing(request: Request, id: str) -> Response:
    """Show a draft to those it is for."""
    return _act(request, id, commands.publish, N_("Sent out."))


@router.post("/listings/{id}/look", limit="write")
def let_out(request: Request, id: str) -> Response:
    """Let a listing that waited go out."""
    return _act(request, id, commands.look, N_("It is published."))


@router.post("/listings/{id}/pause", limit="write", acting=LISTINGS)
def pause_listing(request: Request, id: str) -> Response:
    """Take it out of the lists for a while."""
    return _act(request, id, commands.pause, N_("Paused. Nobody finds it until you open it again."))


@router.post("/listings/{id}/resumption", limit="write", acting=LISTINGS)
def resume_listing(request: Request, id: str) -> Response:
    """Put it back."""
    return _act(request, id, commands.resume, N_("It is open again."))


@router.post("/listings/{id}/closure", limit="write", acting=LISTINGS)
def close_listing(request: Request, id: str) -> Response:
    """End it: done, withdrawn, or removed by stewards."""
    said = read_form(request).get("reason", "withdrawn")
    if said not in {reason.value for reason in CloseReason}:
        raise Invalid(WRONG_REASON)
    return _act(request, id, _close, N_("Closed."), reason=CloseReason(said))


def _close(session: Any, actor: Any, listing_id: str, *, reason: CloseReason, at: Any) -> None:
    commands.close(session, actor, listing_id, reason, at=at)


@router.post("/listings/{id}/reopening", limit="write", acting=LISTINGS)
def reopen_listing(request: Request, id: str) -> Response:
    """Open it again."""
    return _act(request, id, commands.reopen, N_("It is open again."))


@router.get("/listings/{id}/still-true", limit="read", acting=LISTINGS)
def ask_still_true(request: Request, id: str) -> Response:
    """Where a letter leads: three buttons. Following the link changes nothing, whoever or whatever follows it."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.listing(unit.session, unit.actor, id, at=unit.now)
        if not found.theirs:
            raise NotFound()
        community = _community(unit, found)
        return render(
            request, unit, "sharing/still_true.html", community=community, found=found, card=found.card
        )


@router.post("/listings/{id}/still-true", limit="write", acting=LISTINGS)
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


@router.post("/listings/{id}/discarding", limit="write", acting=LISTINGS)
def discard_draft(request: Request, id: str) -> Response:
    """Throw a draft away."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.discard(unit.session, unit.actor, parse_id(id), at=unit.now)
        return unit.go_to("/me/sharing", said=N_("The draft is gone."))
