"""Makes `.venv` with exactly the packages of the locks, and again when a lock has changed. Standard library only.

usage: environment.py run|test|bench [postgresql] [redis] [celery]
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = VENV / "locks"
"""Copies of the locks that were installed, and the folder they were installed for: compared byte by byte."""

INCLUDED = {"test": ("run", "postgresql"), "bench": ("run",)}
HELP = """The packages could not be put into .venv, because this Python brings no pip.
Do one of these, then try again:
  apt install python3-venv         (Debian, Ubuntu)
  pip install --user uv            (or any other way to get uv)
"""


def lock_of(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def ours() -> bool:
    """Whether there is an environment, made for this very folder."""
    root = LOCKS / "root"
    return PYTHON.exists() and root.is_file() and root.read_text(encoding="utf-8") == f"{ROOT}\n"


def missing(names: list[str]) -> list[str]:
    """The locks among these that are not installed as they are now."""
    if not ours():
        return names
    return [name for name in names if not _same(lock_of(name), LOCKS / f"{name}.txt")]


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def run(*command: str) -> bool:
    """Run a program with its output on stderr, so that stdout stays the answer of `minga`."""
    return subprocess.run(command, stdout=sys.stderr, check=False).returncode == 0


def make_venv(uv: str | None) -> None:
    """An empty environment, by whatever this machine has."""
    shutil.rmtree(VENV, ignore_errors=True)
    if uv and run(uv, "venv", "--quiet", "--python", sys.executable, str(VENV)):
        return
    if run(sys.executable, "-m", "venv", "--without-pip", str(VENV)):
        return
    if not run(sys.executable, "-m", "virtualenv", "--quiet", str(VENV)):
        raise SystemExit(HELP)


def install(uv: str | None, locks: list[Path]) -> None:
    """Install the locks with their hashes checked; packages come from wherever this machine's client fetches them."""
    asked = [part for lock in locks for part in ("--requirement", str(lock))]
    if uv and run(uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", *asked):
        return
    quiet = ("-qq", "--disable-pip-version-check", "--require-hashes")
    for pip in pips():
        if run(*pip, "install", *quiet, *asked):
            return
    raise SystemExit(
        "The packages could not be installed. What is said above is from pip; most often the network is down.\n"
        f"Then try again. To start afresh: rm -r {VENV}"
    )


def pips() -> Iterator[list[str]]:
    """Every pip that can install into the environment, the nearest first."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    own = [str(PYTHON), "-m", "pip"]
    if subprocess.run([*own, "--version"], **quiet).returncode == 0:  # type: ignore[call-overload]
        yield own
        return
    if subprocess.run([str(PYTHON), "-m", "ensurepip"], **quiet).returncode == 0:  # type: ignore[call-overload]
        yield own
        return
    if subprocess.run([sys.executable, "-m", "pip", "--version"], **quiet).returncode == 0:  # type: ignore[call-overload]
        yield [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        return
    raise SystemExit(HELP)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Two first starts at once make one environment."""
    import fcntl

    with (ROOT / ".venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(names: list[str]) -> None:
    if not missing(names):
        return
    with alone():
        if not missing(names):
            return
        before = sorted(path.stem for path in LOCKS.glob("*.txt") if lock_of(path.stem).is_file())
        asked = list(dict.fromkeys([*names, *before]))
        included = {inner for name in asked for inner in INCLUDED.get(name, ())}
        print("Fetching the packages of minga; this happens once.", file=sys.stderr)
        uv = shutil.which("uv")
        if not ours():
            make_venv(uv)
        LOCKS.mkdir(exist_ok=True)
        for path in LOCKS.glob("*.txt"):
            path.unlink()
        install(uv, [lock_of(name) for name in asked if name not in included])
        for packages in VENV.glob("lib/python*/site-packages"):
            (packages / "minga.pth").write_text(f"{ROOT}\n", encoding="utf-8")
        for name in {*asked, *included}:
            shutil.copyfile(lock_of(name), LOCKS / f"{name}.txt")
        (LOCKS / "root").write_text(f"{ROOT}\n", encoding="utf-8")


if __name__ == "__main__":
    os.umask(0o022)
    main(sys.argv[1:] or ["run"])
