"""The REST interface as one FastAPI application, mounted at the root so that its own paths say `/api/v1`."""

import importlib
import pkgutil
from collections.abc import Iterator

from fastapi import APIRouter, FastAPI

import minga.interfaces.api as folder
from minga import __version__
from minga.interfaces.api.calls import Calls
from minga.interfaces.api.frame import add_problems
from minga.interfaces.http import Node
from minga.interfaces.http.trouble import Trouble


def build_api(node: Node) -> FastAPI:
    api = FastAPI(
        title="minga",
        version=__version__,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    api.state.node = node
    api.add_middleware(Trouble)
    add_problems(api)
    for found in routers():
        api.include_router(found)
    return api


def short_way(api: FastAPI) -> Calls:
    """The operations of that application, reached without it."""
    return Calls(api, (route for found in routers() for route in found.routes))


def routers() -> Iterator[APIRouter]:
    """The routers of all modules of this folder, by name, so that the document keeps its order."""
    for module in sorted(pkgutil.walk_packages(folder.__path__, f"{folder.__name__}."), key=lambda m: m.name):
        found = getattr(importlib.import_module(module.name), "router", None)
        if isinstance(found, APIRouter):
            yield found
