"""What is looked at again by itself: agreements, charters and decisions whose day has come become a discussion. None commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.models import AgreementText, Community
from minga.communities.rules.agreements import Text, text_for
from minga.communities.rules.time import today
from minga.governance.commands.charter_changes import AT_ONCE, FURTHEST_AHEAD, end_rules
from minga.governance.events import ProposalSubmitted, ReviewDue
from minga.governance.models import Charter, Decision, Proposal, ProposalVersion
from minga.governance.rules.charter_words import words_of
from minga.governance.rules.decisions import PASSED
from minga.governance.rules.kinds import TEXT_MAX, TITLE_MAX, ProposalKind
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Translate, fill
from minga.kit.events import emit
from minga.kit.i18n import N_, translator
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.schedule import every

TITLE = N_("Keep, change or drop: {title}")
BEGINNING = N_("The day has come to look at this once more. Keep it as it is, change it, or drop it?")
CHARTER = N_("How we decide")
BY_DECISION = N_("Decision {number}")


@every("governance.reviews", minutes=1)
def look_again(run: Run, _args: dict[str, object]) -> None:
    """The job: rules that end, and what is to be looked at again, in one unit."""
    with run.database.write() as session:
        end_rules(session, at=run.clock())
        open_due_reviews(session, at=run.clock())


def open_due_reviews(session: Session, *, at: datetime) -> None:
    """Open a discussion for every charter and decision whose day of review has begun. Doing it again changes nothing."""
    _open_due(session, Charter, Charter.until_at.is_(None), at)
    _open_due(session, Decision, Decision.outcome.in_(PASSED), at)


def _open_due(session: Session, model: Any, holds: Any, at: datetime) -> None:
    due = (
        select(model, Community)
        .join(Community, Community.id == model.community_id)
        .where(
            model.review_on <= (at + FURTHEST_AHEAD).date(),
            model.reviewed_at.is_(None),
            holds,
            Community.archived_at.is_(None),
        )
        .order_by(model.review_on)
        .limit(AT_ONCE)
    )
    for found, community in session.execute(due).all():
        if found.review_on <= today(at, community.zone):
            found.reviewed_at = at
            session.flush()
            _review(session, found, community, at)


def _review(session: Session, found: Any, community: Community, at: datetime) -> None:
    say = translator(community.language).gettext
    if isinstance(found, Charter):
        words = "\n".join(f"- {_said(rule, say)}" for rule in found.rules)
        opened_for, kind = f"charter:{found.id}", ProposalKind.GOVERNANCE
        _open(session, community, kind, opened_for, found.id, say(CHARTER), words, at=at)
        return
    number = fill(say(BY_DECISION), {"number": found.said_number}, say)
    version = (
        session.get(ProposalVersion, (found.proposal_id, found.proposal_n)) if found.proposal_id else None
    )
    words = "\n\n".join(
        one for one in (number, version.description if version else "", found.statement) if one
    )
    proposal = session.get(Proposal, found.proposal_id) if found.proposal_id else None
    kind = _kind_again(proposal)
    _open(session, community, kind, f"decision:{found.id}", found.id, found.title, words, at=at)


def _kind_again(proposal: Proposal | None) -> ProposalKind:
    """What was about one person or one sum is looked at again as a question of policy."""
    asked_again = {ProposalKind.POLICY, ProposalKind.RESOURCE, ProposalKind.GOVERNANCE}
    kind = proposal.kind if proposal else ProposalKind.POLICY
    return kind if kind in asked_again else ProposalKind.POLICY


def _said(rule: dict[str, Any], say: Translate) -> str:
    words = " ".join(fill(say(text), facts, say) for text, facts in words_of(rule))
    return f"**{rule['class']}**: {words}"


def open_agreement_review(
    session: Session, community_id: Id, agreement_id: Id, version_id: Id, n: int, *, at: datetime
) -> Proposal:
    """Put an agreement whose day has come before the members, with its words as they hold."""
    community = session.get_one(Community, community_id)
    rows = session.scalars(select(AgreementText).where(AgreementText.version_id == version_id))
    text = text_for(
        {one.language: Text(one.language, one.title, one.words) for one in rows}, community.language, "en"
    )
    opened_for = f"agreement:{agreement_id}:{n}"
    return _open(
        session, community, ProposalKind.POLICY, opened_for, agreement_id, text.title, text.words, at=at
    )


def _open(
    session: Session,
    community: Community,
    kind: ProposalKind,
    opened_for: str,
    reviewed_id: Id,
    title: str,
    words: str,
    *,
    at: datetime,
) -> Proposal:
    """A proposal of nobody's own, in discussion at once; one for each thing that is looked at again."""
    there = session.scalars(
        select(Proposal).where(Proposal.community_id == community.id, Proposal.opened_for == opened_for)
    ).first()
    if there is not None:
        return there
    say, machine = translator(community.language).gettext, Actor.machine()
    made = Proposal(community_id=community.id, kind=kind, opened_for=opened_for, made_at=at, submitted_at=at)
    session.add(made)
    session.flush()
    session.add(
        ProposalVersion(
            proposal_id=made.id,
            n=1,
            title=fill(say(TITLE), {"title": title}, say)[:TITLE_MAX],
            description=f"{say(BEGINNING)}\n\n{words}"[:TEXT_MAX],
            at=at,
        )
    )
    session.flush()
    told = ProposalSubmitted(proposal_id=made.id, kind=kind, n=1)
    emit(session, machine, told, at=at, community_id=community.id)
    due = ReviewDue(reviewed_id=reviewed_id, kind=opened_for.partition(":")[0], proposal_id=made.id)
    emit(session, machine, due, at=at, community_id=community.id)
    return made
