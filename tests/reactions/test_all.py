"""A worker that has served no page knows every job: what comes again must not wait for the first visitor."""

import re
import subprocess
import sys
from pathlib import Path

import minga

CODE = """
import sys
import minga.interfaces.worker.program
print("\\n".join(sorted(name for name in sys.modules if name.startswith("minga."))))
"""
MARKED = re.compile(r"^@(every|jobs\.job|job|on)\(", re.MULTILINE)


def test_every_module_with_a_job_or_a_reaction_is_loaded_by_a_worker() -> None:
    said = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    loaded = set(said.stdout.split())
    root = Path(minga.__file__).parent
    marked = {
        ".".join(("minga", *path.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
        for path in root.rglob("*.py")
        if MARKED.search(path.read_text(encoding="utf-8"))
    }
    assert len(marked) > 20
    assert marked - loaded == set()
