"""How a page answers: render a template in its frame, go somewhere, or refuse politely."""

from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from minga.interfaces.http import Unit, read_form, read_unit
from minga.interfaces.http.forms import form_token
from minga.interfaces.http.units import SAID_COOKIE
from minga.interfaces.http.units import go_to as go_to
from minga.interfaces.web.errors_static import error_page, title_of
from minga.interfaces.web.frame import FramePerson, frame_of
from minga.interfaces.web.kept_pages import CommunityShown, face_slot, put_together, slots
from minga.interfaces.web.routing import PageRouter as PageRouter
from minga.interfaces.web.routing import refuse_with
from minga.interfaces.web.said import holder_before_sign_in, read_said
from minga.interfaces.web.templating import fill, make_environment
from minga.kit.errors import Confirm, NotSignedIn, Refused
from minga.kit.formats import Formats
from minga.kit.i18n import Translator, choose_language, direction, translator


@cache
def environment() -> Environment:
    return make_environment()


def voice_of(request: Request, unit: Unit | None, community_language: str | None = None) -> Translator:
    """The reader's voice: their own language, else the community's, else what the browser asks for."""
    wish = request.query_params.get("lang") or request.cookies.get("minga-lang")
    own = unit.me.language if unit and unit.me else wish
    return translator(choose_language(own, community_language, request.headers.get("accept-language", "")))


def render(
    request: Request,
    unit: Unit,
    template: str,
    status: int = 200,
    *,
    community: Any = None,
    refusal: Refused | None = None,
    **context: Any,
) -> HTMLResponse:
    """The page. `community` (anything with id, slug, name, language) puts it into that community's frame.

    A `refusal` shows its sentence on top and its sentences at the fields; `form` holds what was typed.
    """
    voice = voice_of(request, unit, getattr(community, "language", None))
    zone = unit.me.zone if unit.me else getattr(community, "zone", "UTC")
    said = read_said(request)
    values: dict[str, Any] = {
        "form": read_form(request),
        "errors": _errors(refusal, voice),
        "refusal": refusal.sentence(voice.gettext) if refusal else None,
        "community": community,
        "frame": frame_of(unit, voice, community, said=_said(said, voice)),
        **_basics(request, voice),
        "formats": Formats(voice.language.tag, zone, voice),
        "now": unit.now,
        "actor": unit.actor,
        "me": unit.me,
        "form_token": lambda: _token(request, unit),
        "acting_for": unit.acting.person_id if unit.acting else "",
    }
    values.update(context)
    return HTMLResponse(fill(environment(), template, values), status)


def render_kept(
    request: Request,
    unit: Unit,
    template: str,
    *,
    community: Any = None,
    refusal: Refused | None = None,
    **context: Any,
) -> HTMLResponse:
    """As `render`, for pages that many read alike: the words are kept for all that is given here."""
    if refusal is not None:
        return render(
            request, unit, template, refusal.status, community=community, refusal=refusal, **context
        )
    voice = voice_of(request, unit, getattr(community, "language", None))
    if unit.me is None or unit.acting is not None or request.cookies.get(SAID_COOKIE):
        return render(request, unit, template, community=community, **context)
    shown = CommunityShown(community.id, community.slug, community.name) if community is not None else None
    frame = frame_of(unit, voice, community, said="")
    person = frame.person
    frame.person, frame.face = FramePerson("", "", None), face_slot()
    language = voice.language.tag
    values = {
        "community": shown,
        "frame": frame,
        "lang": language,
        "dir": direction(language),
        "url": request.url.path,
        "site_url": request.app.state.node.settings.site_url,
        "errors": {},
        "refusal": None,
        **context,
    }
    filled = slots(
        getattr(request.state, "nonce", ""),
        lambda: _face(person.name, person.photo_url),
        lambda: _token(request, unit),
    )
    made = put_together(environment(), template, values, {"voice": voice}, filled)
    if made is None:
        return render(request, unit, template, community=community, **context)
    return HTMLResponse(made)


@lru_cache(maxsize=512)
def _face(name: str, photo: str | None) -> str:
    return str(environment().get_template("ui/things.html").module.face(name, photo))  # type: ignore[attr-defined]


def _basics(request: Request, voice: Translator) -> dict[str, Any]:
    language = voice.language.tag
    return {
        "voice": voice,
        "lang": language,
        "dir": direction(language),
        "nonce": getattr(request.state, "nonce", ""),
        "url": request.url.path,
        "site_url": request.app.state.node.settings.site_url,
        "request": request,
    }


def _token(request: Request, unit: Unit) -> str:
    holder = unit.actor.sign_in_id or holder_before_sign_in(request)
    return form_token(unit.node, holder, unit.now)


def _errors(refusal: Refused | None, voice: Translator) -> dict[str, str]:
    return refusal.at_fields(voice.gettext) if refusal else {}


def _said(said: tuple[str, dict[str, Any]] | None, voice: Translator) -> str:
    return voice.gettext(said[0]).format_map(said[1]) if said else ""


def refuse(request: Request, refusal: Refused) -> Response:
    """The page of a refusal, with its status; it works without the database too."""
    try:
        with read_unit(request) as unit:
            if isinstance(refusal, Confirm):
                answer = _with_form_kept(request, unit, "identity/confirm.html", refusal)
            elif isinstance(refusal, NotSignedIn):
                answer = _with_form_kept(request, unit, "identity/sign_in_again.html", refusal)
            else:
                answer = render(
                    request,
                    unit,
                    "errors/refused.html",
                    refusal.status,
                    refusal=refusal,
                    why=refusal,
                    title=voice_of(request, unit).gettext(title_of(refusal.status)),
                )
    except Exception:
        sentence = refusal.sentence(voice_of(request, None).gettext)
        accepted = request.headers.get("accept-language", "")
        answer = HTMLResponse(error_page(refusal.status, accepted, sentence), refusal.status)
    answer.headers.setdefault("Cache-Control", "private, no-store")  # it names who looks, as every page does
    if refusal.retry_after:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _with_form_kept(request: Request, unit: Unit, template: str, refusal: Refused) -> HTMLResponse:
    """A page in between that gives back what was typed: the fields travel hidden, never through the database."""
    return render(
        request,
        unit,
        template,
        refusal.status,
        refusal=refusal,
        kept=read_form(request).kept() if request.method == "POST" else [],
        back=_own_address(request),
        posted=request.method == "POST",
    )


def _own_address(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


refuse_with(refuse)
