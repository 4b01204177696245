"""Closing a period of a book: from then on its days take no entry any more, and corrections are dated later."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from minga.communities.access import require
from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.ledger.access.rows import KEEP
from minga.ledger.commands import asking
from minga.ledger.events import PeriodClosed
from minga.ledger.models import Book, Period

NOT_OVER = N_("That period is not over yet.")


def close_period(session: Session, actor: Actor, period_id: Id, *, at: datetime) -> Period:
    """Close the oldest open period of a book, for good. Twice changes nothing."""
    period = session.scalars(
        select(Period).where(Period.id == parse_id(period_id)).execution_options(populate_existing=True)
    ).first()
    if period is None:
        raise NotFound()
    book = session.get_one(Book, period.book_id)
    require(session, actor, KEEP, book.community_id, at=at)
    if period.closed_at is not None:
        return period
    community = session.get_one(Community, book.community_id)
    if period.to_on >= today(at, community.zone):
        raise Refused(NOT_OVER, code="period_open")
    session.flush()
    try:
        with session.connection().begin_nested():
            session.connection().execute(
                update(Period.__table__)  # type: ignore[arg-type]
                .where(Period.__table__.c.id == period.id)
                .values(closed_at=at, closed_by_id=actor.person_id)
            )
    except DBAPIError as error:
        code = asking.code_of(error)
        if code is None or not asking.has_sentence(code):
            raise
        raise asking.said_no(session, actor, code, community, at=at) from error
    session.refresh(period)
    event = PeriodClosed(period_id=period.id, book_id=book.id, from_on=period.from_on, to_on=period.to_on)
    emit(session, actor, event, at=at, community_id=book.community_id)
    return period
