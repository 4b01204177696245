"""What cutting a branch tells. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class BranchEvent(Event):
    """Something about cutting a branch; stewards read it."""

    about: ClassVar[str] = "cut"
    cut_id: Id


@dataclass(frozen=True, kw_only=True)
class BranchCutPlanned(BranchEvent):
    """One person planned it; until then a second may agree."""

    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class BranchCutClosed(BranchEvent):
    """A plan, or a wish to undo one, came to nothing: taken back, refused, or nobody agreed in time."""

    why: str


@dataclass(frozen=True, kw_only=True)
class BranchCut(BranchEvent):
    """Two people agreed and it was done: how many rest, were removed, and were kept."""

    rest: int
    removed: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class BranchCutUndoAsked(BranchEvent):
    """One person would like to undo it, for some or all."""


@dataclass(frozen=True, kw_only=True)
class BranchCutUndone(BranchEvent):
    """For how many people it was undone."""

    people: int
