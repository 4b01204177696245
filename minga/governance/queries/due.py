"""What the clock has to do with polls: to open, to close, to count, to make final, to remind. A few at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select

from minga.governance.models import Ballot, Challenge, Delegation, Poll, RollRow
from minga.governance.rules.life import LATE, due_reminder
from minga.kit.db import Session
from minga.kit.ids import Id

AT_ONCE = 100


def to_open(session: Session, *, at: datetime) -> Sequence[Id]:
    """Polls whose time to begin has come."""
    return session.scalars(
        select(Poll.id)
        .where(Poll.opened_at.is_(None), Poll.voided_at.is_(None), Poll.opens_at <= at)
        .order_by(Poll.opens_at, Poll.id)
        .limit(AT_ONCE)
    ).all()


def to_close(session: Session, *, at: datetime) -> Sequence[Id]:
    """Polls whose time is over."""
    return session.scalars(
        select(Poll.id)
        .where(
            Poll.opened_at.is_not(None),
            Poll.closed_at.is_(None),
            Poll.voided_at.is_(None),
            Poll.closes_at <= at,
        )
        .order_by(Poll.closes_at, Poll.id)
        .limit(AT_ONCE)
    ).all()


def to_count(session: Session) -> Sequence[Id]:
    """Closed polls that were not counted: some wait for what scrutineers tell."""
    return session.scalars(
        select(Poll.id)
        .where(Poll.closed_at.is_not(None), Poll.tallied_at.is_(None), Poll.voided_at.is_(None))
        .order_by(Poll.closed_at, Poll.id)
        .limit(AT_ONCE)
    ).all()


def to_finish(session: Session, *, at: datetime) -> Sequence[Id]:
    """Counted polls without an open challenge; whether their window is over is asked of each one's config."""
    challenged = exists().where(Challenge.poll_id == Poll.id, Challenge.answered_at.is_(None))
    rows = session.execute(
        select(Poll.id, Poll.tallied_at, Poll.config["challenge_hours"].as_integer())
        .where(
            Poll.tallied_at.is_not(None),
            Poll.final_at.is_(None),
            Poll.voided_at.is_(None),
            ~challenged,
        )
        .order_by(Poll.tallied_at, Poll.id)
        .limit(10 * AT_ONCE)
    )
    return [one for one, tallied, hours in rows if tallied + timedelta(hours=hours or 0) <= at][:AT_ONCE]


def to_remind(session: Session, *, at: datetime) -> list[tuple[Id, int]]:
    """Open polls of which a reminder is due, with how many will have been sent."""
    rows = session.execute(
        select(Poll.id, Poll.opened_at, Poll.closes_at, Poll.reminders)
        .where(
            Poll.opened_at.is_not(None),
            Poll.closed_at.is_(None),
            Poll.voided_at.is_(None),
            Poll.closes_at > at,
            or_(Poll.reminders == 0, Poll.closes_at <= at + 4 * LATE),
            Poll.reminders < 3,
        )
        .order_by(Poll.closes_at, Poll.id)
        .limit(AT_ONCE)
    )
    found = []
    for poll_id, opened, closes, sent in rows:
        due = due_reminder(opened, closes, sent, at) if opened is not None else None
        if due is not None:
            found.append((poll_id, due))
    return found


def silent_voters(
    session: Session, poll: Poll, *, after: Id = "", at: datetime, limit: int = 500
) -> Sequence[Id]:
    """Voters who have neither cast nor were ticked nor lent their vote, in the order of their ids."""
    cast = exists().where(Ballot.poll_id == RollRow.poll_id, Ballot.voter_id == RollRow.voter_id)
    wanted = select(RollRow.voter_id).where(
        RollRow.poll_id == poll.id,
        RollRow.voter_id > after,
        RollRow.ticked.is_(None),
        RollRow.dropped.is_(False),
        ~cast,
    )
    if poll.config.get("delegation"):
        lent = exists().where(
            Delegation.person_id == RollRow.voter_id,
            Delegation.community_id == poll.community_id,
            Delegation.ended_at.is_(None),
            Delegation.until_at > at,
            or_(Delegation.scope == "", Delegation.scope == poll.id),
        )
        wanted = wanted.where(~lent)
    return session.scalars(wanted.order_by(RollRow.voter_id).limit(limit)).all()


def voters(session: Session, poll_id: Id, *, after: Id = "", limit: int = 500) -> Sequence[Id]:
    """Everybody on a roll, in the order of their ids."""
    return session.scalars(
        select(RollRow.voter_id)
        .where(RollRow.poll_id == poll_id, RollRow.voter_id > after, RollRow.dropped.is_(False))
        .order_by(RollRow.voter_id)
        .limit(limit)
    ).all()
