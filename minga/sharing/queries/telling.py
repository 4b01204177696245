"""Whom a reaction tells about dispatch, by rows it was given ids of. Asks nobody's rights: what is told is decided there."""

from sqlalchemy import select

from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import DispatchCase, DispatchQuestion, DispatchRound, Exchange, Listing


def asked_of(session: Session, question_id: Id) -> tuple[Id, str] | None:
    """Who was asked, and about what."""
    row = session.execute(
        select(DispatchQuestion.person_id, Listing.title)
        .join(Listing, Listing.id == DispatchQuestion.listing_id)
        .where(DispatchQuestion.id == question_id)
    ).first()
    return (row[0], row[1]) if row else None


def round_of(session: Session, round_id: Id) -> tuple[Id, str] | None:
    """Who asks in a round, and about what."""
    row = session.execute(
        select(DispatchRound.by_id, Listing.title)
        .join(Listing, Listing.id == DispatchRound.listing_id)
        .where(DispatchRound.id == round_id)
    ).first()
    return (row[0], row[1]) if row else None


def helped_by(session: Session, exchange_id: Id) -> Id | None:
    """Whose need an arranged exchange serves; None when a dispatcher keeps it for somebody without account."""
    row = session.execute(
        select(Listing.owner_id, DispatchCase.caller)
        .join(Exchange, Exchange.listing_id == Listing.id)
        .outerjoin(DispatchCase, DispatchCase.listing_id == Listing.id)
        .where(Exchange.id == exchange_id)
    ).first()
    return None if row is None or row.caller else str(row.owner_id)


def owner_and_title(session: Session, listing_id: Id) -> tuple[Id, str] | None:
    """Whose a listing is, and what it is called."""
    row = session.execute(select(Listing.owner_id, Listing.title).where(Listing.id == listing_id)).first()
    return (row[0], row[1]) if row else None
