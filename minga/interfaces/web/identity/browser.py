"""What is known of the browser that asks, and the cookies it gets."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from minga.identity.commands import Browser, Party, Span
from minga.identity.rules.sign_ins import browser_family
from minga.interfaces.http import Node
from minga.interfaces.http.units import address_of
from minga.interfaces.web.said import holder_before_sign_in
from minga.kit.address import limit_key, wide_key
from minga.kit.crypto import random_token

DEVICE_DAYS = 400
FAILURES = "sign_in_failure"


def node_of(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


def device_cookie_name(node: Node) -> str:
    """Recognises a browser for the person who was signed in with it; opens nothing by itself."""
    return "__Host-minga-device" if node.secure else "minga-device"


def browser_of(request: Request) -> Browser:
    """Family, network prefix and recognition cookie; a browser without one gets it with the answer."""
    known = getattr(request.state, "device", "") or request.cookies.get(
        device_cookie_name(node_of(request)), ""
    )
    if not 20 <= len(known) <= 64:
        known = random_token()
    request.state.device = known
    agent = request.headers.get("user-agent", "")[:400]
    return Browser(cookie=known, family=browser_family(agent), prefix=wide_key(address_of(request)))


def span_of(node: Node) -> Span:
    """How long sign-ins last here."""
    settings = node.settings
    return Span(
        idle=timedelta(days=settings.sign_in_idle_days),
        absolute=timedelta(days=settings.sign_in_absolute_days),
    )


def party_of(request: Request) -> Party:
    settings = node_of(request).settings
    return Party(settings.site_url, settings.secret)


def challenge_holder(request: Request) -> str:
    """The cookie that a passkey's challenge is bound to: the one this browser has before any sign-in."""
    return holder_before_sign_in(request)


def put_sign_in(request: Request, answer: Response, cookie: str) -> Response:
    """Give the browser its sign-in cookie, and the one by which it is recognised."""
    node = node_of(request)
    common: dict[str, Any] = {"httponly": True, "samesite": "lax", "secure": node.secure, "path": "/"}
    seconds = int(span_of(node).absolute.total_seconds())
    answer.set_cookie(node.cookie, cookie, max_age=seconds, **common)
    return keep_device(request, answer)


def keep_device(request: Request, answer: Response) -> Response:
    """Give the browser the cookie by which it is recognised."""
    node, device = node_of(request), getattr(request.state, "device", "")
    if device:
        answer.set_cookie(
            device_cookie_name(node),
            device,
            max_age=DEVICE_DAYS * 86_400,
            httponly=True,
            samesite="lax",
            secure=node.secure,
            path="/",
        )
    return answer


def take_sign_in(request: Request, answer: Response) -> Response:
    """Take the sign-in cookie away."""
    node = node_of(request)
    answer.delete_cookie(node.cookie, path="/", secure=node.secure, httponly=True, samesite="lax")
    return answer


def sign_in_cookie(request: Request) -> str:
    return request.cookies.get(node_of(request).cookie, "")


def own_path(back: str) -> str:
    """Where to go next, if it is a path of this node; else home.

    >>> own_path("/c/valley?x=1"), own_path("//evil.example"), own_path("https://evil.example"), own_path("/\\\\evil")
    ('/c/valley?x=1', '/', '/', '/')
    """
    plain = unquote(back)
    local = plain.startswith("/") and not plain.startswith("//") and "\\" not in plain
    return back if local and plain.isprintable() and len(back) <= 2000 else "/"


def check_failures(request: Request) -> None:
    """Refuse a network from which too many tries failed."""
    node_of(request).limits.check(FAILURES, limit_key(address_of(request)))


def count_failure(request: Request) -> None:
    """Count a failed try for its network; the one after the last allowed is refused by `check_failures`."""
    limits = node_of(request).limits
    if limits.look(FAILURES, limit_key(address_of(request))).remaining:
        limits.hit(FAILURES, limit_key(address_of(request)))
