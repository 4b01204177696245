"""A node in a process of its own, with members who have tokens; it can be killed and started again."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from minga import migrations
from minga.communities import commands as communities
from minga.communities.models import Policy
from minga.communities.rules import CameBy
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Token
from minga.identity.rules.sign_ins import TokenKind
from minga.kit.crypto import digest
from minga.kit.db import Database
from minga.kit.ids import Id, new_id

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the fault tests, long enough to be one"
READY_SECONDS_MAX = 60.0
MEMBERS = 20


@dataclass
class People:
    """Who lives in the node: tokens and cookies by member, the first founded the community."""

    community_id: Id
    tokens: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    sign_in_ids: list[Id] = field(default_factory=list)
    ids: list[Id] = field(default_factory=list)


def settle(home: Path) -> People:
    """A migrated database with one community of twenty members."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database.open(f"sqlite:///{home}/minga.db")
    migrations.upgrade(database)
    at = datetime.now(UTC) - timedelta(days=30)
    with database.write() as session:
        ids = [
            identity.make_person(session, Actor.machine(), name=f"Member {n}", handle=f"member{n}", at=at)
            for n in range(MEMBERS)
        ]
        first = Actor(ids[0], confirmed_at=at)
        identity.grant_operator(session, Actor.machine(), ids[0], at=at)
        made = communities.found(
            session, first, name="Valley", template="mutual_aid", founded_by="anybody", at=at
        )
        people = People(made.id, ids=ids)
        for person in ids[1:]:
            communities.begin(session, first, made.id, person, at=at, came_by=CameBy.INVITE, trial_days=0)
        session.add(
            Policy(community_id=made.id, key="listing.open_max", value=5_000, since_at=at, made_at=at)
        )
        for person in ids:
            people.tokens.append(f"mg_{new_id()}{len(people.tokens):08d}")
            session.add(
                Token(
                    person_id=person,
                    name="fault",
                    kind=TokenKind.PERSONAL,
                    hash=digest(people.tokens[-1]),
                    scopes=["read", "write"],
                    made_at=at,
                    expires_at=at + timedelta(days=60),
                )
            )
            people.cookies.append(identity.start_sign_in(session, person, at=datetime.now(UTC)))
    database.checkpoint()
    database.close()
    return people


class Nursery:
    """The process from which nodes are forked; one for all tests."""

    def __init__(self) -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("MINGA_")}
        environ |= {"MINGA_SECRET": SECRET, "MINGA_LOG_LEVEL": "error", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, home: Path, port: int) -> int:
        """A node of that folder; answers its process id. The one before has to be gone."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{home} {port}\n")
        self._process.stdin.flush()
        return int(self._said())

    def wait(self) -> None:
        assert self._said() == "gone\n"

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Running:
    """The node of a folder; `start`, `kill`, `request`."""

    def __init__(self, nursery: Nursery, home: Path, people: People) -> None:
        self.nursery = nursery
        self.home = home
        self.people = people
        self.port = _free_port()
        self.pid = 0

    def start(self, probe: str = "/health/ready") -> float:
        """Start a node; answers the seconds until it was ready."""
        self.pid = self.nursery.fork(self.home, self.port)
        began = time.monotonic()
        while time.monotonic() - began < READY_SECONDS_MAX:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.request("GET", probe)[0] == 200:
                    return time.monotonic() - began
            time.sleep(0.005)
        raise AssertionError("the node did not become ready")

    def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """End the node at once, as when the power goes."""
        os.kill(self.pid, with_signal)
        self.nursery.wait()
        self.pid = 0

    def close(self) -> None:
        if self.pid:
            self.kill()

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 30,
    ) -> tuple[int, bytes]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def post(self, member: int, title: str, **headers: str) -> tuple[int, Any]:
        """Post a listing by the API."""
        body = json.dumps(
            {
                "direction": "offer",
                "kind": "item",
                "title": title,
                "terms": [{"kind": "loan", "rule": "free"}],
            }
        ).encode()
        sent = {
            "Authorization": f"Bearer {self.people.tokens[member]}",
            "Content-Type": "application/json",
            **headers,
        }
        path = f"/api/v1/communities/{self.people.community_id}/listings"
        status, answer = self.request("POST", path, body, sent)
        return status, json.loads(answer)

    def read(self, member: int) -> tuple[int, Any]:
        """The list by the API."""
        path = f"/api/v1/communities/{self.people.community_id}/listings"
        status, answer = self.request(
            "GET", path, headers={"Authorization": f"Bearer {self.people.tokens[member]}"}
        )
        return status, json.loads(answer)

    def resident_mib(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def database(self) -> Database:
        return Database.open(f"sqlite:///{self.home}/minga.db")


def at_once(times: int, act: Any) -> list[Any]:
    """Call `act(n)` from that many threads at the same moment; answers in their order."""
    gate, found = threading.Barrier(times), [None] * times

    def one(n: int) -> None:
        gate.wait()
        found[n] = act(n)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def copied(template: Path, home: Path) -> Path:
    shutil.copytree(template, home)
    home.chmod(0o700)
    return home


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
