"""The API as an attacker with a token of their own sees it: every operation of the document, called over the real app."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import literal_column, select, union_all
from sqlalchemy.sql.functions import count
from starlette.testclient import TestClient

from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Token
from minga.interfaces.api.all import build_api
from minga.interfaces.asgi import build
from minga.interfaces.cli.demo import village as demo
from minga.interfaces.http import Node
from minga.kit.clock import FixedClock
from minga.kit.db import Base
from minga.kit.ids import Id
from tests.attacks.addresses import names_in

LAST = ("/leave", "/me/tokens/{id}", "/me/sign-ins/{id}", "/block")
"""Operations that take from the caller what the others need."""


TOO_LONG = {413, 414}
"""Answered before anybody asks what was meant, in plain words."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    method: str
    path: str
    document: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[dict[str, Any]]:
        return list(self.document.get("parameters", ()))

    @property
    def body(self) -> dict[str, Any] | None:
        content = self.document.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")  # type: ignore[no-any-return]


@dataclass
class Caller:
    """Somebody with a token; time passes between calls, so that limits do not hide what lies behind them."""

    node: Node
    clock: FixedClock
    client: TestClient
    people: dict[str, Id]
    document: dict[str, Any]
    headers: dict[str, str]
    token_id: Id
    calls: int = 0
    limited: int = 0

    def operations(self, tag: str = "") -> Iterator[Operation]:
        """All of them, those that take something away from the caller at the end."""
        found = [
            Operation(method.upper(), path, one)
            for path, methods in self.document["paths"].items()
            for method, one in methods.items()
            if path.startswith("/api/v1/") and tag in ("", *one.get("tags", ()))
        ]
        yield from sorted(found, key=lambda one: one.path.endswith(LAST))

    def names(self, operation: Operation) -> dict[str, str]:
        """What leads to something that exists, for the names in the address of an operation."""
        with self.node.database.read() as session:
            return dict(names_in(session, operation.path, frozenset({self.token_id})))

    def send(self, operation: Operation, names: dict[str, str], **options: Any) -> Any:
        """Call an operation; the answer is none of a server that broke, and a refusal is a problem document."""
        path = operation.path
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", quote(value, safe="") or "-")
        headers = self.headers | options.pop("headers", {})
        if operation.method in {"PATCH", "PUT"}:
            headers = {"If-Match": '"1"'} | headers
        self.clock.forward(seconds=10)
        answer = self.client.request(operation.method, path, headers=headers, **options)
        self.calls += 1
        self.limited += answer.status_code == 429
        said = f"{operation.method} {path} {options!r:.600}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, said
        if answer.status_code >= 400 and answer.status_code not in TOO_LONG:
            assert answer.headers["content-type"] == "application/problem+json", said
        return answer

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.node.database.read() as session:
            found = session.connection().exec_driver_sql(counting())
            return {row[0]: row[1] for row in found}


@cache
def counting() -> str:
    """One statement that counts every table, put together once: it is asked after each of thousands of calls."""
    tables = Base.metadata.sorted_tables
    wanted = union_all(
        *(
            select(literal_column(f"'{t.name}'"), select(count()).select_from(t).scalar_subquery())
            for t in tables
        )
    )
    return str(wanted.compile())


@pytest.fixture
def caller_of(node: Node, clock: FixedClock, furnished_village: demo.Village) -> Callable[[str], Caller]:
    """`caller_of("ana")` holds a token of hers that may read and write."""
    village = furnished_village
    client = TestClient(
        build(node, working=False), base_url=node.settings.site_url, raise_server_exceptions=False
    )
    document = build_api(node).openapi()

    def one(name: str) -> Caller:
        actor = Actor(village.people[name], confirmed_at=clock())
        with node.database.write() as session:
            token = identity.make_token(
                session, actor, name="Attack", scopes=["read", "write"], days=20, at=clock()
            )
            token_id = session.scalars(select(Token.id).order_by(Token.id.desc())).first()
        headers = {"Authorization": f"Bearer {token}"}
        return Caller(node, clock, client, village.people, document, headers, str(token_id))

    return one
