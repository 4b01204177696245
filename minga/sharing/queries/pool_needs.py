"""What of pools waits for somebody: a share to answer; for keepers gifts on their way, rounds without supply, pick-ups."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, null, or_, select, type_coerce, union_all

from minga.communities.access import communities_where
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.i18n import N_
from minga.kit.refs import LINES_MAX, Act, NeedLine, Ref, needs
from minga.sharing.models.pools import Pool, PoolGift, StockMove
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from minga.sharing.rules.pools import BAND_TODAY

PICK_UP_AFTER = timedelta(days=7)
_UNANSWERED = (PoolShare.accepted_at.is_(None), PoolShare.refused_at.is_(None), PoolShare.lapsed_at.is_(None))


@needs.register
def waits_in_pools(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """The lines of one person; those of keepers only where they keep pools."""
    if actor.person_id is None:
        return ()
    kept = communities_where(actor, "pool.allocate", at=at)
    own = _line(
        "share_offered", PoolShare.id, PoolShare.offered_at, PoolShare.answer_by_at, PoolRound.n
    ).select_from(PoolShare)
    own = own.join(Pool, Pool.id == PoolShare.pool_id).join(PoolRound, PoolRound.id == PoolShare.round_id)
    own = own.where(PoolShare.person_id == actor.person_id, *_UNANSWERED, PoolShare.answer_by_at > at)
    gifts = _line("gift_waits", PoolGift.id, PoolGift.said_at, null(), literal(0)).select_from(PoolGift)
    gifts = gifts.join(Pool, Pool.id == PoolGift.pool_id).where(
        PoolGift.arrived_at.is_(None), PoolGift.declined_at.is_(None), Pool.community_id.in_(kept)
    )
    held = (
        select(StockMove.after_milli)
        .where(StockMove.pool_id == Pool.id)
        .order_by(StockMove.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    dry = _line("round_without_supply", PoolRound.id, PoolRound.opened_at, PoolRound.closes_at, PoolRound.n)
    dry = dry.select_from(PoolRound).join(Pool, Pool.id == PoolRound.pool_id)
    dry = dry.where(
        PoolRound.opened_at.is_not(None),
        PoolRound.allocated_at.is_(None),
        PoolRound.cancelled_at.is_(None),
        PoolRound.closes_at.is_not(None),
        Pool.what.in_(("units", "item")),
        func.coalesce(held, 0) < Pool.step_milli,
        Pool.community_id.in_(kept),
    )
    left = _line("not_picked_up", PoolRound.id, func.min(PoolShare.accepted_at), null(), PoolRound.n)
    left = left.select_from(PoolShare).join(Pool, Pool.id == PoolShare.pool_id)
    left = left.join(PoolRound, PoolRound.id == PoolShare.round_id).where(
        PoolShare.accepted_at <= at - PICK_UP_AFTER,
        PoolShare.taken_at.is_(None),
        PoolShare.missed_at.is_(None),
        or_(Pool.community_id.in_(kept), PoolShare.person_id == actor.person_id),
    )
    left = left.group_by(PoolRound.id, PoolRound.n, Pool.id, Pool.name, Pool.community_id)
    asked = _line("band_asked", PoolClaim.id, PoolClaim.band_asked_at, PoolRound.closes_at, PoolRound.n)
    asked = asked.select_from(PoolClaim).join(Pool, Pool.id == PoolClaim.pool_id)
    asked = asked.join(PoolRound, PoolRound.id == PoolClaim.round_id).where(
        PoolClaim.person_id == actor.person_id,
        PoolClaim.band_asked_at.is_not(None),
        PoolClaim.band_kept_at.is_(None),
        PoolClaim.band == BAND_TODAY,
        PoolClaim.withdrawn_at.is_(None),
        PoolRound.closed_at.is_(None),
        PoolRound.cancelled_at.is_(None),
    )
    question = union_all(own, gifts, dry, left, asked).limit(3 * LINES_MAX)
    lines = [_need(row) for row in session.execute(question)]
    return tuple(sorted(lines, key=lambda one: (-one.weight, one.since_at)))[:LINES_MAX]


def _line(kind: str, id_column: Any, since: Any, due: Any, n: Any) -> Any:
    return select(
        literal(kind).label("kind"),
        id_column.label("id"),
        type_coerce(since, Instant).label("since"),
        type_coerce(due, Instant).label("due"),
        n.label("n"),
        Pool.id.label("pool_id"),
        Pool.name.label("name"),
        Pool.community_id.label("community_id"),
    )


def _need(row: Any) -> NeedLine:
    page = f"/pools/{row.pool_id}/rounds/{row.n}"
    common: dict[str, Any] = {
        "kind": row.kind,
        "facts": {"pool": row.name},
        "community_id": row.community_id,
        "since_at": row.since,
        "due_at": row.due,
    }
    if row.kind == "share_offered":
        share = f"/shares/{row.id}"
        return NeedLine(
            **common,
            ref=Ref("pool_share", row.id),
            title=N_("“{pool}”: there is a share for you. Do you take it?"),
            weight=2,
            acts=(
                Act(N_("Yes"), "accept_share", f"{share}/acceptance"),
                Act(N_("No, thank you"), "refuse_share", f"{share}/refusal"),
                Act(N_("Why so much?"), None, page),
            ),
        )
    if row.kind == "band_asked":
        return NeedLine(
            **common,
            ref=Ref("pool_round", row.id),
            title=N_("“{pool}”: is it still needed today?"),
            weight=1,
            acts=(Act(N_("Look"), None, page),),
        )
    if row.kind == "gift_waits":
        return NeedLine(
            **common,
            ref=Ref("pool", row.pool_id),
            title=N_("Somebody brings something for “{pool}”. Is it there?"),
            acts=(Act(N_("Look"), None, f"/pools/{row.pool_id}"),),
        )
    if row.kind == "round_without_supply":
        return NeedLine(
            **common,
            ref=Ref("pool_round", row.id),
            title=N_("“{pool}” closes soon, and there is nothing in it yet."),
            acts=(Act(N_("Look"), None, f"/pools/{row.pool_id}"),),
        )
    return NeedLine(
        **common,
        ref=Ref("pool_round", row.id),
        title=N_("Not everything of “{pool}” was picked up."),
        acts=(Act(N_("Look"), None, page),),
    )
