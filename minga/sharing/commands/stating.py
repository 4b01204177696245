"""What an owner states about lending or booking a thing, a room or a service; the community's rules stay above it."""

from dataclasses import dataclass
from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text
from minga.ledger.rules import TIME
from minga.sharing.access.desk import thing_to_keep
from minga.sharing.models import ListingLending
from minga.sharing.rules.lending import MINUTES_OF_DAY, SKILL_LENGTH_MAX, Hours, Week
from minga.sharing.rules.terms import is_currency
from minga.sharing.rules.words import Direction, Kind

BETWEEN = N_("Between {least} and {most}, please.")
ONLY_OFFERS = N_("Only what is offered is lent or booked.")
WEEK_ORDER = N_("A day opens before it closes.")
DEPOSIT_MAX = 10**9
DEPOSIT = N_("That deposit does not fit. Please look at it once more.")
DEPOSIT_UNIT = N_("A deposit is hours or the currency of the community.")
SHORTEST = N_("The longest booking cannot be shorter than the shortest.")
BOUNDS = {
    "buffer_hours": (0, 336),
    "lead_days_max": (1, 730),
    "grain_minutes": (5, 1440),
    "lead_minutes_min": (0, 60 * 24 * 60),
    "minutes_min": (0, 60 * 24 * 60),
    "minutes_max": (1, 60 * 24 * 60),
    "month_minutes_max": (1, 31 * 24 * 60),
    "approval_over_minutes": (1, 60 * 24 * 60),
    "at_once_max": (1, 1_000),
}
FOR_THINGS = ("buffer_hours", "lead_days_max")


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What is stated; nothing where the community's rules are enough. An empty week is open day and night."""

    buffer_hours: int | None = None
    lead_days_max: int | None = None
    needs_skill: str = ""
    deposit_minor: int | None = None
    deposit_unit: str = ""
    grain_minutes: int | None = None
    lead_minutes_min: int | None = None
    minutes_min: int | None = None
    minutes_max: int | None = None
    month_minutes_max: int | None = None
    approval_over_minutes: int | None = None
    at_once_max: int | None = None
    week: Week = ()


def state_lending(
    session: Session, actor: Actor, listing_id: Id, stated: Stated, *, at: datetime
) -> ListingLending:
    """Keep what the owner, or a librarian for the community, states about lending it. What is agreed already stays."""
    listing = thing_to_keep(session, actor, listing_id, at=at)
    if listing.direction is not Direction.OFFER:
        raise Refused(ONLY_OFFERS, code="not_to_lend")
    _check(stated)
    row = session.get(ListingLending, listing.id) or ListingLending(listing_id=listing.id, changed_at=at)
    session.add(row)
    names = FOR_THINGS if listing.kind is Kind.ITEM else tuple(BOUNDS)
    for name in names:
        setattr(row, name, getattr(stated, name))
    row.needs_skill = clean_text(stated.needs_skill, SKILL_LENGTH_MAX, field="needs_skill")
    if listing.kind is not Kind.ITEM:
        row.week = [[day.opens, day.closes] if day else None for day in stated.week] or None
    row.deposit_minor = stated.deposit_minor or None
    row.deposit_unit = stated.deposit_unit if stated.deposit_minor else None
    row.changed_at = at
    session.flush()
    return row


def _check(stated: Stated) -> None:
    for name, (least, most) in BOUNDS.items():
        value = getattr(stated, name)
        if value is not None and not least <= value <= most:
            raise Invalid(BETWEEN, fields={name: BETWEEN}, least=least, most=most)
    if stated.deposit_minor and not 0 < stated.deposit_minor <= DEPOSIT_MAX:
        raise Invalid(DEPOSIT, fields={"deposit": DEPOSIT})
    if stated.deposit_minor and not is_unit(stated.deposit_unit):
        raise Invalid(DEPOSIT_UNIT, fields={"deposit_unit": DEPOSIT_UNIT})
    if stated.minutes_min and stated.minutes_max and stated.minutes_max < stated.minutes_min:
        raise Invalid(SHORTEST, fields={"minutes_max": SHORTEST})
    if stated.week and len(stated.week) != 7:
        raise Invalid(WEEK_ORDER)
    for number, day in enumerate(stated.week):
        if day is not None and not _in_order(day):
            raise Invalid(WEEK_ORDER, fields={f"day_{number}": WEEK_ORDER})


def is_unit(code: str) -> bool:
    """Whether a deposit may be counted in this."""
    return code == TIME or is_currency(code)


def _in_order(day: Hours) -> bool:
    return 0 <= day.opens < day.closes <= MINUTES_OF_DAY
