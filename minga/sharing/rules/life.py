"""The life of a listing, computed from its dates: state, how long it lasts, when its owner is asked."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.sharing.rules.kinds import Help, Item, Job, Own, Service, Skill, Space, Time, Urgency
from minga.sharing.rules.terms import Term, TermKind
from minga.sharing.rules.words import CloseReason, Direction, State

DRAFT_DAYS = 90
REOPEN_DAYS = 90
ARCHIVE_DAYS = 365
STILL_TRUE_DAYS = 180
SILENT_DAYS = 2 * STILL_TRUE_DAYS + 14
PINS_MAX = 3
OPEN_MAX = 50
DAY = timedelta(days=1)
NOTED_AFTER = timedelta(minutes=10)
"""How long after its end the clock has surely closed a listing."""
LOOKED_AT_FIRST = 3

TOO_MANY_OPEN = N_("You have {n} open listings. Close one, or ask for more.")
NOT_DRAFT = N_("This is published already.")
NOT_OPEN = N_("This is not open at the moment. Open it first.")
NOT_CLOSED = N_("This is open. There is nothing to open again.")
REMOVED = N_("Stewards removed this. Ask them; they can say why.")
TOO_OLD = N_("This was closed more than {days} days ago. Ask your stewards to open it, or post it anew.")
KIND_FIXED = N_(
    "Somebody has asked already, so this stays what it is. Withdraw it and post a new one instead."
)
PINS_FULL = N_("Three are on top already. Take one down first.")


class Dates(Protocol):
    """The dated facts of a listing."""

    @property
    def sent_at(self) -> datetime | None: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def close_reason(self) -> CloseReason | None: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def archived_at(self) -> datetime | None: ...


def state(listing: Dates, at: datetime) -> State:
    """The one state that follows from the dates; an end that has passed counts before anybody noted it."""
    if listing.archived_at is not None:
        return State.ARCHIVED
    if listing.closed_at is not None:
        return State(listing.close_reason or CloseReason.WITHDRAWN)
    if listing.published_at is None:
        return State.DRAFT if listing.sent_at is None else State.PENDING
    if listing.expires_at is not None and listing.expires_at <= at:
        return State.EXPIRED
    return State.OPEN if listing.paused_at is None else State.PAUSED


def lasts(own: Own, direction: Direction, terms: tuple[Term, ...], *, at: datetime) -> timedelta | None:
    """How long a listing of this sort is open by default; None is without end, with a question twice a year.

    >>> from minga.sharing.rules.kinds import Help
    >>> lasts(Help(urgency=Urgency.EMERGENCY), Direction.NEED, (), at=datetime(2026, 11, 20, tzinfo=UTC))
    datetime.timedelta(days=1)
    """
    kinds = {term.kind for term in terms}
    if isinstance(own, Help):
        return {Urgency.EMERGENCY: DAY, Urgency.URGENT: 3 * DAY}.get(own.urgency, 14 * DAY)
    if isinstance(own, Time):
        return 14 * DAY
    if isinstance(own, Job):
        return max(own.deadline_at - at, timedelta(0)) if own.deadline_at else 180 * DAY
    if isinstance(own, Item) and (direction is Direction.NEED or kinds == {TermKind.GIFT}):
        return 30 * DAY
    if isinstance(own, Item) and TermKind.LOAN in kinds:
        return None
    return {Service: 180 * DAY, Skill: 180 * DAY, Space: 365 * DAY}.get(type(own), 180 * DAY)


def expires_at(
    own: Own, direction: Direction, terms: tuple[Term, ...], wish: date | None, *, at: datetime
) -> datetime | None:
    """When a listing published now ends: at the end of the day its owner wishes, or as is usual.

    >>> at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    >>> str(expires_at(Time(), Direction.OFFER, (), None, at=at))
    '2026-12-04 09:00:00+00:00'
    >>> str(expires_at(Time(), Direction.OFFER, (), date(2026, 11, 22), at=at))
    '2026-11-23 00:00:00+00:00'
    """
    if wish is not None:
        return datetime.combine(wish + DAY, time(), UTC)
    length = lasts(own, direction, terms, at=at)
    return None if length is None else at + length


def nudge_from(published_at: datetime, expires_at: datetime) -> datetime:
    """From when the owner is told that the end is near: a week before, or a day when it does not last long.

    >>> at = datetime(2026, 11, 20, tzinfo=UTC)
    >>> str(nudge_from(at, at + 30 * DAY) - at), str(nudge_from(at, at + 14 * DAY) - at)
    ('23 days, 0:00:00', '13 days, 0:00:00')
    """
    return expires_at - (7 * DAY if expires_at - published_at > 14 * DAY else DAY)


def nudges(confirmed_at: datetime, ends: datetime | None) -> tuple[datetime, ...]:
    """When its owner is asked: a week before the end if it lasts longer than two, a day before, and at the end.

    What has no end is asked about every 180 days; after two of these without an answer it is paused.

    >>> at = datetime(2026, 11, 20, tzinfo=UTC)
    >>> [(when - at).days for when in nudges(at, at + 30 * DAY)], [(when - at).days for when in nudges(at, None)]
    ([23, 29, 30], [180, 360])
    >>> [(when - at).days for when in nudges(at, at + 14 * DAY)], nudges(at, at + DAY)[0] - at
    ([13, 14], datetime.timedelta(days=1, seconds=600))
    """
    if ends is None:
        return (confirmed_at + STILL_TRUE_DAYS * DAY, confirmed_at + 2 * STILL_TRUE_DAYS * DAY)
    length = ends - confirmed_at
    week = (ends - 7 * DAY,) if length > 14 * DAY else ()
    day = (ends - DAY,) if length > 2 * DAY else ()
    return (*week, *day, ends + NOTED_AFTER)


def reopening(listing: Dates, *, by_steward: bool, at: datetime) -> None:
    """Raise unless a closed listing may be opened again: by its owner within 90 days, by stewards later too."""
    found = state(listing, at)
    if found in (State.OPEN, State.PAUSED, State.DRAFT, State.PENDING):
        raise Refused(NOT_CLOSED, code="not_closed")
    if found is State.REMOVED and not by_steward:
        raise Refused(REMOVED, code="removed")
    closed_at = listing.closed_at or listing.expires_at or at
    if not by_steward and closed_at < at - REOPEN_DAYS * DAY:
        raise Refused(TOO_OLD, code="too_old", days=REOPEN_DAYS)
