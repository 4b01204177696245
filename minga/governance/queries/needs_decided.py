"""What waits for somebody because it was decided: what is late, what the node could not do, what is looked at again."""

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, or_, select, union_all

from minga.communities.access import communities_where
from minga.communities.models import Community
from minga.governance.access.capabilities import RECORD
from minga.governance.models import Decision, Effect, Poll, Proposal, ProposalVersion
from minga.governance.queries.decisions import is_at
from minga.governance.rules.decisions import Progress
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.refs import LINES_MAX, Act, NeedLine, Ref, needs

STEWARDS = "policy.edit"
OVERDUE, EFFECT_FAILED, REVIEW = "decision_overdue", "effect_failed", "review_due"


@needs.register
def needs_of_decisions(session: Session, actor: Actor, *, at: datetime) -> tuple[NeedLine, ...]:
    """All lines of decisions, at most twenty, by one statement."""
    arms = (_overdue(actor, at), _failed(actor, at), _reviews(actor, at))
    asked = union_all(*(select(arm.limit(LINES_MAX).subquery()) for arm in arms))
    rows = session.execute(asked).all()
    return tuple(_line(row) for row in rows[:LINES_MAX])


def _theirs(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Decisions somebody looks after, and all of the communities of which they keep the records or the rules."""
    return or_(
        Decision.owner_id == actor.person_id,
        Decision.community_id.in_(communities_where(actor, RECORD, at=at)),
        Decision.community_id.in_(communities_where(actor, STEWARDS, at=at, seconded=True)),
    )


def _columns(kind: str, of: Any, since: Any, title: Any, day: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        literal(kind).label("kind"),
        of.id.label("id"),
        of.community_id.label("community_id"),
        since.label("since_at"),
        title.label("title"),
        day.label("day"),
        Community.name.label("community"),
    )


def _overdue(actor: Actor, at: datetime) -> Select[Any]:
    shown = _columns(OVERDUE, Decision, Decision.decided_at, Decision.title, Decision.deadline_on)
    return (
        select(*shown)
        .join(Community, Community.id == Decision.community_id)
        .where(is_at(Progress.OVERDUE, at.date()), _theirs(actor, at))
        .order_by(Decision.deadline_on)
    )


def _failed(actor: Actor, at: datetime) -> Select[Any]:
    shown = _columns(EFFECT_FAILED, Decision, Decision.decided_at, Decision.title, Decision.deadline_on)
    failed = exists().where(Effect.decision_id == Decision.id, Effect.done_at.is_(None), Effect.error != "")
    return (
        select(*shown)
        .join(Community, Community.id == Decision.community_id)
        .where(Decision.implemented_on.is_(None), failed, _theirs(actor, at))
        .order_by(Decision.decided_at)
    )


def _reviews(actor: Actor, at: datetime) -> Select[Any]:
    nothing = Decision.deadline_on
    shown = _columns(REVIEW, Proposal, Proposal.submitted_at, ProposalVersion.title, nothing)
    put_to_vote = exists().where(Poll.proposal_id == Proposal.id)
    return (
        select(*shown)
        .select_from(Proposal)
        .join(Community, Community.id == Proposal.community_id)
        .join(
            ProposalVersion,
            (ProposalVersion.proposal_id == Proposal.id) & (ProposalVersion.n == Proposal.version_n),
        )
        .outerjoin(Decision, Decision.proposal_id == Proposal.id)
        .where(
            Proposal.opened_for != "",
            Proposal.withdrawn_at.is_(None),
            ~put_to_vote,
            Proposal.community_id.in_(communities_where(actor, STEWARDS, at=at, seconded=True)),
        )
        .order_by(Proposal.submitted_at)
    )


_TITLES = {
    OVERDUE: N_("“{title}” was decided in {community} and is late."),
    EFFECT_FAILED: N_("“{title}” was decided in {community}, and the node could not carry it out."),
    REVIEW: N_("{title}. The day of {community} to look at it again has come."),
}


def _line(row: Any) -> NeedLine:
    is_review = row.kind == REVIEW
    due_at = datetime.combine(row.day, time(), UTC) if row.kind == OVERDUE and row.day else None
    address = f"/proposals/{row.id}" if is_review else f"/decisions/{row.id}"
    return NeedLine(
        kind=row.kind,
        ref=Ref("proposal" if is_review else "decision", row.id),
        title=_TITLES[row.kind],
        facts={"title": row.title, "community": row.community},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=due_at,
        weight=1 if is_review else 2,
        acts=(Act(N_("Look"), None, address),),
    )
