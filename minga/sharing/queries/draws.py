"""A lot as everybody reads it who sees the listing: what it is bound to, and afterwards the record to draw it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.sharing.access import listing_to_see
from minga.sharing.models import Listing
from minga.sharing.models.draws import Draw
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.allocation.records import FORMAT
from minga.sharing.rules.draws import PLACE


@dataclass(frozen=True, slots=True)
class DrawShown:
    """What a page says about a lot."""

    commitment: str
    until: datetime | None
    drawn_at: datetime | None
    asks: int
    agreed: int


def draw_about(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> DrawShown | None:
    """The lot about a listing, for whoever sees the listing; None when nobody draws."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    draw = session.scalar(select(Draw).where(Draw.listing_id == listing.id))
    if draw is None:
        return None
    lines = draw.lines or []
    agreed = sum(int(one) for _, one in lines)
    return DrawShown(draw.commitment, listing.collect_until, draw.drawn_at, len(lines), agreed)


def draw_record(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> dict[str, Any]:
    """The record of a lot that was drawn, under lines instead of names, in the form that `minga lot verify` reads."""
    listing = listing_to_see(session, actor, listing_id, at=at)
    draw = session.scalar(select(Draw).where(Draw.listing_id == listing.id))
    if draw is None or draw.drawn_at is None:
        raise NotFound()
    lines = draw.lines or []
    return {
        "format": FORMAT,
        "listing": listing.id,
        "round": draw.id,
        "what": What.UNITS.value,
        "rule": Rule.LOTTERY.value,
        "parameters": {},
        "essential": False,
        "supply": sum(int(agreed) for _, agreed in lines),
        "opened_at": draw.begun_at.isoformat(),
        "allocated_at": draw.drawn_at.isoformat(),
        "commitment": draw.commitment,
        "secret": draw.secret,
        "beacon": "",
        "claims_root": draw.claims_root,
        "seed": draw.seed,
        "parts": [{"context": PLACE, "order": [line for line, _ in lines]}],
        "shares": dict(sorted((line, int(agreed)) for line, agreed in lines)),
    }


def draws_at(session: Session, actor: Actor, listing_id: Id) -> datetime | None:
    """When the lot about a listing is drawn, for the clock: nobody reads it."""
    if actor.signed_in:
        return None
    return session.scalar(
        select(Listing.collect_until)
        .join(Draw, Draw.listing_id == Listing.id)
        .where(Listing.id == listing_id, Draw.drawn_at.is_(None))
    )
