"""Oneself and other people by REST: own pages within a token's rights, others as far as they allow."""

from collections.abc import Callable
from typing import Any

import pytest

from minga.identity import commands
from minga.interfaces.http import Node
from tests.village import Village
from tests.visitor import Visitor

Call = Callable[..., Any]


@pytest.fixture
def call(visit: Callable[[str | None], Visitor], village: Village, node: Node) -> Call:
    """`call("bruno", "GET", "/me", scopes=("read",))` with a token of that person."""
    client = visit(None).client
    tokens: dict[Any, str] = {}

    def ask(
        name: str, method: str, path: str, *, scopes: tuple[str, ...] = ("read", "write"), **more: Any
    ) -> Any:
        if (name, scopes) not in tokens:
            with node.database.write() as session:
                tokens[name, scopes] = commands.make_token(
                    session, village.actor(name), name="test", scopes=scopes, days=1, at=node.clock()
                )
        headers = {"authorization": f"Bearer {tokens[name, scopes]}", **more.pop("headers", {})}
        return client.request(method, f"/api/v1{path}", headers=headers, **more)

    return ask


OWN = ("/me", "/me/profile", "/me/look", "/me/log", "/me/communities", "/me/tokens", "/me/sign-ins")


@pytest.mark.parametrize("path", [*OWN, "/people/ana", "/communities/valley/members"])
def test_what_is_for_those_who_are_known(
    visit: Callable[[str | None], Visitor], call: Call, path: str
) -> None:
    assert visit(None).client.get(f"/api/v1{path}").status_code in {401, 404}
    assert call("bruno", "GET", path).status_code == 200


def test_a_profile_is_changed_with_the_version_one_saw(call: Call) -> None:
    seen = call("bruno", "GET", "/me/profile")
    change = {"values": {"about": "Bicycles"}, "audiences": {"about": "stewards"}}
    assert call("bruno", "PATCH", "/me/profile", json=change).status_code == 428
    wrong = {"if-match": '"99"'}
    assert call("bruno", "PATCH", "/me/profile", json=change, headers=wrong).status_code == 412
    right = {"if-match": seen.headers["etag"]}
    changed = call("bruno", "PATCH", "/me/profile", json=change, headers=right)
    assert changed.status_code == 200
    assert changed.json()["values"] == {"about": "Bicycles"}
    assert call("chidi", "GET", "/people/bruno").json()["folded"] == ["about"]
    assert call("dara", "GET", "/people/bruno").json()["fields"] == {}


def test_a_token_that_only_reads_changes_nothing(call: Call) -> None:
    answer = call(
        "bruno",
        "PATCH",
        "/me/profile",
        scopes=("read",),
        json={"values": {"about": "x"}},
        headers={"if-match": '"1"'},
    )
    assert answer.status_code == 403
    assert call("bruno", "GET", "/me/profile", scopes=("sharing.read",)).status_code == 403


@pytest.mark.parametrize("key", ["mail", "phone"])
def test_contact_addresses_are_changed_on_pages_only(call: Call, key: str) -> None:
    answer = call("bruno", "PATCH", "/me/profile", json={"values": {key: "x"}}, headers={"if-match": '"1"'})
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["zoe", "farid", "ivo"])
def test_strangers_find_nobody(call: Call, name: str) -> None:
    for path in ("/people/bruno", "/communities/valley/members", "/communities/valley/sign-ins"):
        there, nowhere = call(name, "GET", path), call(name, "GET", path.replace("bruno", "nobody"))
        assert there.status_code == 404
        assert there.content == nowhere.content


def test_a_folded_field_is_opened_and_told(call: Call, village: Village) -> None:
    with village.database.write() as session:
        commands.change_profile(
            session,
            village.bruno,
            values={"phone": "+573001234567"},
            audiences={"phone": "stewards"},
            at=village.clock(),
        )
    listed = call("ana", "GET", "/communities/valley/members").text
    assert "+573001234567" not in listed
    opened = call("ana", "POST", "/people/bruno/fields/phone")
    assert opened.json() == {"key": "phone", "value": "+573001234567"}
    assert call("dara", "POST", "/people/bruno/fields/phone").status_code == 404
    names = [line["name"] for line in call("bruno", "GET", "/me/log").json()["items"]]
    assert names.count("ContactRead") == 1


def test_a_token_ends_itself(call: Call) -> None:
    token = call("bruno", "GET", "/me/tokens").json()["items"][0]
    assert "hash" not in token
    assert call("ana", "DELETE", f"/me/tokens/{token['id']}").status_code == 404
    assert call("bruno", "DELETE", f"/me/tokens/{token['id']}").status_code == 204
    assert call("bruno", "GET", "/me").status_code == 401


def test_blocking_by_rest(call: Call) -> None:
    assert call("bruno", "PUT", "/people/chidi/block").status_code == 204
    assert call("bruno", "PUT", "/people/chidi/block").status_code == 404
    assert call("chidi", "GET", "/people/bruno").status_code == 404
    assert call("bruno", "DELETE", "/people/chidi/block").status_code == 204
    assert call("chidi", "GET", "/people/bruno").status_code == 200


def test_a_token_gives_no_word_for_a_sign_in(call: Call) -> None:
    assert call("ana", "GET", "/communities/valley/sign-ins").status_code in {200, 403}
    assert call("ana", "POST", "/sign-ins/0192f0c1d2e37abc8def0123456789ab/number").status_code in {404, 405}


def test_looks_by_rest(call: Call) -> None:
    wish = {"language": "es", "zone": "America/Bogota", "look": {"theme": "dark"}}
    answer = call("bruno", "PATCH", "/me/look", json=wish, headers={"if-match": '"1"'})
    assert answer.status_code == 200
    assert call("bruno", "GET", "/me").json()["language"] == "es"
    wish["look"] = {"theme": "neon"}
    assert call("bruno", "PATCH", "/me/look", json=wish, headers={"if-match": '"2"'}).status_code == 422
