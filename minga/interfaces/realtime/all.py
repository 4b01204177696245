"""The addresses under which hints are heard: with the cookie for pages, with a token for programs."""

from collections.abc import Awaitable, Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from minga.interfaces.http import Node
from minga.interfaces.realtime.hub import Hub
from minga.interfaces.realtime.stream import poll, stream
from minga.kit.errors import Refused
from minga.kit.i18n import choose_language, translator

Answer = Callable[[Request, Hub], Awaitable[Response]]


def live_routes(node: Node) -> list[Route]:
    """Streams and polls of one process, sharing one hub."""
    hub = Hub(node.database)
    return [
        Route("/live", _endpoint(stream, hub), methods=["GET"], name="live"),
        Route("/live/poll", _endpoint(poll, hub), methods=["GET"], name="live_poll"),
        Route("/api/v1/events", _endpoint(stream, hub), methods=["GET"], name="api_events"),
        Route("/api/v1/events/poll", _endpoint(poll, hub), methods=["GET"], name="api_events_poll"),
    ]


def _endpoint(answer: Answer, hub: Hub) -> Callable[[Request], Awaitable[Response]]:
    async def live(request: Request) -> Response:
        try:
            return await answer(request, hub)
        except Refused as refusal:
            return _refused(request, refusal)

    live.limit_class = "live"  # type: ignore[attr-defined]
    return live


def _refused(request: Request, refusal: Refused) -> Response:
    voice = translator(choose_language(None, None, request.headers.get("accept-language", "")))
    body = {
        "type": f"about:blank#{refusal.name}",
        "title": refusal.name.replace("_", " "),
        "status": refusal.status,
        "code": refusal.name,
        "sentence": refusal.sentence(voice.gettext),
        "retry_after": refusal.retry_after,
    }
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    return Response(msgspec.json.encode(body), refusal.status, headers, "application/problem+json")
