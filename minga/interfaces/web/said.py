"""What was said after an act, carried to the next page in a short signed cookie; and the browser's own number."""

import base64
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.http.acting import COOKIE, stops
from minga.interfaces.http.node import Node
from minga.interfaces.http.units import PRE_COOKIE, SAID_COOKIE
from minga.kit.crypto import mac, random_token, same

SECONDS = 60


def put_cookies(request: Request, answer: Response) -> None:
    node: Node = request.app.state.node
    common: dict[str, Any] = {"httponly": True, "samesite": "lax", "secure": node.secure, "path": "/"}
    said = getattr(request.state, "said", None)
    if said:
        answer.set_cookie(SAID_COOKIE, _pack(node, said), max_age=SECONDS, **common)
    elif getattr(request.state, "said_read", False):
        answer.delete_cookie(SAID_COOKIE, **common)
    if stops(request) and request.cookies.get(COOKIE):
        answer.delete_cookie(COOKIE, **common)
    if getattr(request.state, "pre_is_new", False):
        answer.set_cookie(PRE_COOKIE, request.state.pre, max_age=24 * 3600, **common)


def read_said(request: Request) -> tuple[str, dict[str, Any]] | None:
    """The sentence and facts that the last answer left for this page."""
    packed = request.cookies.get(SAID_COOKIE)
    if not packed:
        return None
    request.state.said_read = True
    return _unpack(request.app.state.node, packed)


def holder_before_sign_in(request: Request) -> str:
    """The browser's random number, made when a page with a form is shown to somebody not signed in."""
    known = getattr(request.state, "pre", "") or request.cookies.get(PRE_COOKIE, "")
    if not known or len(known) > 64:
        known = random_token(128)
        request.state.pre_is_new = True
    request.state.pre = known
    return str(known)


def _pack(node: Node, said: tuple[str, dict[str, Any]]) -> str:
    body = base64.urlsafe_b64encode(json.dumps(said, default=str).encode()).decode()
    return f"{body}.{mac(node.keys.key('said'), body).hex()[:32]}"


def _unpack(node: Node, packed: str) -> tuple[str, dict[str, Any]] | None:
    body, _, signature = packed.partition(".")
    if not same(signature, mac(node.keys.key("said"), body).hex()[:32]):
        return None
    text, facts = json.loads(base64.urlsafe_b64decode(body))
    return text, facts
