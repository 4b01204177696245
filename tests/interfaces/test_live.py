"""Hints that something changed, over a real server: who is told, when, and who is not."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import httpx2
import pytest
import uvicorn

from minga.communities import access as communities
from minga.identity import Actor
from minga.identity import commands as identity
from minga.interfaces.asgi import build
from minga.interfaces.cli import serving
from minga.interfaces.http import Node
from minga.interfaces.realtime import hub as hubs
from minga.interfaces.realtime import stream as streams
from minga.interfaces.realtime.hub import Hub
from minga.kit import refs
from minga.kit.clock import FixedClock
from minga.kit.db import Database
from minga.kit.errors import Busy, NotFound, TooMany
from minga.kit.events import Event, emit
from minga.kit.hints import Topic, id_floor
from minga.kit.ids import new_id
from minga.kit.refs import Ref
from tests.village import Village
from tests.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class LanternLit(Event):
    about: ClassVar[str] = "lantern"
    audience: ClassVar[Any] = "members"
    lantern_id: str


@dataclass(frozen=True, kw_only=True)
class LanternInspected(Event):
    about: ClassVar[str] = "lantern"
    lantern_id: str


@dataclass(frozen=True, kw_only=True)
class LanternBallotCast(Event):
    about: ClassVar[str] = "lantern"
    audience: ClassVar[Any] = "members"
    hinted: ClassVar[bool] = False
    lantern_id: str


@dataclass(frozen=True, kw_only=True)
class MachineOiled(Event):
    audience: ClassVar[Any] = "operator"


@dataclass
class Lanterns:
    """Things that only some people may see; who may is changed by the tests."""

    seen_by: set[str]


@pytest.fixture
def lanterns(village: Village, monkeypatch: pytest.MonkeyPatch) -> Lanterns:
    found = Lanterns({village.people["ana"], village.people["bruno"]})

    def lantern_to_see(session: object, actor: Actor, id: str, /, *, at: datetime) -> str:
        if actor.person_id not in found.seen_by:
            raise NotFound()
        return "a lantern"

    known = dict(refs._kinds)
    known["lantern"] = refs.Kind(lantern_to_see)
    known["community"] = refs.Kind(communities.community_to_see)
    monkeypatch.setattr(refs, "_kinds", known)
    return found


@pytest.fixture
def server(node: Node, village: Village, lanterns: Lanterns) -> Iterator[str]:
    """The application behind a real socket."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    config = uvicorn.Config(
        build(node, working=False), port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    running.should_exit = True
    thread.join(10)


def cookie_of(visitor: Visitor) -> dict[str, str]:
    return {visitor.node.cookie: str(visitor.client.cookies.get(visitor.node.cookie))}


Say = Callable[..., str]


@pytest.fixture
def say(node: Node, village: Village) -> Say:
    """Commit one event; answers its id."""

    def one(event: Event, *, by: str = "ana", **options: Any) -> str:
        with node.database.write() as session:
            return emit(session, village.actor(by), event, at=node.clock(), **options)

    return one


class Ear:
    """A reader of one stream."""

    def __init__(
        self, server: str, visitor: Visitor, query: str, headers: dict[str, str] | None = None
    ) -> None:
        self.client = httpx2.Client(base_url=server, cookies=cookie_of(visitor), timeout=8)
        self.request = self.client.build_request("GET", f"/live?{query}", headers=headers)
        self.answer = self.client.send(self.request, stream=True)
        self.lines = self.answer.iter_lines() if self.answer.status_code == 200 else iter(())

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.close()
        self.client.close()

    def ready(self) -> "Ear":
        """Until the first beat of the heart, which says that the stream listens."""
        for line in self.lines:
            if line == ":":
                return self
        raise AssertionError("the stream ended")

    def next(self) -> tuple[str, dict[str, Any]]:
        kind = ""
        for line in self.lines:
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if line.startswith("data: "):
                return kind, json.loads(line.removeprefix("data: "))
        return "end", {}


def test_a_stranger_hears_nothing(server: str, visit: Callable[[str | None], Visitor]) -> None:
    with httpx2.Client(base_url=server) as client:
        for path in ("/live", "/live/poll", "/api/v1/events", "/api/v1/events/poll"):
            answer = client.get(path, params={"topics": "person:me"})
            assert answer.status_code == 401
            assert answer.json()["sentence"] == "Please sign in first."


