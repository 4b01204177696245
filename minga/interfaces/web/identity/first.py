"""Becoming the node's owner with the link from the terminal."""

import secrets

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.identity import commands
from minga.identity.rules.passwords import check_password
from minga.identity.rules.sign_ins import How
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.units import address_of
from minga.interfaces.web.identity.browser import browser_of, node_of, put_sign_in, span_of
from minga.interfaces.web.identity.hashing import hash_password
from minga.interfaces.web.page import PageRouter, go_to, render
from minga.kit.errors import Forbidden, Invalid, Refused
from minga.kit.formats import zone_of
from minga.kit.i18n import LANGUAGES, N_, choose_language

router = PageRouter()
WORDS = [
    "acorn",
    "amber",
    "anchor",
    "april",
    "arrow",
    "autumn",
    "barley",
    "basket",
    "beacon",
    "beetle",
    "bicycle",
    "birch",
    "blanket",
    "bridge",
    "bucket",
    "candle",
    "canvas",
    "carrot",
    "cedar",
    "cello",
    "cherry",
    "chimney",
    "clover",
    "coral",
    "copper",
    "cotton",
    "cradle",
    "cricket",
    "daisy",
    "drum",
    "eagle",
    "ember",
    "engine",
    "falcon",
    "feather",
    "fennel",
    "fiddle",
    "flint",
    "forest",
    "garden",
    "garlic",
    "ginger",
    "glacier",
    "granite",
    "hammer",
    "harbor",
    "hazel",
    "heron",
    "honey",
    "island",
    "ivory",
    "jasmine",
    "kettle",
    "ladder",
    "lantern",
    "lemon",
    "linen",
    "lobster",
    "magnet",
    "maple",
    "marble",
    "meadow",
    "mint",
    "mirror",
    "moss",
    "needle",
    "nutmeg",
    "oak",
    "oatmeal",
    "ocean",
    "olive",
    "orchard",
    "otter",
    "paddle",
    "paper",
    "parrot",
    "pebble",
    "pepper",
    "pigeon",
    "pillow",
    "planet",
    "plum",
    "pocket",
    "poplar",
    "quartz",
    "rabbit",
    "river",
    "robin",
    "rocket",
    "rosemary",
    "saddle",
    "sailor",
    "salmon",
    "sandal",
    "saffron",
    "sparrow",
    "spoon",
    "spruce",
    "stable",
    "sugar",
    "sunrise",
    "thistle",
    "ticket",
    "tile",
    "timber",
    "tram",
    "trumpet",
    "tulip",
    "turnip",
    "umbrella",
    "valley",
    "velvet",
    "violin",
    "wagon",
    "walnut",
    "walrus",
    "water",
    "weaver",
    "whistle",
    "willow",
    "window",
    "winter",
    "wolf",
    "wool",
    "yarrow",
    "zebra",
]


@router.get("/first/{token}", limit="invite_guess")
def first_show(request: Request, token: str) -> Response:
    with read_unit(request) as unit:
        if not commands.owner_link_works(unit.session, token, at=unit.now):
            raise commands.dead_link()
        _require_safe_way(request)
        return _page(request, unit, token)


@router.post("/first/{token}", limit="invite_guess")
async def first_create(request: Request, token: str) -> Response:
    form = read_form(request)
    phc = None
    try:
        await to_thread.run_sync(_check, request, token)
        if form.get("means") != "passkey":
            password = check_password(form.raw("password"), own=[form.get("name"), form.get("handle")])
            phc = await hash_password(node_of(request), password)
        return await to_thread.run_sync(_claim, request, token, phc)
    except Invalid as refusal:
        return await to_thread.run_sync(_again, request, token, refusal)


def _check(request: Request, token: str) -> None:
    """Before any work is done: a dead link makes no hash."""
    with read_unit(request) as unit:
        if not commands.owner_link_works(unit.session, token, at=unit.now):
            raise commands.dead_link()
    _require_safe_way(request)


def _claim(request: Request, token: str, phc: str | None) -> Response:
    form, browser = read_form(request), browser_of(request)
    with write_unit(request) as unit:
        name = form.get("name")
        language = form.get("language")
        person_id = commands.claim_owner_link(
            unit.session,
            unit.actor,
            token,
            name=name,
            handle=form.get("handle") or commands.propose_handle(unit.session, name, at=unit.now),
            language=language if language in LANGUAGES else "en",
            zone=zone_of(form.get("zone") or "UTC").key,
            phc=phc,
            at=unit.now,
        )
        cookie = commands.start_sign_in(
            unit.session, person_id, how=How.OWNER_LINK, browser=browser, span=span_of(unit.node), at=unit.now
        )
    if phc:
        answer = go_to(request, "/first/community")
    else:
        said = N_("You are the owner. Add your passkey now: without it only this browser knows you.")
        answer = go_to(request, "/me/means", said=said)
    return put_sign_in(request, answer, cookie)


def _again(request: Request, token: str, refusal: Refused) -> Response:
    with read_unit(request) as unit:
        return _page(request, unit, token, refusal)


def _page(request: Request, unit: Unit, token: str, refusal: Refused | None = None) -> Response:
    wanted = choose_language(None, None, request.headers.get("accept-language", ""))
    answer = render(
        request,
        unit,
        "identity/first.html",
        refusal.status if refusal else 200,
        refusal=refusal,
        token=token,
        languages=[(tag, language.name) for tag, language in LANGUAGES.items()],
        wanted=wanted,
        suggestion=" ".join(secrets.SystemRandom().sample(WORDS, 4)),
    )
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _require_safe_way(request: Request) -> None:
    """The link is used over HTTPS, on the machine itself or in its own network, unless the node was told otherwise."""
    node, address = node_of(request), address_of(request)
    if node.secure or address.is_loopback or address.is_private or node.settings.allow_plain_http:
        return
    raise Forbidden(
        N_("Open the link on the machine itself, or set up HTTPS first: minga doctor tells how."),
        code="plain_http",
    )
