"""Entering things for somebody else: one small gate for pages and calls, whatever they do.

A page or call that may be done for somebody names what it takes (`acting=`). Whom it is for comes with the form
(`_for`), the call (`Minga-For`), or, for a page that is only looked at, from the browser's cookie, so that what a page
says and what its form does are one thing. The gate itself (`communities.access.acting_for`) is asked every time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from starlette.requests import Request

from minga.communities.access import Acting, acting_for
from minga.communities.rules.keeping import NOT_FOR_OTHERS, ActScope
from minga.identity import Actor, Via
from minga.interfaces.http.forms import read_form
from minga.kit.db import Session
from minga.kit.errors import Forbidden, Refused

COOKIE = "minga-for"
FIELD = "_for"
HEADER = "minga-for"
SECONDS = 30 * 60
WHO_MAX = 40

LISTINGS = (ActScope.LISTINGS,)
EXCHANGES = (ActScope.EXCHANGES,)
PROFILE = (ActScope.PROFILE,)
BALLOTS = (ActScope.BALLOTS,)
SHARING = (ActScope.LISTINGS, ActScope.EXCHANGES)

F = TypeVar("F", bound=Callable[..., Any])
Scopes = tuple[ActScope, ...]


def acting(*scopes: ActScope) -> Callable[[F], F]:
    """Mark an operation of the API as one that may be done for somebody who agreed to one of these."""

    def mark(endpoint: F) -> F:
        endpoint.acting = scopes  # type: ignore[attr-defined]
        return endpoint

    return mark


def scopes_of(request: Request) -> Scopes:
    """What the page or call takes to be done for somebody; nothing when it cannot be."""
    found: Scopes = getattr(request.scope.get("endpoint"), "acting", ())
    return found


def taken_on(request: Request, session: Session, actor: Actor, *, at: datetime) -> Acting | None:
    """Whom this request is done for, if it names somebody; refused when it may not be."""
    if getattr(request.state, "acting_refused", False) or not actor.signed_in:
        return None
    scopes = scopes_of(request)
    who = _wish(request, actor, scopes)
    if not who:
        return None
    try:
        if not scopes:
            raise Forbidden(NOT_FOR_OTHERS, code="not_for_others")
        return acting_for(session, actor, who[:WHO_MAX], scopes, at=at)
    except Refused:
        request.state.acting_refused = True
        raise


def _wish(request: Request, actor: Actor, scopes: Scopes) -> str:
    if actor.via is Via.API:
        return request.headers.get(HEADER, "").strip()
    if request.method != "GET":
        return read_form(request).get(FIELD)
    return request.cookies.get(COOKIE, "") if scopes else ""


def stops(request: Request) -> bool:
    """Whether the browser forgets whom it was for: one act was done, or it was refused."""
    state = request.state
    return bool(getattr(state, "acted", False) or getattr(state, "acting_refused", False))
