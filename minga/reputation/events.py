"""What reputation tells the others. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.kit.events import Event
from minga.kit.ids import Id
from minga.reputation.rules.facts import Dimension, What


@dataclass(frozen=True, kw_only=True)
class FactEvent(Event):
    """Common to all that is told of a fact; `source_id` is the event it was read from."""

    about: ClassVar[str] = "fact"
    audience: ClassVar = "person"

    fact_id: Id
    source_id: Id
    subject_id: Id
    dimension: Dimension


@dataclass(frozen=True, kw_only=True)
class FactRecorded(FactEvent):
    """An outcome was kept as a fact about somebody."""

    what: What


@dataclass(frozen=True, kw_only=True)
class FactContested(FactEvent):
    """Its person says that it was not so; `asked_id` is the other side."""

    asked_id: Id | None


@dataclass(frozen=True, kw_only=True)
class FactStruck(FactEvent):
    """It counts no more: the other side or a mediator agreed."""


@dataclass(frozen=True, kw_only=True)
class FactRestored(FactEvent):
    """A mediator took the striking back; it counts again."""


@dataclass(frozen=True, kw_only=True)
class ContestDeclined(FactEvent):
    """The other side, or a mediator, says that it was so."""


@dataclass(frozen=True, kw_only=True)
class EndorsementEvent(Event):
    """Common to all that is told of an endorsement."""

    about: ClassVar[str] = "endorsement"
    audience: ClassVar = "person"

    endorsement_id: Id
    endorser_id: Id
    endorsee_id: Id


@dataclass(frozen=True, kw_only=True)
class EndorsementGiven(EndorsementEvent):
    """Somebody said that somebody else can do something."""


@dataclass(frozen=True, kw_only=True)
class EndorsementAccepted(EndorsementEvent):
    """The other lets it be shown."""


@dataclass(frozen=True, kw_only=True)
class EndorsementEnded(EndorsementEvent):
    """It was taken back, declined or taken down."""


@dataclass(frozen=True, kw_only=True)
class SkillEvent(Event):
    """Common to what is told of a person's skill; `skill_ref` stands for its name, which somebody typed."""

    about: ClassVar[str] = "person"
    audience: ClassVar = "person"

    person_id: Id
    skill_ref: str


@dataclass(frozen=True, kw_only=True)
class PaperSeen(SkillEvent):
    """A paper about a skill was seen."""

    proof_id: Id


@dataclass(frozen=True, kw_only=True)
class PaperEnded(SkillEvent):
    """A paper about a skill counts no more."""

    proof_id: Id


@dataclass(frozen=True, kw_only=True)
class SkillVerified(SkillEvent):
    """The evidence for a skill suffices now."""


@dataclass(frozen=True, kw_only=True)
class SkillLapsed(SkillEvent):
    """The evidence for a skill suffices no more."""


@dataclass(frozen=True, kw_only=True)
class ConnectionEvent(Event):
    """Common to all that is told of a connection."""

    about: ClassVar[str] = "connection"
    audience: ClassVar = "person"

    connection_id: Id
    from_id: Id
    to_id: Id


@dataclass(frozen=True, kw_only=True)
class ConnectionAsked(ConnectionEvent):
    """Somebody would like to be connected."""


@dataclass(frozen=True, kw_only=True)
class ConnectionAgreed(ConnectionEvent):
    """The other agreed."""


@dataclass(frozen=True, kw_only=True)
class ConnectionEnded(ConnectionEvent):
    """One of them ended it, or said no."""


@dataclass(frozen=True, kw_only=True)
class BadgeAwarded(Event):
    """Somebody earned a badge, or was given one by hand."""

    about: ClassVar[str] = "person"
    audience: ClassVar = "person"

    badge_id: Id
    person_id: Id
    earned_id: Id
    by_hand: bool
