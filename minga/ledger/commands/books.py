"""Books, units and periods, made when they are first needed."""

import re
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from minga.identity import Actor
from minga.kit.db import Session, new_id
from minga.kit.errors import Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.ledger.access import commons_book, root_of
from minga.ledger.events import BookOpened
from minga.ledger.models import Book, Period, Unit
from minga.ledger.rules import TIME, exponent_of, known
from minga.ledger.rules.kinds import DAYS_AHEAD, YEARS_BACK, Purpose, UnitKind
from minga.ledger.rules.units import EXPONENT_MAX, is_code

NO_UNIT = N_("Nothing is counted in {unit} here.")
TAKEN = N_("Everybody counts in {unit} already. Choose another short name.")
BAD_CODE = N_("The short name of a unit has 2 to 12 capital letters or digits.")
FAR_DAY = N_("{day} is too far away for the books.")


def commons(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Book:
    """The commons' book of a community's root; made at first use."""
    root = root_of(session, community_id)
    found = commons_book(session, root.id)
    if found is not None:
        return found
    made = Book(
        community_id=root.id,
        name=root.name,
        purpose=Purpose.COMMONS,
        home_unit=root.currency or TIME,
        made_at=at,
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        there = commons_book(session, root.id)
        if there is None:
            raise
        return there
    emit(session, actor, BookOpened(book_id=made.id), at=at, community_id=root.id)
    return made


def unit_known(session: Session, root_id: Id, code: str, *, at: datetime) -> Unit:
    """The unit of that code, the community's own or one of everybody's, which gets its row at first use."""
    found = _unit(session, root_id, code)
    if found is not None:
        return found
    kind = known(code)
    if kind is None:
        raise Refused(NO_UNIT, code="no_unit", unit=code[:12])
    made = Unit(code=code, kind=kind, exponent=exponent_of(code), symbol="", made_at=at)
    return _added(session, made, root_id)


def own_unit(
    session: Session,
    community_id: Id,
    code: str,
    kind: UnitKind,
    *,
    exponent: int,
    symbol: str,
    at: datetime,
) -> Unit:
    """A unit of the community's own; the exponent stays what it is."""
    root = root_of(session, community_id)
    if not is_code(code):
        raise Refused(BAD_CODE, code="bad_unit")
    if known(code) is not None or _unit(session, root.id, code) is not None:
        raise Refused(TAKEN, code="unit_taken", unit=code)
    made = Unit(
        code=code,
        community_id=root.id,
        kind=kind,
        exponent=max(0, min(EXPONENT_MAX, exponent)),
        symbol=symbol[:12],
        made_at=at,
    )
    return _added(session, made, root.id)


def _unit(session: Session, root_id: Id, code: str) -> Unit | None:
    return session.scalars(
        select(Unit)
        .where(Unit.code == code, (Unit.community_id.is_(None)) | (Unit.community_id == root_id))
        .limit(1)
    ).first()


def _added(session: Session, made: Unit, root_id: Id) -> Unit:
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        there = _unit(session, root_id, made.code)
        if there is None:
            raise
        return there
    return made


def period_of(session: Session, book: Book, day: date, *, at: datetime) -> Id:
    """The period of a book that a day lies in; years are added to either end until one does."""
    while True:
        found = session.scalar(
            select(Period.id).where(Period.book_id == book.id, Period.from_on <= day, Period.to_on >= day)
        )
        if found is not None:
            return found
        today = at.date()
        if not today - timedelta(days=366 * YEARS_BACK) <= day <= today + timedelta(days=DAYS_AHEAD):
            raise Refused(FAR_DAY, code="no_period", day=day)
        _add_period(session, book, day)


def _add_period(session: Session, book: Book, day: date) -> None:
    first, last = session.execute(
        select(func.min(Period.from_on), func.max(Period.to_on)).where(Period.book_id == book.id)
    ).one()
    if first is None:
        from_on = _year_start(day, book.year_starts_month)
    elif day > last:
        from_on = last + timedelta(days=1)
    else:
        from_on = _year_start(first - timedelta(days=1), book.year_starts_month)
    to_on = _year_start(from_on + timedelta(days=366), book.year_starts_month) - timedelta(days=1)
    if first is not None and day < first:
        to_on = first - timedelta(days=1)
    try:
        with session.begin_nested():
            session.add(Period(id=new_id(), book_id=book.id, from_on=from_on, to_on=to_on))
            session.flush()
    except IntegrityError as error:
        if not re.search("uq_period|UNIQUE", str(error.orig)):
            raise


def _year_start(day: date, month: int) -> date:
    """The first day of the bookkeeping year that a day lies in."""
    return date(day.year if day.month >= month else day.year - 1, month, 1)
