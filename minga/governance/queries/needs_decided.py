"""What waits for somebody because it was decided: what is late, what the node could not do, what is looked at again.

Arms of the one statement of `queries.needs`.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, exists, func, literal, null, or_, select

from minga.communities.access import communities_where
from minga.governance.access.capabilities import RECORD
from minga.governance.models import Decision, Effect, Poll, Proposal, ProposalVersion
from minga.governance.rules.decisions import PASSED, STATED
from minga.identity import Actor
from minga.kit.db import Instant
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref

STEWARDS = "policy.edit"
OVERDUE, EFFECT_FAILED, REVIEW = "decision_overdue", "effect_failed", "review_due"
TITLES = {
    OVERDUE: N_("“{title}” was decided and is late."),
    EFFECT_FAILED: N_("“{title}” was decided, and the node could not carry it out."),
    REVIEW: N_("The day has come to look at this again. {title}"),
}


def arms(actor: Actor, at: Any) -> tuple[tuple[str, Select[Any]], ...]:
    """Three questions, each with the columns of `queries.needs`."""
    return (OVERDUE, _overdue(actor, at)), (EFFECT_FAILED, _failed(actor, at)), (REVIEW, _reviews(actor, at))


def _theirs(actor: Actor, at: Any) -> ColumnElement[bool]:
    """Decisions somebody looks after, and all of the communities of which they keep the records or the rules."""
    return or_(
        Decision.owner_id == actor.person_id,
        Decision.community_id.in_(communities_where(actor, RECORD, at=at)),
        Decision.community_id.in_(communities_where(actor, STEWARDS, at=at, seconded=True)),
    )


def _columns(kind: str, of: Any, since: Any, title: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        literal(kind).label("kind"),
        of.id.label("id"),
        of.community_id.label("community_id"),
        since.label("since_at"),
        cast(null(), Instant).label("due_at"),
        title.label("title"),
    )


def _decisions(kind: str, actor: Actor, at: Any) -> Select[Any]:
    counted = Decision.outcome.in_([*sorted(PASSED), STATED])
    return (
        select(*_columns(kind, Decision, Decision.decided_at, Decision.title))
        .where(counted, Decision.implemented_on.is_(None), _theirs(actor, at))
        .order_by(Decision.decided_at)
    )


def _overdue(actor: Actor, at: Any) -> Select[Any]:
    return _decisions(OVERDUE, actor, at).where(Decision.deadline_on < func.date(at))


def _failed(actor: Actor, at: Any) -> Select[Any]:
    failed = exists().where(Effect.decision_id == Decision.id, Effect.done_at.is_(None), Effect.error != "")
    return _decisions(EFFECT_FAILED, actor, at).where(failed.correlate(Decision))


def _reviews(actor: Actor, at: Any) -> Select[Any]:
    put_to_vote = exists().where(Poll.proposal_id == Proposal.id).correlate(Proposal)
    version = and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.n == Proposal.version_n)
    return (
        select(*_columns(REVIEW, Proposal, Proposal.submitted_at, ProposalVersion.title))
        .select_from(Proposal)
        .join(ProposalVersion, version)
        .where(
            Proposal.opened_for != "",
            Proposal.withdrawn_at.is_(None),
            ~put_to_vote,
            Proposal.community_id.in_(communities_where(actor, STEWARDS, at=at, seconded=True)),
        )
        .order_by(Proposal.submitted_at)
    )


def line_of(row: Any) -> NeedLine:
    """A row of one of the three as a line."""
    is_review = row.kind == REVIEW
    address = f"/proposals/{row.id}" if is_review else f"/decisions/{row.id}"
    return NeedLine(
        kind=row.kind,
        ref=Ref("proposal" if is_review else "decision", row.id),
        title=TITLES[row.kind],
        facts={"title": row.title},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=1 if is_review else 2,
        acts=(Act(N_("Look"), None, address),),
    )
