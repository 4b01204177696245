"""What those see who enter ballots for others: the roll to tick, and the heaps of paper. Never what a ballot says."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from minga.communities.access import require
from minga.governance.access import ENTER_PAPER, poll_to_see
from minga.governance.models import PaperBatch, Presence, RollRow
from minga.governance.rules.kinds import Tick
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

VOTERS_MAX, BATCHES_MAX = 1_000, 200


@dataclass(frozen=True, slots=True)
class VoterLine:
    """Somebody on the roll. Who voted by themselves is not told here, only who was ticked at the desk."""

    id: Id
    name: str
    on_paper: bool
    present: bool


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A heap: it closes when there are as many papers as ticks."""

    number: int
    papers: int
    ticks: int
    made_at: datetime
    closed_at: datetime | None
    made_by_me: bool
    entered_twice: bool


def voters(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> tuple[VoterLine, ...]:
    """The roll by name, for those who enter ballots."""
    found = poll_to_see(session, actor, poll_id, at=at)
    require(session, actor, ENTER_PAPER, found.community_id, at=at)
    here = select(Presence.person_id).where(Presence.poll_id == found.id)
    rows = session.execute(
        select(RollRow.voter_id, RollRow.ticked, Person.name, RollRow.voter_id.in_(here).label("here"))
        .outerjoin(Person, Person.id == RollRow.voter_id)
        .where(RollRow.poll_id == found.id, RollRow.dropped.is_(False))
        .order_by(Person.name, RollRow.voter_id)
        .limit(VOTERS_MAX)
    )
    return tuple(
        VoterLine(row.voter_id, row.name or "", row.ticked is Tick.PAPER, bool(row.here)) for row in rows
    )


def batches(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> tuple[BatchLine, ...]:
    """The heaps of a poll, the newest first."""
    found = poll_to_see(session, actor, poll_id, at=at)
    require(session, actor, ENTER_PAPER, found.community_id, at=at)
    ticks = (
        select(func.count())
        .select_from(RollRow)
        .where(RollRow.poll_id == PaperBatch.poll_id, RollRow.batch_number == PaperBatch.number)
        .correlate(PaperBatch)
        .scalar_subquery()
    )
    rows = session.execute(
        select(PaperBatch, ticks)
        .where(PaperBatch.poll_id == found.id)
        .order_by(PaperBatch.number.desc())
        .limit(BATCHES_MAX)
    )
    return tuple(
        BatchLine(
            one.number,
            one.papers,
            ticked,
            one.made_at,
            one.closed_at,
            one.made_by_id == actor.person_id,
            one.second_by_id is not None,
        )
        for one, ticked in rows
    )
