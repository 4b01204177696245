"""Runs the tests under coverage and fails below the goals; called by bin/coverage inside `.venv`.

The goals: 95 % of the lines of all domain packages together, and every line and branch of their rules and access, for
there each branch is somebody who may or may not. Writes coverage.json, which a workflow can keep.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from checks import environment

LINES_PERCENT = 95.0
WHOLE = ("rules", "access")
ROOT = Path(__file__).resolve().parent.parent
NO_DOMAIN = {"interfaces", "kit", "locale", "migrations", "reactions"}


def domains() -> list[str]:
    """The domain packages, by name."""
    return sorted(
        p.parent.name for p in (ROOT / "minga").glob("*/__init__.py") if p.parent.name not in NO_DOMAIN
    )


def measure(arguments: list[str]) -> bool:
    """Run pytest with every process measured; True when it was green."""
    settings = ROOT / ".coveragerc.run"
    sources = "\n    ".join(f"minga/{name}" for name in domains())
    settings.write_text(
        f"[run]\nbranch = true\nparallel = true\npatch = subprocess\nsource =\n    {sources}\n"
    )
    env = environment() | {"MINGA_TEST_DATABASES": os.environ.get("MINGA_TEST_DATABASES", "sqlite")}
    chosen = arguments or ["-n", str(min(4, os.cpu_count() or 1)), "-m", "not browser and not slow"]
    tool = [sys.executable, "-m", "coverage"]
    rc = f"--rcfile={settings}"
    try:
        subprocess.run([*tool, "erase", rc], cwd=ROOT, check=False)
        green = subprocess.run(
            [*tool, "run", rc, "-m", "pytest", "-q", *chosen], cwd=ROOT, env=env, check=False
        )
        subprocess.run([*tool, "combine", "--quiet", rc], cwd=ROOT, check=True)
        subprocess.run([*tool, "json", "--quiet", "-o", "coverage.json", rc], cwd=ROOT, check=True)
    finally:
        settings.unlink()
    return green.returncode == 0


def is_whole(path: str) -> bool:
    """Whether every branch of this file has to be reached.

    >>> is_whole("minga/sharing/rules/loans.py"), is_whole("minga/sharing/access.py"), is_whole("minga/sharing/models.py")
    (True, True, False)
    """
    return any(part.removesuffix(".py") in WHOLE for part in Path(path).parts)


def misses(files: dict[str, Any]) -> list[str]:
    """What of rules and access no test reached: a line for each file.

    >>> part = {"missing_lines": [3], "missing_branches": [[4, 6]]}
    >>> misses({"minga/a/rules.py": part, "minga/a/models.py": part})
    ['minga/a/rules.py: lines [3], branches [[4, 6]]']
    """
    return [
        f"{path}: lines {one['missing_lines']}, branches {one['missing_branches']}"
        for path, one in sorted(files.items())
        if is_whole(path) and (one["missing_lines"] or one["missing_branches"])
    ]


def lines_percent(summaries: Iterable[dict[str, int]]) -> float:
    """Covered lines of all in percent.

    >>> lines_percent([{"covered_lines": 9, "num_statements": 10}, {"covered_lines": 10, "num_statements": 10}])
    95.0
    """
    found = list(summaries)
    return (
        100 * sum(one["covered_lines"] for one in found) / max(1, sum(one["num_statements"] for one in found))
    )


def main(arguments: list[str]) -> int:
    green = measure(arguments)
    files = json.loads((ROOT / "coverage.json").read_text(encoding="utf-8"))["files"]
    for name in domains():
        own = [one["summary"] for path, one in files.items() if path.startswith(f"minga/{name}/")]
        print(f"{name:15} {lines_percent(own):6.2f} % of {sum(one['num_statements'] for one in own)} lines")
    reached = lines_percent(one["summary"] for one in files.values())
    left = misses(files)
    print(f"{'together':15} {reached:6.2f} %, the goal is {LINES_PERCENT} %", *left, sep="\n")
    return 0 if green and reached >= LINES_PERCENT and not left else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
