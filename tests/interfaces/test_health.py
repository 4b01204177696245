"""Whether the node lives and is ready, and its numbers: states for everybody, reasons for the operator."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from minga.communication import commands as communication
from minga.interfaces.asgi import build
from minga.interfaces.http import Node, counting
from minga.interfaces.http.node import metrics_token
from minga.interfaces.http.probes import Recent
from minga.kit import health, jobs
from minga.kit.clock import FixedClock
from minga.kit.health import Finding, State
from minga.kit.ids import new_id
from minga.kit.refs import Ref
from minga.sharing import commands as sharing
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def here(node: Node, peer: str = "127.0.0.1", **headers: str) -> TestClient:
    """A program on a machine of that address."""
    return TestClient(
        build(node, working=False), base_url=node.settings.site_url, client=(peer, 50_000), headers=headers
    )


def test_a_stranger_learns_the_state_and_nothing_else(visit: Visit) -> None:
    for path in ("/health", "/health/ready"):
        assert set(visit(None).get(path).json()) == {"state"}
        assert set(visit("ana").get(path).json()) == {"state"}
    assert visit(None).get("/health/live").json() == {"state": "ok"}


def test_the_operator_is_told_the_reasons_with_a_next_step(
    visit: Visit, node: Node, clock: FixedClock
) -> None:
    with node.database.write() as session:
        jobs.enqueue(session, "mail.send", {"letter_id": "0"}, at=clock() - timedelta(hours=1))
    answer = visit("ivo").get("/health/ready", status=503).json()
    (late,) = [check for check in answer["checks"] if check["name"] == "jobs"]
    assert answer["state"] == late["state"] == "down"
    assert "60 minutes" in late["words"]
    assert late["next_step"]


def test_a_warning_is_degraded_and_still_takes_people(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "QUICK", (lambda patient: Finding("disk", State.WARN, "Nearly full."),))
    assert visit(None).get("/health/ready").json() == {"state": "degraded"}


def test_liveness_reads_nothing(visit: Visit, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "database", None)
    assert visit(None).get("/health/live").json() == {"state": "ok"}


def test_many_probes_examine_once(node: Node, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []

    def ready(patient: object) -> list[Finding]:
        looked.append(1)
        return []

    monkeypatch.setattr(health, "ready", ready)
    moment = [0.0]
    recent = Recent(lambda: moment[0])
    for _ in range(5):
        recent.findings(node)
    moment[0] = 3.0
    recent.findings(node)
    assert len(looked) == 2


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("203.0.113.9", {}, 404),
        ("203.0.113.9", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, 404),
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.9", {"Authorization": "Bearer {token}"}, 200),
    ],
)
def test_numbers_are_for_this_machine_or_a_token(
    node: Node, village: Village, peer: str, headers: dict[str, str], status: int
) -> None:
    sent = {name: value.format(token=metrics_token(node)) for name, value in headers.items()}
    assert here(node, peer, **sent).get("/metrics").status_code == status


def numbers(node: Node) -> dict[str, float]:
    lines = here(node).get("/metrics").text.splitlines()
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")
    }


def test_numbers_say_how_work_stands(node: Node, village: Village, clock: FixedClock) -> None:
    with node.database.write() as session:
        jobs.enqueue(session, "mail.send", {"letter_id": "0"}, at=clock() - timedelta(seconds=90))
    found = numbers(node)
    assert found['minga_jobs{lane="mail",state="waiting"}'] == 1
    assert found['minga_jobs_oldest_seconds{lane="mail",state="waiting"}'] == 90
    assert found['minga_letters{state="waiting"}'] == 0
    assert found["minga_disk_free_bytes"] > 0
    assert found["minga_events_undelivered"] >= 0


def test_numbers_say_whether_needs_are_met_and_people_talk(
    node: Node, village: Village, clock: FixedClock
) -> None:
    """WB-2.14: by state, how long it took, messages of a day; nobody's name."""
    need = neighbours.groceries(village)
    neighbours.groceries(village)
    exchange = neighbours.agreed(village, village.bruno, need)
    with node.database.write() as session:
        thread = str(Ref("exchange", exchange.id))
        communication.post(session, village.bruno, thread, "On my way", form_id=new_id(), at=clock())
    clock.forward(hours=2)
    for who in (village.bruno, village.ana):
        with node.database.write() as session:
            sharing.done(session, who, exchange.id, at=clock())
    found = numbers(node)
    assert (found['minga_needs{state="open"}'], found['minga_needs{state="fulfilled"}']) == (1, 1)
    assert (found["minga_needs_done"], found["minga_needs_done_median_seconds"]) == (1, 7200)
    assert found["minga_posts_day"] == 1
    clock.forward(days=31)
    found = numbers(node)
    assert (found["minga_needs_done"], found["minga_posts_day"]) == (0, 0)


def test_requests_are_counted_by_route_and_name_nobody(node: Node, village: Village, visit: Visit) -> None:
    app: Any = here(node)
    app.get("/health/live")
    app.get(f"/nothing/{village.people['ana']}")
    app.get("/static/nothing.css")
    found = numbers(node)
    assert found['minga_request_seconds_count{method="GET",route="/health/live",status="200"}'] == 1
    assert found['minga_request_seconds_count{method="GET",route="none",status="404"}'] == 1
    assert found['minga_request_seconds_count{method="GET",route="/static",status="404"}'] == 1
    assert not [key for key in found if village.people["ana"] in key or "ana" in key.lower().split('"')]


def test_a_node_without_an_owner_tells_probes_that_it_lives(node: Node) -> None:
    program = here(node)
    for path in ("/health", "/health/live", "/health/ready"):
        assert program.get(path).json()["state"] in {"ok", "degraded"}
    assert program.get("/metrics").status_code == 200
    assert program.get("/healthy").status_code == 503


def test_a_request_that_failed_or_took_long_is_written_down_without_its_address(
    node: Node, village: Village, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = here(node)
    program.get("/health/live?word=marked")
    assert "request" not in caplog.text
    monkeypatch.setattr(health, "ready", lambda patient: [Finding("disk", State.FAIL, "Full.")])
    program.get("/health/ready?word=marked")
    assert "request failed" in caplog.text
    assert "'route': '/health/ready'" in caplog.text
    monkeypatch.setattr(counting, "SLOW_SECONDS", 0.0)
    program.get("/health/live?word=marked")
    assert "request was slow" in caplog.text
    program.get("/live?topics=marked")
    assert "'route': '/live'" not in caplog.text
    assert numbers(node)['minga_request_seconds_count{method="GET",route="/live",status="401"}'] == 1
    ours = [line.getMessage() for line in caplog.records if line.name.startswith("minga")]
    assert ours
    assert "marked" not in " ".join(ours)
