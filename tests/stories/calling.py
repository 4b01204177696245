"""Calls of the API in stories: a program with somebody's token."""

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from minga.identity.models import Token
from minga.identity.rules.sign_ins import TokenKind
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit.crypto import digest
from minga.kit.ids import Id, new_id


def program(node: Node, person_id: Id, scopes: tuple[str, ...] = ("read", "write")) -> Any:
    """A client below `/api/v1` that acts for a person."""
    bearer = f"mg_{new_id()}"
    with node.database.write() as session:
        session.add(
            Token(
                person_id=person_id,
                name="test",
                kind=TokenKind.PERSONAL,
                hash=digest(bearer),
                scopes=list(scopes),
                made_at=node.clock(),
                expires_at=node.clock() + timedelta(days=30),
            )
        )
    base = f"{node.settings.site_url}"
    return TestClient(
        build(node, working=False), base_url=base, headers={"Authorization": f"Bearer {bearer}"}
    )
