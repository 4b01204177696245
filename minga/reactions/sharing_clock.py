"""What time does to asks, exchanges and loans: jobs that the reactions of sharing set, each safe to run twice."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.identity import Actor, Via
from minga.kit import jobs
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.reactions.sharing_queues import warn_next
from minga.sharing import commands, queries
from minga.sharing.rules.exchanges import SILENCE
from minga.sharing.rules.loans import OWNER_SILENT, LoanState

REMINDERS = (-2, 0, 1, 4, 8, 15)
"""Days from the due day on which who has it is reminded, while it is out."""
MORNING = time(8)


def lapse_later(session: Session, ask_id: Id, lapses_at: Any, *, at: datetime) -> None:
    """Look at the ask again when its time is over. Stored events carry instants as text."""
    when = datetime.fromisoformat(str(lapses_at))
    key = f"sharing.lapse:{ask_id}:{when:%Y%m%d%H%M%S}"
    jobs.enqueue(session, "sharing.lapse", {"ask_id": ask_id}, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.lapse")
def lapse(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.lapse(session, args["ask_id"], at=run.clock())


def confirm_later(session: Session, exchange_id: Id, said_at: datetime, *, at: datetime) -> None:
    """Look at the exchange again when one side's word has stood alone for long enough."""
    when = said_at + SILENCE
    key = f"sharing.confirm:{exchange_id}:{when:%Y%m%d%H%M%S}"
    args = {"exchange_id": exchange_id}
    jobs.enqueue(session, "sharing.confirm", args, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.confirm")
def confirm(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.confirm_by_silence(session, args["exchange_id"], at=run.clock())


def count_later(session: Session, loan_id: Id, said_at: datetime, *, at: datetime) -> None:
    """Look at the loan again when its owner has had time to say whether it is there."""
    when = said_at + OWNER_SILENT
    key = f"sharing.count:{loan_id}:{when:%Y%m%d%H%M%S}"
    jobs.enqueue(session, "sharing.count", {"loan_id": loan_id}, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.count")
def count(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.count_as_returned(session, args["loan_id"], at=run.clock())


def remind_later(session: Session, loan_id: Id, *, at: datetime, after: int | None = None) -> None:
    """Set the next reminder of a loan that is out; `after` is the one that was just given."""
    found = queries.loan_to_remind(session, Actor.machine(), loan_id)
    if found is None:
        return
    for days in REMINDERS:
        when = morning_of(found.due_on + timedelta(days=days), found.zone)
        if (after is None or days > after) and when > at:
            args = {"loan_id": loan_id, "due_on": found.due_on.isoformat(), "days": days}
            key = f"sharing.remind:{loan_id}:{found.due_on}:{days}"
            jobs.enqueue(session, "sharing.remind", args, at=at, run_at=when, unique_key=key)
            return


def morning_of(day: date, zone: str) -> datetime:
    """Eight o'clock of a day in a zone.

    >>> morning_of(date(2026, 12, 4), "Europe/Madrid").isoformat()
    '2026-12-04T07:00:00+00:00'
    """
    return datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(UTC)


@jobs.job("sharing.remind")
def remind(run: Run, args: dict[str, Any]) -> None:
    """Tell who has it, if it is still out and due on the same day; then set the next reminder."""
    now, loan_id, days = run.clock(), args["loan_id"], int(args["days"])
    with run.database.write() as session:
        found = queries.loan_to_remind(session, Actor.machine(), loan_id)
        if found is None or found.due_on.isoformat() != args["due_on"] or found.state is not LoanState.OUT:
            return
        try:
            reader = Actor(found.borrower_id, Via.WORKER)
            line = queries.exchange(session, reader, found.exchange_id, at=now).line
        except NotFound:
            return
        past = days > 0
        communication.notify(
            session,
            found.borrower_id,
            event_id=digest(f"remind {loan_id} {args['due_on']} {days}")[:32],
            notice_class=NoticeClass.DUTY,
            ref=Ref("exchange", found.exchange_id),
            sentence=N_("“{title}” was due on {day}.") if past else N_("“{title}” is due on {day}."),
            facts={"title": line.title, "day": args["due_on"]},
            community_id=line.community_id,
            at=now,
        )
        if past:
            warn_next(session, loan_id, args["due_on"], at=now)
        remind_later(session, loan_id, at=now, after=days)
