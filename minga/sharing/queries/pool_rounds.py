"""One round: what everybody may know of it, one's own claim with its explanation, and the desk for those who keep it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import require
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.sharing.access.pools import Seen, keeps, round_to_see, share_to_see
from minga.sharing.models.pools import PoolAccount, PoolRule
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.queries.pools import PoolView, RuleWas, pool, round_line
from minga.sharing.rules.pools import COUNT_SHOWN_FROM, RoundState, ShareState

CLAIMS_MAX = 5_000


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share, for whose it is or for the desk."""

    id: Id
    turn: int
    steps: int
    given: list[Any] | None
    state: ShareState
    offered_at: datetime
    answer_by_at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim with what it got, for whose it is."""

    id: Id
    line: str
    steps: int
    band: int
    words: str
    wish: dict[str, Any] | None
    made_at: datetime
    withdrawn: bool
    entered: bool
    explanation: dict[str, Any] | None
    shares: tuple[ShareView, ...]
    band_asked: bool = False
    band_kept: bool = False


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as its page shows it. How many claimed is told from five on; the seed when it is revealed."""

    id: Id
    n: int
    pool: PoolView
    rule: RuleWas
    state: RoundState
    opens_at: datetime
    closes_at: datetime | None
    allocated_at: datetime | None
    settled_at: datetime | None
    supply_milli: int | None
    supply: int | None
    commitment: str | None
    claims_root: str | None
    seed: str | None
    claims: int | None
    cancel_why: str
    cancel_asked: bool
    cancel_asked_by_me: bool
    own: ClaimView | None

    @property
    def takes_claims(self) -> bool:
        return self.state is RoundState.OPEN


def share_state(one: PoolShare) -> ShareState:
    """Where a share stands, from its dates."""
    if one.refused_at is not None:
        return ShareState.REFUSED
    if one.lapsed_at is not None:
        return ShareState.LAPSED
    if one.missed_at is not None:
        return ShareState.MISSED
    if one.taken_at is not None:
        return ShareState.TAKEN
    return ShareState.OFFERED if one.accepted_at is None else ShareState.ACCEPTED


def share_view(one: PoolShare) -> ShareView:
    return ShareView(
        one.id,
        one.turn,
        one.steps,
        one.given,
        share_state(one),
        one.offered_at,
        one.answer_by_at,
        one.accepted_at,
    )


def round_view(session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime) -> RoundView:
    """One round, for whoever sees its pool."""
    seen = round_to_see(session, actor, pool_id, n, at=at)
    found = seen.round
    rule = session.get_one(PoolRule, found.rule_id)
    many = session.scalar(
        select(func.count()).where(PoolClaim.round_id == found.id, PoolClaim.withdrawn_at.is_(None))
    )
    keeping = keeps(session, actor, seen.pool, at=at)
    return RoundView(
        id=found.id,
        n=found.n,
        pool=pool(session, actor, pool_id, at=at),
        rule=RuleWas(rule.version, rule.rule, rule.parameters, rule.since_at),
        state=round_line(found).state,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        allocated_at=found.allocated_at,
        settled_at=found.settled_at,
        supply_milli=found.supply_milli,
        supply=found.supply,
        commitment=found.commitment,
        claims_root=found.claims_root,
        seed=found.seed,
        claims=many if many is not None and many >= COUNT_SHOWN_FROM else None,
        cancel_why=found.cancel_why if keeping or found.cancelled_at is not None else "",
        cancel_asked=keeping and found.cancel_asked_by_id is not None,
        cancel_asked_by_me=found.cancel_asked_by_id == actor.person_id,
        own=own_claim(session, actor, found),
    )


def own_claim(session: Session, actor: Actor, found: PoolRound) -> ClaimView | None:
    """The actor's own claim of a round, the last one made."""
    if actor.person_id is None:
        return None
    claim = session.scalar(
        select(PoolClaim)
        .where(PoolClaim.round_id == found.id, PoolClaim.person_id == actor.person_id)
        .order_by(PoolClaim.id.desc())
        .limit(1)
    )
    if claim is None:
        return None
    shares = session.scalars(
        select(PoolShare).where(PoolShare.claim_id == claim.id).order_by(PoolShare.turn, PoolShare.id)
    )
    return claim_view(claim, tuple(share_view(one) for one in shares))


def claim_view(claim: PoolClaim, shares: tuple[ShareView, ...], *, own: bool = True) -> ClaimView:
    """A claim with its shares; the explanation is for its `own` person, keepers read none."""
    return ClaimView(
        claim.id,
        claim.line,
        claim.steps,
        claim.band,
        claim.words,
        claim.wish,
        claim.made_at,
        claim.withdrawn_at is not None,
        claim.entered_by_id is not None,
        claim.explanation if own else None,
        shares,
        claim.band_asked_at is not None,
        claim.band_kept_at is not None,
    )


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A claim at the desk: whose, how much, how pressing, why, and what is to be handed out."""

    person_id: Id
    name: str
    handle: str
    heads: int
    claim: ClaimView


def desk(
    session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime
) -> tuple[RoundView, list[DeskLine]]:
    """The claims of a round, for the keepers of its pool. The order of the lot is not in it before it is drawn."""
    seen: Seen = round_to_see(session, actor, pool_id, n, at=at)
    require(session, actor, "pool.allocate", seen.pool.community_id, at=at)
    shares: dict[Id, list[ShareView]] = defaultdict(list)
    for one in session.scalars(
        select(PoolShare).where(PoolShare.round_id == seen.round.id).order_by(PoolShare.turn, PoolShare.id)
    ):
        shares[one.claim_id].append(share_view(one))
    rows = session.execute(
        select(PoolClaim, Person.id.label("person"), Person.name, Person.handle, PoolAccount.heads)
        .join(Person, Person.id == PoolClaim.person_id)
        .join(PoolAccount, PoolAccount.id == PoolClaim.account_id)
        .where(PoolClaim.round_id == seen.round.id, PoolClaim.withdrawn_at.is_(None))
        .order_by(func.lower(Person.name), Person.id)
        .limit(CLAIMS_MAX)
    )
    lines = [
        DeskLine(
            row.person,
            row.name,
            row.handle,
            row.heads,
            claim_view(row.PoolClaim, tuple(shares[row.PoolClaim.id]), own=False),
        )
        for row in rows
    ]
    return round_view(session, actor, pool_id, n, at=at), lines


def round_of_share(session: Session, actor: Actor, share_id: Id, *, at: datetime) -> tuple[Id, int]:
    """The pool and the number of the round that a share belongs to."""
    share = share_to_see(session, actor, share_id, at=at)
    found = session.get(PoolRound, share.round_id)
    if found is None:
        raise NotFound()
    return share.pool_id, found.n
