"""The ballot token: one page makes it, it votes and does nothing else, and ends with its sign-in or after 15 minutes."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from tests.governance.polling import a_poll
from tests.governance.tokens import ballot_token, token_from
from tests.stories.calling import program
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
"""What the databases do differently is tested where the commands are."""


@pytest.fixture
def poll(village: Village) -> str:
    with village.database.write() as session:
        return a_poll(session, village).id


def with_token(node: Node, bearer: str) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"}
    return TestClient(build(node, working=False), base_url=node.settings.site_url, headers=headers)


def test_a_ballot_token_votes_changes_and_withdraws(node: Node, village: Village, poll: str) -> None:
    client = with_token(node, ballot_token(node, village, "bruno"))
    address = f"/api/v1/polls/{poll}/ballot"
    assert client.get(address).json()["state"] == "none"
    assert client.put(address, json={"ballot": "yes"}).json() == {
        "version": 1,
        "changed": False,
        "receipt": None,
    }
    assert client.put(address, json={"ballot": "no", "version": 1}).json()["version"] == 2
    assert client.put(address, json={"ballot": "no", "version": 1}).status_code == 412
    read = client.get(address).json()
    assert (read["state"], read["ballot"], read["version"]) == ("cast", "no", 2)
    refused = client.put(address, json={"ballot": "maybe"})
    assert (refused.status_code, refused.json()["code"]) == (422, "option_unknown")
    assert client.put(address, content=b'{"ballot": 1e3}').status_code == 422
    assert client.put(address, content=b'{"ballot": NaN}').status_code == 422
    assert client.put(address, json={"ballot": "yes", "reason": "x" * 2_001}).json()["code"] == "reason_long"
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["state"] == "none"
    assert client.delete(address).json()["code"] == "not_cast"


def test_it_does_nothing_else(node: Node, village: Village, poll: str) -> None:
    client = with_token(node, ballot_token(node, village, "bruno"))
    for path in ("/api/v1/me", "/api/v1/communities", f"/api/v1/polls/{poll}/record.json"):
        assert client.get(path).status_code == 401, path
    other = with_token(node, ballot_token(node, village, "farid", "harbour"))
    assert other.put(f"/api/v1/polls/{poll}/ballot", json={"ballot": "yes"}).status_code == 404


def test_no_other_key_votes(node: Node, village: Village, poll: str) -> None:
    """GOV-T5."""
    key = program(node, village.people["bruno"])
    address = f"/api/v1/polls/{poll}/ballot"
    for answer in (key.put(address, json={"ballot": "yes"}), key.delete(address)):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_for_tokens")
    assert key.get(address).json()["state"] == "none"
    stranger = TestClient(build(node, working=False), base_url=node.settings.site_url)
    assert stranger.put(address, json={"ballot": "yes"}).status_code == 401
    outsider = program(node, village.people["zoe"])
    assert outsider.put(address, json={"ballot": "yes"}).status_code == 404
    assert outsider.get(address).status_code == 404


def test_it_ends_after_fifteen_minutes_with_its_sign_in_and_with_the_next_one(
    node: Node, village: Village, poll: str, visit: Visit, clock: Any
) -> None:
    address = f"/api/v1/polls/{poll}/ballot"
    bruno = visit("bruno")
    first = with_token(node, token_from(bruno, village.valley))
    second = with_token(node, token_from(bruno, village.valley))
    assert first.get(address).status_code == 401
    assert second.get(address).status_code == 200
    clock.forward(minutes=15)
    assert second.get(address).status_code == 401
    third_visitor = visit("hana")
    third = with_token(node, token_from(third_visitor, village.valley))
    assert third.put(address, json={"ballot": "yes"}).status_code == 200
    third_visitor.post("/sign-out")
    assert third.put(address, json={"ballot": "no"}).status_code == 401


def test_it_is_made_after_a_confirmation_and_by_nobody_else(
    node: Node, village: Village, visit: Visit, clock: Any
) -> None:
    visit(None).get("/me/ballot-token", 401)
    bruno = visit("bruno")
    bruno.get("/me/ballot-token")
    bruno.post("/me/ballot-token", {"community": village.hill}, 422)
    bruno.post("/me/ballot-token", {}, 422)
    clock.forward(minutes=16)
    answer = bruno.client.post("/me/ballot-token", data={"_form": bruno.token(), "community": village.valley})
    assert "mgb_" not in answer.text
    assert answer.status_code == 403


def test_too_many_tries_wait_a_moment(node: Node, village: Village, poll: str) -> None:
    client = with_token(node, ballot_token(node, village, "bruno"))
    address = f"/api/v1/polls/{poll}/ballot"
    answers = [client.put(address, json={"ballot": "yes"}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
