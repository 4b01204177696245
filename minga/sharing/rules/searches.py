"""Searches that somebody keeps: how often they are told what is new, how much, and how a wish is written down."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from minga.kit.i18n import N_
from minga.sharing.rules.kinds import Compensation
from minga.sharing.rules.places import Cell
from minga.sharing.rules.searching import Search
from minga.sharing.rules.terms import TermKind
from minga.sharing.rules.wishes import Order, Wish
from minga.sharing.rules.words import Direction, Kind, Origin

SEARCHES_MAX = 20
FEEDS_MAX = 20
NOTICES_A_DAY = 5
NAME_MAX = 80
ADDRESS_MAX = 2_000
FEED_ENTRIES = 50
AT_ONCE = timedelta(minutes=5)
MORNING = time(8)

TOO_MANY = N_("You keep {most} searches. End one you no longer use first.")
TOO_MANY_FEEDS = N_("You have {most} feeds. End one you no longer use first.")
NO_FILTER = N_("Search for something first, or choose a filter: then it can be kept.")


class Often(StrEnum):
    """How often somebody wants to hear of what is new."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    OFF = "off"


OFTEN_WORDS = {
    Often.AT_ONCE: N_("At once, at most five times a day"),
    Often.DAILY: N_("Once a day"),
    Often.OFF: N_("Not at all"),
}


def next_look(often: Often, at: datetime, zone: str) -> datetime | None:
    """When to look again.

    >>> from datetime import UTC
    >>> next_look(Often.DAILY, datetime(2026, 12, 4, 9, tzinfo=UTC), "Europe/Madrid").isoformat()
    '2026-12-05T07:00:00+00:00'
    """
    if often is Often.OFF:
        return None
    if often is Often.AT_ONCE:
        return at + AT_ONCE
    here = at.astimezone(ZoneInfo(zone))
    day = here.date() if here.time() < MORNING else here.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(at.tzinfo)


def plain_wish(wish: Wish) -> dict[str, Any]:
    """A wish as it is written down.

    >>> wish = Wish(search=Search(("ladder",)), kinds=frozenset({Kind.ITEM}), near=Cell(1, 2), free_from=date(2026, 12, 1))
    >>> wish_from(plain_wish(wish)) == wish
    True
    """
    return {
        "wanted": list(wish.search.wanted),
        "unwanted": list(wish.search.unwanted),
        "number": wish.search.number,
        "also": [list(names) for names in wish.search.also],
        "direction": wish.direction,
        "kinds": sorted(wish.kinds),
        "category": wish.category,
        "terms": sorted(wish.terms),
        "origins": sorted(wish.origins),
        "near": _plain_cell(wish.near),
        "radius_km": wish.radius_km,
        "cell": _plain_cell(wish.cell),
        "free_from": wish.free_from and wish.free_from.isoformat(),
        "free_until": wish.free_until and wish.free_until.isoformat(),
        "skill": wish.skill,
        "compensation": wish.compensation,
        "due_until": wish.due_until and wish.due_until.isoformat(),
    }


def wish_from(plain: Mapping[str, Any]) -> Wish:
    """The wish that `plain_wish` wrote down; always the newest first, because what is new is asked for."""
    return Wish(
        search=_search(plain),
        direction=Direction(plain["direction"]) if plain["direction"] else None,
        kinds=frozenset(map(Kind, plain["kinds"])),
        category=plain["category"],
        terms=frozenset(map(TermKind, plain["terms"])),
        origins=frozenset(map(Origin, plain["origins"])),
        near=Cell(*plain["near"]) if plain["near"] else None,
        radius_km=plain["radius_km"],
        cell=Cell(*plain["cell"]) if plain["cell"] else None,
        free_from=_day(plain["free_from"]),
        free_until=_day(plain["free_until"]),
        skill=plain["skill"],
        compensation=Compensation(plain["compensation"]) if plain["compensation"] else None,
        due_until=_day(plain["due_until"]),
        order=Order.NEWEST,
    )


def _search(plain: Mapping[str, Any]) -> Search:
    also = tuple(tuple(names) for names in plain.get("also", ()))
    return Search(tuple(plain["wanted"]), tuple(plain["unwanted"]), plain["number"], also)


def _plain_cell(cell: Cell | None) -> list[int] | None:
    return [cell.lat, cell.lon] if cell else None


def _day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None
