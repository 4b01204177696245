"""Binding the node to a lot before anybody asks."""

import secrets
from datetime import datetime

from sqlalchemy import select

from minga.kit import lots
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.sharing.models import Listing
from minga.sharing.models.draws import Draw, DrawSecret
from minga.sharing.rules.words import Answers


def begin_draw(session: Session, listing: Listing, *, at: datetime) -> None:
    """Bind the node to a secret before it knows who asks. Twice is once."""
    if listing.answers is not Answers.LOT or draw_of(session, listing.id) is not None:
        return
    secret = secrets.token_bytes(lots.SECRET_BYTES)
    draw = Draw(listing_id=listing.id, begun_at=at, commitment=lots.commitment(secret))
    session.add(draw)
    session.flush()
    sealed = field_key(session).seal(secret.hex(), f"listing_draw {draw.id}")
    session.add(DrawSecret(draw_id=draw.id, sealed=sealed))
    session.flush()


def draw_of(session: Session, listing_id: Id) -> Draw | None:
    return session.scalar(select(Draw).where(Draw.listing_id == listing_id))
