"""What the headings of a community tell the others."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class _CategoryEvent(Event):
    about: ClassVar[str] = "category"
    audience: ClassVar[Audience] = "members"

    category_id: Id


@dataclass(frozen=True, kw_only=True)
class CategoryAdded(_CategoryEvent):
    """There is a new heading."""


@dataclass(frozen=True, kw_only=True)
class CategoryChanged(_CategoryEvent):
    """It has another name, another place in the tree, or other fields."""


@dataclass(frozen=True, kw_only=True)
class CategoryRetired(_CategoryEvent):
    """Nothing new is filed under it."""


@dataclass(frozen=True, kw_only=True)
class CategoryMerged(_CategoryEvent):
    """What was filed under it is filed under another one now."""

    into_id: Id
    moved: int
