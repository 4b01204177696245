"""What reports tell, and what was hidden after them. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class Reported(Event):
    """Somebody reported something. Who did is read by those who handle reports, nowhere else."""

    about: ClassVar[str] = "report"
    audience: ClassVar[Audience] = "person"
    report_id: Id
    ref_kind: str
    ref_id: Id


@dataclass(frozen=True, kw_only=True)
class ReportAnswered(Event):
    """`measure` names what was done; `again`: after an appeal. Told without names."""

    about: ClassVar[str] = "report"
    audience: ClassVar[Audience] = "person"
    report_id: Id
    ref_kind: str
    measure: str
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class ReportAppealed(Event):
    about: ClassVar[str] = "report"
    audience: ClassVar[Audience] = "person"
    report_id: Id


@dataclass(frozen=True, kw_only=True)
class ReportWithdrawn(Event):
    about: ClassVar[str] = "report"
    audience: ClassVar[Audience] = "person"
    report_id: Id


@dataclass(frozen=True, kw_only=True)
class ContentHidden(Event):
    about: ClassVar[str] = "hidden"
    audience: ClassVar[Audience] = "stewards"
    hidden_id: Id
    kind: str


@dataclass(frozen=True, kw_only=True)
class ContentShownAgain(Event):
    about: ClassVar[str] = "hidden"
    audience: ClassVar[Audience] = "stewards"
    hidden_id: Id
    kind: str
