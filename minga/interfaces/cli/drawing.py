"""The tree of who brought in whom as text, and as a drawing for Graphviz."""

from collections.abc import Sequence

from minga.communities.queries import TreeLine

NAMELESS = {"former": "a former member", "": "a member"}


def plain(lines: Sequence[TreeLine]) -> str:
    """One line for each member, two spaces further in for each step.

    >>> print(plain([_line(0, "Ana", 1), _line(1, None, 0)]))
    Ana, since 2026-11
      a member
    """
    return "\n".join(f"{'  ' * one.level}{said(one)}" for one in lines)


def dot(lines: Sequence[TreeLine]) -> str:
    """The language of Graphviz: numbers for members, names as labels.

    >>> print(dot([_line(0, "Ana", 1), _line(1, None, 0)]))
    digraph tree {
      rankdir=LR; node [shape=box];
      n0 [label="Ana, since 2026-11"];
      n1 [label="a member"];
      n0 -> n1;
    }
    """
    found = ["digraph tree {", "  rankdir=LR; node [shape=box];"]
    edges: list[str] = []
    newest: dict[int, int] = {}
    for n, one in enumerate(lines):
        label = said(one).replace("\\", "\\\\").replace('"', '\\"')
        found.append(f'  n{n} [label="{label}"];')
        if one.level and one.level - 1 in newest:
            edges.append(f"  n{newest[one.level - 1]} -> n{n};")
        newest[one.level] = n
    return "\n".join([*found, *edges, "}"])


def said(one: TreeLine) -> str:
    """A member in words: who let themselves be unnamed stays so here."""
    name = one.name or NAMELESS.get(one.standing, NAMELESS[""])
    return f"{name}, since {one.joined}" if one.joined else name


def _line(level: int, name: str | None, below: int) -> TreeLine:
    """For the examples above."""
    return TreeLine(
        level=level,
        name=name,
        handle=None,
        joined="2026-11" if name else None,
        standing="full" if name else "",
        below=below,
        is_me=False,
        membership_id=None,
        opens=below > 0,
        closes=0,
    )
