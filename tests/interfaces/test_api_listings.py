"""Listings by REST: the same rights as by page, every kind's own shape, versions, keys and refusals."""

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
from minga.kit.db import count_statements
from minga.kit.ids import new_id
from minga.sharing.rules import OWN, USUAL, Direction, Kind
from tests.sharing.makers import post
from tests.village import Village

Call = Callable[..., Any]


@pytest.fixture
def call(node: Node, village: Village) -> Iterator[Call]:
    """`call("ana", "GET", "/listings")`: a request with that person's token."""
    client = TestClient(build(node, working=False), base_url=node.settings.site_url)
    tokens: dict[tuple[str, ...], str] = {}

    def token(name: str, scopes: tuple[str, ...]) -> str:
        if (name, *scopes) not in tokens:
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
            tokens[(name, *scopes)] = bearer
        return tokens[(name, *scopes)]

    def one(
        name: str | None,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        scopes: tuple[str, ...] = ("write",),
        **headers: str,
    ) -> Any:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        if name:
            sent["authorization"] = f"Bearer {token(name, scopes)}"
        answer = client.request(method, f"/api/v1{path}", json=body, headers=sent)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer

    return one  # type: ignore[return-value]


def drill(**more: Any) -> dict[str, Any]:
    return {"direction": "offer", "kind": "item", "title": "Drill", "terms": [{"kind": "loan"}], **more}


def test_a_stranger_reads_and_writes_nothing(call: Call) -> None:
    made = call("ana", "POST", "/communities/valley/listings", drill(), 201).json()
    for method, path in (
        ("GET", "/communities/valley/listings"),
        ("GET", f"/listings/{made['id']}"),
        ("GET", "/listings?community=valley"),
        ("POST", f"/listings/{made['id']}/pause"),
        ("DELETE", f"/listings/{made['id']}"),
        ("GET", "/communities/valley/categories"),
    ):
        assert call("zoe", method, path, status=404).json()["code"] == "not_found"
        call(None, method, path, status=404 if method == "GET" and made["id"] in path else 401)
    call("zoe", "POST", "/communities/valley/listings", drill(), 404)
    assert call("zoe", "GET", "/listings?include_public=true").json()["items"] == []


def test_a_token_for_reading_does_not_write(call: Call) -> None:
    call("ana", "POST", "/communities/valley/listings", drill(), 403, scopes=("read",))
    call("ana", "GET", "/communities/valley/listings", scopes=("read",))


def test_the_examples_of_the_document_work_and_come_back_unchanged(call: Call) -> None:
    document = call(None, "GET", "/openapi.json").json()
    shapes = document["components"]["schemas"]
    for kind in Kind:
        example = shapes[f"{kind.value.capitalize()}ListingIn"]["examples"][0]
        made = call("ana", "POST", "/communities/valley/listings", example, 201).json()
        again = call("bruno", "GET", f"/listings/{made['id']}").json()
        for name, value in example[kind.value].items():
            assert again[kind.value][name] == value
        assert again["kind"] == kind.value
        assert again["level"] is None
        assert made["level"] == "partners"


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_refuses_what_it_does_not_know(call: Call, kind: Kind) -> None:
    own = {"skill": {"skill": "Knitting"}}.get(kind.value, {})
    body = {"direction": "need", "kind": kind.value, "title": "x", "terms": [{"kind": USUAL[kind][0].value}]}
    address = "/communities/valley/listings"
    call("ana", "POST", address, {**body, kind.value: {**own, "colour": "red"}}, 422)
    call("ana", "POST", address, {**body, kind.value: own, "owner": "bruno"}, 422)
    for name, (least, most) in OWN[kind].spans.items():
        for wrong in (least - 1, most + 1, 0.5, "many"):
            call("ana", "POST", address, {**body, kind.value: {**own, name: wrong}}, 422)
    call("ana", "POST", address, {**body, kind.value: own}, 201)


def test_a_change_needs_the_version_that_was_read(call: Call) -> None:
    made = call("ana", "POST", "/communities/valley/listings", drill(item={"copies": 3}), 201)
    address, etag = f"/listings/{made.json()['id']}", made.headers["etag"]
    assert (
        call("bruno", "PATCH", address, {"title": "Mine"}, 403, if_match=etag).json()["code"] == "not_yours"
    )
    call("ana", "PATCH", address, {"title": "Big drill"}, 428)
    changed = call("ana", "PATCH", address, {"title": "Big drill", "item": {"condition": 5}}, if_match=etag)
    assert changed.json()["title"] == "Big drill"
    assert (changed.json()["item"]["condition"], changed.json()["item"]["copies"]) == (5, 3)
    assert call("ana", "PATCH", address, {"title": "Late"}, 412, if_match=etag).json()["code"] == "stale"
    call("ana", "PATCH", address, {"space": {"capacity": 3}}, 422, if_match=changed.headers["etag"])
    call("ana", "GET", address, status=304, if_none_match=changed.headers["etag"])
    call("ana", "POST", f"{address}/pause", status=412, if_match=etag)


