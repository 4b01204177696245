"""What tests of live pages share: things that only some may see, what happens to them, and somebody who listens."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2

from minga.kit.events import Event
from tests.visitor import Visitor


@dataclass(frozen=True, kw_only=True)
class LanternLit(Event):
    about: ClassVar[str] = "lantern"
    audience: ClassVar[Any] = "members"
    lantern_id: str


@dataclass(frozen=True, kw_only=True)
class LanternInspected(Event):
    about: ClassVar[str] = "lantern"
    lantern_id: str


@dataclass(frozen=True, kw_only=True)
class LanternBallotCast(Event):
    about: ClassVar[str] = "lantern"
    audience: ClassVar[Any] = "members"
    hinted: ClassVar[bool] = False
    lantern_id: str


@dataclass(frozen=True, kw_only=True)
class MachineOiled(Event):
    audience: ClassVar[Any] = "operator"


@dataclass
class Lanterns:
    """Things that only some people may see; who may is changed by the tests."""

    seen_by: set[str]


def cookie_of(visitor: Visitor) -> dict[str, str]:
    return {visitor.node.cookie: str(visitor.client.cookies.get(visitor.node.cookie))}


class Ear:
    """A reader of one stream."""

    def __init__(
        self, server: str, visitor: Visitor, query: str, headers: dict[str, str] | None = None
    ) -> None:
        self.client = httpx2.Client(base_url=server, cookies=cookie_of(visitor), timeout=8)
        self.request = self.client.build_request("GET", f"/live?{query}", headers=headers)
        self.answer = self.client.send(self.request, stream=True)
        self.lines = self.answer.iter_lines() if self.answer.status_code == 200 else iter(())

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_: object) -> None:
        self.answer.close()
        self.client.close()

    def ready(self) -> "Ear":
        """Until the first beat of the heart, which says that the stream listens."""
        for line in self.lines:
            if line == ":":
                return self
        raise AssertionError("the stream ended")

    def next(self) -> tuple[str, dict[str, Any]]:
        kind = ""
        for line in self.lines:
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            if line.startswith("data: "):
                return kind, json.loads(line.removeprefix("data: "))
        return "end", {}
