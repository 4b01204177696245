"""The unit of work of one request: opened inside the endpoint, committed before the answer.

A `yield` dependency would commit after the endpoint returned; unless it is declared with scope="function", FastAPI
has answered 200 by then and a failed commit is never told.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from minga.communities.access import Acting
from minga.communities.commands import note_acting
from minga.identity import Actor, Via
from minga.identity import access as identity
from minga.identity.commands import last_uses
from minga.identity.rules import Me
from minga.interfaces.http.acting import taken_on
from minga.interfaces.http.forms import check_form, read_form
from minga.interfaces.http.node import Node
from minga.kit import repeat
from minga.kit.address import Address, client_address
from minga.kit.crypto import mac
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotSignedIn
from minga.kit.i18n import N_

SAID_COOKIE = "minga-said"
PRE_COOKIE = "minga-pre"
KEY_MAX = 64


class Repeated(Exception):
    """This form or key was answered before; the first answer is given again."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass
class Unit:
    """One request's work: its transaction, the person it is done for, and its moment.

    `actor` is whom it is done for, `by` whoever sent it: the same, unless somebody enters it for a person (`acting`).
    """

    node: Node
    request: Request
    session: Session
    actor: Actor
    me: Me | None
    now: datetime
    by: Actor
    acting: Acting | None = None
    _key: str | None = None

    @property
    def settings(self) -> Any:
        return self.node.settings

    def go_to(self, path: str, *, said: str = "", **facts: Any) -> RedirectResponse:
        """Answer a form with the page to look at next; sent twice, it is done once.

        What was entered for somebody leads to their sheet: one act was done, and the next one is one's own.
        """
        if self.acting is not None:
            path = f"/keepings/{self.acting.keeping_id}" if self.acting.keeping_id else "/acting"
            self.request.state.acted = True
        if self._key:
            hashed = _kept_hash(self, read_form(self.request).body_hash)
            repeat.remember(self.session, self._key, hashed, {"location": path}, at=self.now)
        return go_to(self.request, path, said=said, **facts)

    def answer(
        self, status: int, body: bytes, *, headers: dict[str, str] | None = None, again: bytes | None = None
    ) -> Response:
        """Answer an API call; with an `Idempotency-Key` the answer is kept and given again.

        `again` is what a repeated call gets instead, where something is told only once.
        """
        if self._key:
            told = body if again is None else again
            kept = {"status": status, "body": told.decode(), "headers": headers or {}}
            hashed = _kept_hash(self, body_hash(self.request))
            repeat.remember(self.session, self._key, hashed, kept, at=self.now)
        return Response(body, status, headers, "application/json")

    def from_our_form(self) -> None:
        """Refuse what no page of ours sent; for a form that only reads, which `read_unit` does not ask for this."""
        check_form(self.node, self.request, form_holder(self.request, self.by), self.now)

    def signed_in(self) -> str:
        """The person's id, or a request to sign in first."""
        if self.actor.person_id is None:
            raise NotSignedIn()
        return self.actor.person_id


@contextmanager
def read_unit(request: Request) -> Iterator[Unit]:
    """A unit that changes nothing."""
    node: Node = request.app.state.node
    with node.database.read() as session:
        unit = _unit(node, request, session)
        _limit(unit)
        yield unit


@contextmanager
def write_unit(request: Request) -> Iterator[Unit]:
    """A unit that commits at the end of the block; forms are checked, repeated ones raise `Repeated`."""
    node: Node = request.app.state.node
    with node.database.write() as session:
        unit = _unit(node, request, session)
        _limit(unit)
        if unit.by.via is Via.WEB:
            check_form(node, request, form_holder(request, unit.by), unit.now)
        _look_for_repeat(unit)
        if unit.acting is not None:
            note_acting(session, unit.acting, at=unit.now)
        yield unit


