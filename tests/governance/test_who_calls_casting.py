"""Software never votes (GOV-T5): who in the program casts at all, and who writes ballots."""

import ast

from tests.architecture.source import PACKAGE, TREES

CASTING = {"cast_ballot", "enter_ballot", "withdraw_ballot", "add_papers", "replace_papers", "check_in"}
BY_PEOPLE = (
    "interfaces/web/",
    "interfaces/api/",
    "governance/commands/ballots/",
    "governance/commands/__init__.py",
)
WRITERS = "governance/commands/ballots/"
TABLES = {"Ballot", "LooseBallot", "BallotPast"}


def named(tree: ast.Module) -> set[str]:
    """Every name that a module imports or reaches as an attribute."""
    found = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    return found | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}


MODULES = {str(path.relative_to(PACKAGE)): tree for path, tree in TREES.items()}


def test_only_pages_and_calls_of_people_cast() -> None:
    """Neither jobs, reactions, the clock, imports, assistants, peers nor the demo reach a command that casts."""
    callers = {name for name, tree in MODULES.items() if named(tree) & CASTING}
    assert callers
    assert {one for one in callers if not one.startswith(BY_PEOPLE)} <= {
        "interfaces/cli/demo/stories/deciding.py"
    }


def test_ballots_are_written_in_one_place() -> None:
    """Rows of ballots are made, changed and deleted by the commands for ballots alone."""
    writers = set()
    for name, tree in MODULES.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else ""
            first = node.args[0] if node.args else None
            table = first.value if isinstance(first, ast.Attribute) else first
            touched = table.id if isinstance(table, ast.Name) else ""
            if called in TABLES or (called in {"insert", "update", "delete"} and touched in TABLES):
                writers.add(name)
    assert writers
    assert {one for one in writers if not one.startswith(WRITERS)} == set()
