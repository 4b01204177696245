"""What waits for somebody because it was reported or agreed, and the columns that every such question answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select

from minga.communities.access import communities_of, communities_where
from minga.communities.access.agreed import in_force
from minga.communities.access.reports import HANDLE, handled_by
from minga.communities.models import (
    Agreement,
    AgreementAcceptance,
    AgreementVersion,
    Community,
    Report,
)
from minga.communities.queries.needs_columns import columns
from minga.identity import Actor
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref


def reports(actor: Actor, at: datetime) -> Select[Any]:
    """Reports nobody has taken, and those the actor has; none that concern the actor or that they answered before."""
    shown = columns(
        "report_open",
        Report.id,
        Report.community_id,
        Report.made_at,
        Report.withdrawn_at,
        Report.ref_kind,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Report)
        .join(Community, Community.id == Report.community_id)
        .where(
            Report.community_id.in_(communities_where(actor, HANDLE, at=at)),
            handled_by(actor),
            Report.again_at.is_(None),
            Report.withdrawn_at.is_(None),
            or_(
                Report.answered_at.is_(None),
                and_(Report.appealed_at.is_not(None), Report.answered_by_id != actor.person_id),
            ),
            or_(Report.taken_by_id.is_(None), Report.taken_by_id == actor.person_id),
        )
        .order_by(Report.made_at)
    )


def report_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="report_open",
        ref=Ref("report", row.id),
        title=N_("Something was reported in {community}."),
        facts={"community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=2,
        acts=(Act(N_("Look"), None, f"/reports/{row.id}"),),
    )


def agreements(actor: Actor, at: datetime) -> Select[Any]:
    accepted = exists().where(
        AgreementAcceptance.version_id == AgreementVersion.id,
        AgreementAcceptance.person_id == actor.person_id,
    )
    shown = columns(
        "agreement_new",
        Agreement.id,
        Agreement.community_id,
        AgreementVersion.valid_from_at,
        AgreementVersion.grace_ends_at,
        Agreement.key,
        Community.name,
    )
    return (
        select(*shown)
        .select_from(Agreement)
        .join(AgreementVersion, in_force(at))
        .join(Community, Community.id == Agreement.community_id)
        .where(
            Agreement.community_id.in_(communities_of(actor)),
            AgreementVersion.must_accept,
            ~accepted,
        )
        .order_by(AgreementVersion.grace_ends_at)
    )


def agreement_line(row: Any, _at: datetime) -> NeedLine:
    return NeedLine(
        kind="agreement_new",
        ref=Ref("agreement", row.id),
        title=N_("What is agreed in {community} has changed. Read it, and say yes or no."),
        facts={"community": row.other},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=row.due_at,
        weight=2,
        acts=(Act(N_("Read"), None, f"/agreements/{row.id}"),),
    )
