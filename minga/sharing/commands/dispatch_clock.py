"""What time does to the work of dispatchers: private notes go, unanswered questions end, silence closes, intakes are erased."""

from datetime import datetime

from sqlalchemy import delete, select, update

from minga.identity import Actor
from minga.kit.db import Session
from minga.sharing.commands.life import close_now
from minga.sharing.models import DispatchCase, DispatchContact, Exchange, Intake, Listing
from minga.sharing.rules import CloseReason
from minga.sharing.rules import dispatch as rules

CHUNK = 200
SILENT_TWICE = 2


def erase_notes(session: Session, at: datetime) -> int:
    """Private notes are kept for 90 days; that somebody called stays."""
    old = (
        select(DispatchContact.id)
        .where(DispatchContact.note != "", DispatchContact.at <= at - rules.NOTES_KEPT)
        .limit(CHUNK)
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(update(DispatchContact).where(DispatchContact.id.in_(ids)).values(note=""))
    return len(ids)


def close_unanswered(session: Session, at: datetime) -> int:
    """Who was asked twice whether it is still needed and said nothing finds it closed; they can open it again."""
    agreed = select(Exchange.listing_id).where(
        Exchange.completed_at.is_(None), Exchange.cancelled_at.is_(None)
    )
    due = (
        select(Listing)
        .join(DispatchCase, DispatchCase.listing_id == Listing.id)
        .where(
            DispatchCase.still_asked_times >= SILENT_TWICE,
            DispatchCase.still_asked_at <= at - rules.QUESTION_LASTS,
            Listing.confirmed_at < DispatchCase.still_asked_at,
            Listing.closed_at.is_(None),
            Listing.id.not_in(agreed),
        )
        .order_by(Listing.id)
        .limit(CHUNK)
        .with_for_update(skip_locked=True, of=Listing)
    )
    found = list(session.scalars(due))
    for listing in found:
        close_now(session, Actor.machine(), listing, CloseReason.EXPIRED, at=at)
    return len(found)


def erase_intakes(session: Session, at: datetime) -> int:
    """Refused and unanswered intakes are gone after 30 days, of taken ones what the case keeps sealed itself."""
    old = (
        select(Intake.id)
        .where(Intake.sent_at <= at - rules.INTAKES_KEPT)
        .order_by(Intake.sent_at)
        .limit(CHUNK)
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(Intake).where(Intake.id.in_(ids)))
    return len(ids)


STEPS = (erase_notes, close_unanswered, erase_intakes)
