"""Hints that something changed, over a real server: who is told, when, and who is not."""

import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import uvicorn

from minga.interfaces.asgi import build
from minga.interfaces.cli import serving
from minga.interfaces.http import Node
from minga.interfaces.realtime import stream as streams
from minga.kit.hints import id_floor
from minga.kit.ids import new_id
from tests.interfaces.listening import (
    Ear,
    LanternBallotCast,
    LanternInspected,
    LanternLit,
    Lanterns,
    MachineOiled,
    cookie_of,
)
from tests.village import Village
from tests.visitor import Visitor

Say = Callable[..., str]


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


def test_a_heart_beats_while_nothing_happens(
    server: str, visit: Callable[[str | None], Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    with Ear(server, visit("ana"), "topics=person:me").ready() as ear:
        assert ear.ready().ready()


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
