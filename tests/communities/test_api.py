"""Communities over REST: the same rights, the same sentences, and nothing more than a token's scopes."""

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
from tests.visitor import Visitor

Call = Callable[..., Any]


@pytest.fixture
def call(node: Node, village: Village) -> Iterator[Call]:
    """`call("ana", "GET", "/communities")`: a request with that person's token."""
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
        name: str,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        scopes: tuple[str, ...] = ("write",),
        **headers: str,
    ) -> Any:
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        sent["authorization"] = f"Bearer {token(name, scopes)}"
        answer = client.request(method, f"/api/v1{path}", json=body, headers=sent)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code}\n{answer.text[:1000]}"
        return answer

    yield one


READS = (
    "/communities/valley",
    "/communities/valley/subgroups",
    "/communities/valley/roles",
    "/communities/valley/policies",
    "/communities/valley/policies/joining.way",
    "/communities/valley/invites",
    "/communities/valley/applications",
    "/communities/valley/log",
    "/communities/valley/log/head",
)


def test_a_stranger_gets_what_does_not_exist(call: Call) -> None:
    for path in READS:
        there = call("zoe", "GET", path, status=404).json()
        nowhere = call("zoe", "GET", path.replace("valley", "nowhere"), status=404).json()
        assert there == nowhere
    for method, path, body in (
        ("PATCH", "/communities/valley", {"name": "Mine"}),
        ("POST", "/communities/valley/leave", None),
        ("POST", "/communities/valley/invites", {}),
        ("POST", "/communities/valley/applications", {}),
        ("PUT", "/communities/valley/policies/joining.way", {"value": "open"}),
        ("POST", "/communities/valley/subgroups", {"name": "x"}),
    ):
        call("zoe", method, path, body, 404, if_match="none" if method == "PUT" else "1")


def test_a_steward_reads_everything(call: Call) -> None:
    for path in READS:
        call("ana", "GET", path, scopes=("read",))
    assert {one["slug"] for one in call("ana", "GET", "/communities").json()["items"]} == {"valley"}


def test_a_token_reaches_no_further_than_its_scopes(call: Call) -> None:
    for path in READS:
        assert call("ana", "GET", path, status=403, scopes=("sharing.write",)).json()["code"] == "token_scope"
    for method, path, body in (
        ("POST", "/communities/valley/leave", None),
        ("POST", "/communities/valley/invites", {}),
        ("POST", "/communities", {"name": "Mine"}),
    ):
        code = call("bruno", method, path, body, 403, scopes=("read",)).json()["code"]
        assert code == "token_scope"


def test_an_invitation_by_api_lets_somebody_in(call: Call, visit: Callable[[str | None], Visitor]) -> None:
    made = call(
        "ana", "POST", "/communities/valley/invites", {"at_once": True, "words": {"greeting": "Hi"}}, 201
    ).json()
    assert made["url"].startswith("http://127.0.0.1:8000/join/")
    assert "<svg" in call("ana", "GET", f"/invites/{made['id']}/qr.svg").text
    assert call("chidi", "GET", f"/invites/{made['id']}").json()["url"] is None
    call("bruno", "GET", f"/invites/{made['id']}", status=404)
    refused = call("bruno", "POST", "/communities/valley/invites", {"at_once": True}, 403).json()
    assert refused["fields"][0]["name"] == "at_once"
    visit(None).post(f"/join/{made['url'].split('/')[-1]}", {"name": "Karla", "means": "neither"})
    assert call("ana", "GET", f"/invites/{made['id']}").json()["state"] == "exhausted"
    new = call("ana", "POST", "/communities/valley/invites", {}, 201).json()
    again = call("ana", "POST", f"/invites/{new['id']}/reissue").json()
    assert again["url"] != new["url"]
    call("ana", "POST", f"/invites/{new['id']}/revocation", status=204)


