"""The trace from requirements to tests: every test that it names exists, and so does every requirement."""

import ast
import csv
import os
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

DATA = Path(os.environ.get("MINGA_DATA_DIR") or ROOT.parent / "shared/data")
REQUIREMENTS = DATA.parent / "requirements.csv"
TRACES = [
    path for path in (ROOT / "docs/trace.csv", *sorted((ROOT / "docs/trace").glob("*.csv"))) if path.is_file()
]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of the test functions of a file, also those in classes."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_a_trace_has_its_columns_and_names_no_requirement_twice(path: Path) -> None:
    found = rows(path)
    assert all(list(row) == ["id", "tests", "note"] for row in found)
    ids = [row["id"] for row in found]
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_every_test_that_is_named_exists(path: Path) -> None:
    ghosts = []
    for row in rows(path):
        for named in row["tests"].split():
            file, _, test = named.partition("::")
            if not (ROOT / file).is_file() or test.split("[")[0] not in names_in(file):
                ghosts.append(f"{row['id']}: {named}")
    assert ghosts == []


@pytest.mark.skipif(not REQUIREMENTS.is_file(), reason="the list of requirements is not beside this checkout")
@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.name)
def test_every_requirement_that_is_named_exists(path: Path) -> None:
    known = {row["id"] for row in rows(REQUIREMENTS)}
    assert sorted({row["id"] for row in rows(path)} - known) == []
