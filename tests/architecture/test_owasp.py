"""The list of attacks names every category of the OWASP Top 10 of 2021, and tests that exist."""

import re

import pytest

from tests.architecture.source import ROOT
from tests.architecture.test_trace import names_in

LINES = re.findall(
    r"^\| A(\d\d) [^|]+\|[^|]+\|([^|]+)\|$", (ROOT / "docs/owasp.md").read_text(), re.MULTILINE
)


def test_no_category_is_left_out() -> None:
    assert [number for number, _ in LINES] == [f"{n:02}" for n in range(1, 11)]


@pytest.mark.parametrize(("number", "tests"), LINES, ids=[number for number, _ in LINES])
def test_every_category_is_attacked_by_tests_that_exist(number: str, tests: str) -> None:
    named = re.findall(r"`([^`]+)::([^`]+)`", tests)
    assert named
    ghosts = [f"{file}::{test}" for file, test in named if test not in names_in(file)]
    assert ghosts == []
