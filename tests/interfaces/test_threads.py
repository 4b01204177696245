"""Lists keep the event loop only for a moment: what takes longer is begun anew in the database's thread."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import anyio
import pytest
from sqlalchemy import func, literal, select, text
from starlette.responses import Response

from minga.interfaces.http import Node
from minga.interfaces.http.threads import quick, run
from minga.kit.db import TookTooLong, in_a_hurry
from minga.kit.questions import Question

COUNT = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT count(*) FROM n"
)


@pytest.fixture
def asked(node: Node) -> Callable[[int], list[bool]]:
    """Runs a quick endpoint that counts so far; answers for each try whether it was on the event loop."""

    def counted(most: int) -> list[bool]:
        tries: list[bool] = []
        here = threading.get_ident()

        @quick
        def endpoint() -> Response:
            tries.append(threading.get_ident() == here)
            with node.database.read() as session:
                return Response(str(session.execute(COUNT, {"most": most}).scalar_one()))

        request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(node=node)), query_params={})
        answer = anyio.run(run, request, endpoint, endpoint)
        assert answer.body == str(most).encode()
        return tries

    return counted


def test_what_is_quick_runs_where_it_is_and_what_is_not_begins_anew_in_the_thread(
    node: Node, asked: Callable[[int], list[bool]]
) -> None:
    if node.database.dialect != "sqlite":
        assert asked(10) == [False]
        return
    assert asked(10) == [True]
    assert asked(3_000_000) == [True, False]


def test_a_list_that_was_asked_often_is_not_late(node: Node, asked: Callable[[int], list[bool]]) -> None:
    if node.database.dialect == "sqlite":
        assert (
            sum(asked(1_000) == [True] for _ in range(100)) >= 90
        )  # a busy machine may stop one for a while


def test_a_question_is_stopped_too(node: Node) -> None:
    if node.database.dialect != "sqlite":
        pytest.skip("PostgreSQL has a time limit for statements")
    numbers = select(literal(1).label("i")).cte("numbers", recursive=True)
    more = numbers.union_all(select(numbers.c.i + 1).where(numbers.c.i < 3_000_000))
    for build in (lambda: select(func.count()).select_from(more), lambda: select(more.c.i)):
        with pytest.raises(TookTooLong), in_a_hurry(), node.database.read() as session:
            Question(build).rows(session)


def test_only_who_is_in_a_hurry_is_stopped(node: Node) -> None:
    if node.database.dialect != "sqlite":
        pytest.skip("PostgreSQL has a time limit for statements")
    with node.database.read() as session:
        assert session.execute(COUNT, {"most": 3_000_000}).scalar_one() == 3_000_000
    with pytest.raises(TookTooLong), in_a_hurry(), node.database.read() as session:
        session.execute(COUNT, {"most": 3_000_000})
    with node.database.read() as session:
        assert session.execute(COUNT, {"most": 3_000_000}).scalar_one() == 3_000_000
