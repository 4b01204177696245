"""The record of a round that anybody can draw again, the fairness report beside it, and who is asked next."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import require
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.pools import Seen, pool_to_keep, round_to_see
from minga.sharing.models.pools import PoolRule
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.queries.access_needs import counts_points
from minga.sharing.queries.pool_rounds import ShareView, share_view
from minga.sharing.rules.allocation import fairness
from minga.sharing.rules.allocation.names import UNIT_RULES
from minga.sharing.rules.allocation.records import FORMAT
from minga.sharing.rules.pools import COUNT_SHOWN_FROM

OWN_ONLY = frozenset({"terms", "score"})
"""What of an explanation only its own person reads: one of the terms is an access need."""
NOT_YET = N_("This round is not shared out yet; its record follows then.")


def record(
    session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime, whole: bool = False
) -> dict[str, Any]:
    """What members may read of a round under lines instead of names; keepers have the whole record with every row."""
    seen = round_to_see(session, actor, pool_id, n, at=at)
    if whole:
        require(session, actor, "pool.allocate", seen.pool.community_id, at=at)
    claims = _claims(session, seen)
    shares = _first_shares(session, seen)
    found, rule = seen.round, session.get_one(PoolRule, seen.round.rule_id)
    result = found.result or {}
    units = rule.rule in UNIT_RULES
    none: Any = 0 if units else []
    lines = {
        one.line: (shares[one.id].steps if units else shares[one.id].given) if one.id in shares else none
        for one in claims
    }
    counts: dict[int, tuple[int, int]] = {}
    for one in claims:
        many, steps = counts.get(one.band, (0, 0))
        counts[one.band] = (many + 1, steps + one.steps)
    told: dict[str, Any] = {
        "format": FORMAT,
        "pool": seen.pool.id,
        "name": seen.pool.name,
        "round": found.id,
        "n": found.n,
        "what": seen.pool.what.value,
        "unit": seen.pool.unit.value,
        "step_milli": seen.pool.step_milli,
        "rule": rule.rule.value,
        "version": rule.version,
        "parameters": rule.parameters,
        "essential": seen.pool.essential,
        "weight_by": seen.pool.weight_by.value,
        "supply": found.supply,
        "opened_at": _iso(found.opened_at),
        "closed_at": _iso(found.closed_at),
        "allocated_at": _iso(found.allocated_at),
        "commitment": found.commitment,
        "secret": found.secret,
        "beacon": "",
        "claims_root": found.claims_root,
        "seed": found.seed,
        "counts": [
            {"bands": list(bands), "claims": many, "steps": steps}
            for bands, many, steps in fairness.joined(counts)
        ],
        "parts": _parts(result, whole=whole or len(claims) >= COUNT_SHOWN_FROM),
        "shares": dict(sorted(lines.items())),
        **{key: result[key] for key in ("things", "taken", "unfilled", "proven_optimal") if key in result},
    }
    if whole:
        told["claims"] = [without_terms(one.seen or {}, rule) for one in claims]
    return told


def without_terms(row: dict[str, Any], rule: PoolRule) -> dict[str, Any]:
    """A row as keepers have it: where points count, without them, as an access need is among them."""
    return {**row, "terms": None} if counts_points(rule.rule, rule.parameters) else row


def _parts(result: dict[str, Any], *, whole: bool) -> list[dict[str, Any]]:
    """Levels per band are told when nobody can be told from them."""
    parts: list[dict[str, Any]] = result["parts"]
    return parts if whole else [{k: v for k, v in part.items() if k != "levels"} for part in parts]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _claims(session: Session, seen: Seen) -> list[PoolClaim]:
    if seen.round.allocated_at is None:
        raise Conflict(NOT_YET, code="round_state")
    found = select(PoolClaim).where(PoolClaim.round_id == seen.round.id, PoolClaim.withdrawn_at.is_(None))
    return list(session.scalars(found.order_by(PoolClaim.line)))


def _first_shares(session: Session, seen: Seen) -> dict[Id, PoolShare]:
    """The shares as they were drawn; what others let pass came later."""
    found = select(PoolShare).where(PoolShare.round_id == seen.round.id, PoolShare.turn == 1)
    return {one.claim_id: one for one in session.scalars(found)}


@dataclass(frozen=True, slots=True)
class Report:
    """How fair a round was, in thousandths, and what other ways would have given on the same claims."""

    here: fairness.Figures
    others: dict[str, fairness.Figures]
    price: int
    bands: list[tuple[tuple[int, ...], int, int]]
    longest_days: int | None

    def plain(self) -> dict[str, Any]:
        return {
            "here": asdict(self.here),
            "others": {name: asdict(figures) for name, figures in self.others.items()},
            "price_of_fairness": self.price,
            "bands": [{"bands": list(b), "claims": many, "share": share} for b, many, share in self.bands],
            "longest_days_without": self.longest_days,
        }


def report(session: Session, actor: Actor, pool_id: Id, n: int, *, at: datetime) -> Report | None:
    """The fairness report of a round; None when there were too few claims to show figures of."""
    seen = round_to_see(session, actor, pool_id, n, at=at)
    claims = _claims(session, seen)
    if len(claims) < COUNT_SHOWN_FROM:
        return None
    shares = _first_shares(session, seen)
    wishes = [one.steps for one in claims]
    got = [shares[one.id].steps if one.id in shares else 0 for one in claims]
    supply = seen.round.supply or 0
    drawn = [line for part in (seen.round.result or {})["parts"][:1] for line in part["order"]]
    in_lot = sorted(claims, key=lambda one: drawn.index(one.line))
    as_made = sorted(claims, key=lambda one: (one.made_at, one.id))
    others = {
        "max_min": fairness.figures(fairness.max_min(supply, wishes), wishes),
        "proportional": fairness.figures(fairness.proportional(supply, wishes), wishes),
        "lottery": _in_order(supply, in_lot),
        "first_come": _in_order(supply, as_made),
    }
    here = fairness.figures(got, wishes)
    per_band: dict[int, tuple[int, int]] = {}
    for one, share in zip(claims, got, strict=True):
        many, steps = per_band.get(one.band, (0, 0))
        per_band[one.band] = (many + 1, steps + share)
    price = fairness.price(here.fully, fairness.fully_at_most(supply, wishes))
    return Report(here, others, price, fairness.joined(per_band), _longest(claims, seen.round))


def _in_order(supply: int, claims: list[PoolClaim]) -> fairness.Figures:
    wishes = [one.steps for one in claims]
    return fairness.figures(fairness.in_turn(supply, wishes), wishes)


def _longest(claims: list[PoolClaim], found: PoolRound) -> int | None:
    """Days since the last receipt of whoever waited longest among those who received anything before."""
    lasts = [str(one.seen.get("last", "")) for one in claims if one.seen]
    moments = [datetime.fromisoformat(f"{one}+00:00") for one in lasts if one]
    if not moments or found.allocated_at is None:
        return None
    return (found.allocated_at - min(moments)).days


@dataclass(frozen=True, slots=True)
class Next:
    """Who is asked now about a thing of a standing queue, why, and on request the rest of the order."""

    name: str
    handle: str
    n: int
    share: ShareView
    explanation: dict[str, Any]
    order: tuple[str, ...]


def next_recipient(
    session: Session, actor: Actor, pool_id: Id, *, at: datetime, order: bool = False
) -> Next | None:
    """The one person whose answer is waited for, with the reason, for keepers; None when nobody is asked."""
    pool = pool_to_keep(session, actor, pool_id, at=at)
    row = session.execute(
        select(PoolShare, PoolClaim, PoolRound, Person.name, Person.handle)
        .join(PoolClaim, PoolClaim.id == PoolShare.claim_id)
        .join(PoolRound, PoolRound.id == PoolShare.round_id)
        .join(Person, Person.id == PoolShare.person_id)
        .where(
            PoolShare.pool_id == pool.id,
            PoolShare.accepted_at.is_(None),
            PoolShare.refused_at.is_(None),
            PoolShare.lapsed_at.is_(None),
        )
        .order_by(PoolShare.answer_by_at, PoolShare.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    parts = (row.PoolRound.result or {})["parts"]
    rest = tuple(parts[0]["order"]) if order else ()
    explanation = {k: v for k, v in (row.PoolClaim.explanation or {}).items() if k not in OWN_ONLY}
    return Next(row.name, row.handle, row.PoolRound.n, share_view(row.PoolShare), explanation, rest)
