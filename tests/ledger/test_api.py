"""The ledger over REST: the same rights and sentences as the pages, and ids that make sending twice safe."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from minga.identity.models import Token
from minga.identity.rules.sign_ins import TokenKind
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.crypto import digest
from minga.kit.ids import new_id
from tests.village import Village

Call = Callable[..., Any]


@pytest.fixture
def call(node: Node, village: Village) -> Iterator[Call]:
    """`call("ana", "GET", "/communities")`: a request with that person's token."""
    client = TestClient(build(node, working=False), base_url=node.settings.site_url)

    def token(name: str, scopes: tuple[str, ...]) -> str:
        bearer = f"mg_{new_id()}"
        with node.database.write() as session:
            session.add(
                Token(
                    person_id=village.people[name],
                    name="test",
                    kind=TokenKind.PERSONAL,
                    hash=digest(bearer),
                    scopes=list(scopes),
                    made_at=village.clock(),
                    expires_at=village.clock() + timedelta(days=30),
                )
            )
        return bearer

    def one(
        name: str,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        *,
        scopes: tuple[str, ...] = ("write",),
    ) -> Any:
        headers = {"Authorization": f"Bearer {token(name, scopes)}"}
        answer = client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    yield one
    client.close()


def test_hours_are_paid_once_and_read_by_both(call: Call, village: Village) -> None:
    body = {"to": "ana", "amount": 90, "words": "Bread", "id": new_id()}
    for _ in range(2):
        made = call("bruno", "POST", "/communities/valley/entries", body, 201)
    assert made["lines"][0]["amount"] == {"unit": "TIME", "minor": -90}
    call("bruno", "POST", "/communities/valley/entries", {**body, "amount": 91}, 409)
    account = call("ana", "GET", "/communities/valley/accounts")["items"][0]
    assert account["balance"] == {"unit": "TIME", "minor": 90}
    statement = call("ana", "GET", f"/accounts/{account['id']}/statement")
    assert (statement["opening"]["minor"], statement["closing"]["minor"]) == (0, 90)
    assert statement["lines"][0]["other"] == "bruno"
    for path in (
        f"/entries/{made['id']}",
        f"/accounts/{account['id']}",
        f"/accounts/{account['id']}/statement",
    ):
        call("hana", "GET", path, None, 404)
        call("zoe", "GET", path, None, 404)


def test_a_token_without_writing_pays_nothing(call: Call, village: Village) -> None:
    body = {"to": "ana", "amount": 90}
    call("bruno", "POST", "/communities/valley/entries", body, 403, scopes=("read",))
    call("bruno", "POST", "/communities/valley/entries", body, 403, scopes=("sharing.write",))
    call("zoe", "POST", "/communities/valley/entries", body, 404)


def test_a_refusal_carries_its_code_and_who_lifts_it(call: Call, village: Village) -> None:
    said = call("bruno", "POST", "/communities/valley/entries", {"to": "ana", "amount": 601}, 422)
    assert said["code"] == "below_minimum"
    assert said["lifted_by"] == ["Steward"]
    assert "−10 h" in said["sentence"]


def test_an_ask_is_answered_by_whom_it_is_put_to(call: Call, village: Village) -> None:
    ask = call("ana", "POST", "/communities/valley/payment-asks", {"to": "bruno", "amount": 30}, 201)
    assert [one["id"] for one in call("bruno", "GET", "/communities/valley/payment-asks")["items"]] == [
        ask["id"]
    ]
    call("hana", "GET", f"/payment-asks/{ask['id']}", None, 404)
    call("ana", "POST", f"/payment-asks/{ask['id']}/answer", {"accepted": True}, 403)
    assert (
        call("bruno", "POST", f"/payment-asks/{ask['id']}/answer", {"accepted": True})["state"] == "accepted"
    )
    other = call("ana", "POST", "/communities/valley/payment-asks", {"to": "bruno", "amount": 30}, 201)
    assert call("ana", "POST", f"/payment-asks/{other['id']}/withdrawal")["state"] == "withdrawn"


def test_the_book_is_for_who_keeps_it(call: Call, village: Village) -> None:
    assert call("ana", "GET", "/communities/valley/ledger/verification")["well"] is True
    made = call("bruno", "POST", "/communities/valley/entries", {"to": "ana", "amount": 90}, 201)
    assert call("ana", "GET", "/communities/valley/ledger/verification")["lines"] == 2
    assert len(call("ana", "GET", "/communities/valley/accounts?everybody=true&limit=1")["items"]) == 1
    call("bruno", "GET", "/communities/valley/accounts?everybody=true", None, 403)
    call("bruno", "GET", "/communities/valley/ledger/verification", None, 403)
    call("zoe", "GET", "/communities/valley/ledger/verification", None, 404)
    call("ana", "POST", f"/entries/{made['id']}/reversal", {"reason": "no"}, 403)
    call("hana", "POST", f"/entries/{made['id']}/reversal", {"reason": "no"}, 404)
