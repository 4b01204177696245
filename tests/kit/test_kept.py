"""Things made once: found by what they were made from, bounded, oldest out first."""

from collections.abc import Iterator

import pytest

from minga.kit import kept
from minga.kit.kept import Kept


@pytest.fixture
def few() -> Iterator[Kept[int, str]]:
    yield Kept("test", 20)
    del kept.everything["test"]


def test_what_was_put_is_found_and_counted(few: Kept[int, str]) -> None:
    assert few.get(1) is None
    assert few.put(1, "one") == "one"
    assert few.get(1) == "one"
    assert (few.hits, few.misses) == (1, 1)
    few.forget()
    assert (few.get(1), len(few), few.hits) == (None, 0, 0)


def test_there_are_never_more_than_said_and_the_oldest_go(few: Kept[int, str]) -> None:
    for n in range(1_000):
        few.put(n, str(n))
        assert len(few) <= 20
    assert few.get(999) == "999"
    assert few.get(0) is None
