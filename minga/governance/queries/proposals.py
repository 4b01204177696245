"""The proposals of a community: those that need one's vote first, then page by page, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from minga.communities.access import community_to_read, require
from minga.governance.access import SEE, visible_to, voters_of
from minga.governance.models import (
    Ballot,
    Decision,
    Poll,
    PollResult,
    Proposal,
    ProposalVersion,
    RollRow,
)
from minga.governance.rules.kinds import ProposalKind, RollUnit
from minga.governance.rules.life import PollDates, ProposalDates
from minga.governance.rules.statuses import DECIDED, Status, status_of
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

VOTES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal in a list. `proposer` is empty where nobody is named any more; `outcome` once it was counted."""

    id: Id
    kind: ProposalKind
    own_kind: str
    topic: str
    title: str
    amount: int | None
    unit: str
    proposer: str
    made_at: datetime
    status: Status
    poll_id: Id | None
    closes_at: datetime | None
    outcome: str
    number: str


@dataclass(frozen=True, slots=True)
class Wished:
    """What a reader wants to see of the list."""

    kind: ProposalKind | None = None
    status: Status | None = None


def proposals(
    session: Session,
    actor: Actor,
    community: Id,
    wished: Wished = Wished(),
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[ProposalLine]:
    """One page of the list, newest first; somebody else's drafts are not in it."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, SEE, here.id, at=at)
    many = limit_of(limit)
    question = _lines().where(Proposal.community_id == here.id, visible_to(actor, at=at))
    if wished.kind is not None:
        question = question.where(Proposal.kind == wished.kind)
    if wished.status is not None:
        question = question.where(*_has(wished.status, at))
    if after:
        question = question.where(beyond((Proposal.id,), Cursor.decode(after, str), descending=True))
    rows = session.execute(question.order_by(Proposal.id.desc()).limit(many + 1))
    return page_of([_line(row, at) for row in rows], many, lambda line: (line.id,))


def to_vote_on(
    session: Session, actor: Actor, community: Id | None = None, *, at: datetime
) -> tuple[ProposalLine, ...]:
    """Open polls whose roll one is on and in which one has not voted, the earliest close first."""
    if not actor.signed_in:
        return ()
    question = _lines().where(visible_to(actor, at=at), *_waits_for(actor, at))
    if community is not None:
        question = question.where(Proposal.community_id == community)
    rows = session.execute(question.order_by(Poll.closes_at, Poll.id).limit(VOTES_SHOWN))
    return tuple(_line(row, at) for row in rows)


def _waits_for(actor: Actor, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """What makes an open poll one that waits for this person's vote."""
    voters = voters_of(actor)
    own_row = exists().where(
        RollRow.poll_id == Poll.id,
        RollRow.dropped.is_(False),
        RollRow.ticked.is_(None),
        or_(
            and_(Poll.roll_unit == RollUnit.PERSON, RollRow.voter_id == actor.person_id),
            and_(Poll.roll_unit == RollUnit.HOUSEHOLD, RollRow.voter_id.in_(voters)),
        ),
    )
    cast = exists().where(Ballot.poll_id == Poll.id, Ballot.voter_id.in_(voters))
    return (_is_open(at), own_row.correlate(Poll), ~cast.correlate(Poll))


def _is_open(at: datetime) -> ColumnElement[bool]:
    return and_(
        Poll.opened_at.is_not(None),
        Poll.closed_at.is_(None),
        Poll.voided_at.is_(None),
        Poll.opens_at <= at,
        Poll.closes_at > at,
    )


def _has(status: Status, at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of one status, the same as `status_of` says of one row."""
    taken_back, put_up = Proposal.withdrawn_at.is_not(None), Proposal.submitted_at.is_not(None)
    if status is Status.WITHDRAWN:
        return (taken_back,)
    if status is Status.DRAFT:
        return (~taken_back, ~put_up)
    stated = Proposal.outcome_stated_at.is_not(None)
    if status is Status.ADVISED:
        return (~taken_back, put_up, stated)
    return (~taken_back, put_up, ~stated, _by_poll(status, at))


def _by_poll(status: Status, at: datetime) -> ColumnElement[bool]:
    """What the newest poll has to be like."""
    counted = and_(
        Poll.tallied_at.is_not(None),
        Poll.voided_at.is_(None),
        or_(Poll.final_at.is_(None), Poll.returns.is_(False)),
    )
    match status:
        case Status.VOID:
            return Poll.voided_at.is_not(None)
        case Status.OPEN:
            return _is_open(at)
        case Status.CLOSED:
            over = or_(Poll.closed_at.is_not(None), Poll.closes_at <= at)
            return and_(
                Poll.opened_at.is_not(None), Poll.tallied_at.is_(None), Poll.voided_at.is_(None), over
            )
        case Status.IMPLEMENTED:
            return and_(counted, Decision.implemented_on.is_not(None))
        case Status.DISCUSSION:
            again = and_(Poll.final_at.is_not(None), Poll.returns)
            return or_(
                Poll.id.is_(None), and_(Poll.voided_at.is_(None), or_(Poll.opened_at.is_(None), again))
            )
    assert status in DECIDED
    said = func.coalesce(Decision.outcome, PollResult.content["outcome"].as_string())
    return and_(counted, said == status.value, Decision.implemented_on.is_(None))


def _lines() -> Any:
    """Proposals with their words, their newest poll and what came of it."""
    return (
        select(
            Proposal.id,
            Proposal.kind,
            Proposal.own_kind,
            Proposal.topic,
            Proposal.made_at,
            Proposal.submitted_at,
            Proposal.withdrawn_at,
            Proposal.outcome_stated_at,
            ProposalVersion.title,
            ProposalVersion.amount,
            ProposalVersion.unit,
            Person.name.label("proposer"),
            Poll.id.label("poll_id"),
            Poll.opens_at,
            Poll.closes_at,
            Poll.opened_at,
            Poll.closed_at,
            Poll.tallied_at,
            Poll.final_at,
            Poll.voided_at,
            Poll.returns,
            Decision.year,
            Decision.number,
            Decision.implemented_on,
            func.coalesce(Decision.outcome, PollResult.content["outcome"].as_string(), "").label("outcome"),
        )
        .join(
            ProposalVersion,
            and_(ProposalVersion.proposal_id == Proposal.id, ProposalVersion.n == Proposal.version_n),
        )
        .outerjoin(Person, Person.id == Proposal.proposer_id)
        .outerjoin(Poll, and_(Poll.proposal_id == Proposal.id, Poll.round == Proposal.rounds))
        .outerjoin(PollResult, PollResult.poll_id == Poll.id)
        .outerjoin(Decision, Decision.poll_id == Poll.id)
    )


def _line(row: Any, at: datetime) -> ProposalLine:
    return ProposalLine(
        id=row.id,
        kind=row.kind,
        own_kind=row.own_kind,
        topic=row.topic,
        title=row.title,
        amount=row.amount,
        unit=row.unit,
        proposer=row.proposer or "",
        made_at=row.submitted_at or row.made_at,
        status=status_of(dates_of(row), row.outcome, at),
        poll_id=row.poll_id,
        closes_at=row.closes_at,
        outcome=row.outcome,
        number=f"{row.year}-{row.number:03}" if row.number else "",
    )


def dates_of(row: Any) -> ProposalDates:
    """The dated facts of a row from `_lines`."""
    poll = None
    if row.poll_id is not None:
        poll = PollDates(
            row.closes_at,
            row.opened_at,
            row.closed_at,
            row.tallied_at,
            row.final_at,
            row.voided_at,
            row.returns,
        )
    return ProposalDates(
        row.submitted_at, row.withdrawn_at, row.outcome_stated_at, row.implemented_on is not None, poll
    )
