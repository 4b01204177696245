"""What rules of a community tell. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class PolicySet(Event):
    about: ClassVar[str] = "policy"
    audience: ClassVar[Audience] = "members"
    policy_id: Id
    key: str
    effective_at: datetime
    decision: str = ""
