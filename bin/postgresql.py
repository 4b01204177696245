"""A PostgreSQL for the tests: the one that is named, the one that runs here, or one of our own for the time of a run."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


@contextmanager
def a_postgresql(named: str | None) -> Iterator[str | None]:
    """The address of a server where databases may be made and dropped; None when there is none."""
    if named:
        yield named
    elif _answers(LOCAL):
        yield LOCAL
    else:
        with _our_own() as url:
            yield url


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True


def _binaries() -> Path | None:
    """The folder of the newest server programs on this machine."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def _our_own() -> Iterator[str | None]:
    """A server in a temporary folder, on a free port of this machine, gone at the end."""
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    account = _other_account()
    with tempfile.TemporaryDirectory(prefix="minga-postgresql-") as name:
        folder = Path(name)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        if not _run(
            account, binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"
        ):
            yield None
            return
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} {QUICK}"
        start = ("-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        if not _run(account, binaries / "pg_ctl", *start):
            yield None
            return
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(account, binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")


def _other_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; then another account of this machine has to."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _run(account: pwd.struct_passwd | None, *command: Path | str) -> bool:
    who = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    quiet = subprocess.DEVNULL
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=quiet, stderr=quiet, check=False, cwd="/", **who)  # type: ignore[call-overload]
    return bool(done.returncode == 0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
