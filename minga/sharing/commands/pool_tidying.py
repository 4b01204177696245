"""What time does to claims: the reasons people gave are erased ninety days after their round."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from minga.kit.db import Session
from minga.kit.jobs import Run
from minga.kit.schedule import every
from minga.sharing.models.rounds import PoolClaim, PoolRound
from minga.sharing.rules.pools import WORDS_KEPT

CHUNK = 500


def forget_words(session: Session, *, at: datetime) -> int:
    """Erase some hundred of the reasons whose time is over; answers how many."""
    long_ago = at - WORDS_KEPT
    over = or_(PoolRound.closed_at <= long_ago, PoolRound.cancelled_at <= long_ago)
    due = list(
        session.scalars(
            select(PoolClaim.id)
            .join(PoolRound, PoolRound.id == PoolClaim.round_id)
            .where(PoolClaim.words != "", over)
            .limit(CHUNK)
        )
    )
    session.execute(
        update(PoolClaim)
        .where(PoolClaim.id.in_(due))
        .values(words="")
        .execution_options(synchronize_session=False)
    )
    return len(due)


@every("sharing.forget_claim_words", hours=6)
def forget_words_again(run: Run, _args: dict[str, Any]) -> None:
    left = True
    while left:
        with run.database.write() as session:
            left = forget_words(session, at=run.clock()) > 0
