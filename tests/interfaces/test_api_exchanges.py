"""Asks, exchanges, loans, conversations and needs by REST: the rights and sentences of the pages."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from minga.identity import commands as identity
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.events import EventRow
from minga.kit.ids import new_id
from tests.sharing import neighbours
from tests.village import Village

Call = Callable[..., Any]


@pytest.fixture
def call(node: Node, village: Village) -> Call:
    """`call("ana", "GET", "/exchanges")`: the JSON of an answer with the status that was expected."""
    client = TestClient(build(node, working=False), base_url=node.settings.site_url)
    keys: dict[tuple[str, str], str] = {}

    def one(
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        scope: str = "write",
        **headers: str,
    ) -> Any:
        if who is not None:
            if (who, scope) not in keys:
                with node.database.write() as session:
                    keys[who, scope] = identity.make_token(
                        session, village.actor(who), name="t", scopes=[scope], days=5, at=node.clock()
                    )
            headers["Authorization"] = f"Bearer {keys[who, scope]}"
        answer = client.request(method, f"/api/v1{path}", json=body, headers=headers)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code}\n{answer.text[:2000]}"
        return answer.json() if answer.content else None

    return one


def test_a_loan_from_listing_to_return_leaves_the_right_events(village: Village, call: Call) -> None:
    """COM-W1.7: a listing and a loan through the API, and what was recorded of them."""
    made = call(
        "ana",
        "POST",
        "/communities/valley/listings",
        {
            "direction": "offer",
            "kind": "item",
            "title": "Drill",
            "terms": [{"kind": "loan"}],
            "item": {"condition": 4},
            "publish": True,
        },
        201,
    )
    body = {"words": "For a shelf.", "from": "2026-11-16", "until": "2026-11-30"}
    ask = call("bruno", "POST", f"/listings/{made['id']}/asks", body, 201)
    assert ask["may"] == {"accept": False, "decline": False, "withdraw": True}
    assert call("ana", "GET", f"/listings/{made['id']}/asks")["items"][0]["words"] == "For a shelf."
    agreed = call("ana", "POST", f"/asks/{ask['id']}/answer", {"answer": "accept"})
    here = f"/exchanges/{agreed['exchange']}"
    assert call("bruno", "GET", here)["status"] == "pending"
    out = call("ana", "POST", f"{here}/start", {"condition": 3})
    loan = out["loan"]["id"]
    assert (out["status"], out["loan"]["due_on"], out["may"]["take_back"]) == ("active", "2026-11-30", True)
    call("bruno", "POST", f"/loans/{loan}/renewal")
    call("bruno", "POST", f"/loans/{loan}/brought-back")
    back = call("ana", "POST", f"/loans/{loan}/return", {"condition": 3})
    assert back["status"] == "returned"
    assert not any(back["may"].values())
    with village.database.read() as session:
        told = {row.name: row.facts for row in session.scalars(select(EventRow).order_by(EventRow.id))}
    bruno, ana = village.people["bruno"], village.people["ana"]
    assert told["ListingCreated"]["listing_id"] == made["id"]
    assert told["ListingTransferred"] == {
        "listing_id": made["id"],
        "from_id": ana,
        "to_id": bruno,
        "how": "loan",
        "exchange_id": agreed["exchange"],
    }
    assert told["LoanCompleted"] == {
        "loan_id": loan,
        "exchange_id": agreed["exchange"],
        "listing_id": made["id"],
        "lender_id": ana,
        "borrower_id": bruno,
        "days_out": 0,
        "days_late": 0,
        "condition_out": 3,
        "condition_back": 3,
        "lost": False,
    }


def test_strangers_learn_nothing_and_nobody_is_asked_who_they_are(village: Village, call: Call) -> None:
    exchange = neighbours.agreed(village, village.bruno, neighbours.drill(village))
    reading = (f"/exchanges/{exchange.id}", f"/asks/{exchange.ask_id}", f"/threads/ask:{exchange.ask_id}")
    for path in reading:
        gone = call("zoe", "GET", path, status=404)
        absent = call("zoe", "GET", path.replace(path[-32:], new_id()), status=404)
        assert gone == absent, "what may not be seen and what is not there are answered alike"
        call(None, "GET", path, status=401)
    writing = {
        f"/exchanges/{exchange.id}/start": {},
        f"/exchanges/{exchange.id}/done": {},
        f"/exchanges/{exchange.id}/cancellation": {},
        f"/asks/{exchange.ask_id}/answer": {"answer": "accept"},
        f"/asks/{exchange.ask_id}/withdrawal": None,
        f"/threads/ask:{exchange.ask_id}/posts": {"words": "x"},
        f"/loans/{exchange.id}/return": {},
        f"/loans/{exchange.id}/renewal": {},
        f"/loans/{exchange.id}/brought-back": None,
        f"/loans/{exchange.id}/loss": None,
    }
    for path, body in writing.items():
        call("zoe", "POST", path, body, 404)
        call(None, "POST", path, body, 401)


def test_a_key_does_only_what_it_was_made_for(village: Village, call: Call) -> None:
    """WB-D.2: answers contain only what the caller's scope allows."""
    ask = neighbours.asked(village, village.bruno, neighbours.drill(village))
    call("ana", "GET", f"/asks/{ask.id}", scope="sharing.read")
    call("ana", "POST", f"/asks/{ask.id}/answer", {"answer": "accept"}, 403, scope="read")
    call("ana", "GET", f"/asks/{ask.id}", status=403, scope="communities.read")
    call("ana", "GET", "/exchanges", status=403, scope="communities.read")
    call("ana", "GET", f"/threads/ask:{ask.id}", status=403, scope="sharing.read")
    call("ana", "GET", "/threads", status=403, scope="sharing.read")
    call("ana", "POST", f"/threads/ask:{ask.id}/posts", {"words": "x"}, 403, scope="read")
    assert call("ana", "GET", f"/threads/ask:{ask.id}", scope="read")["posts"] == []


