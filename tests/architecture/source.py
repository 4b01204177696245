"""The source of the package as trees, read once for all tests of its shape."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "minga"
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """The dotted name of a module.

    >>> name_of(PACKAGE / "kit" / "db.py")
    'minga.kit.db'
    """
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(of: str = "") -> Iterator[tuple[str, Function]]:
    """Every function of the package, or of all modules of one kind, such as "queries" (a file or a folder)."""
    for path, tree in TREES.items():
        name = name_of(path)
        if not of or of in name.split("."):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield name, node


def public(of: str) -> Iterator[tuple[str, Function]]:
    """The functions that other modules may call: at the top of a module, without an underscore."""
    for path, tree in TREES.items():
        name = name_of(path)
        if of in name.split("."):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield name, node
