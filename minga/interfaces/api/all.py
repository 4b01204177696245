"""The REST interface as one FastAPI application, mounted at the root so that its own paths say `/api/v1`."""

from fastapi import FastAPI

from minga import __version__
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
    return api
