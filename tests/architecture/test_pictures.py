"""The pictures of the architecture name what exists, and leave out nothing."""

import re

import yaml

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs/c4.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"```mermaid\n(.*?)```", TEXT, re.DOTALL)


def test_the_components_are_the_packages() -> None:
    packages = {path.parent.name for path in (ROOT / "minga").glob("*/__init__.py")}
    assert len(PICTURES) == 3
    named = set(re.findall(r"\b[a-z]+\b", PICTURES[2]))
    assert packages - named == set()
    folders = {path.parent.name for path in (ROOT / "minga/interfaces").glob("*/__init__.py")}
    assert folders - named - {"http", "examples"} == set()  # tools of the others


def test_the_containers_are_those_that_are_started() -> None:
    started = yaml.safe_load((ROOT / "ops/compose.full.yml").read_text(encoding="utf-8"))["services"]
    assert [name for name in started if not re.search(rf"\b{name}\b", PICTURES[1])] == []
