"""Modules can be imported in any order (COM-W1.6): no module waits for a package that waits for it."""

import ast
import json
import os
import random
import subprocess
import sys

from tests.architecture.source import ROOT, TREES, name_of

ORDERS = 6
# Each order in a process of its own that knows no module of ours yet; only packages of others are there.
IN_EACH_ORDER = """
import importlib, json, os, sys
import alembic, babel, cryptography, fastapi, jinja2, msgspec, sqlalchemy.orm, starlette, typer
failed = 0
for order in json.load(sys.stdin):
    child = os.fork()
    if child == 0:
        for name in order:
            try:
                importlib.import_module(name)
            except BaseException as error:
                print(f"{name}: {type(error).__name__}: {error}; first was {order[0]}", flush=True)
                os._exit(1)
        os._exit(0)
    failed += os.waitpid(child, 0)[1] != 0
    assert not [known for known in sys.modules if known.split(".")[0] == "minga"]
sys.exit(failed)
"""


def modules() -> list[str]:
    names = [name_of(path) for path in TREES]
    return [name for name in names if "migrations.versions" not in name and name != "minga.migrations.env"]


def test_modules_can_be_imported_in_any_order() -> None:
    names = modules()
    assert len(names) > 50
    orders = []
    for seed in range(ORDERS):
        shuffled = list(names)
        random.Random(seed).shuffle(shuffled)
        orders.append(shuffled)
    run = subprocess.run(
        [sys.executable, "-c", IN_EACH_ORDER],
        input=json.dumps(orders),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_module_takes_names_from_the_package_that_gathers_it() -> None:
    """`from minga.x import y` inside `minga.x` works only when the package is imported in a lucky order."""
    known = set(modules())
    unlucky = []
    for path, tree in TREES.items():
        name = name_of(path)
        if path.name == "__init__.py":
            continue
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module and name.startswith(f"{node.module}."):
                gathers = (ROOT / node.module.replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
                taken = [a.name for a in node.names if f"{node.module}.{a.name}" not in known]
                if taken and f"from {name} import" in gathers:
                    unlucky.append(f"{name} takes {', '.join(taken)} from {node.module}")
    assert unlucky == []
