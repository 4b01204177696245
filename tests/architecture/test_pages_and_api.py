"""What pages let members do and the API does too; what only pages do stands in docs/pages-only.csv with its reason."""

import ast
import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.architecture.source import ROOT

INTERFACES = ROOT / "minga/interfaces"
LIST = ROOT / "docs/pages-only.csv"
REASONS = {"proof", "door", "file", "duty", "own", "inner", "later"}
"""What the reasons mean is said in docs/pages-and-api.md."""


def calls(file: Path) -> Iterator[str]:
    """`domain.command` for everything that a file takes from the commands of a domain and uses."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("minga."):
            for one in node.names:
                path = f"{node.module}.{one.name}".split(".")
                if "commands" in path[2:] and path[1] != "interfaces":
                    named[one.asname or one.name] = path[1]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id in named and node.attr[0].islower():
            yield f"{named[node.value.id]}.{node.attr}"


@cache
def used_by(interface: str) -> frozenset[str]:
    return frozenset(one for file in (INTERFACES / interface).rglob("*.py") for one in calls(file))


def listed() -> dict[str, str]:
    with LIST.open(newline="", encoding="utf-8") as file:
        return {row["command"]: row["reason"] for row in csv.DictReader(file)}


def test_what_only_pages_do_is_on_the_list_and_nothing_else() -> None:
    only_pages = used_by("web") - used_by("api")
    assert len(used_by("api")) > 100
    assert sorted(only_pages - listed().keys()) == [], (
        "an operation of the API, or a line in docs/pages-only.csv"
    )
    assert sorted(listed().keys() - only_pages) == [], "the API does these now: take them off the list"


def test_every_line_has_a_reason_that_is_explained() -> None:
    assert set(listed().values()) <= REASONS
    text = (ROOT / "docs/pages-and-api.md").read_text(encoding="utf-8")
    assert [one for one in sorted(REASONS) if f"**{one}**" not in text] == []