def test_a_rule_changes_with_etag_and_second_person(call: Call) -> None:
    path = "/communities/valley/policies/joining.trial_days"
    tag = call("ana", "GET", path).headers["etag"]
    call("ana", "PUT", path, {"value": 7}, 428)
    call("ana", "PUT", path, {"value": 7}, 412, if_match="0" * 32)
    asked = call("ana", "PUT", path, {"value": 7, "urgent": True}, if_match=tag).json()
    assert asked["agreed"] is None
    call("ana", "POST", f"/seconds/{asked['second_id']}/yes", status=403)
    assert call("chidi", "POST", f"/seconds/{asked['second_id']}/yes").json()["state"] == "agreed"
    assert call("bruno", "GET", path).json()["line"]["value"] == 7


def test_a_community_is_founded_changed_and_left_by_api(call: Call) -> None:
    made = call("bruno", "POST", "/communities", {"name": "Garden", "template": "food"}, 201)
    assert made.json()["slug"] == "garden"
    call("bruno", "PATCH", "/communities/garden", {"purpose": "Peas"}, 428)
    changed = call("bruno", "PATCH", "/communities/garden", {"purpose": "Peas"}, if_match='"1"')
    assert changed.json()["purpose"] == "Peas"
    call("bruno", "PATCH", "/communities/garden", {"purpose": "Beans"}, 412, if_match='"1"')
    group = call("bruno", "POST", "/communities/garden/subgroups", {"name": "Compost"}, 201).json()
    assert group["parent_slug"] == "garden"
    assert call("bruno", "POST", "/communities/garden/leave", status=409).json()["code"] == "last_steward"
    call("dara", "POST", "/communities", {"name": "Mine"}, 403)


def test_a_call_sent_twice_founds_one(call: Call) -> None:
    key = new_id()
    one = call("bruno", "POST", "/communities", {"name": "Orchard"}, 201, idempotency_key=key).json()
    two = call("bruno", "POST", "/communities", {"name": "Orchard"}, 201, idempotency_key=key).json()
    assert one["id"] == two["id"]


def test_a_call_is_entered_for_somebody_only_with_their_yes(call: Call, node: Node, village: Village) -> None:
    """The header `Minga-For`: forged, of nobody one keeps, out of scope, over, by a token that may only read."""
    kept = call("hana", "POST", "/communities/valley/keepings", {"name": "Edda"}, status=201).json()
    edda, at = kept["person_id"], f"/keepings/{kept['id']}"
    call("bruno", "POST", "/communities/valley/keepings", {"name": "Emil"}, status=403)
    for who in ("bruno", "zoe"):
        call(who, "GET", at, status=404)
        call(who, "POST", f"{at}/consents", {"how": "phone", "scopes": ["listings"], "days": 9}, status=404)
    call("hana", "GET", at, status=403, scopes=("sharing.read",))
    call("hana", "POST", f"{at}/consents", {"how": "self", "scopes": ["listings"], "days": 9}, status=422)
    call("hana", "POST", f"{at}/consents", {"how": "phone", "scopes": ["listings"], "days": 9}, status=201)
    new = "/communities/valley/listings"
    need = {"direction": "need", "kind": "help", "title": "Groceries", "terms": [{"kind": "gift"}]}
    made = call("hana", "POST", new, need, status=201, Minga_For=edda).json()
    assert call("hana", "GET", f"{at}/entered").json()["items"][0]["by"] == "Hana"
    forged = {
        call(who, "POST", new, need, status=404, Minga_For=whom).text
        for who, whom in (("bruno", edda), ("zoe", edda), ("hana", new_id()), ("hana", "bruno"))
    }
    assert len(forged) == 1
    call("hana", "POST", new, need, status=403, scopes=("read",), Minga_For=edda)
    call("hana", "GET", "/exchanges", status=403, Minga_For=edda)
    for method, path in (("GET", "/me"), ("GET", "/me/profile"), ("GET", at), ("GET", "/me/tokens")):
        code = call("hana", method, path, status=403, Minga_For=edda).json()["code"]
        assert code == "not_for_others"
    call("hana", "DELETE", f"/listings/{made['id']}", status=403)
    village.clock.forward(days=9)
    assert call("hana", "POST", new, need, status=403, Minga_For=edda).json()["code"] == "no_consent"
    call("hana", "DELETE", f"{at}/consents", status=204)
