"""Lots that anybody can draw again: a secret committed beforehand, a seed made from it, and orders and integers made
from the seed. Hashes only, no `random`; standard library only, so that it runs where no node is."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

SECRET_BYTES = 32
_SPACE = 2**256


def digest(context: str, *parts: bytes | str) -> bytes:
    """SHA-256 of a context and parts whose lengths are part of it, so that no two lists of parts look alike.

    >>> digest("a", "bc") != digest("a", "b", "c")
    True
    """
    return _begun(context, parts).digest()


def _begun(context: str, parts: Iterable[bytes | str]) -> "hashlib._Hash":
    found = hashlib.sha256(context.encode() + b"\x00")
    for part in parts:
        whole = part.encode() if isinstance(part, str) else part
        found.update(len(whole).to_bytes(8, "big"))
        found.update(whole)
    return found


def commitment(secret: bytes) -> str:
    """What is published before: it binds to the secret and says nothing about it.

    >>> commitment(bytes(range(32)))[:16]
    '630dcd2966c43366'
    """
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret of lots has 32 bytes")
    return hashlib.sha256(secret).hexdigest()


def order(seed: bytes, context: str, ids: Iterable[str]) -> list[str]:
    """The ids, all different, as the lot puts them. Who else is on the list does not matter to any pair.

    >>> S = bytes.fromhex("f5852f7c14060144ef011727bfe12df3fc26405a9623390323b9b1d674befb4f")
    >>> order(S, "irv/3/exclude", "12345")
    ['4', '3', '1', '5', '2']
    """
    begun = b"".join([b"minga-lot-order/1\x00", *_with_length(seed), *_with_length(context.encode())])
    heads: dict[int, bytes] = {}
    keys: dict[str, bytes] = {}
    for one in ids:
        whole = one.encode()
        head = heads.get(len(whole))
        if head is None:
            head = heads[len(whole)] = begun + len(whole).to_bytes(8, "big")
        keys[one] = hashlib.sha256(head + whole).digest()
    return sorted(keys, key=keys.__getitem__)


def _with_length(part: bytes) -> tuple[bytes, bytes]:
    return len(part).to_bytes(8, "big"), part


def places(seed: bytes, context: str, ids: Iterable[str]) -> dict[str, int]:
    """The place of each id in the order, from 0."""
    return {one: place for place, one in enumerate(order(seed, context, ids))}


def integers(seed: bytes, context: str) -> Iterator[int]:
    """Endless uniform integers below 2²⁵⁶."""
    begun = _begun("minga-uniform/1", (seed, context))
    number = 0
    while True:
        found = begun.copy()
        found.update((8).to_bytes(8, "big") + number.to_bytes(8, "big"))
        yield int.from_bytes(found.digest(), "big")
        number += 1


def below(stream: Iterator[int], limit: int) -> int:
    """The next uniform integer from 0 up to but not including `limit`, without the bias of a plain remainder.

    >>> S = bytes.fromhex("fb20feb093c958294c2fcf4fd99f49787e716361554ff6a49f096dd38297f806")
    >>> stream = integers(S, "draw")
    >>> [below(stream, 10) for _ in range(6)]
    [4, 9, 7, 2, 8, 8]
    """
    if limit < 1:
        raise ValueError("there is no integer below nothing")
    accepted = _SPACE // limit * limit
    return next(value for value in stream if value < accepted) % limit


def weighted_order(seed: bytes, context: str, weights: Sequence[tuple[str, int]]) -> list[str]:
    """Ids drawn one after the other, each time with a chance in proportion to the weight.

    >>> S = bytes.fromhex("fb20feb093c958294c2fcf4fd99f49787e716361554ff6a49f096dd38297f806")
    >>> weighted_order(S, "weighted", [("a", 1), ("b", 2), ("c", 3), ("d", 4)])
    ['c', 'a', 'b', 'd']
    """
    if any(weight < 1 for _, weight in weights):
        raise ValueError("a weight is at least 1")
    sums = _Sums([weight for _, weight in weights])
    stream, found = integers(seed, context), list[str]()
    for _ in weights:
        found.append(weights[sums.take(below(stream, sums.total))][0])
    return found


class _Sums:
    """Running sums of weights that can be taken out one by one, each in logarithmic time (a Fenwick tree)."""

    def __init__(self, weights: list[int]) -> None:
        self.weights, self.total, self.tree = weights, sum(weights), [0, *weights]
        for place in range(1, len(self.tree)):
            above = place + (place & -place)
            if above < len(self.tree):
                self.tree[above] += self.tree[place]

    def take(self, point: int) -> int:
        """Take out the first place whose running sum is above the point."""
        place, step = 0, 1 << len(self.tree).bit_length()
        while step:
            if place + step < len(self.tree) and self.tree[place + step] <= point:
                place += step
                point -= self.tree[place]
            step >>= 1
        weight, above = self.weights[place], place + 1
        self.total -= weight
        while above < len(self.tree):
            self.tree[above] -= weight
            above += above & -above
        return place
