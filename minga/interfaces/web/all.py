"""Every page of the web interface, in the order in which addresses are tried."""

from starlette.routing import Route


def page_routes() -> list[Route]:
    return []
