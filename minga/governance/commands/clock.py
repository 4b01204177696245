"""What governance does by the clock: opens polls, closes them, counts, makes results final, reminds. Each poll in a unit of its own."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from minga.governance.access.polls import locked_poll
from minga.governance.commands.closing import close_due, tally_due
from minga.governance.commands.finishing import finish_due
from minga.governance.commands.opening import open_now
from minga.governance.commands.telling import tell_poll
from minga.governance.events import PollNotOpened, PollReminded
from minga.governance.queries import due
from minga.governance.queries.states import state_of_poll
from minga.governance.rules.life import HOURS_OF, PollState, due_reminder
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.schedule import every


@every("governance.polls", minutes=1)
def move_polls(run: Run, _args: dict[str, Any]) -> None:
    """Close first, so that nothing is counted late; then open, count, make final, remind."""
    now = run.clock()
    with run.database.read() as session:
        over = due.to_close(session, at=now)
    _each(run, over, close_due, now)
    with run.database.read() as session:
        begun, counted, done = (
            due.to_open(session, at=now),
            due.to_count(session),
            due.to_finish(session, at=now),
        )
    for poll_id in begun:
        _open(run, poll_id, now)
    _each(run, counted, tally_due, now)
    _each(run, done, finish_due, now)
    with run.database.read() as session:
        silent = due.to_remind(session, at=now)
    _each(run, [poll_id for poll_id, _ in silent], remind_due, now)


def _each(run: Run, polls: Iterable[Id], work: Callable[..., None], now: datetime) -> None:
    for poll_id in polls:
        with run.database.write() as session:
            work(session, poll_id, at=now)


def _open(run: Run, poll_id: Id, now: datetime) -> None:
    """A poll that can no longer be opened, because its charter or its members changed, says so to who set it up."""
    try:
        with run.database.write() as session:
            open_due(session, poll_id, at=now)
    except Refused as refusal:
        with run.database.write() as session:
            give_up(session, poll_id, refusal, at=now)


def open_due(session: Session, poll_id: Id, *, at: datetime) -> None:
    """Open a poll whose time has come; nothing when somebody was first."""
    poll = locked_poll(session, poll_id)
    if poll is not None and state_of_poll(poll, at) is PollState.PLANNED and poll.opens_at <= at:
        open_now(session, Actor.machine(), poll, at=at)


def give_up(session: Session, poll_id: Id, refusal: Refused, *, at: datetime) -> None:
    """Put a poll aside that could not be opened: it counts as void, the discussion goes on, and its maker is told why."""
    poll = locked_poll(session, poll_id)
    if poll is None or poll.opened_at is not None or poll.voided_at is not None:
        return
    poll.voided_at = at
    poll.void_reason = str(refusal)[:2_000]
    poll.version += 1
    session.flush()
    told = PollNotOpened(poll_id=poll.id, proposal_id=poll.proposal_id, code=refusal.name)
    tell_poll(session, Actor.machine(), poll, told, poll.made_by_id, at=at)


def remind_due(session: Session, poll_id: Id, *, at: datetime) -> None:
    """Say that it is time to remind; who has not voted is found out when the reminders are written."""
    poll = locked_poll(session, poll_id)
    if poll is None or poll.opened_at is None or state_of_poll(poll, at) is not PollState.OPEN:
        return
    now_sent = due_reminder(poll.opened_at, poll.closes_at, poll.reminders, at)
    if now_sent is None:
        return
    poll.reminders = now_sent
    session.flush()
    told = PollReminded(poll_id=poll.id, proposal_id=poll.proposal_id, hours=HOURS_OF[now_sent])
    tell_poll(session, Actor.machine(), poll, told, at=at)