def _unit(node: Node, request: Request, session: Session) -> Unit:
    now = node.clock()
    actor, me = who(node, request, session, now)
    acting = taken_on(request, session, actor, at=now)
    return Unit(node, request, session, acting.actor if acting else actor, me, now, actor, acting)


def who(node: Node, request: Request, session: Session, now: datetime) -> tuple[Actor, Me | None]:
    """Who is asking: below `/api` a bearer token or nobody, elsewhere the cookie."""
    request_id = request.scope.get("request_id", "")
    if request.url.path.startswith("/api/"):
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return Actor.nobody(Via.API, request_id), None
        token = token.strip()
        takes_ballots = getattr(request.scope.get("endpoint"), "takes_ballots", False)
        if takes_ballots and token.startswith(identity.BALLOT_PREFIX):
            actor, me = identity.actor_from_ballot_token(session, token, at=now, request_id=request_id)
        else:
            actor, me = identity.actor_from_token(session, token, at=now, request_id=request_id)
        if actor.person_id is None:
            raise NotSignedIn(N_("This token does not work any more. Make a new one under your own pages."))
    else:
        cookie = request.cookies.get(node.cookie, "")
        actor, me = identity.actor_from_cookie(session, cookie, at=now, request_id=request_id)
    if me:
        last_uses.note(actor, me, now)
    return actor, me


def _limit(unit: Unit) -> None:
    """Count this request once: for the token, the person, or else the client's network address."""
    request = unit.request
    if getattr(request.state, "limited", False):
        return
    request.state.limited = True
    limits, actor = unit.node.limits, unit.by
    name = limit_class(request)
    if actor.via is Via.API:
        general = "api_read" if request.method == "GET" else "api_write"
    else:
        general = "page" if actor.signed_in else "page_open"
    holder = actor.token_id or actor.person_id
    counted = [general] if name in {"read", "write"} else [general, name]
    for one in counted:
        request.state.allowance = (
            limits.hit(one, holder) if holder else limits.hit_from(one, address_of(request))
        )


def limit_class(request: Request) -> str:
    """The class that the route names."""
    return str(getattr(request.scope.get("endpoint"), "limit_class", "read"))


def address_of(request: Request) -> Address:
    """The client's network address, behind the proxies that the settings trust."""
    peer = request.client.host if request.client else ""
    node: Node = request.app.state.node
    return client_address(peer, request.headers.getlist("x-forwarded-for"), node.settings.trusted_proxies)


def form_holder(request: Request, actor: Actor) -> str:
    """What a form is bound to: the sign-in, or the browser before there is one."""
    return actor.sign_in_id or getattr(request.state, "pre", "") or request.cookies.get(PRE_COOKIE, "")


def body_hash(request: Request) -> str:
    return hashlib.sha256(getattr(request, "_body", b"")).hexdigest()


def _kept_hash(unit: Unit, hashed: str) -> str:
    """What was sent, as it is kept: under a key of the node, so that a copy of the database does not tell a short body."""
    return mac(unit.node.keys.key("repeat"), hashed).hex()


def _look_for_repeat(unit: Unit) -> None:
    request = unit.request
    if unit.by.via is Via.API:
        key, hashed = request.headers.get("idempotency-key", ""), body_hash(request)
        if len(key) > KEY_MAX:
            raise Invalid(N_("An Idempotency-Key has at most 64 characters."))
    else:
        form = read_form(request)
        key, hashed = form.form_id, form.body_hash
    if not key:
        return
    holder = unit.actor.person_id or form_holder(request, unit.actor)
    unit._key = f"{holder[:48]} {key} {repeat.path_mark(request.url.path)}"
    before = repeat.earlier(unit.session, unit._key, _kept_hash(unit, hashed))
    if before:
        raise Repeated(before.answer)


def go_to(request: Request, path: str, *, said: str = "", **facts: Any) -> RedirectResponse:
    """See other (303), with a sentence for the next page."""
    answer = RedirectResponse(path, status_code=303)
    if said:
        request.state.said = (said, facts)
    return answer
