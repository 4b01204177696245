"""The list of what people try by hand has lines for every role, and its record is complete."""

import re

from minga import __version__
from minga.communities.rules.templates import role_starts
from tests.architecture.source import ROOT

TEXT = (ROOT / "docs/acceptance.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its first two lines."""
    part = TEXT.split(f"## {heading}")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_role_has_something_to_try_and_something_to_find() -> None:
    tried = rows("What each role tries")
    assert all(all(cells) and len(cells) == 3 for cells in tried)
    assert set(role_starts()) | {"operator", "guest"} <= {cells[0] for cells in tried}


def test_the_record_names_this_release_and_every_done_one_in_full() -> None:
    record = rows("When it was done")
    assert __version__ in {cells[0] for cells in record}
    for release, day, by, _failed in record:
        assert day == "not yet" or (re.fullmatch(r"\d{4}-\d\d-\d\d", day) and by), release
