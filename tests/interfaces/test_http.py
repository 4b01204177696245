"""What holds for every page: headers, known hosts, limits on size, forms that came from us, commits before answers."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from starlette.requests import Request
from starlette.responses import Response

from minga.interfaces.asgi import build
from minga.interfaces.http import Node, write_unit
from minga.interfaces.web import all as pages
from minga.interfaces.web.routing import PageRouter
from minga.kit.repeat import remember
from tests.visitor import Visitor

router = PageRouter()


@router.post("/test/note", limit="write")
def note(request: Request) -> Response:
    with write_unit(request) as unit:
        remember(unit.session, f"note {unit.request.state.form.get('name')}", "", {}, at=unit.now)
        return unit.go_to("/test/done")


@router.get("/test/broken", limit="read")
def broken(request: Request) -> Response:
    raise RuntimeError("secret detail")


@pytest.fixture
def app(node: Node, village: object, monkeypatch: pytest.MonkeyPatch) -> Any:
    before = pages.page_routes
    monkeypatch.setattr("minga.interfaces.asgi.page_routes", lambda: [*before(), *router.routes])
    return build(node, working=False)


@pytest.fixture
def ana(app: Any, node: Node, village: Any) -> Visitor:
    return Visitor(app, node, village.people["ana"])


@pytest.mark.parametrize(
    "path", ["/", "/nothing/here", "/api/v1/openapi.json", "/static/nothing", "/test/broken"]
)
def test_every_answer_carries_the_security_headers(ana: Visitor, path: str) -> None:
    headers = ana.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "permissions-policy" in headers


def test_each_answer_has_a_nonce_of_its_own(ana: Visitor) -> None:
    one, two = (ana.client.get("/nothing").headers["content-security-policy"] for _ in range(2))
    assert one != two


def test_an_unknown_host_is_refused(ana: Visitor) -> None:
    assert ana.client.get("/", headers={"host": "evil.example"}).status_code == 421


def test_too_long_an_address_and_too_much_body_are_refused_before_reading(ana: Visitor) -> None:
    assert ana.client.get("/" + "x" * 5000).status_code == 414
    assert ana.client.post("/test/note", data={"x": "y" * 300_000}).status_code == 413
    assert ana.client.post("/sign-in", data={"x": "y" * 70_000}).status_code == 413


def test_a_form_works_once_however_often_it_is_sent(ana: Visitor, node: Node) -> None:
    again = {"_form": ana.token(), "form_id": "one", "name": "a"}
    first, second = (ana.client.post("/test/note", data=again) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    other = ana.client.post("/test/note", data={**again, "name": "b"})
    assert other.status_code == 409


def test_a_form_from_elsewhere_is_refused(ana: Visitor, app: Any, node: Node, village: Any) -> None:
    bruno = Visitor(app, node, village.people["bruno"])
    ana.post("/test/note", {"name": "a", "_form": ""}, status=403)
    ana.post("/test/note", {"name": "a", "_form": bruno.token()}, status=403)
    ana.post("/test/note", {"name": "a"}, status=403, headers={"sec-fetch-site": "cross-site"})
    ana.post("/test/note", {"name": "a"}, status=403, headers={"origin": "https://evil.example"})
    ana.post("/test/note", {"name": "a"}, headers={"sec-fetch-site": "same-origin"})


def test_a_form_lives_for_a_day(ana: Visitor, node: Node, clock: Any) -> None:
    token = ana.token()
    clock.forward(days=1)
    ana.post("/test/note", {"name": "a", "_form": token})
    clock.forward(days=1)
    ana.post("/test/note", {"name": "b", "_form": token}, status=403)


def test_a_commit_that_fails_is_never_answered_as_success(ana: Visitor, node: Node) -> None:
    def cut(_connection: object) -> None:
        raise OSError("the disk is gone")

    event.listen(node.database.writer, "commit", cut)
    try:
        assert ana.client.post("/test/note", data={"_form": ana.token(), "name": "lost"}).status_code == 500
    finally:
        event.remove(node.database.writer, "commit", cut)


def test_a_fault_of_ours_says_a_number_and_nothing_else(
    ana: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ana.client.get("/test/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    number = answer.text.split("Number ")[1][:7]
    assert number in caplog.text


def test_what_is_not_there_and_what_is_not_for_you_look_alike(
    visit: Callable[[str | None], Visitor],
) -> None:
    page = visit("bruno").get("/listings/" + "0" * 32, status=404).text
    assert "There is nothing here, or it is not for you." in page


def test_too_many_pages_are_refused_for_a_while_and_others_are_not_touched(
    ana: Visitor, app: Any, node: Node, village: Any, clock: Any
) -> None:
    bruno = Visitor(app, node, village.people["bruno"])
    for _ in range(node.limits.look("page", village.people["ana"]).remaining):
        node.limits.hit("page", village.people["ana"])
    answer = ana.client.get("/help")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert bruno.client.get("/help").status_code == 200
    clock.forward(minutes=11)
    assert ana.client.get("/help").status_code == 200


def test_a_stranger_is_counted_by_network_address_and_a_forged_header_changes_nothing(
    app: Any, node: Node, village: Any
) -> None:
    stranger = Visitor(app, node)
    answers = [
        stranger.client.get("/help", headers={"x-forwarded-for": f"203.0.113.{n % 250}"}).status_code
        for n in range(301)
    ]
    assert answers[:300] == [200] * 300
    assert answers[300] == 429
