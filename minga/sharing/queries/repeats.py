"""Whether a listing comes again, for its owner."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.models import ListingRepeat
from minga.sharing.rules.repeats import Frequency, read_recurrence


@dataclass(frozen=True, slots=True)
class Repeats:
    """How one's listing comes again."""

    id: Id
    rule: str
    frequency: Frequency
    interval: int
    next_on: date | None
    paused: bool


def repeats_of(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Repeats | None:
    """The repetition that a listing of the actor's is the template or the open instance of."""
    found = session.scalar(
        select(ListingRepeat)
        .where(
            or_(ListingRepeat.listing_id == listing_id, ListingRepeat.open_id == listing_id),
            ListingRepeat.owner_id == (actor.person_id or ""),
            ListingRepeat.ended_at.is_(None),
            ListingRepeat.made_at <= at,
        )
        .limit(1)
    )
    if found is None:
        return None
    rule = read_recurrence(found.rule)
    return Repeats(
        found.id, found.rule, rule.frequency, rule.interval, found.next_on, found.paused_at is not None
    )
