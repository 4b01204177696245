"""A hundred people at once over real connections: they browse, some of them want the same thing, and one gets it."""

import json
from datetime import timedelta

from sqlalchemy import func, select

from minga.kit.clock import utc_now
from minga.sharing.models import Ask, Exchange, Loan
from tests.faults.running import MEMBERS, Running, at_once

PEOPLE, BORROWERS = 100, MEMBERS - 1


def test_t30_a_hundred_at_once_browse_and_nineteen_borrow_and_no_loan_is_double(running: Running) -> None:
    posted = _post_at_once(running)
    today = utc_now().date()
    wish = json.dumps(
        {
            "words": "For a shelf.",
            "term": "loan",
            "from": today.isoformat(),
            "until": (today + timedelta(days=3)).isoformat(),
        }
    ).encode()

    def one(n: int) -> tuple[int, bytes]:
        member = n % BORROWERS + 1
        headers = _headers(running, member)
        if n < BORROWERS:
            return running.request("POST", f"/api/v1/listings/{posted}/asks", wish, headers)
        path = f"/api/v1/communities/{running.people.community_id}/listings"
        return running.request("GET", path, headers=headers)

    answers = at_once(PEOPLE, one)
    assert {status for status, _ in answers[BORROWERS:]} == {200}
    assert {status for status, _ in answers[:BORROWERS]} <= {201, 409, 422}
    assert _count(running, posted) == (1, 0), answers[:BORROWERS]
    exchange = _exchange(running, posted)
    lent = at_once(
        6,
        lambda _n: running.request(
            "POST", f"/api/v1/exchanges/{exchange}/start", b"{}", _headers(running, 0)
        ),
    )
    assert 200 in {status for status, _ in lent}
    assert _count(running, posted) == (1, 1)


def _post_at_once(running: Running) -> str:
    body = {
        "direction": "offer",
        "kind": "item",
        "title": "The only drill",
        "terms": [{"kind": "loan", "rule": "free"}],
        "answers": "at_once",
        "publish": True,
    }
    path = f"/api/v1/communities/{running.people.community_id}/listings"
    status, answer = running.request("POST", path, json.dumps(body).encode(), _headers(running, 0))
    assert status == 201, answer
    return str(json.loads(answer)["id"])


def _headers(running: Running, member: int) -> dict[str, str]:
    return {"Authorization": f"Bearer {running.people.tokens[member]}", "Content-Type": "application/json"}


def _count(running: Running, listing_id: str) -> tuple[int, int]:
    """How many were agreed, and how many loans of it are out."""
    database = running.database()
    with database.read() as session:
        agreed = session.scalar(select(func.count()).where(Exchange.listing_id == listing_id)) or 0
        out = session.scalar(select(func.count()).where(Loan.listing_id == listing_id)) or 0
        asked = session.scalar(select(func.count()).where(Ask.listing_id == listing_id)) or 0
    database.close()
    assert asked >= 1
    return agreed, out


def _exchange(running: Running, listing_id: str) -> str:
    database = running.database()
    with database.read() as session:
        found = session.scalars(select(Exchange.id).where(Exchange.listing_id == listing_id)).one()
    database.close()
    return str(found)