@pytest.mark.parametrize(
    "topics", ["lantern:{lantern}", "community:{valley}", "lantern:x", "ghost:{lantern}", "person:"]
)
def test_what_is_not_yours_to_see_cannot_be_listened_to(
    server: str, visit: Callable[[str | None], Visitor], village: Village, topics: str
) -> None:
    named = topics.format(lantern=new_id(), valley=village.valley)
    with httpx2.Client(base_url=server, cookies=cookie_of(visit("zoe"))) as client:
        for path in ("/live", "/live/poll"):
            assert client.get(path, params={"topics": named}).status_code == 404
            assert client.get(path, params={"topics": f"person:me,{named}"}).status_code == 404


def test_a_change_is_heard_within_a_second_and_says_only_where_to_look(
    server: str, visit: Callable[[str | None], Visitor], say: Say, node: Node
) -> None:
    lantern = new_id()
    with Ear(server, visit("bruno"), f"topics=lantern:{lantern}").ready() as ear:
        assert ear.answer.headers["content-type"].startswith("text/event-stream")
        assert ear.answer.headers["cache-control"] == "no-store"
        began = time.monotonic()
        event_id = say(LanternLit(lantern_id=lantern))
        kind, hint = ear.next()
        assert time.monotonic() - began < 1
        assert kind == "hint"
        assert hint | {"at": ""} == {
            **{"id": event_id, "topic": f"lantern:{lantern}", "act": "LanternLit"},
            **{"ref": f"lantern:{lantern}", "rev": None, "at": ""},
        }


def test_who_may_not_see_a_thing_is_not_told_of_it(
    server: str, visit: Callable[[str | None], Visitor], say: Say, village: Village
) -> None:
    mine, other = new_id(), new_id()
    with Ear(server, visit("hana"), f"topics=community:{village.valley},person:me").ready() as ear:
        say(LanternLit(lantern_id=other), community_id=village.valley)
        say(LanternInspected(lantern_id=other), community_id=village.valley)
        say(MachineOiled(), community_id=village.valley)
        say(LanternLit(lantern_id=mine), community_id=village.valley, person_id=village.people["hana"])
        _, hint = ear.next()
        assert (hint["topic"], hint["act"], hint["ref"]) == (
            f"community:{village.valley}",
            "LanternLit",
            None,
        )


def test_what_only_stewards_read_is_said_without_its_name_and_ballots_not_at_all(
    server: str, visit: Callable[[str | None], Visitor], say: Say, village: Village
) -> None:
    lantern = new_id()
    with Ear(server, visit("bruno"), f"topics=lantern:{lantern}").ready() as ear:
        say(LanternBallotCast(lantern_id=lantern))
        say(LanternInspected(lantern_id=lantern))
        _, hint = ear.next()
        assert (hint["act"], hint["ref"]) == ("changed", f"lantern:{lantern}")


def test_when_rights_end_the_stream_ends_and_nothing_more_is_told(
    server: str, visit: Callable[[str | None], Visitor], say: Say, village: Village, lanterns: Lanterns
) -> None:
    lantern = new_id()
    with Ear(server, visit("bruno"), f"topics=lantern:{lantern}").ready() as ear:
        say(LanternLit(lantern_id=lantern))
        assert ear.next()[0] == "hint"
        lanterns.seen_by.discard(village.people["bruno"])
        say(LanternLit(lantern_id=lantern))
        assert ear.next() == ("bye", {})
        assert ear.next() == ("end", {})


def test_who_signs_out_elsewhere_hears_bye(
    server: str, visit: Callable[[str | None], Visitor], say: Say, node: Node
) -> None:
    from sqlalchemy import update

    from minga.identity.models import SignIn

    visitor, lantern = visit("bruno"), new_id()
    with Ear(server, visitor, f"topics=person:me,lantern:{lantern}").ready() as ear:
        with node.database.write() as session:
            session.execute(update(SignIn).where(SignIn.id == visitor.holder).values(ended_at=node.clock()))
        say(LanternLit(lantern_id=lantern))
        assert ear.next() == ("bye", {})


