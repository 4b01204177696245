"""When our own code breaks: the visitor gets a number, the log gets the trace, nothing leaks."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minga.interfaces.http.counting import route_of
from minga.kit import log

# The page of a status in the visitor's language (Accept-Language), with a number for the log: the web's own.
ErrorPage = Callable[..., bytes]


class Trouble:
    """The last net: an unexpected error becomes a 500 with a number that stands in the log too."""

    def __init__(self, app: ASGIApp, page: ErrorPage | None = None) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except Exception as error:
            number = log.failure(
                error, route=route_of(scope), method=scope["method"], request_id=scope.get("request_id")
            )
            if begun:
                raise
            await _apologise(scope, send, number, self.page)


async def _apologise(scope: Scope, send: Send, number: str, page: ErrorPage | None) -> None:
    if page is None or scope["path"].startswith("/api/"):
        sentence = f"Something broke on our side. Nothing was saved. Number {number}."
        kind = b"application/problem+json"
        body = (
            '{"type":"about:blank#broken","title":"broken","status":500,"code":"broken",'
            f'"sentence":"{sentence}","fields":[],"lifted_by":[],"retry_after":null}}'
        ).encode()
    else:
        kind = b"text/html; charset=utf-8"
        accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        body = page(500, accepted, number=number)
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
