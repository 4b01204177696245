"""Ballots written shortly, and lots that are known beforehand."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import strategies as st

from minga.governance.rules.ranked import packed_ranks


def first_number(_: str, options: Iterable[int]) -> list[int]:
    return sorted(options)


def last_number(_: str, options: Iterable[int]) -> list[int]:
    return sorted(options, reverse=True)


def ranks(*ballots: tuple[int, str]) -> dict[bytes, int]:
    """`(3, "21")` is three ballots that rank option 2 first and option 1 second; `"1=2"` shares a rank."""
    found: Counter[bytes] = Counter()
    for many, words in ballots:
        groups = (
            [[int(one) for one in group.split("=")] for group in words.replace("=", " = ").split(">")]
            if (">" in words)
            else [[int(one)] for one in words]
        )
        found[packed_ranks(groups)] += many
    return dict(found)


RANKINGS = st.lists(
    st.tuples(st.integers(1, 4), st.permutations(range(1, 5)), st.integers(1, 4)), min_size=1, max_size=12
).map(lambda several: grouped(several))


def grouped(several: list[tuple[int, list[int], int]]) -> dict[bytes, int]:
    found: Counter[bytes] = Counter()
    for many, order, length in several:
        found[bytes(order[:length])] += many
    return dict(found)


def bits(*options: int) -> bytes:
    return sum(1 << option - 1 for option in options).to_bytes(2, "little")


def by_name(_: str, ids: Iterable[str]) -> list[str]:
    return sorted(ids)
