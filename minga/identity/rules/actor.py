"""Who acts, through which door, and what a page needs to know of them. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Via(StrEnum):
    """The door through which somebody acts."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    MCP = "mcp"
    WORKER = "worker"
    PEER = "peer"
    MACHINE = "machine"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is acting right now. Every command and every query names one.

    Nobody signed in has no `person_id`. A token brings its scopes and, if it is bound to one, its community.
    `locked` are the communities that do not know the device of this sign-in yet, filled in where it comes in.
    `for_by` is the person who acts for `person_id`. A waiting sign-in never makes an actor with a person.
    """

    person_id: str | None
    via: Via = Via.WEB
    sign_in_id: str | None = None
    device_id: str | None = None
    token_id: str | None = None
    token_scopes: frozenset[str] | None = None
    token_community_id: str | None = None
    confirmed_at: datetime | None = None
    locked: frozenset[str] = frozenset()
    for_by: str | None = None
    operator: bool = False
    request_id: str = ""

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None

    @classmethod
    def nobody(cls, via: Via = Via.WEB, request_id: str = "") -> "Actor":
        return cls(None, via, request_id=request_id)

    @classmethod
    def machine(cls) -> "Actor":
        """Whoever has the machine's shell, or the node itself."""
        return cls(None, Via.MACHINE, operator=True)


@dataclass(frozen=True, slots=True)
class Me:
    """What the frame of every page shows of the person who reads it."""

    person_id: str
    handle: str
    name: str
    language: str
    zone: str
    photo: str | None
    look: dict[str, Any] = field(default_factory=dict)
    seen_on: date | None = None
