"""Agreements whose day of review has come: told once, so that others put them before the members. None commits."""

from datetime import datetime, timedelta

from sqlalchemy import select

from minga.communities.events import AgreementReviewDue
from minga.communities.models import Agreement, AgreementVersion, Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit

FURTHEST_AHEAD = timedelta(hours=15)
"""No zone is further ahead of the clock of the world than this: a day begins there first."""


def ask_for_reviews(session: Session, *, at: datetime, limit: int) -> None:
    """Tell of every version that holds and whose day of review has begun in its community."""
    due = (
        select(AgreementVersion, Agreement, Community)
        .join(Agreement, Agreement.id == AgreementVersion.agreement_id)
        .join(Community, Community.id == Agreement.community_id)
        .where(
            AgreementVersion.review_on <= (at + FURTHEST_AHEAD).date(),
            AgreementVersion.reviewed_at.is_(None),
            AgreementVersion.until_at.is_(None),
            Community.archived_at.is_(None),
        )
        .order_by(AgreementVersion.review_on)
        .limit(limit)
    )
    for version, agreement, community in session.execute(due).all():
        if version.review_on and version.review_on <= today(at, community.zone):
            version.reviewed_at = at
            session.flush()
            told = AgreementReviewDue(agreement_id=agreement.id, version_id=version.id, n=version.n)
            emit(session, Actor.machine(), told, at=at, community_id=community.id)
