"""The ASGI application: every network interface, mounted once."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

import minga.reactions.all  # noqa: F401  (registers every reaction)
from minga.interfaces.http.counting import Counted
from minga.interfaces.http.middleware import Armour
from minga.interfaces.http.node import Node, open_node
from minga.interfaces.http.probes import probe_routes
from minga.interfaces.http.trouble import Trouble
from minga.interfaces.realtime.all import live_routes
from minga.interfaces.web.all import page_routes
from minga.interfaces.web.errors_static import error_page
from minga.interfaces.web.page import refuse
from minga.interfaces.web.statics import statics
from minga.interfaces.worker.announcer import Announcer
from minga.interfaces.worker.beside import Beside
from minga.interfaces.worker.dispatcher import Dispatcher
from minga.interfaces.worker.own_dates import OwnDates
from minga.interfaces.worker.post import Post, by_celery
from minga.kit import log, memory
from minga.kit.errors import NotFound
from minga.kit.settings import from_process

Life = Callable[[Starlette], AbstractAsyncContextManager[None]]


class FirstUse(BaseRoute):
    """The REST interface, loaded by its first request.

    FastAPI with the shapes of all operations is a fifth of a node's memory and of its start; many nodes never use it.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._loaded: tuple[BaseRoute, ...] = ()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope["path"].split("/", 2)[1] != "api":
            return Match.NONE, {}
        for route in self.routes():
            match, child = route.matches(scope)
            if match is not Match.NONE:
                return match, {**child, "api_route": route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: BaseRoute = scope["api_route"]
        await route.handle(scope, receive, send)

    def routes(self) -> tuple[BaseRoute, ...]:
        """The short way to plain operations, and FastAPI for all else below `/api`."""
        if not self._loaded:
            from minga.interfaces.api.all import build_api, short_way  # noqa: PLC0415

            api = build_api(self._node)
            self._loaded = (short_way(api), Mount("/", api))
            memory.keep_what_is_loaded()
        return self._loaded


def build(node: Node, *, working: bool = True, beside: Beside | None = None) -> ASGIApp:
    """The whole application over one node; `working` starts the worker's threads in this process.

    `beside` is the process that works instead of them.
    """
    app = Starlette(
        routes=[
            Mount("/static", statics()),
            *probe_routes(),
            *page_routes(),
            *live_routes(node),
            FirstUse(node),
        ],
        middleware=[Middleware(Trouble, page=error_page)],
        lifespan=_lifespan(node, working=working, beside=beside),
        exception_handlers={404: _lost},
    )
    app.state.node = node
    app.state.beside = beside
    return Armour(Counted(app, node.counts), node)


def create() -> ASGIApp:
    """For the server: the node that the settings of this process name."""
    return build(_opened())


def create_web() -> ASGIApp:
    """As `create`, without reactions and jobs: `minga worker` runs beside it."""
    return build(_opened(), working=False)


def create_beside(beside: Beside) -> ASGIApp:
    """As `create_web`, with a worker of our own in the process beside this one."""
    return build(_opened(), working=False, beside=beside)


def _opened() -> Node:
    node = open_node(from_process())
    log.begin(node.settings, node.keys)
    return node


def _lifespan(node: Node, *, working: bool, beside: Beside | None) -> Life:
    tells = by_celery(node.settings) and not working and beside is None

    @asynccontextmanager
    async def live(_app: Starlette) -> AsyncIterator[None]:
        # Several threads on sqlite3 convoy on the interpreter lock: one answers four times as many requests.
        limiter = to_thread.current_default_thread_limiter()
        limiter.total_tokens = 1 if node.database.dialect == "sqlite" else 8
        own = Dispatcher(node) if working else OwnDates(node)
        own.start()
        told = Announcer(node, Post(str(node.settings.broker), node.keys)) if tells else None
        if told is not None:
            told.start()
        if beside is not None:
            node.database.on_commit(beside.line.tell)
            beside.line.listen(heard=node.database.committed_elsewhere, ended=lambda: None)
        memory.keep_what_is_loaded()
        try:
            yield
        finally:
            own.stop()
            if told is not None:
                told.stop()
            if beside is not None:
                beside.stop()
            node.close()

    return live


async def _lost(request: Request, _error: Exception) -> Response:
    return await to_thread.run_sync(refuse, request, NotFound())
