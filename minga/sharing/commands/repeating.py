"""Bookings that come again: all of them, or those that are free when somebody says so. None commits."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing.commands import asking, free
from minga.sharing.commands.asks import Wish
from minga.sharing.commands.reservations import SAY_WHEN, reserve
from minga.sharing.models import Ask, Listing
from minga.sharing.queries import times as taken
from minga.sharing.rules.bookings import Every, moment_of, occurrences
from minga.sharing.rules.windows import Window
from minga.sharing.rules.words import Answers

ONLY_AT_ONCE = N_("This is agreed one by one, so it cannot be booked again and again. Ask its owner.")
SOME_TAKEN = N_("{n} of {all} are free. Leave out {days}?")
NONE_FREE = N_("None of these times is free.")
SHOWN_MAX = 6


def reserve_each(
    session: Session,
    actor: Actor,
    listing_id: Id,
    wish: Wish,
    *,
    every: Every,
    times: int,
    leave_out: bool,
    form_id: str,
    at: datetime,
) -> list[Ask]:
    """Reserve the same hours again and again, by the clock on the wall.

    When some are taken nothing is reserved and the days are named; with `leave_out` the free ones are.
    """
    if wish.from_at is None or wish.until_at is None:
        raise Refused(SAY_WHEN, code="bad_window", fields={"from": SAY_WHEN})
    listing, _community = asking.to_ask_for(session, actor, listing_id, at=at)
    if listing.answers is not Answers.AT_ONCE:
        raise Refused(ONLY_AT_ONCE, code="not_at_once")
    zone = taken.zone_of(session, listing.community_id)
    wishes = _wishes(wish, every, times, zone)
    shut = [one for one in wishes if not _is_free(session, actor, listing, one, at)]
    if len(shut) == len(wishes):
        raise Conflict(NONE_FREE, code="taken_then")
    if shut and not leave_out:
        days = [one.from_at.astimezone(ZoneInfo(zone)).date().isoformat() for one in shut if one.from_at]
        more = ["…"] if len(days) > SHOWN_MAX else []
        raise Conflict(
            SOME_TAKEN,
            code="some_taken",
            n=len(wishes) - len(shut),
            all=len(wishes),
            days=", ".join([*days[:SHOWN_MAX], *more]),
        )
    return [
        reserve(session, actor, listing_id, one, form_id=f"{form_id[:40]}:{number}", at=at)
        for number, one in enumerate(one for one in wishes if one not in shut)
    ]


def _wishes(wish: Wish, every: Every, times: int, zone: str) -> list[Wish]:
    """The same hours by the clock on the wall, also when the clocks were changed in between."""
    assert wish.from_at is not None
    assert wish.until_at is not None
    begins, ends = wish.from_at.astimezone(ZoneInfo(zone)), wish.until_at.astimezone(ZoneInfo(zone))
    over_night: timedelta = ends.date() - begins.date()
    return [
        replace(
            wish,
            from_at=moment_of(day, begins.time(), zone),
            until_at=moment_of(day + over_night, ends.time(), zone, field="until"),
        )
        for day in occurrences(begins.date(), every, times)
    ]


def _is_free(session: Session, actor: Actor, listing: Listing, wish: Wish, at: datetime) -> bool:
    if wish.from_at is None or wish.until_at is None:
        return False
    try:
        window = Window(wish.from_at, wish.until_at)
        free.check_free(session, listing, window, 1, asker_id=actor.person_id, at=at)
    except Conflict:
        return False
    return True
