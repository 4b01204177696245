"""The terms of a partnership, version by version, for those who see the partnership."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.communities.access import may, partnership_to_see
from minga.communities.access.ties import ANSWER, PROPOSE
from minga.communities.models import TieTerms
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id

VERSIONS_MAX = 50


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """One version: `state` is waits, holds, held or closed. Those that were not agreed to are read by who answers for a side."""

    id: Id
    n: int
    text: str
    notice_days: int
    digest: str
    side_id: Id
    proposed_at: datetime
    agreed_at: datetime | None
    state: str
    may_agree: bool
    may_close: bool


def tie_terms(session: Session, actor: Actor, partnership_id: Id, *, at: datetime) -> list[Terms]:
    """All versions, newest first."""
    found = partnership_to_see(session, actor, partnership_id, at=at)
    sides = (found.low_id, found.high_id)
    able = {
        (name, side): bool(may(session, actor, name, side, at=at))
        for side in sides
        for name in (PROPOSE, ANSWER)
    }
    answers = any(able.values())
    rows = session.scalars(
        select(TieTerms)
        .where(TieTerms.partnership_id == found.id)
        .order_by(TieTerms.n.desc())
        .limit(VERSIONS_MAX)
    ).all()
    holding = next((one.id for one in rows if one.agreed_at), None)
    shown = []
    for one in rows:
        if not answers and one.agreed_at is None:
            continue
        waits = one.agreed_at is None and one.closed_at is None and found.ended_at is None
        answering = waits and able[ANSWER, found.other(one.side_id)]
        state = "waits" if waits else "closed"
        if one.agreed_at:
            state = "holds" if one.id == holding else "held"
        shown.append(
            Terms(
                id=one.id,
                n=one.n,
                text=one.text,
                notice_days=one.notice_days,
                digest=one.digest,
                side_id=one.side_id,
                proposed_at=one.proposed_at,
                agreed_at=one.agreed_at,
                state=state,
                may_agree=answering and one.proposed_by_id != actor.person_id,
                may_close=answering or (waits and able[PROPOSE, one.side_id]),
            )
        )
    return shown
