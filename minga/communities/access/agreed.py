"""Which agreements hold where, and what of them somebody has not accepted: the fifth step of every decision."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.models import (
    Agreement,
    AgreementAcceptance,
    AgreementVersion,
    Community,
    Lineage,
    Membership,
)


def in_force(at: Any) -> ColumnElement[bool]:
    """The version that holds now; a newer one ends the one before at the moment it begins."""
    return and_(
        Agreement.id == AgreementVersion.agreement_id,
        AgreementVersion.valid_from_at <= at,
        or_(AgreementVersion.until_at.is_(None), AgreementVersion.until_at > at),
    )


def open_until(at: Any) -> Any:
    """When the earliest grace period ends of what a member of `Lineage.community_id` has not accepted; NULL for nothing.

    Agreements of the community above hold in its groups too.
    """
    above = aliased(Community)
    return (
        select(func.min(AgreementVersion.grace_ends_at))
        .select_from(AgreementVersion)
        .join(Agreement, in_force(at))
        .join(above, Agreement.community_id.in_((above.id, above.root_id)))
        .where(above.id == Lineage.community_id, AgreementVersion.must_accept, ~_accepted())
        .correlate(Lineage, Membership)
        .scalar_subquery()
    )


def is_unsettled(at: Any) -> ColumnElement[bool]:
    """The grace period of something that was not accepted is over: they read, and leave, nothing else."""
    above = aliased(Community)
    return (
        exists()
        .where(
            in_force(at),
            above.id == Lineage.community_id,
            Agreement.community_id.in_((above.id, above.root_id)),
            AgreementVersion.must_accept,
            AgreementVersion.grace_ends_at <= at,
            ~_accepted(),
        )
        .correlate(Lineage, Membership)
    )


def _accepted() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            AgreementAcceptance.version_id == AgreementVersion.id,
            AgreementAcceptance.person_id == Membership.person_id,
        )
        .correlate(AgreementVersion, Membership)
    )
