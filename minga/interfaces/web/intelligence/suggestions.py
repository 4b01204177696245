"""What might fit a listing, in words; *not useful*; and the switch for oneself."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.intelligence import commands, queries
from minga.intelligence.queries import Fitting
from minga.intelligence.rules.concepts import shipped
from minga.intelligence.rules.score import TOTAL
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.errors import NotFound
from minga.kit.i18n import N_, Translator
from minga.kit.ids import parse_id
from minga.sharing import queries as sharing

router = PageRouter()
ABOUT = N_("both are about “{concept}”")
WORDS = N_("the same words: {words}")
NEAR = N_("less than {km} km apart")
DAYS = N_("the days fit")
NO_DAYS = N_("no days are stated")
WAITS = N_("it has waited for a while")
PLAIN = {
    "concept": N_("alike in meaning"),
    "text": N_("alike in wording"),
    "near": N_("the place is not stated"),
    "wait": WAITS,
}


def reasons_in(voice: Translator, one: Fitting) -> list[str]:
    """The terms of a score as sentences with their points, which add up to the whole."""
    return [
        f"{_reason(voice, reason.name, reason.because)} ({reason.points})"
        for reason in one.reasons
        if reason.points
    ]


def _reason(voice: Translator, name: str, because: Any) -> str:
    if name == "concept" and because:
        known = shipped().get(because[0])
        return str(voice.said(ABOUT, concept=known.label(voice.language.tag) if known else because[0]))
    if name == "text" and because:
        return str(voice.said(WORDS, words=", ".join(f"“{one}”" for one in because)))
    if name == "near" and because is not None:
        return str(voice.said(NEAR, km=because))
    if name == "time":
        return str(voice.gettext(DAYS if because else NO_DAYS))
    return str(voice.gettext(PLAIN[name]))


def words_of(request: Request, unit: Unit) -> dict[str, Any]:
    """What the template of suggestions needs besides them."""
    voice = voice_of(request, unit)
    return {"reasons_in": lambda one: reasons_in(voice, one), "points_most": TOTAL}


def fits(request: Request, unit: Unit, listing_id: str, *, theirs: bool, is_open: bool) -> dict[str, Any]:
    """What might fit one's own open listing, for its page."""
    mine = theirs and is_open and unit.actor.signed_in
    found = queries.fitting(unit.session, unit.actor, listing_id, at=unit.now) if mine else ()
    return {"fits": found, **words_of(request, unit)}


def for_me(request: Request, unit: Unit) -> dict[str, Any]:
    """What might fit any listing of one's own, for one's own page."""
    found = queries.for_me(unit.session, unit.actor, at=unit.now)
    on = queries.is_on(unit.session, unit.actor)
    return {"fits": found, "fits_on": on, **words_of(request, unit)}


@router.get("/listings/{id}/matches", limit="read")
def show_matches(request: Request, id: str) -> Response:
    """What might fit a listing, for its owner."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = sharing.listing(unit.session, unit.actor, parse_id(id), at=unit.now)
        if not found.theirs:
            raise NotFound()
        fits = queries.fitting(unit.session, unit.actor, found.card.id, at=unit.now)
        return render(
            request, unit, "intelligence/matches.html", card=found.card, fits=fits, **words_of(request, unit)
        )


@router.post("/matches/{id}/not-useful", limit="write")
def not_useful(request: Request, id: str) -> Response:
    """Never show this pair again."""
    back = read_form(request).get("back")
    with write_unit(request) as unit:
        unit.signed_in()
        commands.not_useful(unit.session, unit.actor, parse_id(id), at=unit.now)
        address = f"/listings/{parse_id(back)}" if back else "/me/sharing"
        return unit.go_to(address, said=N_("It is not shown to you again."))


@router.post("/me/suggestions", limit="write")
def switch(request: Request) -> Response:
    """Suggestions on or off for oneself."""
    on = read_form(request).get("on") == "yes"
    with write_unit(request) as unit:
        unit.signed_in()
        commands.switch(unit.session, unit.actor, on=on, at=unit.now)
        said = N_("You get suggestions, and what you share is in those of others.")
        off = N_("You get no suggestions, and are in none.")
        return unit.go_to("/me/sharing", said=said if on else off)