def test_a_listing_goes_through_its_life(call: Call) -> None:
    made = call("ana", "POST", "/communities/valley/listings", drill(publish=False), 201).json()
    address = f"/listings/{made['id']}"
    assert (made["status"], made["may"]["publish"]) == ("draft", True)
    call("bruno", "GET", address, status=404)
    for step, body, status in (
        ("publication", None, "open"),
        ("pause", None, "paused"),
        ("resumption", None, "open"),
        ("still-true", None, "open"),
        ("closure", {"reason": "fulfilled"}, "fulfilled"),
        ("reopening", None, "open"),
        ("pin", {"rank": 1}, "open"),
    ):
        assert call("ana", "POST", f"{address}/{step}", body).json()["status"] == status
    assert call("bruno", "POST", f"{address}/pin", {"rank": 2}, 403).json()["code"]
    call("ana", "DELETE", address, status=422)
    draft = call("ana", "POST", "/communities/valley/listings", drill(publish=False), 201).json()
    call("ana", "DELETE", f"/listings/{draft['id']}", status=204)
    call("ana", "GET", f"/listings/{draft['id']}", status=404)


def test_the_same_key_posts_once(call: Call) -> None:
    first = call("ana", "POST", "/communities/valley/listings", drill(), 201, idempotency_key="k1").json()
    second = call("ana", "POST", "/communities/valley/listings", drill(), 201, idempotency_key="k1").json()
    assert first["id"] == second["id"]
    call("ana", "POST", "/communities/valley/listings", drill(title="Else"), 409, idempotency_key="k1")
    assert len(call("ana", "GET", "/communities/valley/listings").json()["items"]) == 1


def test_the_switches_of_other_programs_are_independent(call: Call) -> None:
    call("ana", "POST", "/communities/valley/listings", drill(), 201)
    for query in (
        "",
        "?include_public=true",
        "?include_partners=false",
        "?include_partners=false&include_public=true",
        "?origin=own",
        "?origin=own,network",
    ):
        found = call("bruno", "GET", f"/communities/valley/listings{query}").json()["items"]
        assert [(one["title"], one["origin"]) for one in found] == [("Drill", "own")]
    assert call("bruno", "GET", "/communities/valley/listings?origin=network").json()["items"] == []
    assert call("bruno", "GET", "/communities/valley/listings?origin=everything", status=422)


@pytest.mark.parametrize(
    "body",
    [
        drill(title=""),
        drill(title="x" * 201),
        drill(title="\x00"),
        drill(quantity={"milli": 10**15}),
        drill(quantity={"milli": -1}),
        drill(terms=[]),
        drill(terms=[{"kind": "loan"}, {"kind": "loan"}]),
        drill(terms=[{"kind": "steal"}]),
        drill(terms=[{"kind": "payment", "rule": "fixed", "unit": "EUR", "amount_minor": 5}]),
        drill(direction="both"),
        drill(level="everybody"),
        drill(level="public"),
        drill(category="nothing"),
        drill(named=["nobody"]),
        drill(description="x" * 10_001),
        drill(available_from_on="2026-12-02", available_until_on="2026-12-01"),
        drill(expires_on="2020-01-01"),
        {},
        [],
        "x",
        None,
    ],
)
def test_what_does_not_fit_is_refused_with_words(call: Call, body: Any) -> None:
    refused = call("ana", "POST", "/communities/valley/listings", body, 422).json()
    assert refused["sentence"]
    assert call("ana", "GET", "/communities/valley/listings").json()["items"] == []


def test_a_list_asks_few_questions_however_long_it_is(call: Call, village: Village, node: Node) -> None:
    def fill(n: int) -> None:
        with village.database.write() as session:
            for number in range(n):
                direction = Direction.OFFER if number % 2 else Direction.NEED
                post(
                    session,
                    village.ana,
                    village.valley,
                    f"Thing {number}",
                    direction=direction,
                    at=village.clock(),
                )

    def asked() -> int:
        with count_statements(node.database) as said:
            call("bruno", "GET", "/communities/valley/listings?limit=100")
        return len([one for one in said if one.lstrip().startswith(("SELECT", "WITH"))])

    fill(2)
    asked()
    few = asked()
    fill(30)
    assert asked() <= few + 1  # cards that nobody has asked for before
    assert asked() == few <= 6


def test_posting_takes_few_statements_and_answers_what_is_read_afterwards(call: Call, node: Node) -> None:
    call("ana", "POST", "/communities/valley/listings", drill(), 201)
    with count_statements(node.database) as said:
        posted = call("ana", "POST", "/communities/valley/listings", drill(description="Quiet."), 201)
    told = [one for one in said if not one.startswith("BEGIN")]
    assert len(told) <= 16, "\n".join(told)
    assert [one for one in told if one.startswith("UPDATE listing ")] == []
    assert sum(one.startswith("INSERT INTO event ") for one in told) == 1
    read = call("ana", "GET", f"/listings/{posted.json()['id']}")
    assert read.json() == posted.json()
    assert read.headers["etag"] == posted.headers["etag"]
