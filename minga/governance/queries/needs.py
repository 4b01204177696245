"""What waits for somebody in deciding: a vote, an answer, a judgement, a secret to tell. One statement."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, literal, or_, select, union_all

from minga.communities.access import anybody, communities_where, given
from minga.governance.access import OPEN, SEE, voters_of
from minga.governance.models import (
    Advice,
    Amendment,
    Ballot,
    Challenge,
    CoProposer,
    Objection,
    ObjectionView,
    Poll,
    Proposal,
    ProposalVersion,
    RollRow,
    Scrutiny,
)
from minga.governance.queries import needs_decided
from minga.governance.rules.life import REVEAL_WITHIN
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.i18n import N_
from minga.kit.questions import Question
from minga.kit.refs import LINES_MAX, Act, NeedLine, Ref, needs

VOTE, REVEAL, CHALLENGE, JUDGE, VOIDING = (
    "poll_open",
    "reveal_due",
    "challenge_open",
    "objection_open",
    "void_asked",
)
AMENDMENT, ADVICE, TOGETHER = "amendment_open", "advice_asked", "co_proposer_asked"
TITLES = {
    VOTE: N_("Vote on “{title}”."),
    REVEAL: N_("Tell your secret for the lots of “{title}”."),
    CHALLENGE: N_("The result of “{title}” is challenged. Two people have to answer."),
    JUDGE: N_("Is the objection to “{title}” paramount?"),
    VOIDING: N_("Shall the poll “{title}” not count? A second person has to say so."),
    AMENDMENT: N_("Somebody would write “{title}” otherwise."),
    ADVICE: N_("You are asked for advice on “{title}”."),
    TOGETHER: N_("You are asked to make “{title}” together with others."),
}
WEIGHTS = {VOTE: 2, REVEAL: 3, CHALLENGE: 2, VOIDING: 2}
OF_PROPOSALS = (AMENDMENT, ADVICE, TOGETHER)


@needs.register
def waits_in_deciding(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """The lines of one person; what is locked for this device is left out."""
    rows = _rows(session, actor, at)
    return tuple(_line(row) for row in rows if row.community_id not in actor.locked)[:LINES_MAX]


def _rows(session: Session, actor: Actor, at: datetime) -> list[Any]:
    session.flush()
    if actor.token_scopes is not None:
        return list(session.execute(_statement(actor, at)))
    question = _EVERYWHERE if actor.token_community_id is None else _WITHIN_ONE
    return question.rows(session, **given(actor), at=at)


def _statement(actor: Actor, at: Any) -> Any:
    arms = (
        _votes(actor, at),
        _reveals(actor),
        _challenges(actor, at),
        _objections(actor, at),
        _voidings(actor, at),
        _amendments(actor),
        _advice(actor),
        _together(actor),
        *needs_decided.arms(actor, at),
    )
    seen = communities_where(actor, SEE, at=at)
    return union_all(*(select(_arm(arm, kind == VOTE, seen)) for kind, arm in arms))


def _arm(arm: Select[Any], voting: bool, seen: Select[str]) -> Any:
    """Whoever is on a roll votes, also after leaving; all else waits only where one lives."""
    inner = arm if voting else arm.where(arm.selected_columns.community_id.in_(seen))
    return inner.limit(LINES_MAX).subquery()


def _columns(kind: str, id: Any, of: Any, since: Any, due: Any, title: Any) -> tuple[ColumnElement[Any], ...]:
    return (
        literal(kind).label("kind"),
        id.label("id"),
        of.community_id.label("community_id"),
        since.label("since_at"),
        due.label("due_at"),
        title.label("title"),
    )


def _of_poll(kind: str, since: Any, due: Any = Poll.closes_at) -> Select[Any]:
    return select(*_columns(kind, Poll.id, Poll, since, due, Poll.question)).select_from(Poll)


def _of_proposal(kind: str, since: Any) -> Select[Any]:
    nothing = Proposal.withdrawn_at
    shown = _columns(kind, Proposal.id, Proposal, since, nothing, ProposalVersion.title)
    version = and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.n == Proposal.version_n)
    return (
        select(*shown)
        .select_from(Proposal)
        .join(ProposalVersion, version)
        .where(Proposal.withdrawn_at.is_(None), Proposal.outcome_stated_at.is_(None), ~_put_to_vote())
    )


def _put_to_vote() -> ColumnElement[bool]:
    """The newest poll was opened, and its end did not give the proposal back to the discussion."""
    return (
        exists()
        .where(
            Poll.proposal_id == Proposal.id,
            Poll.round == Proposal.rounds,
            Poll.opened_at.is_not(None),
            Poll.voided_at.is_(None),
            or_(Poll.final_at.is_(None), Poll.returns.is_(False)),
        )
        .correlate(Proposal)
    )


def _is_open(at: Any) -> ColumnElement[bool]:
    return and_(
        Poll.opened_at.is_not(None),
        Poll.closed_at.is_(None),
        Poll.voided_at.is_(None),
        Poll.closes_at > at,
    )


def _votes(actor: Actor, at: Any) -> tuple[str, Select[Any]]:
    cast = exists().where(Ballot.poll_id == RollRow.poll_id, Ballot.voter_id == RollRow.voter_id)
    found = (
        _of_poll(VOTE, Poll.opened_at)
        .join(RollRow, RollRow.poll_id == Poll.id)
        .where(
            RollRow.voter_id.in_(voters_of(actor)),
            RollRow.dropped.is_(False),
            RollRow.ticked.is_(None),
            _is_open(at),
            ~cast.correlate(RollRow),
        )
        .order_by(Poll.closes_at)
    )
    return VOTE, found


def _reveals(actor: Actor) -> tuple[str, Select[Any]]:
    found = (
        _of_poll(REVEAL, Poll.closed_at, Poll.closed_at)
        .join(Scrutiny, Scrutiny.poll_id == Poll.id)
        .where(
            Scrutiny.person_id == actor.person_id,
            Scrutiny.commitment != "",
            Scrutiny.reveal == "",
            Poll.closed_at.is_not(None),
            Poll.tallied_at.is_(None),
            Poll.voided_at.is_(None),
        )
    )
    return REVEAL, found


def _challenges(actor: Actor, at: Any) -> tuple[str, Select[Any]]:
    found = (
        _of_poll(CHALLENGE, Challenge.made_at, Poll.final_at)
        .join(Challenge, Challenge.poll_id == Poll.id)
        .outerjoin(Proposal, Proposal.id == Poll.proposal_id)
        .where(
            Challenge.answered_at.is_(None),
            Challenge.person_id != actor.person_id,
            or_(Challenge.answered_by_id.is_(None), Challenge.answered_by_id != actor.person_id),
            or_(Proposal.proposer_id.is_(None), Proposal.proposer_id != actor.person_id),
            Poll.voided_at.is_(None),
            Poll.community_id.in_(communities_where(actor, OPEN, at=at)),
        )
    )
    return CHALLENGE, found


def _objections(actor: Actor, at: Any) -> tuple[str, Select[Any]]:
    said = exists().where(
        ObjectionView.objection_id == Objection.id, ObjectionView.person_id == actor.person_id
    )
    on_roll = exists().where(RollRow.poll_id == Poll.id, RollRow.voter_id.in_(voters_of(actor)))
    found = (
        _of_poll(JUDGE, Objection.judging_since_at)
        .join(Objection, Objection.poll_id == Poll.id)
        .where(
            Objection.judging_since_at.is_not(None),
            Objection.ended_at.is_(None),
            Objection.person_id != actor.person_id,
            _is_open(at),
            ~said.correlate(Objection),
            on_roll.correlate(Poll),
        )
    )
    return JUDGE, found


def _voidings(actor: Actor, at: Any) -> tuple[str, Select[Any]]:
    found = _of_poll(VOIDING, Poll.void_asked_at, Poll.final_at).where(
        Poll.void_asked_by_id.is_not(None),
        Poll.void_asked_by_id != actor.person_id,
        Poll.voided_at.is_(None),
        Poll.final_at.is_(None),
        Poll.community_id.in_(communities_where(actor, OPEN, at=at)),
    )
    return VOIDING, found


def _amendments(actor: Actor) -> tuple[str, Select[Any]]:
    found = (
        _of_proposal(AMENDMENT, Amendment.made_at)
        .join(Amendment, Amendment.proposal_id == Proposal.id)
        .where(Proposal.proposer_id == actor.person_id, Amendment.answered_at.is_(None))
        .order_by(Amendment.id)
    )
    return AMENDMENT, found


def _advice(actor: Actor) -> tuple[str, Select[Any]]:
    found = (
        _of_proposal(ADVICE, Advice.asked_at)
        .join(Advice, Advice.proposal_id == Proposal.id)
        .where(Advice.adviser_id == actor.person_id, Advice.said_at.is_(None))
        .order_by(Advice.id)
    )
    return ADVICE, found


def _together(actor: Actor) -> tuple[str, Select[Any]]:
    found = (
        _of_proposal(TOGETHER, CoProposer.asked_at)
        .join(CoProposer, CoProposer.proposal_id == Proposal.id)
        .where(CoProposer.person_id == actor.person_id, CoProposer.agreed_at.is_(None))
    )
    return TOGETHER, found


_AT = bindparam("at", type_=Instant)
_EVERYWHERE = Question(lambda: _statement(anybody(), _AT))
_WITHIN_ONE = Question(lambda: _statement(anybody(within=True), _AT))


def _line(row: Any) -> NeedLine:
    if row.kind in needs_decided.TITLES:
        return needs_decided.line_of(row)
    of_proposal = row.kind in OF_PROPOSALS
    address = f"/proposals/{row.id}" if of_proposal else f"/polls/{row.id}"
    due_at = row.due_at + REVEAL_WITHIN if row.kind == REVEAL else row.due_at
    look = Act(N_("Look"), None, address)
    acts = (Act(N_("Vote"), None, f"{address}/ballot"), Act(N_("Read"), None, address))
    return NeedLine(
        kind=row.kind,
        ref=Ref("proposal" if of_proposal else "poll", row.id),
        title=TITLES[row.kind],
        facts={"title": row.title},
        community_id=row.community_id,
        since_at=row.since_at,
        due_at=due_at,
        weight=WEIGHTS.get(row.kind, 1),
        acts=acts if row.kind == VOTE else (look,),
    )
