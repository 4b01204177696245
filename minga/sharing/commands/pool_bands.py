"""Asking whether something still presses today: a keeper asks, and only whose claim it is answers or lowers it."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.access.asks import may_write
from minga.sharing.access.pools import Seen, round_to_change
from minga.sharing.commands.pool_claims import check_open
from minga.sharing.events.pools import BandAsked, BandKept, ClaimChanged
from minga.sharing.models.rounds import PoolClaim
from minga.sharing.rules.pools import BAND_TODAY

NOT_TODAY = N_("Only what is said to press today can be asked about.")


def ask_band(
    session: Session, actor: Actor, pool_id: Id, n: int, person_id: Id, *, at: datetime
) -> PoolClaim:
    """Ask somebody whether it is still that pressing. Nothing changes by asking; asking twice asks once."""
    seen = round_to_change(session, actor, pool_id, n, at=at, keeping=True)
    check_open(seen.round, at)
    found = _claim(session, seen, person_id)
    if found.band != BAND_TODAY:
        raise Conflict(NOT_TODAY, code="not_today")
    if found.band_asked_at is None:
        found.band_asked_at = at
        session.flush()
        _tell(session, actor, seen, found, BandAsked, at)
    return found


def answer_band(
    session: Session, actor: Actor, pool_id: Id, n: int, *, still: bool, at: datetime
) -> PoolClaim:
    """Whose claim it is keeps it where it is, or lets it drop by one. Twice changes nothing."""
    seen = round_to_change(session, actor, pool_id, n, at=at)
    may_write(actor)
    check_open(seen.round, at)
    found = _claim(session, seen, actor.person_id or "")
    if found.band_asked_at is None:
        raise NotFound()
    if found.band != BAND_TODAY or (still and found.band_kept_at is not None):
        return found
    if still:
        found.band_kept_at = at
    else:
        found.band, found.changed_at = BAND_TODAY - 1, at
    session.flush()
    _tell(session, actor, seen, found, BandKept if still else ClaimChanged, at)
    return found


def _claim(session: Session, seen: Seen, person_id: Id) -> PoolClaim:
    found = session.scalar(
        select(PoolClaim)
        .where(
            PoolClaim.round_id == seen.round.id,
            PoolClaim.person_id == person_id,
            PoolClaim.withdrawn_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def _tell(
    session: Session,
    actor: Actor,
    seen: Seen,
    claim: PoolClaim,
    kind: type[BandAsked | BandKept | ClaimChanged],
    at: datetime,
) -> None:
    told = kind(
        pool_id=seen.pool.id,
        round_id=seen.round.id,
        n=seen.round.n,
        claimant_id=claim.person_id,
        claim_id=claim.id,
    )
    emit(session, actor, told, community_id=seen.pool.community_id, person_id=claim.person_id, at=at)
