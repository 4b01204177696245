"""Hashing passwords beside the database's thread: one at a time, waiting at most five seconds for its turn."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, move_on_after, to_thread

from minga.interfaces.http import Node
from minga.kit import passwords
from minga.kit.errors import Busy
from minga.kit.passwords import Checked

WAIT_SECONDS = 5
T = TypeVar("T")
_turn = CapacityLimiter(1)
_thread = CapacityLimiter(1)


async def hash_password(node: Node, password: str) -> str:
    """The hash to keep."""
    memory = node.settings.password_memory_kib
    return await _in_turn(lambda: passwords.hash_password(password, memory))


async def check_hash(node: Node, password: str, phc: str | None) -> Checked:
    """Whether the password fits; without a hash the same work is done."""
    memory = node.settings.password_memory_kib
    return await _in_turn(lambda: passwords.check_hash(password, phc, memory))


async def _in_turn(work: Callable[[], T]) -> T:
    borrower = object()
    with move_on_after(WAIT_SECONDS) as waiting:
        await _turn.acquire_on_behalf_of(borrower)
    if waiting.cancelled_caught:
        raise Busy(retry_after=5)
    try:
        return await to_thread.run_sync(work, limiter=_thread)
    finally:
        _turn.release_on_behalf_of(borrower)
