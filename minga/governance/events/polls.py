"""What polls tell. Nothing here joins a person to a ballot of a secret poll."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.governance.rules.kinds import ChallengeKind, Channel, ObjectionEnd, Secrecy
from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class PollEvent(Event):
    """Common to all that a poll tells."""

    about: ClassVar[str] = "poll"
    audience: ClassVar[Audience] = "members"

    poll_id: Id
    proposal_id: Id | None = None


@dataclass(frozen=True, kw_only=True)
class PollPlanned(PollEvent):
    """A poll is set up; the clock opens it."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class PollOpened(PollEvent):
    """Options, rule and roll are fixed from here on."""

    method: str
    secrecy: Secrecy
    closes_at: datetime
    roll_size: int
    config_digest: str
    roll_root: str
    r_node_commitment: str


@dataclass(frozen=True, kw_only=True)
class PollTightened(PollEvent):
    """Results are shown only after the close from now on."""


@dataclass(frozen=True, kw_only=True)
class PollExtended(PollEvent):
    closes_at: datetime


@dataclass(frozen=True, kw_only=True)
class PollReminded(PollEvent):
    """Those who have not voted are reminded; `hours` before the close, 0 at opening. It names nobody."""

    hours: int


@dataclass(frozen=True, kw_only=True)
class BallotCast(PollEvent):
    """A ballot came or was changed; in secret polls nothing says whose."""

    channel: Channel | None = None
    voter_id: Id | None = None
    ballot_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class BallotWithdrawn(PollEvent):
    voter_id: Id | None = None


@dataclass(frozen=True, kw_only=True)
class BallotEntered(PollEvent):
    """Somebody entered a ballot for somebody, or one adult voted for a household; `told_id` is told at once."""

    audience: ClassVar[Audience] = "person"

    channel: Channel
    voter_id: Id
    told_id: Id


@dataclass(frozen=True, kw_only=True)
class PaperBatchEntered(PollEvent):
    number: int
    papers: int


@dataclass(frozen=True, kw_only=True)
class PaperBatchClosed(PollEvent):
    number: int
    papers: int


@dataclass(frozen=True, kw_only=True)
class ScrutinyCommitted(PollEvent):
    """A scrutineer's hash, published before the close."""

    commitment: str


@dataclass(frozen=True, kw_only=True)
class ScrutinyRevealed(PollEvent):
    reveal: str


@dataclass(frozen=True, kw_only=True)
class PollClosed(PollEvent):
    """No ballot is taken any more."""

    early: bool
    ballots: int
    ballots_root: str


@dataclass(frozen=True, kw_only=True)
class PollTallied(PollEvent):
    outcome: str
    reason: str
    result_digest: str


@dataclass(frozen=True, kw_only=True)
class VetoMade(PollEvent):
    """Named and reasoned, also where ballots are secret."""


@dataclass(frozen=True, kw_only=True)
class VetoWithdrawn(PollEvent):
    """A veto was taken back."""


@dataclass(frozen=True, kw_only=True)
class ObjectionMade(PollEvent):
    objection_id: Id


@dataclass(frozen=True, kw_only=True)
class ObjectionEnded(PollEvent):
    objection_id: Id
    ended: ObjectionEnd


@dataclass(frozen=True, kw_only=True)
class ChallengeMade(PollEvent):
    challenge_id: Id
    kind: ChallengeKind


@dataclass(frozen=True, kw_only=True)
class ChallengeAnswered(PollEvent):
    challenge_id: Id
    kind: ChallengeKind
    upheld: bool


@dataclass(frozen=True, kw_only=True)
class VoidingAsked(PollEvent):
    """Somebody asked that a poll does not count; a second person has to agree."""


@dataclass(frozen=True, kw_only=True)
class PollVoided(PollEvent):
    """The poll does not count."""

    second_id: Id
    after_ballots: bool


@dataclass(frozen=True, kw_only=True)
class PollFinal(PollEvent):
    """The time for challenges is over; `returns` when nothing is decided by it and the discussion goes on."""

    outcome: str
    reason: str
    returns: bool


@dataclass(frozen=True, kw_only=True)
class BeaconTold(PollEvent):
    """The public number that was named before the close is written down."""


@dataclass(frozen=True, kw_only=True)
class PollNotOpened(PollEvent):
    """A poll that was set up could not be opened; `code` names why."""

    code: str
