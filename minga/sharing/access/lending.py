"""The rules of lending that a community keeps, and what holds for one listing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities.access import policies, register_policy
from minga.communities.rules import Choice, PolicyKind, Whole
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.sharing.models import Listing, ListingItem, ListingSpace
from minga.sharing.models.lending import ListingLending
from minga.sharing.rules import lending as rules
from minga.sharing.rules.kinds import Grain
from minga.sharing.rules.lending import Booking, Hours, Lending, Week, Who, stricter
from minga.sharing.rules.loans import DAYS_MAX, DAYS_USUAL
from minga.sharing.rules.reservations import LEAD_DAYS_MAX
from minga.sharing.rules.words import Direction, Kind

DAYS = "loan.days_max"
ITEMS = "loan.items_max"
LEAD = "loan.lead_days_max"
BUFFER = "loan.buffer_hours"
PICKUP = "loan.pickup_days"
BLOCK = "loan.block_after_days"
WHO = "loan.who"
_KEPT = "sharing.lending"
_GRAIN_MINUTES = {Grain.HOUR: 60, Grain.HALF_DAY: 720, Grain.DAY: 1440, Grain.SLOT: 15}

for _one in (
    PolicyKind(
        key=DAYS,
        sentence=N_("For how many days the library lends at most."),
        bounds=Whole(1, DAYS_MAX, "lower"),
        default=DAYS_USUAL,
        theme="sharing",
    ),
    PolicyKind(
        key=ITEMS,
        sentence=N_("How many things of the library somebody may have at a time."),
        bounds=Whole(1, 500, "lower"),
        default=rules.ITEMS_MAX,
        theme="sharing",
    ),
    PolicyKind(
        key=LEAD,
        sentence=N_("How many days ahead something can be reserved."),
        bounds=Whole(1, 730, "lower"),
        default=LEAD_DAYS_MAX,
        theme="sharing",
    ),
    PolicyKind(
        key=BUFFER,
        sentence=N_("How many hours lie between two loans of the same thing, to clean or to rest it."),
        bounds=Whole(0, 336, "higher"),
        default=0,
        theme="sharing",
    ),
    PolicyKind(
        key=PICKUP,
        sentence=N_("How many days something waits for whoever is next in the queue."),
        bounds=Whole(1, 60, "lower"),
        default=rules.PICKUP_DAYS,
        theme="sharing",
    ),
    PolicyKind(
        key=BLOCK,
        sentence=N_("After how many late days somebody borrows nothing more from the library."),
        bounds=Whole(0, 365, "lower"),
        default=rules.BLOCK_AFTER_DAYS,
        theme="sharing",
    ),
    PolicyKind(
        key=WHO,
        sentence=N_("Who may borrow from the library."),
        bounds=Choice((Who.TRIAL.value, Who.FULL.value)),
        default=Who.FULL.value,
        theme="sharing",
    ),
):
    register_policy(_one)


def lending_of(session: Session, listing: Listing, *, at: datetime) -> Lending:
    """What holds for a listing at a moment: its community's rules, and what it states itself where that is stricter.

    A unit that only reads asks once.
    """
    if session.autoflush:
        return _lending_of(session, listing, at)
    kept: dict[Any, Lending] = session.info.setdefault(_KEPT, {})
    if (listing.id, at) not in kept:
        kept[listing.id, at] = _lending_of(session, listing, at)
    return kept[listing.id, at]


def _lending_of(session: Session, listing: Listing, at: datetime) -> Lending:
    stated = session.get(ListingLending, listing.id)

    def rule(key: str) -> Any:
        return policies.value(session, listing.community_id, key, at=at)

    in_library = stated is not None and stated.library_since_at is not None
    return Lending(
        in_library=in_library,
        days_max=_days_max(session, listing, rule(DAYS) if in_library else DAYS_MAX),
        items_max=rule(ITEMS),
        lead_days_max=stricter(rule(LEAD), stated.lead_days_max if stated else None),
        buffer=timedelta(hours=max(rule(BUFFER), (stated.buffer_hours if stated else None) or 0)),
        pickup_days=rule(PICKUP),
        block_after_days=rule(BLOCK),
        who=Who(rule(WHO)) if in_library else Who.TRIAL,
        needs_skill=stated.needs_skill if stated else "",
        deposit_minor=(stated.deposit_minor if stated else None) or 0,
        deposit_unit=(stated.deposit_unit if stated else None) or "",
        booking=_booking(session, listing, stated),
    )


def _days_max(session: Session, listing: Listing, most: int) -> int:
    """How long it is lent at most: as its owner says; a thing of the library never longer than the community lends."""
    if listing.kind is not Kind.ITEM or listing.direction is Direction.NEED:
        return DAYS_MAX
    wanted = select(ListingItem.loan_days_max).where(ListingItem.listing_id == listing.id)
    return stricter(most, session.scalar(wanted) or DAYS_USUAL)


def _booking(session: Session, listing: Listing, stated: ListingLending | None) -> Booking:
    if listing.kind not in (Kind.SPACE, Kind.SERVICE):
        return Booking()
    grain = (stated.grain_minutes if stated else None) or _usual_grain(session, listing)
    if stated is None:
        return Booking(grain_minutes=grain)
    return Booking(
        grain_minutes=grain,
        lead_minutes_min=stated.lead_minutes_min or 0,
        minutes_min=stated.minutes_min or 0,
        minutes_max=stated.minutes_max or 0,
        month_minutes_max=stated.month_minutes_max or 0,
        approval_over_minutes=stated.approval_over_minutes or 0,
        week=_week(stated.week),
    )


def _usual_grain(session: Session, listing: Listing) -> int:
    if listing.kind is not Kind.SPACE:
        return 15
    grain = session.scalar(select(ListingSpace.grain).where(ListingSpace.listing_id == listing.id))
    return _GRAIN_MINUTES[grain or Grain.HOUR]


def _week(stored: list[Any] | None) -> Week:
    """Stored as seven pairs of minutes, or nothing on a day that it is closed."""
    return tuple(Hours(*day) if day else None for day in stored or ())