def test_a_stream_goes_on_where_it_was_cut(
    server: str, visit: Callable[[str | None], Visitor], say: Say
) -> None:
    lantern = new_id()
    first, *missed = (say(LanternLit(lantern_id=lantern)) for _ in range(3))
    with Ear(server, visit("ana"), f"topics=lantern:{lantern}", {"Last-Event-ID": first}) as ear:
        assert [ear.next()[1]["id"] for _ in missed] == missed
        later = say(LanternLit(lantern_id=lantern))
        assert ear.next()[1]["id"] == later


@pytest.mark.parametrize(
    "after",
    ["x", "0" * 32, id_floor(datetime.now(UTC) - timedelta(minutes=20))],
    ids=["no id", "ancient", "late"],
)
def test_who_was_away_too_long_looks_at_everything_anew(
    server: str, visit: Callable[[str | None], Visitor], after: str
) -> None:
    with Ear(server, visit("ana"), "topics=person:me", {"Last-Event-ID": after}) as ear:
        assert ear.next() == ("resync", {})
    with httpx2.Client(base_url=server, cookies=cookie_of(visit("ana"))) as client:
        answer = client.get("/live/poll", params={"topics": "person:me", "after": after}).json()
        assert (answer["state"], answer["items"]) == ("resync", [])


def test_a_poll_answers_at_once_what_was_missed_and_waits_for_what_comes(
    server: str, visit: Callable[[str | None], Visitor], say: Say
) -> None:
    lantern = new_id()
    with httpx2.Client(base_url=server, cookies=cookie_of(visit("ana")), timeout=20) as client:

        def ask(after: str, wait: int) -> Any:
            return client.get(
                "/live/poll", params={"topics": f"lantern:{lantern}", "after": after, "wait": wait}
            ).json()

        start = ask("", 25)["next"]
        assert start, "without an id the answer says where to begin"
        one = say(LanternLit(lantern_id=lantern))
        answer = ask(start, 25)
        assert [hint["id"] for hint in answer["items"]] == [one]
        began = time.monotonic()
        threading.Timer(0.3, lambda: say(LanternLit(lantern_id=lantern))).start()
        answer = ask(answer["next"], 25)
        assert 0.2 < time.monotonic() - began < 3
        assert len(answer["items"]) == 1
        assert ask(answer["next"], 0) == {"items": [], "next": answer["next"], "state": "ok"}
        assert client.get("/live/poll", params={"wait": "26"}).status_code == 422


def test_a_person_may_have_five_streams(server: str, visit: Callable[[str | None], Visitor]) -> None:
    ears = [Ear(server, visit("ana"), "topics=person:me").ready() for _ in range(5)]
    try:
        with Ear(server, visit("ana"), "topics=person:me") as sixth:
            assert sixth.answer.status_code == 429
            assert sixth.answer.headers["retry-after"] == "60"
        with Ear(server, visit("bruno"), "topics=person:me").ready():
            pass
        ears.pop().__exit__()
        deadline, status = time.monotonic() + 5, 429
        while status == 429 and time.monotonic() < deadline:
            with Ear(server, visit("ana"), "topics=person:me") as again:
                status = again.answer.status_code
        assert status == 200
    finally:
        for ear in ears:
            ear.__exit__()


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


def test_a_heart_beats_while_nothing_happens(
    server: str, visit: Callable[[str | None], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    with Ear(server, visit("ana"), "topics=person:me").ready() as ear:
        assert ear.ready().ready()


@pytest.mark.slow
def test_a_hundred_listeners_hear_within_a_second(
    server: str,
    visit: Callable[[str | None], Visitor],
    say: Say,
    node: Node,
    village: Village,
    lanterns: Lanterns,
) -> None:
    lantern, took = new_id(), []
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


def test_a_server_ends_although_pages_listen(
    node: Node, village: Village, lanterns: Lanterns, visit: Callable[[str | None], Visitor]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as own:
        config = uvicorn.Config(
            build(node, working=False), log_config=None, lifespan="off", timeout_graceful_shutdown=30
        )
        running = serving.Announcing(config, lambda: None)
        thread = threading.Thread(target=running.run, args=([own],), daemon=True)
        thread.start()
        with Ear(f"http://127.0.0.1:{own.getsockname()[1]}", visit("ana"), "topics=person:me").ready() as ear:
            began = time.monotonic()
            running.should_exit = True
            assert ear.next() == ("end", {}), "no word, so that the browser comes back by itself"
            thread.join(10)
        assert not thread.is_alive()
        assert time.monotonic() - began < 5
