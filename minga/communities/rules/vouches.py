"""Vouches: who may put their name to somebody, for how long, and when enough members have. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from minga.communities.rules.standing import CameBy
from minga.kit.errors import Conflict, Forbidden, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id

WORDS_MAX = 280
KNOWN_FOR = timedelta(hours=24)
MONTH = timedelta(days=30)
ASK_BEFORE = timedelta(days=14)
"""How long before its end a voucher is asked whether they still vouch."""
HALF_MOST = 3

ONESELF = N_("Nobody vouches for themselves. Ask somebody who knows you.")
TWICE = N_("You vouch for them already.")
TOO_NEW = N_("You can vouch for others once you have been a full member for {days} days.")
TOO_MANY = N_("You have vouched for {n} people in 30 days, as many as {community} allows. Wait a few days.")
JUST_CAME = N_("They came less than a day ago. Vouch for them tomorrow.")
OVER = N_("This vouch has ended. You can vouch anew.")
NOT_ENOUGH = N_("More members have to vouch for them first. Ask those who know them.")


class VouchEnded(StrEnum):
    """Why a vouch counts no more."""

    WITHDRAWN = "withdrawn"
    SILENT = "silent"
    """Nobody said that it still holds."""
    LEFT = "left"
    """One of the two is no member any more, or was not taken in."""
    CUT = "cut"
    """Its voucher rests or was removed with a branch; it comes back if that is undone."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a membership comes from, as far as the count needs it."""

    sponsor_id: Id | None
    came_by: CameBy


def check_vouch(
    *,
    oneself: bool,
    again: bool,
    full_on: date | None,
    today: date,
    days_min: int,
    given: int,
    month_max: int,
    known_since: datetime,
    at: datetime,
    community: str,
) -> None:
    """Raise unless somebody may vouch now: `given` vouches of theirs lie in the last 30 days.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> usual = dict(oneself=False, again=False, full_on=date(2026, 1, 1), today=noon.date(), days_min=30, given=0)
    >>> usual |= dict(month_max=5, known_since=noon - KNOWN_FOR, at=noon, community="Valley")
    >>> check_vouch(**usual)
    >>> check_vouch(**usual | {"known_since": noon})
    Traceback (most recent call last):
    minga.kit.errors.Conflict: They came less than a day ago. Vouch for them tomorrow.
    """
    if oneself:
        raise Refused(ONESELF, code="oneself")
    if again:
        raise Conflict(TWICE, code="vouched_already")
    if full_on is None or today - full_on < timedelta(days=days_min):
        raise Forbidden(TOO_NEW, code="not_yet", days=days_min)
    if given >= month_max:
        raise Forbidden(TOO_MANY, code="too_many", n=given, community=community)
    if at - known_since < KNOWN_FOR:
        raise Conflict(JUST_CAME, code="too_early")


def needed(rule: str, members: int) -> int:
    """How many vouches a community asks for: a number, or half of its active full members, between one and three.

    >>> needed("2", 40), needed("half", 40), needed("half", 3), needed("half", 0), needed("0", 9)
    (2, 3, 2, 1, 0)
    """
    if rule != "half":
        return int(rule)
    return max(1, min(HALF_MOST, (members + 1) // 2))


def unreviewed_top(start: Id | None, origins: Mapping[Id, Origin]) -> Id | None:
    """The topmost membership above (or at) `start` to which nobody but inviters said yes; None if somebody did.

    Founders and those whose application was answered were looked at by somebody else; a chain of invitations that
    let people in at once was not, so what grew under its first member is one branch.

    >>> chain = {"a": Origin(None, CameBy.FOUNDED), "m": Origin("a", CameBy.INVITE), "f": Origin("m", CameBy.INVITE)}
    >>> unreviewed_top("f", chain), unreviewed_top("m", chain), unreviewed_top("a", chain)
    ('m', 'm', None)
    """
    top: Id | None = None
    seen: set[Id] = set()
    while start is not None and start in origins and start not in seen:
        seen.add(start)
        one = origins[start]
        if one.came_by in (CameBy.FOUNDED, CameBy.APPLICATION):
            break
        top, start = start, one.sponsor_id
    return top


def counted(subject: Id | None, vouchers: Iterable[Id], origins: Mapping[Id, Origin]) -> int:
    """How many vouchers count for somebody: those outside the unreviewed branch in which the subject stands.

    `subject` is their membership, or for an applicant that of whoever invited them.

    >>> chain = {"a": Origin(None, CameBy.FOUNDED), "m": Origin("a", CameBy.INVITE)}
    >>> chain |= {"f": Origin("m", CameBy.INVITE), "g": Origin("m", CameBy.INVITE), "b": Origin("a", CameBy.INVITE)}
    >>> counted("f", ["m", "g", "a", "b"], chain)
    2
    """
    branch = unreviewed_top(subject, origins)
    return sum(1 for one in set(vouchers) if branch is None or unreviewed_top(one, origins) != branch)