def test_refusals_say_the_same_as_pages(village: Village, call: Call) -> None:
    drill = neighbours.drill(village)
    own = call("ana", "POST", f"/listings/{drill}/asks", {}, 422)
    assert (own["code"], own["sentence"]) == ("own_listing", "This is already yours.")
    body = {"from": "2026-11-24", "until": "2026-11-22"}
    backwards = call("bruno", "POST", f"/listings/{drill}/asks", body, 422)
    assert (backwards["code"], backwards["sentence"]) == ("bad_window", "The end is before the beginning.")
    naive = call("bruno", "POST", f"/listings/{drill}/asks", {"from": "2026-11-24T10:00:00"}, 422)
    assert naive["fields"][0]["name"] == "from"
    for bad in (
        {"quantity_milli": -1},
        {"quantity_milli": 10**13},
        {"quantity_milli": "many"},
        {"term": "theft"},
        {"words": "x" * 1_001},
        {"nothing": 1},
    ):
        call("bruno", "POST", f"/listings/{drill}/asks", bad, 422)


def test_a_key_of_repetition_sends_once(village: Village, call: Call) -> None:
    drill = neighbours.drill(village)
    same = {"Idempotency-Key": "one"}
    first = call("bruno", "POST", f"/listings/{drill}/asks", {}, 201, **same)
    assert call("bruno", "POST", f"/listings/{drill}/asks", {}, 201, **same)["id"] == first["id"]
    call("bruno", "POST", f"/listings/{drill}/asks", {"words": "other"}, 409, **same)


