"""All checks and tests in order, on every database that can be found; called by bin/test inside `.venv`.

Static checks come first, then pytest. All of them run even when one fails; the last lines say what failed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postgresql import a_postgresql

MEMORY_BYTES = 3 * 1024**3
ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

STATIC = {
    "style": [["ruff", "check", "."], ["ruff", "format", "--check", "minga", "tests", "bin"]],
    "imports": [["lint-imports", "--no-cache"]],
    "types": [["mypy", "minga", "tests"]],
    "templates": [["djlint", "--lint", "--quiet", "minga/interfaces/web/templates"]],
}


def run(command: list[str], env: dict[str, str]) -> bool:
    """Run one tool of the environment; True when it is content."""
    return (
        subprocess.run([str(TOOLS / command[0]), *command[1:]], cwd=ROOT, env=env, check=False).returncode
        == 0
    )


@contextmanager
def timed(name: str) -> Iterator[None]:
    print(f"── {name}", flush=True)
    began = time.monotonic()
    yield
    print(f"   {name}: {time.monotonic() - began:.0f} s", flush=True)


def static(env: dict[str, str]) -> list[str]:
    """Names of the static checks that failed."""
    failed = []
    for name, commands in STATIC.items():
        with timed(name):
            if not all(run(command, env) for command in commands):
                failed.append(name)
    return failed


def environment() -> dict[str, str]:
    """This process's environment without settings of a node, which tests must not see."""
    tolerated = ("MINGA_TEST_", "MINGA_DATA_DIR")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("MINGA_") or name.startswith(tolerated)
    } | {"PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def find_browser() -> str | None:
    """A Chromium of this machine, or the one that playwright fetched."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    for cache in (
        Path.home() / ".cache/ms-playwright",
        Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "/-")),
    ):
        for found_path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True):
            return str(found_path)
    return None


def tests(arguments: list[str], env: dict[str, str], *, fast: bool) -> bool:
    """pytest over everything, or over what the arguments name; True when green."""
    parallel = [] if any(a.startswith(("-n", "-p", "--pdb")) for a in arguments) else ["-n", _workers()]
    kept = "not browser and not slow" if fast else "not slow"
    chosen = [] if "-m" in arguments else ["-m", kept]
    browser = find_browser()
    if browser:
        env = env | {"MINGA_TEST_BROWSER": browser}
    elif not fast:
        print("No Chromium here: the browser tests are skipped. To run them: apt install chromium, or")
        print(f"{TOOLS / 'playwright'} install chromium")
    with timed("tests"), in_memory() as folder:
        return run(["pytest", *parallel, *chosen, *folder, *arguments], env)


@contextmanager
def in_memory() -> Iterator[list[str]]:
    """Where tests keep their files: in memory where the machine offers it, so that no test waits for the disk."""
    memory = Path("/dev/shm")  # nosec B108 # holds a folder of its own that is made with a random name
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < MEMORY_BYTES:
        yield []
        return
    with tempfile.TemporaryDirectory(prefix="minga-tests-", dir=memory) as folder:
        yield [f"--basetemp={folder}/all"]


def _workers() -> str:
    return str(max(1, min(4, os.cpu_count() or 1)))


def main(arguments: list[str]) -> int:
    fast = "--fast" in arguments
    whole = "--all" in arguments
    arguments = [argument for argument in arguments if argument not in {"--fast", "--all"}]
    env = environment()
    failed = [] if arguments and not fast else static(env)
    arguments += ["-m", "slow or not slow"] if whole else []
    databases = env.get("MINGA_TEST_DATABASES", "sqlite" if fast else "sqlite,postgresql")
    if "postgresql" not in databases:
        if not tests(arguments, env | {"MINGA_TEST_DATABASES": databases}, fast=fast):
            failed.append("tests")
    else:
        with a_postgresql(env.get("MINGA_TEST_POSTGRESQL")) as url:
            if url is None:
                print("No PostgreSQL here: its tests are skipped. apt install postgresql brings one.")
                env["MINGA_TEST_DATABASES"] = "sqlite"
            else:
                env |= {"MINGA_TEST_DATABASES": databases, "MINGA_TEST_POSTGRESQL": url}
            if not tests(arguments, env, fast=fast):
                failed.append("tests")
    print(f"Failed: {', '.join(failed)}" if failed else "All green.", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
