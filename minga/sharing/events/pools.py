"""What pools tell the others. Amounts are of rounds and stock; nothing here says how pressing somebody's claim is."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from minga.kit.events import Audience, Event
from minga.kit.ids import Id
from minga.sharing.rules.allocation.names import Rule
from minga.sharing.rules.pools import StockWhy


@dataclass(frozen=True, kw_only=True)
class PoolEvent(Event):
    """Common to all that a pool tells."""

    about: ClassVar[str] = "pool"
    audience: ClassVar[Audience] = "members"

    pool_id: Id


@dataclass(frozen=True, kw_only=True)
class PoolFounded(PoolEvent):
    """The community holds something in common."""

    essential: bool


@dataclass(frozen=True, kw_only=True)
class PoolRuleSet(PoolEvent):
    """From the next round on it is shared out by this rule."""

    rule: Rule
    rule_version: int


@dataclass(frozen=True, kw_only=True)
class PoolEnded(PoolEvent):
    """It is not shared out any more."""


@dataclass(frozen=True, kw_only=True)
class GiftSaid(PoolEvent):
    """A member brings something; a keeper says when it is there."""

    audience: ClassVar[Audience] = "stewards"

    gift_id: Id
    giver_id: Id
    milli: int


@dataclass(frozen=True, kw_only=True)
class StockMoved(PoolEvent):
    """Something came in or went out."""

    milli: int
    after_milli: int
    why: StockWhy


@dataclass(frozen=True, kw_only=True)
class RoundEvent(PoolEvent):
    """Common to all that a round tells."""

    about: ClassVar[str] = "round"

    round_id: Id
    n: int


@dataclass(frozen=True, kw_only=True)
class RoundPlanned(RoundEvent):
    """A distribution is announced."""

    opens_at: datetime
    closes_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RoundOpened(RoundEvent):
    """Claims are open, and the hash of the lot's secret is published."""

    closes_at: datetime | None
    commitment: str


@dataclass(frozen=True, kw_only=True)
class RoundClosed(RoundEvent):
    """Nobody can claim any more, and the hash of all claims is published."""

    claims_root: str


@dataclass(frozen=True, kw_only=True)
class RoundAllocated(RoundEvent):
    """The seed is revealed, shares are offered."""

    seed: str
    supply: int
    answer_by_at: datetime


@dataclass(frozen=True, kw_only=True)
class RoundSettled(RoundEvent):
    """Every share was taken, declined or lapsed."""


@dataclass(frozen=True, kw_only=True)
class RoundCancelAsked(RoundEvent):
    """One of two people would like to call the round off."""


@dataclass(frozen=True, kw_only=True)
class RoundCancelled(RoundEvent):
    """Called off by two people before anything was shared out."""


@dataclass(frozen=True, kw_only=True)
class ClaimEvent(RoundEvent):
    """Common to what one claim or share tells; only its person reads it."""

    audience: ClassVar[Audience] = "person"

    claimant_id: Id
    claim_id: Id


@dataclass(frozen=True, kw_only=True)
class ClaimMade(ClaimEvent):
    """Somebody asks for a share."""


@dataclass(frozen=True, kw_only=True)
class ClaimChanged(ClaimEvent):
    """What is asked for changed."""


@dataclass(frozen=True, kw_only=True)
class BandAsked(ClaimEvent):
    """A keeper asks whether it is still that pressing."""


@dataclass(frozen=True, kw_only=True)
class BandKept(ClaimEvent):
    """Whose claim it is says that it is."""


@dataclass(frozen=True, kw_only=True)
class ClaimWithdrawn(ClaimEvent):
    """Not needed any more."""


@dataclass(frozen=True, kw_only=True)
class ShareOffered(ClaimEvent):
    """A share waits for its answer."""

    share_id: Id
    turn: int
    answer_by_at: datetime


@dataclass(frozen=True, kw_only=True)
class ShareAccepted(ClaimEvent):
    """The share is wanted."""

    share_id: Id


@dataclass(frozen=True, kw_only=True)
class ShareRefused(ClaimEvent):
    """The share goes to the next."""

    share_id: Id


@dataclass(frozen=True, kw_only=True)
class ShareLapsed(ClaimEvent):
    """Nobody answered; the share goes to the next."""

    share_id: Id


@dataclass(frozen=True, kw_only=True)
class ShareTaken(ClaimEvent):
    """It was picked up."""

    share_id: Id


@dataclass(frozen=True, kw_only=True)
class ShareMissed(ClaimEvent):
    """It was not picked up, and is stock again."""

    share_id: Id
    counted: bool
