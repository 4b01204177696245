"""What is stated about lending or booking one listing, for the form of whoever keeps it."""

from dataclasses import dataclass
from datetime import datetime

from minga.communities.access import policies
from minga.communities.models import Community
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access.desk import thing_to_keep
from minga.sharing.access.lending import BUFFER, LEAD, lending_of
from minga.sharing.models import ListingLending
from minga.sharing.rules.lending import Week
from minga.sharing.rules.words import Kind


@dataclass(frozen=True, slots=True)
class StatedValues:
    """What is stated, field by field; nothing where the community's rules are enough."""

    needs_skill: str
    deposit_minor: int | None
    deposit_unit: str
    lead_days_max: int | None
    buffer_hours: int | None
    grain_minutes: int | None
    lead_minutes_min: int | None
    minutes_min: int | None
    minutes_max: int | None
    month_minutes_max: int | None
    approval_over_minutes: int | None
    at_once_max: int | None
    week: Week


@dataclass(frozen=True, slots=True)
class StatedLending:
    """The same with what the community says."""

    listing_id: Id
    title: str
    by_hours: bool
    is_space: bool
    lead_days_max: int
    buffer_hours: int
    currency: str
    stated: StatedValues


def stated_lending(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> StatedLending:
    """For the owner of a listing, and for librarians of a thing of the library."""
    listing = thing_to_keep(session, actor, listing_id, at=at, lock=False)
    row = session.get(ListingLending, listing.id) or ListingLending(listing_id=listing.id)
    return StatedLending(
        listing_id=listing.id,
        title=listing.title,
        by_hours=listing.kind in (Kind.SPACE, Kind.SERVICE),
        is_space=listing.kind is Kind.SPACE,
        lead_days_max=policies.value(session, listing.community_id, LEAD, at=at),
        buffer_hours=policies.value(session, listing.community_id, BUFFER, at=at),
        currency=session.get_one(Community, listing.community_id).currency or "",
        stated=StatedValues(
            needs_skill=row.needs_skill or "",
            deposit_minor=row.deposit_minor,
            deposit_unit=row.deposit_unit or "",
            lead_days_max=row.lead_days_max,
            buffer_hours=row.buffer_hours,
            grain_minutes=row.grain_minutes,
            lead_minutes_min=row.lead_minutes_min,
            minutes_min=row.minutes_min,
            minutes_max=row.minutes_max,
            month_minutes_max=row.month_minutes_max,
            approval_over_minutes=row.approval_over_minutes,
            at_once_max=row.at_once_max,
            week=lending_of(session, listing, at=at).booking.week,
        ),
    )
