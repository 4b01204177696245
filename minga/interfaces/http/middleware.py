"""Around every request: its number, known hosts, limits on size, and the security headers of every answer."""

import re
import secrets
from typing import Any

from anyio import move_on_after, to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minga.identity.commands import is_owned
from minga.interfaces.http.node import Node
from minga.kit.ids import new_id

BODY_MAX = 256 * 1024
SIGN_IN_BODY_MAX = 64 * 1024
FILES_BODY_MAX = 72 * 1024 * 1024
DRAINED_MAX = 128 * 1024 * 1024
DRAINED_SECONDS = 20
URL_MAX = 4 * 1024
HEADERS_MAX = 32 * 1024
NEW = "This node is new. Its owner opens it with the link shown in the terminal."
_WITHOUT_OWNER = re.compile(r"^/(first|static|health|metrics)(/|$)")
_SMALL = re.compile(r"^/(sign-in|sign-ins|first|join|confirm|claim)(/|$)")

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'nonce-{nonce}'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'; worker-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types htmx"
)
HEADERS = {
    b"x-frame-options": b"DENY",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), "
    b"geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
HSTS = b"max-age=63072000; includeSubDomains"


class TooLargeBody(Exception):
    """More was sent than this address takes."""


class Armour:
    """The outermost layer; pure ASGI, no thread hop."""

    def __init__(self, app: ASGIApp, node: Node) -> None:
        self.app = app
        self.node = node
        self.hosts = set(node.settings.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = new_id()
        scope.setdefault("state", {})
        nonce = scope["state"]["nonce"] = secrets.token_urlsafe(16)
        headers = self._headers(nonce)

        async def send_armoured(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message.get("headers", [])}
                own = [(name, value) for name, value in headers if name not in present]
                message["headers"] = [*message.get("headers", []), *own]
            await send(message)

        refusal = self._refusal(scope)
        if refusal:
            if not any(
                name == b"expect" for name, _ in scope["headers"]
            ):  # who asks first has sent nothing yet
                await _drained(receive)
            await _plain(send_armoured, *refusal)
            return
        if not (self.node.owned or _WITHOUT_OWNER.match(scope["path"])) and await to_thread.run_sync(
            self._is_new
        ):
            await _plain(send_armoured, 503, NEW, (b"retry-after", b"60"))
            return
        await self.app(scope, _limited(receive, _body_max(scope)), send_armoured)

    def _headers(self, nonce: str) -> list[tuple[bytes, bytes]]:
        found = [*HEADERS.items(), (b"content-security-policy", POLICY.format(nonce=nonce).encode())]
        if self.node.secure:
            found.append((b"strict-transport-security", HSTS))
        return found

    def _is_new(self) -> bool:
        """Whether nobody owns this node yet; asked until somebody does, then never again."""
        with self.node.database.read() as session:
            self.node.owned = is_owned(session)
        return not self.node.owned

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1").rsplit(":", 1)[0].strip("[]").lower()
        if self.hosts and host not in self.hosts:
            return 421, "This address is not one of ours."
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > URL_MAX:
            return 414, "This address is too long."
        if sum(len(k) + len(v) for k, v in scope["headers"]) > HEADERS_MAX:
            return 431, "There are too many headers."
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            return 400, "The length is not a number."
        if int(length) > _body_max(scope):
            return 413, "This is too large. Send less at a time."
        return None


def _body_max(scope: Scope) -> int:
    kind = next((v for k, v in scope["headers"] if k == b"content-type"), b"")
    if _SMALL.match(scope["path"]) and not scope["path"].endswith("/photo"):
        return SIGN_IN_BODY_MAX
    return FILES_BODY_MAX if kind.startswith(b"multipart/form-data") else BODY_MAX


async def _drained(receive: Receive) -> None:
    """Read what is still coming, keep nothing: a browser that is cut off while sending never shows the answer."""
    got = 0
    with move_on_after(DRAINED_SECONDS):
        while got < DRAINED_MAX:
            message = await receive()
            got += len(message.get("body", b""))
            if not message.get("more_body"):
                return


def _limited(receive: Receive, most: int) -> Receive:
    got = 0

    async def receive_limited() -> Message:
        nonlocal got
        message = await receive()
        if message["type"] == "http.request":
            got += len(message.get("body", b""))
            if got > most:
                raise TooLargeBody
        return message

    return receive_limited


async def _plain(send: Send, status: int, sentence: str, *more: tuple[bytes, bytes]) -> None:
    body = sentence.encode()
    headers: list[tuple[bytes, Any]] = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
