"""All who listen in one process: bounded, quick, and told of what other processes wrote."""

import asyncio
import time
from collections.abc import Callable

import httpx2
import pytest

from minga.identity import Actor
from minga.identity import commands as identity
from minga.interfaces.http import Node
from minga.interfaces.realtime import hub as hubs
from minga.interfaces.realtime.hub import Hub
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.errors import Busy, TooMany
from minga.kit.events import emit
from minga.kit.hints import Topic
from minga.kit.ids import new_id
from minga.kit.refs import Ref
from tests.interfaces.listening import LanternLit, Lanterns
from tests.village import Village
from tests.visitor import Visitor

Say = Callable[..., str]


TOPIC = Topic("lantern:x", Ref("lantern", "1" * 32))


def test_the_hub_is_bounded_and_forgets_who_left(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "LISTENERS_MAX", 3)

    async def story() -> None:
        hub = Hub(database)
        one, two, _ = [await hub.join([TOPIC], name) for name in ("ana", "bruno", "chidi")]
        with pytest.raises(Busy):
            await hub.join([TOPIC], "dara")
        hub.leave(one)
        hub.leave(one)
        assert len(hub) == 2
        five = await hub.join([TOPIC], "bruno")
        monkeypatch.setattr(hubs, "LISTENERS_MAX_EACH", 2)
        hub.leave(two)
        await hub.join([TOPIC], "bruno")
        with pytest.raises((TooMany, Busy)):
            await hub.join([TOPIC], "bruno")
        hub.leave(five)

    asyncio.run(story())


def test_a_flood_is_read_to_its_end_and_slow_readers_are_told_to_look_anew(
    database: Database, village: Village, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "BEHIND_MAX", 10)
    lantern, other = "1" * 32, "2" * 32

    def flood(count: int, lantern_id: str) -> None:
        with database.write() as session:
            for _ in range(count):
                emit(session, village.ana, LanternLit(lantern_id=lantern_id), at=clock())

    async def story() -> None:
        hub = Hub(database, rest_seconds=0.02)
        quick = await hub.join([TOPIC], "ana")
        slow = await hub.join([Topic("l", Ref("lantern", other))], "bruno")
        await asyncio.to_thread(flood, 35, other)
        await asyncio.to_thread(flood, 1, lantern)
        heard = await quick.news(5)
        assert [one.about_id for one in heard] == [lantern]
        assert slow.overrun
        assert await quick.news(0.1) == [], "nothing is told twice"
        hub.leave(quick)
        hub.leave(slow)

    asyncio.run(story())


def test_what_another_process_wrote_is_heard_too(
    database: Database, database_url: str, village: Village, clock: FixedClock
) -> None:
    async def story() -> None:
        hub = Hub(database, rest_seconds=0.05)
        listener = await hub.join([TOPIC], "ana")

        def elsewhere() -> None:
            other = Database.open(database_url)
            with other.write() as session:
                emit(session, village.ana, LanternLit(lantern_id="1" * 32), at=clock())
            other.close()

        await asyncio.to_thread(elsewhere)
        assert len(await listener.news(5)) == 1
        hub.leave(listener)

    asyncio.run(story())


@pytest.mark.slow
def test_a_hundred_listeners_hear_within_a_second(
    server: str,
    visit: Callable[[str | None], Visitor],
    say: Say,
    node: Node,
    village: Village,
    lanterns: Lanterns,
) -> None:
    lantern, took = new_id(), list[float]()
    with node.database.write() as session:
        cookies = []
        for n in range(20):
            person_id = identity.make_person(
                session, Actor.machine(), name=f"Guest {n}", handle=f"guest-{n}", at=node.clock()
            )
            lanterns.seen_by.add(person_id)
            cookies.append(identity.start_sign_in(session, person_id, at=node.clock()))

    async def listen(
        client: httpx2.AsyncClient, cookie: str, began: asyncio.Event, told: list[float]
    ) -> None:
        headers = {"Cookie": f"{node.cookie}={cookie}"}
        async with client.stream("GET", f"/live?topics=lantern:{lantern}", headers=headers) as answer:
            assert answer.status_code == 200
            heard = 0
            async for line in answer.aiter_lines():
                if line == ":":
                    began.set()
                if line.startswith("data: "):
                    told.append(time.monotonic())
                    heard += 1
                    if heard == 5:
                        return

    async def story() -> None:
        limits = httpx2.Limits(max_connections=200)
        async with httpx2.AsyncClient(base_url=server, timeout=20, limits=limits) as client:
            listeners = []
            for cookie in cookies * 5:
                began, told = asyncio.Event(), list[float]()
                listeners.append((asyncio.create_task(listen(client, cookie, began, told)), began, told))
            await asyncio.gather(*(began.wait() for _, began, _ in listeners))
            for n in range(5):
                said_at = time.monotonic()
                await asyncio.to_thread(say, LanternLit(lantern_id=lantern))
                while not all(len(told) > n for _, _, told in listeners):
                    await asyncio.sleep(0.01)
                took.extend(told[n] - said_at for _, _, told in listeners)
            await asyncio.gather(*(task for task, _, _ in listeners))

    asyncio.run(asyncio.wait_for(story(), 60))
    took.sort()
    assert len(took) == 500
    assert took[int(0.95 * len(took))] < 1, f"p95 {took[475]:.2f} s"
