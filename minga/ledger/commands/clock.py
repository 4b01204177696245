"""What the ledger does by the clock: frees holds whose time is over, numbers and seals, recounts every night."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.schedule import every
from minga.ledger.commands.entries import EXPIRED, void
from minga.ledger.commands.payments import lapse_payment_asks
from minga.ledger.commands.sealing import community_key, seal, waiting_books
from minga.ledger.models import IS_HELD, Book, Entry, LedgerCheck
from minga.ledger.queries import recounting

AT_ONCE = 200


def expired_holds(session: Session, *, at: datetime, limit: int = AT_ONCE) -> list[Id]:
    """Holds whose time is over."""
    return list(
        session.scalars(
            select(Entry.id)
            .where(IS_HELD, Entry.expires_at <= at)
            .order_by(Entry.expires_at, Entry.id)
            .limit(limit)
        )
    )


@every("ledger.expire", minutes=1)
def expire_holds(run: Run, _args: dict[str, Any]) -> None:
    """Free what was set aside until now, each in a unit of its own."""
    now = run.clock()
    with run.database.read() as session:
        over = expired_holds(session, at=now)
    for entry_id in over:
        with run.database.write() as session:
            try:
                void(session, Actor.machine(), entry_id, EXPIRED, at=now)
            except Conflict:
                continue  # settled meanwhile


@every("ledger.seal", minutes=1)
def seal_books(run: Run, _args: dict[str, Any]) -> None:
    """Number and seal what waits, a thousand entries at a time."""
    now = run.clock()
    with run.database.read() as session:
        waiting = waiting_books(session, at=now)
    for book_id in waiting:
        while True:
            with run.database.write() as session:
                book = session.get_one(Book, book_id)
                key = community_key(run.settings.secret, book.community_id)
                if seal(session, book_id, key, at=now) is None:
                    break


@every("ledger.verify", days=1, lane="heavy", seconds_max=1_800)
def verify_books(run: Run, _args: dict[str, Any]) -> None:
    """Recount every book once a night; what does not hold is written down for who keeps the books."""
    now = run.clock()
    with run.database.read() as session:
        books = session.scalars(select(Book.id).order_by(Book.id)).all()
    for book_id in books:
        with run.database.read() as session:
            report = recounting.verify(session, book_id, at=now)
        with run.database.write() as session:
            note_verification(session, report, at=now)


def note_verification(session: Session, report: recounting.Report, *, at: datetime) -> None:
    """Keep what the newest recount of a book found, until the next."""
    found = session.get(LedgerCheck, report.book_id) or LedgerCheck(book_id=report.book_id)
    found.checked_at = at
    found.entries = report.entries
    found.breaches = [{"code": one.code, "ids": list(one.ids)} for one in report.breaches]
    session.add(found)
    session.flush()


@every("ledger.asks", hours=1)
def end_asks(run: Run, _args: dict[str, Any]) -> None:
    """End the payment asks that nobody answered in thirty days."""
    with run.database.write() as session:
        lapse_payment_asks(session, at=run.clock())
