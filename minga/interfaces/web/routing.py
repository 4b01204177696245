"""How a page is reached: plain functions on addresses, each with its class of limits; GET and POST only.

`acting` names what it takes to open or send a page for somebody who agreed to it; without it one acts for oneself.
"""

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from minga.interfaces.http.acting import Scopes
from minga.interfaces.http.forms import parse_form
from minga.interfaces.http.middleware import TooLargeBody
from minga.interfaces.http.threads import run
from minga.interfaces.http.units import Repeated
from minga.interfaces.web.said import put_cookies
from minga.kit.errors import Invalid, Refused, TooLarge
from minga.kit.i18n import N_

Endpoint = Callable[..., Any]
_refuse: list[Callable[[Request, Refused], Response]] = []


def refuse_with(page: Callable[[Request, Refused], Response]) -> None:
    """Say once how a refusal becomes a page; `page` does, which stands above this module."""
    _refuse[:] = [page]


class PageRouter:
    """Collects the pages of one file: `@router.get("/c/{c}/listings", limit="read")`."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(self, path: str, *, limit: str = "read", acting: Scopes = ()) -> Callable[[Endpoint], Endpoint]:
        return self._add(path, "GET", limit, acting)

    def post(self, path: str, *, limit: str = "write", acting: Scopes = ()) -> Callable[[Endpoint], Endpoint]:
        return self._add(path, "POST", limit, acting)

    def _add(self, path: str, method: str, limit: str, acting: Scopes) -> Callable[[Endpoint], Endpoint]:
        def register(endpoint: Endpoint) -> Endpoint:
            handle = _handler(endpoint)
            handle.limit_class = limit  # type: ignore[attr-defined]
            handle.acting = acting  # type: ignore[attr-defined]
            handle.page = endpoint  # type: ignore[attr-defined]
            self.routes.append(Route(path, handle, methods=[method], name=endpoint.__name__))
            return endpoint

        return register


def _handler(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    is_async = inspect.iscoroutinefunction(endpoint)

    async def handle(request: Request) -> Response:
        try:
            if request.method == "POST":
                request.state.form = await _form(request)
            if is_async:
                answer = await endpoint(request, **request.path_params)
            else:
                answer = await run(request, endpoint, partial(endpoint, request, **request.path_params))
        except Repeated as repeated:
            answer = RedirectResponse(repeated.answer["location"], status_code=303)
        except Refused as refusal:
            answer = await to_thread.run_sync(_refuse[0], request, refusal)
        finally:
            await request.close()
        return _finish(request, answer)

    return handle


async def _form(request: Request) -> Any:
    try:
        return await parse_form(request)
    except TooLargeBody:
        raise TooLarge(N_("This is too large. Send smaller photos, or fewer at a time.")) from None
    except HTTPException as error:
        raise Invalid(N_("The form could not be read. Open the page again and send it anew.")) from error


def _finish(request: Request, answer: Response) -> Response:
    """Cookies that belong to the answer, and that pages with personal data are kept nowhere."""
    put_cookies(request, answer)
    answer.headers.setdefault("Cache-Control", "private, no-store")
    answer.headers.setdefault("Vary", "Cookie, Accept-Language")
    return answer
