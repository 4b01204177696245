"""Several questions that mostly have no answer: one statement finds which of them have one, and only those are asked."""

from collections.abc import Generator
from typing import Any, TypeVar

from sqlalchemy import select

from minga.kit.db import Session

T = TypeVar("T")
Asking = Generator[Any, Any, list[T]]
"""Yields its `select`, is sent the rows, and returns what it makes of them."""


def answers(session: Session, *asking: Asking[T]) -> list[T]:
    """What they make of their rows, in their order."""
    wanted = [next(one) for one in asking]
    there = session.execute(select(*(one.exists().label(f"n{n}") for n, one in enumerate(wanted)))).one()
    found: list[T] = []
    for one, question, some in zip(asking, wanted, there, strict=True):
        try:
            one.send(session.execute(question).all() if some else [])
        except StopIteration as end:
            found += end.value
    return found
