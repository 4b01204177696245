"""Every page of the web interface: whatever `router` the modules of this folder have, found by address quickly."""

import importlib
import pkgutil
from collections.abc import Iterator

from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

import minga.interfaces.web as folder
from minga.interfaces.http.shapes import ByShape
from minga.interfaces.web.routing import PageRouter


class Addresses(BaseRoute):
    """Many routes as one: the shape of a path chooses the few that can fit.

    Trying some hundred routes one by one costs 0.4 ms for the last; this costs the same for all.
    """

    def __init__(self, routes: list[Route]) -> None:
        self.routes = routes
        self._by_shape = ByShape(routes, lambda route: route.path, which=0)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        partial: tuple[Match, Scope] = (Match.NONE, {})
        if scope["type"] != "http":
            return partial
        for route in self._by_shape.like(scope["path"]):
            match, child = route.matches(scope)
            if match is Match.FULL:
                return match, {**child, "page_route": route}
            if match is Match.PARTIAL and partial[0] is Match.NONE:
                partial = match, {**child, "page_route": route}
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        route: Route = scope["page_route"]
        await route.handle(scope, receive, send)


def page_routes() -> list[BaseRoute]:
    """All pages as one route of the application."""
    return [Addresses([route for router in routers() for route in router.routes])]


def routers() -> Iterator[PageRouter]:
    """The routers of all modules of this folder."""
    for module in pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."):
        router = getattr(importlib.import_module(module.name), "router", None)
        if isinstance(router, PageRouter):
            yield router
