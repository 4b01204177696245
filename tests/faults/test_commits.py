"""A commit that fails is told as a failure by the API too, and nothing of it is there; tried again, it works once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from minga.identity.models import Token
from minga.identity.rules.sign_ins import TokenKind
from minga.interfaces.http import Node
from minga.kit.crypto import digest
from minga.kit.events import EventRow
from minga.kit.ids import new_id
from minga.sharing.models import Listing
from tests.village import Village
from tests.visitor import Visitor

BODY = {"direction": "offer", "kind": "item", "title": "Drill", "terms": [{"kind": "loan", "rule": "free"}]}


def _token(node: Node, village: Village) -> str:
    bearer = f"mg_{new_id()}"
    with node.database.write() as session:
        session.add(
            Token(
                person_id=village.people["ana"],
                name="fault",
                kind=TokenKind.PERSONAL,
                hash=digest(bearer),
                scopes=["write"],
                made_at=village.clock(),
                expires_at=village.clock() + timedelta(days=1),
            )
        )
    return bearer


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("database or disk is full", 507, "no_space"),
        ("disk I/O error", 507, "no_space"),
        ("database is locked", 503, "busy"),
        ("something nobody has seen", 500, "broken"),
    ],
)
def test_a_commit_that_fails_is_no_success(
    visit: Callable[[str | None], Visitor], node: Node, village: Village, fault: str, status: int, code: str
) -> None:
    client, bearer = visit(None).client, _token(node, village)

    def post() -> Any:
        path = "/api/v1/communities/valley/listings"
        return client.post(
            path, json=BODY, headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": "once"}
        )

    def counts() -> list[Any]:
        with node.database.read() as session:
            return [session.scalar(select(func.count()).select_from(kind)) for kind in (Listing, EventRow)]

    def cut(_connection: Any) -> None:
        raise OperationalError("COMMIT", None, Exception(fault))

    before = counts()
    event.listen(node.database.writer, "commit", cut)
    try:
        answer = post()
    finally:
        event.remove(node.database.writer, "commit", cut)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert counts() == before
    assert post().status_code == 201
    assert post().status_code == 201
    assert counts()[0] == before[0] + 1
