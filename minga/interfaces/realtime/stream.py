"""Hints over HTTP: as a stream of server-sent events, or by a question that waits for its answer."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from minga.interfaces.http import Node, read_unit
from minga.interfaces.http.units import who
from minga.interfaces.realtime.hub import BEHIND_MAX, Hub, Listener
from minga.kit import hints
from minga.kit.clock import utc_now
from minga.kit.errors import Invalid, NotSignedIn
from minga.kit.hints import Hint, Said, Topic
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id

HEARTBEAT_SECONDS = 15.0
WAIT_SECONDS_MAX = 25
WRONG_WAIT = N_("Wait 0 to {most} seconds.")
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Seen:
    """What a reader may be told of some events; `gone` when they may listen no longer."""

    hints: Sequence[Hint] = ()
    gone: bool = False


@dataclass
class Reader:
    """Who listens by one request. Asked anew at each sending: rights end at the commit that ends them."""

    node: Node
    request: Request
    person_id: Id
    topics: tuple[Topic, ...]

    def look(self, said: Sequence[Said]) -> Seen:
        """The hints of these events that may be told now."""
        now = self.node.clock()
        with self.node.database.read() as session:
            try:
                actor, _ = who(self.node, self.request, session, now)
            except NotSignedIn:
                return Seen(gone=True)
            if actor.person_id != self.person_id:
                return Seen(gone=True)
            if not hints.still_theirs(session, actor, self.topics, at=now):
                return Seen(gone=True)
            return Seen(hints.hints_for(session, actor, self.topics, said, at=now))

    def said_after(self, after: Id) -> list[Said]:
        with self.node.database.read() as session:
            return hints.said_after(session, after, limit=BEHIND_MAX)

    def newest(self) -> Id | None:
        with self.node.database.read() as session:
            return hints.newest(session)


def reader_of(request: Request) -> Reader:
    """The signed-in reader of the topics that the address names; a refusal for everybody else."""
    with read_unit(request) as unit:
        person_id = unit.signed_in()
        text = request.query_params.get("topics", "person:me")
        topics = hints.topics_of(unit.session, unit.actor, text, at=unit.now)
    return Reader(unit.node, request, person_id, topics)


async def stream(request: Request, hub: Hub) -> Response:
    """Hints until somebody hangs up or the reader's rights end."""
    reader = await to_thread.run_sync(reader_of, request)
    listener = await hub.join(reader.topics, reader.person_id)
    after = request.headers.get("last-event-id") or request.query_params.get("after")
    return Stream(hub, listener, _lines(reader, listener, after))


class Stream(StreamingResponse):
    """Lines until somebody hangs up; the listener leaves then, also when not one line was sent."""

    def __init__(self, hub: Hub, listener: Listener, lines: AsyncIterator[bytes]) -> None:
        super().__init__(lines, headers=HEADERS, media_type="text/event-stream")
        self._hub = hub
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.leave(self._listener)


async def _lines(reader: Reader, listener: Listener, after: str | None) -> AsyncIterator[bytes]:
    yield b"retry: 3000\n\n"
    sent: set[Id] = set()
    news: list[Said] | None = []
    if after:
        news = await _missed(reader, after)
        if news is None:
            yield _line("resync")
        sent = {one.id for one in news or ()}
    while not (listener.overrun or listener.ended):
        seen = await to_thread.run_sync(reader.look, news or ())
        if seen.gone:
            yield _line("bye")
            return
        for hint in seen.hints:
            yield _line("hint", hint)
        if not seen.hints:
            yield b":\n\n"
        news = [one for one in await listener.news(HEARTBEAT_SECONDS) if one.id not in sent]
    if listener.overrun:
        yield _line("resync")


async def _missed(reader: Reader, after: str) -> list[Said] | None:
    """What happened since; None when that is too long ago, or too much."""
    if not is_id(after) or after < hints.oldest_kept(utc_now()):
        return None
    missed = await to_thread.run_sync(reader.said_after, after)
    return None if len(missed) == BEHIND_MAX else missed


async def poll(request: Request, hub: Hub) -> Response:
    """Hints after an id, at once or as soon as there is one; `next` is what to ask from the next time."""
    wait = _wait_of(request)
    reader = await to_thread.run_sync(reader_of, request)
    after = request.query_params.get("after")
    if not after:
        return _answer((), await to_thread.run_sync(reader.newest), "ok")
    listener = await hub.join(reader.topics, reader.person_id)
    try:
        return await _first_news(reader, listener, after, wait)
    finally:
        hub.leave(listener)


async def _first_news(reader: Reader, listener: Listener, after: str, wait: float) -> Response:
    news = await _missed(reader, after)
    until = time.monotonic() + wait
    while news is not None and not listener.overrun:
        seen = await to_thread.run_sync(reader.look, [one for one in news if one.id > after])
        after = max([after, *(one.id for one in news)])
        if seen.gone:
            return _answer((), after, "bye")
        left = until - time.monotonic()
        if seen.hints or left <= 0 or listener.ended:
            return _answer(seen.hints, after, "ok")
        news = await listener.news(left)
    return _answer((), await to_thread.run_sync(reader.newest), "resync")


def _wait_of(request: Request) -> float:
    typed = request.query_params.get("wait", "0")
    if not typed.isdecimal() or int(typed) > WAIT_SECONDS_MAX:
        raise Invalid(WRONG_WAIT, most=WAIT_SECONDS_MAX)
    return float(typed)


def _answer(found: Sequence[Hint], after: Id | None, state: str) -> Response:
    body: dict[str, Any] = {"items": found, "next": after, "state": state}
    return Response(_encode(body), headers=HEADERS, media_type="application/json")


def _line(kind: str, hint: Hint | None = None) -> bytes:
    if hint is None:
        return f"event: {kind}\ndata: {{}}\n\n".encode()
    return f"id: {hint.id}\nevent: {kind}\ndata: ".encode() + _encode(hint) + b"\n\n"
