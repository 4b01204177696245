"""What access needs tell: to their person alone that something was changed, never what."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event


@dataclass(frozen=True, kw_only=True)
class _AccessNeedEvent(Event):
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class AccessNeedChanged(_AccessNeedEvent):
    """It was entered, or where it counts was changed."""


@dataclass(frozen=True, kw_only=True)
class AccessNeedErased(_AccessNeedEvent):
    """It is gone."""
