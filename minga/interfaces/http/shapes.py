"""Finding the few routes that an address can mean by its shape, among hundreds."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

R = TypeVar("R")


class ByShape(Generic[R]):
    """Routes by the word that tells most, the number of words, and the last word where that is a fixed one.

    >>> routes = ByShape(["/c/{c}", "/c/{c}/{what}", "/c/{c}/people", "/c/{c}/places"], str, which=0)
    >>> routes.like("/c/valley/people"), routes.like("/c/valley/else"), routes.like("/d/valley")
    (['/c/{c}/people', '/c/{c}/{what}'], ['/c/{c}/{what}'], [])
    """

    def __init__(self, routes: Iterable[R], path_of: Callable[[R], str], *, which: int) -> None:
        self._which = which
        fixed: dict[tuple[str, int], dict[str, None]] = defaultdict(dict)
        known = sorted(routes, key=lambda route: [word.startswith("{") for word in _words(path_of(route))])
        for route in known:
            words = _words(path_of(route))
            fixed[self._shape(words)][words[-1] if "{" not in words[-1] else ""] = None
        self._last = {shape: frozenset(words) for shape, words in fixed.items()}
        self._found: dict[tuple[str, int, str], list[R]] = defaultdict(list)
        for route in known:
            words = _words(path_of(route))
            shape = self._shape(words)
            lasts: Iterable[str] = [words[-1]] if "{" not in words[-1] else {*fixed[shape], ""}
            for last in lasts:
                self._found[*shape, last].append(route)

    def like(self, path: str) -> Sequence[R]:
        """Those that the path may mean, the ones with more fixed words first."""
        words = _words(path)
        shape = self._shape(words)
        fixed = self._last.get(shape)
        if fixed is None:
            return []
        return self._found.get((*shape, words[-1] if words[-1] in fixed else ""), [])

    def _shape(self, words: list[str]) -> tuple[str, int]:
        return words[self._which] if len(words) > self._which else "", len(words)


def _words(path: str) -> list[str]:
    return path.strip("/").split("/", 12)
