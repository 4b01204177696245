"""What applications tell, and the questions put to applicants. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class ApplicationSent(Event):
    about: ClassVar[str] = "application"
    application_id: Id


@dataclass(frozen=True, kw_only=True)
class ApplicationAnswered(Event):
    about: ClassVar[str] = "application"
    application_id: Id
    accepted: bool
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationWithdrawn(Event):
    about: ClassVar[str] = "application"
    application_id: Id


@dataclass(frozen=True, kw_only=True)
class ApplicationLapsed(Event):
    about: ClassVar[str] = "application"
    application_id: Id


@dataclass(frozen=True, kw_only=True)
class QuestionChanged(Event):
    """A question to applicants was written, worded anew or taken away."""

    about: ClassVar[str] = "question"
    audience: ClassVar[Audience] = "members"
    question_id: Id
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class ApplicationNoteWritten(Event):
    """Somebody wrote to an applicant, the applicant wrote back, or a welcomer left a note for the others."""

    about: ClassVar[str] = "application"
    audience: ClassVar[Audience] = "person"
    application_id: Id
    to_applicant: bool
    by_applicant: bool


@dataclass(frozen=True, kw_only=True)
class ApplicationReminded(Event):
    """Nobody has answered for so many days, and welcomers are reminded."""

    about: ClassVar[str] = "application"
    audience: ClassVar[Audience] = "person"
    application_id: Id
    days: int
