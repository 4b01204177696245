"""When our own code breaks: the visitor gets a number, the log gets the trace, nothing leaks."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from minga.interfaces.http.counting import route_of
from minga.kit import log


class Trouble:
    """The last net: an unexpected error becomes a 500 with a number that stands in the log too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
            await _apologise(scope, send, number)


async def _apologise(scope: Scope, send: Send, number: str) -> None:
    sentence = f"Something broke on our side. Nothing was saved. Number {number}."
    if scope["path"].startswith("/api/"):
        kind = b"application/problem+json"
        text = (
            '{"type":"about:blank#broken","title":"broken","status":500,"code":"broken",'
            f'"sentence":"{sentence}","fields":[],"lifted_by":[],"retry_after":null}}'
        )
    else:
        kind = b"text/html; charset=utf-8"
        text = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something broke</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<main><h1>Something broke on our side</h1><p>{sentence}</p><p><a href="/">Home</a></p></main></html>'
        )
    body = text.encode()
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
