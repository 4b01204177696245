"""What a community may decide so that hours do not pile up: a small share of savings returns to all, each month."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities.access import policies
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.schedule import every
from minga.ledger.commands.accounts import commons_account
from minga.ledger.commands.entries import open_day, post
from minga.ledger.models import Account, Balance, Book, Entry
from minga.ledger.rules import TIME, Draft, EntryKind, Line
from minga.ledger.rules.kinds import Purpose
from minga.ledger.rules.payments import monthly_share, part_id

RATE = "ledger.demurrage_percent"


@every("ledger.demurrage", hours=6)
def take_shares(run: Run, _args: dict[str, Any]) -> None:
    """Once a month, where a community decided so; each book in a unit of its own."""
    now = run.clock()
    with run.database.read() as session:
        books = session.scalars(
            select(Book.id).where(Book.purpose == Purpose.COMMONS).order_by(Book.id)
        ).all()
        due = [book_id for book_id in books if _rate(session, book_id, at=now)]
    for book_id in due:
        with run.database.write() as session:
            take_share(session, book_id, at=now)


def take_share(session: Session, book_id: Id, *, at: datetime) -> int:
    """Move this month's share of each member's savings to the community; answers of how many. Twice takes once."""
    book, rate = session.get_one(Book, book_id), _rate(session, book_id, at=at)
    month = _month(session, book, at)
    savers = session.execute(
        select(Account.id, -Balance.posted - Balance.held_out)
        .join(Balance, Balance.account_id == Account.id)
        .where(
            Account.book_id == book_id,
            Account.purpose == Purpose.MEMBER,
            Account.unit == TIME,
            Account.closed_on.is_(None),
            Account.may_spend,
            Account.opened_on < month,
            Balance.posted < 0,
        )
        .order_by(Account.id)
    ).all()
    taken, machine = 0, Actor.machine()
    for account_id, savings in savers:
        share, entry_id = monthly_share(savings, rate), part_id(account_id, f"demurrage {month:%Y-%m}")
        if share <= 0 or session.get(Entry, entry_id) is not None:
            continue
        ours = commons_account(session, machine, book, TIME, at=at)
        draft = Draft(
            id=entry_id,
            book_id=book_id,
            kind=EntryKind.FEE,
            effective_on=open_day(session, book, at=at),
            lines=(Line(account_id, TIME, share), Line(ours.id, TIME, -share)),
        )
        post(session, machine, draft, at=at)
        taken += 1
    return taken


def _rate(session: Session, book_id: Id, *, at: datetime) -> int:
    book = session.get_one(Book, book_id)
    return int(policies.value(session, book.community_id, RATE, at=at))


def _month(session: Session, book: Book, at: datetime) -> date:
    """The first day of this month, where the community is."""
    day = today(at, session.get_one(Community, book.community_id).zone)
    return day - timedelta(days=day.day - 1)
