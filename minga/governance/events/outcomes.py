"""What decisions, charters and lent votes tell."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from minga.governance.rules.kinds import DelegationScope
from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class DecisionEvent(Event):
    """Common to all that a decision tells."""

    about: ClassVar[str] = "decision"
    audience: ClassVar[Audience] = "members"

    decision_id: Id


@dataclass(frozen=True, kw_only=True)
class DecisionMade(DecisionEvent):
    """A poll is final, or an adviser's process ended; effects follow when it passed."""

    proposal_id: Id | None = None
    poll_id: Id | None = None
    kind: str
    outcome: str
    reason: str
    year: int
    number: int


@dataclass(frozen=True, kw_only=True)
class OutcomeStated(DecisionEvent):
    """A statement stands below the outcome."""


@dataclass(frozen=True, kw_only=True)
class EffectDone(DecisionEvent):
    effect_id: Id
    kind: str
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class EffectFailed(DecisionEvent):
    effect_id: Id
    kind: str
    decision: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionImplemented(DecisionEvent):
    on: date


@dataclass(frozen=True, kw_only=True)
class ReviewDue(Event):
    """The day has come to look at a rule, an agreement or a decision again."""

    about: ClassVar[str] = "reviewed"
    audience: ClassVar[Audience] = "members"

    reviewed_id: Id
    kind: str
    proposal_id: Id | None = None


@dataclass(frozen=True, kw_only=True)
class RuleSunset(Event):
    """A rule of deciding ended by itself."""

    about: ClassVar[str] = "charter"
    audience: ClassVar[Audience] = "members"

    charter_id: Id
    rule_class: str


@dataclass(frozen=True, kw_only=True)
class CharterChanged(Event):
    """The rules of deciding have a new version."""

    about: ClassVar[str] = "charter"
    audience: ClassVar[Audience] = "members"

    charter_id: Id
    n: int


@dataclass(frozen=True, kw_only=True)
class DelegationGiven(Event):
    about: ClassVar[str] = "delegation"
    audience: ClassVar[Audience] = "person"

    delegation_id: Id
    to_id: Id
    scope_kind: DelegationScope


@dataclass(frozen=True, kw_only=True)
class DelegationEnded(Event):
    about: ClassVar[str] = "delegation"
    audience: ClassVar[Audience] = "person"

    delegation_id: Id
    to_id: Id


@dataclass(frozen=True, kw_only=True)
class PowerConcentrated(Event):
    """A few hold a large share of roles, approvals or decisions, two months running."""

    audience: ClassVar[Audience] = "members"

    share_percent: int
    people: int
    figure: str
