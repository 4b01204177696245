"""Every domain has its table of threats, and every control in it names a test that exists (COM-W2.A04)."""

import ast
import re

from tests.architecture.source import ROOT

TEXT = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
NO_DOMAIN = {"interfaces", "kit", "migrations", "reactions"}


def sections() -> dict[str, list[list[str]]]:
    """The rows of each domain's table, cell by cell."""
    found = {}
    for part in TEXT.split("\n## ")[1:]:
        name, _, rest = part.partition("\n")
        lines = [line for line in rest.splitlines() if line.startswith("|")][2:]
        found[name.strip()] = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return found


def test_every_domain_says_what_could_go_wrong() -> None:
    domains = {path.parent.name for path in (ROOT / "minga").glob("*/__init__.py")} - NO_DOMAIN
    assert domains <= set(sections())
    for rows in sections().values():
        assert len(rows) >= 3
        assert all(len(cells) == 5 and all(cells) for cells in rows)


def test_every_control_names_a_test_that_exists() -> None:
    ghosts = []
    for rows in sections().values():
        for *_, named in rows:
            found = re.fullmatch(r"`(tests/[\w/]+\.py)::(test_\w+)`", named)
            assert found, named
            tree = ast.parse((ROOT / found[1]).read_text(encoding="utf-8"))
            names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            ghosts += [] if found[2] in names else [named]
    assert ghosts == []
