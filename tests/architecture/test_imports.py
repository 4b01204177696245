"""Every module can be the first one that is imported (COM-W1.6), and help loads next to nothing."""

import os
import subprocess
import sys

from tests.architecture.source import ROOT, TREES, name_of

# Each module is imported in a process of its own that knows no module of ours yet; only packages of others are there.
EACH_FIRST = """
import importlib, os, sys
import alembic, babel, cryptography, fastapi, jinja2, msgspec, sqlalchemy.orm, starlette, typer
failed = []
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {type(error).__name__}: {error}", flush=True)
            os._exit(1)
        os._exit(0)
    failed += [name] if os.waitpid(child, 0)[1] else []
    assert not [known for known in sys.modules if known.split(".")[0] == "minga"]
sys.exit(bool(failed))
"""


def test_every_module_can_be_imported_first() -> None:
    names = [name_of(path) for path in TREES]
    names = [name for name in names if "migrations.versions" not in name and name != "minga.migrations.env"]
    assert len(names) > 50
    run = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", EACH_FIRST, *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
