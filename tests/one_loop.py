"""One event loop for all test clients of a process; a client of its own makes a loop and threads for every request."""

import atexit

from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient


def share() -> None:
    """Clients that are not entered (`with`) use it; those have their own, with the start and end of the application."""
    opened = start_blocking_portal("asyncio")
    TestClient.portal = opened.__enter__()
    atexit.register(opened.__exit__, None, None, None)
