"""Where an endpoint runs: in the database's thread, or, when it is quick, right where the request was read.

A change of threads costs a tenth of a millisecond and makes two threads wait for one interpreter; a list that walks
an index and shows kept cards takes little more than that. On SQLite reading never waits for anybody, so such a list
may keep the event loop for its moment, but not longer: a statement that is not done after 30 ms is
interrupted, and the call is begun anew in the thread. Whatever writes, searches or waits for a network has the thread.
"""

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from minga.kit.db import TookTooLong, in_a_hurry

F = TypeVar("F", bound=Callable[..., object])


def quick(endpoint: F) -> F:
    """Mark an endpoint that only reads, by a few walks along indexes."""
    endpoint.quick = True  # type: ignore[attr-defined]
    return endpoint


async def run(request: Request, endpoint: Callable[..., object], call: Callable[[], Response]) -> Response:
    """Run the call of an endpoint where it belongs."""
    if (
        getattr(endpoint, "quick", False)
        and request.app.state.node.database.dialect == "sqlite"
        and not request.query_params.get("q")
    ):
        try:
            with in_a_hurry():
                return call()
        except TookTooLong:
            pass
    return await to_thread.run_sync(call)
