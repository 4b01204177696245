"""Needs that may be one and the same: found by the mark of a telephone number's last digits."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.sharing.access.dispatch import desk_to_see
from minga.sharing.access.narrowing import open_to
from minga.sharing.models import DispatchCase, Listing
from minga.sharing.queries.dispatch import CaseRow, case_row
from minga.sharing.rules import dispatch as rules


def tail_mark(session: Session, reach: str) -> str:
    """The mark of a number's last digits; empty when there is no number."""
    tail = rules.tail_of(reach)
    return field_key(session).mark(tail, "phone tail") if tail else ""


def doubles(session: Session, community_id: Id, tail: str) -> list[Id]:
    """Open needs that were taken in under the same number, newest first."""
    found = (
        select(DispatchCase.listing_id)
        .join(Listing, Listing.id == DispatchCase.listing_id)
        .where(
            DispatchCase.community_id == community_id,
            DispatchCase.phone_tail == tail,
            DispatchCase.phone_tail != "",
            Listing.closed_at.is_(None),
        )
        .order_by(DispatchCase.listing_id.desc())
        .limit(5)
    )
    return list(session.scalars(found))


def same_number(
    session: Session, actor: Actor, community_id: Id, reach: str, *, at: datetime
) -> list[CaseRow]:
    """The lines of open needs under the same number, for a dispatcher who is about to write one down."""
    desk = desk_to_see(session, actor, community_id, at=at)
    tail = tail_mark(session, reach)
    ids = doubles(session, getattr(desk, "community_id", desk.id), tail) if tail else []
    if not ids:
        return []
    shown = select(Listing).where(Listing.id.in_(ids), open_to(str(actor.person_id)))
    return [case_row(session, one, at=at) for one in session.scalars(shown.order_by(Listing.id.desc()))]
