"""What the names of skills tell the others."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class SkillAccepted(Event):
    """A skill that somebody typed belongs to those of the community now."""

    about: ClassVar[str] = "skill"
    audience: ClassVar[Audience] = "members"

    skill_id: Id


@dataclass(frozen=True, kw_only=True)
class SkillMerged(Event):
    """Two names mean the same skill now."""

    about: ClassVar[str] = "skill"
    audience: ClassVar[Audience] = "members"

    skill_id: Id
    into_id: Id
