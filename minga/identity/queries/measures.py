"""How many sign-ins wait and were let in, and invites by state: numbers for whoever watches the node, never names."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import case, func, select

from minga.identity.models import Invite, SignIn, SignInApproval
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import WAITING
from minga.kit.db import Session
from minga.kit.errors import NotFound

LOOKED_BACK = timedelta(days=30)
INVITE_STATES = ("open", "exhausted", "expired", "revoked")
ROWS_MAX = 10_000


@dataclass(frozen=True, kw_only=True)
class SignInNumbers:
    """What waits for a member's word now, and what got it in the last 30 days."""

    waiting: int
    waiting_seconds: int
    approved: int
    median_seconds: int


def sign_in_numbers(session: Session, actor: Actor, *, at: datetime) -> SignInNumbers:
    """One question for what waits, one for what was let in; decoys are nobody's sign-ins and not counted."""
    if not actor.operator:
        raise NotFound()
    waiting = session.execute(
        select(func.count(), func.min(SignIn.asked_at)).where(
            SignIn.live_at.is_(None),
            SignIn.ended_at.is_(None),
            SignIn.asked_at > at - WAITING,
            SignIn.person_id.is_not(None),
        )
    ).one()
    let_in = session.execute(
        select(SignIn.asked_at, func.coalesce(func.max(SignInApproval.entered_at), SignIn.live_at))
        .outerjoin(SignInApproval, SignInApproval.sign_in_id == SignIn.id)
        .where(
            SignIn.asked_key.is_not(None),
            SignIn.asked_at > at - LOOKED_BACK,
            SignIn.live_at.is_not(None),
        )
        .group_by(SignIn.id, SignIn.asked_at, SignIn.live_at)
        .order_by(SignIn.asked_at.desc())
        .limit(ROWS_MAX)
    ).all()
    spans = [(until - since) // timedelta(seconds=1) for since, until in let_in if until]
    return SignInNumbers(
        waiting=waiting[0],
        waiting_seconds=(at - waiting[1]) // timedelta(seconds=1) if waiting[1] else 0,
        approved=len(spans),
        median_seconds=int(median(spans)) if spans else 0,
    )


def invite_numbers(session: Session, actor: Actor, *, at: datetime) -> dict[str, int]:
    """How many invites are in each state, by one question."""
    if not actor.operator:
        raise NotFound()
    state = case(
        (Invite.revoked_at.is_not(None), "revoked"),
        (Invite.uses >= Invite.uses_max, "exhausted"),
        (Invite.expires_at > at, "open"),
        else_="expired",
    ).label("state")
    found = session.execute(select(state, func.count()).group_by(state))
    return dict.fromkeys(INVITE_STATES, 0) | {row[0]: row[1] for row in found}