def test_a_need_is_created_helped_with_and_talked_about(village: Village, call: Call) -> None:
    """WB-D.2: open at once, comments stand at once for the other, done by page or API."""
    body = {
        "direction": "need",
        "kind": "help",
        "title": "Groceries",
        "terms": [{"kind": "gift"}],
        "help": {"people_needed": 1},
        "publish": True,
    }
    need = call("ana", "POST", "/communities/valley/listings", body, 201)
    assert need["status"] == "open"
    ask = call("bruno", "POST", f"/listings/{need['id']}/asks", {"words": "On Saturday."}, 201)
    call("bruno", "POST", f"/threads/ask:{ask['id']}/posts", {"words": "Milk too?"}, 201)
    read = call("ana", "GET", f"/threads/ask:{ask['id']}")
    assert [post["words"] for post in read["posts"]] == ["Milk too?"]
    assert "Encrypted at rest" in read["label"]
    assert call("ana", "GET", "/threads")["items"][0]["unread"] == 1
    call("ana", "POST", f"/threads/{read['id']}/reading", None, 204)
    assert call("ana", "GET", "/threads")["items"][0]["unread"] == 0
    agreed = call("ana", "POST", f"/asks/{ask['id']}/answer", {"answer": "accept"})
    here = f"/exchanges/{agreed['exchange']}"
    call("ana", "POST", f"{here}/done", None, 403)
    call("bruno", "POST", f"{here}/done")
    sent_back = call("ana", "POST", f"{here}/done", {"answer": "not_yet", "words": "The milk."})
    assert sent_back["history"][-1]["words"] == "The milk."
    call("bruno", "POST", f"{here}/done")
    assert call("ana", "POST", f"{here}/done")["status"] == "completed"
    assert (
        call("bruno", "GET", "/exchanges?status=completed&role=provider")["items"][0]["id"]
        == agreed["exchange"]
    )
    assert call("bruno", "GET", "/exchanges?role=receiver")["items"] == []


def test_another_day_by_api(village: Village, call: Call) -> None:
    ask = neighbours.asked(village, village.bruno, neighbours.drill(village))
    body = {"answer": "other_window", "from": "2026-11-25", "until": "2026-11-27"}
    proposed = call("ana", "POST", f"/asks/{ask.id}/answer", body)
    assert proposed["proposed"]["until_at"] == "2026-11-28T00:00:00Z"
    agreed = call("bruno", "POST", f"/asks/{ask.id}/answer", {"answer": "accept"})
    assert agreed["state"] == "accepted"


def test_messages_are_changed_and_taken_back_by_their_author_only(village: Village, call: Call) -> None:
    ask = neighbours.asked(village, village.bruno, neighbours.drill(village))
    posted = call("bruno", "POST", f"/threads/ask:{ask.id}/posts", {"words": "Hello."}, 201)
    post = posted["posts"][0]["id"]
    call("ana", "PATCH", f"/posts/{post}", {"words": "x"}, 403)
    call("zoe", "PATCH", f"/posts/{post}", {"words": "x"}, 404)
    call("zoe", "DELETE", f"/posts/{post}", None, 404)
    assert (
        call("bruno", "PATCH", f"/posts/{post}", {"words": "Good day."})["posts"][0]["words"] == "Good day."
    )
    call("bruno", "DELETE", f"/posts/{post}", None, 204)
    gone = call("ana", "GET", f"/threads/ask:{ask.id}")["posts"][0]
    assert (gone["words"], gone["removed"]) == ("", True)


def test_needs_are_the_lines_of_the_page(village: Village, call: Call) -> None:
    ask = neighbours.asked(village, village.bruno, neighbours.drill(village))
    lines = call("ana", "GET", "/me/needs")["items"]
    line = next(one for one in lines if one["kind"] == "ask_received")
    assert line["about"] == f"ask:{ask.id}"
    assert line["title"] == "Bruno asks for “Drill”."
    assert [act["label"] for act in line["acts"]] == ["Yes", "Another day", "No"]
    assert not [one for one in call("zoe", "GET", "/me/needs")["items"] if one["kind"] == "ask_received"]
    call(None, "GET", "/me/needs", status=401)
    assert call("zoe", "GET", "/me/notices")["items"] == []
