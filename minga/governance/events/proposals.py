"""What proposals tell."""

from dataclasses import dataclass
from typing import ClassVar

from minga.governance.rules.kinds import ProposalKind
from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class ProposalEvent(Event):
    """Common to all that a proposal tells."""

    about: ClassVar[str] = "proposal"
    audience: ClassVar[Audience] = "members"

    proposal_id: Id


@dataclass(frozen=True, kw_only=True)
class ProposalDrafted(ProposalEvent):
    """Somebody began to write a proposal; only they read it."""

    audience: ClassVar[Audience] = "person"
    kind: ProposalKind


@dataclass(frozen=True, kw_only=True)
class ProposalSubmitted(ProposalEvent):
    """A proposal is put up for discussion."""

    kind: ProposalKind
    n: int


@dataclass(frozen=True, kw_only=True)
class ProposalChanged(ProposalEvent):
    """A proposal has a new text."""

    n: int


@dataclass(frozen=True, kw_only=True)
class ProposalWithdrawn(ProposalEvent):
    """A proposal was taken back; `after_ballots` when people had voted already, who are told why."""

    poll_id: Id | None = None
    after_ballots: bool = False


@dataclass(frozen=True, kw_only=True)
class ProposalSeconded(ProposalEvent):
    """Somebody wants it put to the vote."""

    seconders: int


@dataclass(frozen=True, kw_only=True)
class CoProposerAsked(ProposalEvent):
    audience: ClassVar[Audience] = "person"


@dataclass(frozen=True, kw_only=True)
class CoProposerAgreed(ProposalEvent):
    """Somebody makes the proposal too."""


@dataclass(frozen=True, kw_only=True)
class AmendmentMade(ProposalEvent):
    amendment_id: Id


@dataclass(frozen=True, kw_only=True)
class AmendmentAnswered(ProposalEvent):
    amendment_id: Id
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class AdviceAsked(ProposalEvent):
    advice_id: Id
    adviser_id: Id


@dataclass(frozen=True, kw_only=True)
class AdviceGiven(ProposalEvent):
    advice_id: Id
    adviser_id: Id


@dataclass(frozen=True, kw_only=True)
class AdviceAnswered(ProposalEvent):
    advice_id: Id
    adviser_id: Id
