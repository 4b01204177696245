"""What the effects of decisions tell."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from minga.governance.events.outcomes import DecisionEvent
from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class EffectDue(DecisionEvent):
    """An effect is to be carried out now: its decision passed, or somebody lets it try again."""

    audience: ClassVar[Audience] = "stewards"
    effect_id: Id
    kind: str


@dataclass(frozen=True, kw_only=True)
class DecisionHandedOn(DecisionEvent):
    """Somebody else looks after a decision, or until another day, or it is looked at again on another one."""


@dataclass(frozen=True, kw_only=True)
class SunsetNear(Event):
    """A rule of deciding ends by itself in so many days."""

    about: ClassVar[str] = "charter"
    audience: ClassVar[Audience] = "members"
    charter_id: Id
    rule_class: str
    days: int
    ends_on: date
