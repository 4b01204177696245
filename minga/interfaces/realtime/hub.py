"""Who is listening in this process, and the one task that looks for new events on behalf of all of them.

It is woken by every commit of this process and of the worker beside it, and looks once a second for what others wrote.
It decides only which listeners an event could concern; whether they may be told is asked for each of them at sending.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress

from anyio import to_thread

from minga.interfaces.http.ending import before_end
from minga.kit import hints
from minga.kit.db import Database
from minga.kit.errors import Busy, TooMany
from minga.kit.hints import Said, Topic
from minga.kit.i18n import N_
from minga.kit.ids import Id

LISTENERS_MAX = 2_000
LISTENERS_MAX_EACH = 5
BEHIND_MAX = 1_000
REST_SECONDS = 1.0
FULL = N_("Too many pages listen just now. This page works, but does not change by itself.")
YOUR_OWN = N_("You have {most} live pages open. Close one, or refresh this page by hand.")


class Listener:
    """One stream or waiting poll: what it listens to, and what it has not been told yet."""

    def __init__(self, topics: Sequence[Topic], holder: str) -> None:
        self.topics = topics
        self.holder = holder
        self.overrun = False
        self.ended = False
        self._waiting: deque[Said] = deque()
        self._told = asyncio.Event()

    def offer(self, said: Sequence[Said]) -> None:
        """Take what could concern this listener; who is too far behind has to look at everything anew."""
        found = [one for one in said if any(topic.touches(one) for topic in self.topics)]
        if len(self._waiting) + len(found) > BEHIND_MAX:
            self.overrun = True
        elif found:
            self._waiting.extend(found)
        if found:
            self._told.set()

    def end(self) -> None:
        """The server ends; the reader comes back by itself and goes on where it was."""
        self.ended = True
        self._told.set()

    async def news(self, seconds: float) -> list[Said]:
        """What came in, as soon as there is anything, or nothing after that many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._told.wait(), seconds)
        self._told.clear()
        found = list(self._waiting)
        self._waiting.clear()
        return found


class Hub:
    """All listeners of one process."""

    def __init__(self, database: Database, *, rest_seconds: float = REST_SECONDS) -> None:
        self._database = database
        self._rest_seconds = rest_seconds
        self._listeners: set[Listener] = set()
        self._held: Counter[str] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None
        self._watching: asyncio.Task[None] | None = None
        database.on_commit(self.wake, anywhere=True)
        before_end(self.end)

    def __len__(self) -> int:
        return len(self._listeners)

    def wake(self) -> None:
        """Something was committed; called from the threads that commit."""
        loop, woken = self._loop, self._woken
        if loop is not None and woken is not None and self._listeners:
            with suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(woken.set)

    def end(self) -> None:
        """End every stream and every waiting poll; called in the thread of the server."""
        for listener in tuple(self._listeners):
            listener.end()

    async def join(self, topics: Sequence[Topic], holder: str) -> Listener:
        """Begin to listen; Busy or TooMany when there is no room."""
        if len(self._listeners) >= LISTENERS_MAX:
            raise Busy(FULL, retry_after=60)
        if self._held[holder] >= LISTENERS_MAX_EACH:
            raise TooMany(YOUR_OWN, most=LISTENERS_MAX_EACH, retry_after=60)
        listener = Listener(topics, holder)
        self._listeners.add(listener)
        self._held[holder] += 1
        await self._begin_watching()
        return listener

    def leave(self, listener: Listener) -> None:
        """Stop listening; the last one ends the watch."""
        if listener not in self._listeners:
            return
        self._listeners.discard(listener)
        self._held[listener.holder] -= 1
        if not self._held[listener.holder]:
            del self._held[listener.holder]
        if not self._listeners and self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _begin_watching(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._woken, self._watching = loop, asyncio.Event(), None
        if self._watching is None or self._watching.done():
            last, known = await to_thread.run_sync(self._read_newest)
            if self._watching is None or self._watching.done():
                self._watching = loop.create_task(self._watch(last, known))

    async def _watch(self, start: Id | None, known: set[Id]) -> None:
        assert self._woken is not None
        while True:
            said = await to_thread.run_sync(self._read_after, start)
            fresh = [one for one in said if one.id not in known]
            for listener in tuple(self._listeners):
                listener.offer(fresh)
            if len(said) == BEHIND_MAX:  # a flood: go on from here, without looking back
                start = said[-1].id
                continue
            if said:
                start = hints.a_little_before(said[-1].id)
                known = {one.id for one in said if one.id > start}
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._rest_seconds)
            self._woken.clear()

    def _read_newest(self) -> tuple[Id | None, set[Id]]:
        with self._database.read() as session:
            newest = hints.newest(session)
            start = hints.a_little_before(newest) if newest else None
            return start, {one.id for one in hints.said_after(session, start)} if newest else set()

    def _read_after(self, start: Id | None) -> list[Said]:
        with self._database.read() as session:
            return hints.said_after(session, start, limit=BEHIND_MAX)
