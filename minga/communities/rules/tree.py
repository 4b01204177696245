"""The tree of who brought in whom: growing it from rows, walking it in order, cutting it short for drawing. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from minga.kit.ids import Id

DRAWN_MAX = 300
LEVELS_MAX = 60
"""Deeper branches are listed at this level, so that pages stay readable and browsers do not give up."""


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One membership as its reader may see it. `name` None stands for somebody shown as "a member".

    `joined` is a month. `sponsor_id` None, or one that is not among the rows, begins a tree of its own.
    """

    id: Id
    sponsor_id: Id | None
    name: str | None
    handle: str | None
    joined: str | None
    standing: str
    is_me: bool = False


@dataclass(slots=True)
class Node:
    """A row with those it brought in; `below` counts everybody in its branch."""

    row: TreeRow
    children: list["Node"] = field(default_factory=list)
    below: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A node in the order of reading. `closes` lists end after it; `opens`: its own list of children follows."""

    row: TreeRow
    level: int
    below: int
    opens: bool
    closes: int


def grow(rows: Iterable[TreeRow]) -> list[Node]:
    """The trees that these rows make, in their order (who joined first). Every row stands in exactly one place.

    >>> a, b = TreeRow("a", None, "Ana", "ana", None, "full"), TreeRow("b", "a", "Bruno", "bruno", None, "full")
    >>> [(one.row.name, one.below, one.children[0].row.name) for one in grow([a, b])]
    [('Ana', 1, 'Bruno')]
    """
    nodes = {one.id: Node(one) for one in rows}
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.row.sponsor_id or "")
        (above.children if above and above is not node else roots).append(node)
    for node in reversed(_in_order(roots)):
        node.below = sum(1 + child.below for child in node.children)
    return roots


def lines(roots: list[Node], *, depth: int | None = None) -> list[Line]:
    """All nodes in the order of reading, down to `depth` steps below the roots (None: all).

    >>> rows = [TreeRow(x, y, x, x, None, "full") for x, y in [("a", None), ("b", "a"), ("c", "b"), ("d", "a")]]
    >>> [(one.row.id, one.level, one.opens, one.closes) for one in lines(grow(rows))]
    [('a', 0, True, 0), ('b', 1, True, 0), ('c', 2, False, 1), ('d', 1, False, 1)]
    >>> [one.row.id for one in lines(grow(rows), depth=1)]
    ['a', 'b', 'd']
    """
    found: list[tuple[Node, int]] = []
    waiting = [(node, 0) for node in reversed(roots)]
    while waiting:
        node, level = waiting.pop()
        found.append((node, level))
        if depth is None or level < depth:
            waiting.extend((child, level + 1) for child in reversed(node.children))
    shown: list[Line] = []
    for n, (node, level) in enumerate(found):
        level = min(level, LEVELS_MAX)
        after = min(found[n + 1][1], LEVELS_MAX) if n + 1 < len(found) else 0
        shown.append(Line(node.row, level, node.below, after > level, max(0, level - after)))
    return shown


def _in_order(roots: list[Node]) -> list[Node]:
    found: list[Node] = []
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(node.children)
    return found
