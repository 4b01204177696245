"""Partnerships between two communities: how they stand, what each side gives, and from when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

LAPSES_AFTER = timedelta(days=60)
OLDER_WAIT = timedelta(days=7)
"""How long after a tie begins listings from before it stay inside, so that their owners can say no."""

WORDS_MAX = 500
EVERY_KIND = "*"

NOTHING_GIVEN = N_("Choose what your side gives: offers, needs or both.")
WITH_ITSELF = N_("A community has no partnership with itself.")
THERE_ALREADY = N_("There is a partnership between the two already, or one waits for an answer.")
SAME_PERSON = N_("Somebody else from {other} has to agree. You already agreed for {own}.")
OTHER_SIDE = N_("The other community decides this.")
OVER = N_("This partnership has ended. Propose a new one.")
ANSWERED = N_("This was answered already.")
TOO_LATE = N_("Nobody answered for 60 days. Propose it again.")
GROUPS_HAVE_NONE = N_("Partnerships are made by whole communities, not by groups.")


class TieState(StrEnum):
    """Where a partnership stands."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    ENDED = "ended"


class Given(StrEnum):
    """What a side gives: the directions of listings, and how many members it has."""

    OFFER = "offer"
    NEED = "need"
    MEMBERS = "members"


@dataclass(frozen=True)
class TieDates:
    """The dated facts of a partnership."""

    proposed_at: datetime
    active_at: datetime | None = None
    declined_at: datetime | None = None
    withdrawn_at: datetime | None = None
    ended_at: datetime | None = None

    def state(self, at: datetime) -> TieState:
        """
        >>> day, hour = datetime(2026, 11, 20), timedelta(hours=1)
        >>> TieDates(day).state(day + hour), TieDates(day).state(day + LAPSES_AFTER)
        (<TieState.PROPOSED: 'proposed'>, <TieState.LAPSED: 'lapsed'>)
        >>> TieDates(day, active_at=day + hour).state(day + LAPSES_AFTER)
        <TieState.ACTIVE: 'active'>
        >>> TieDates(day, active_at=day + hour, ended_at=day + 2 * hour).state(day + LAPSES_AFTER)
        <TieState.ENDED: 'ended'>
        """
        if self.ended_at is not None:
            return TieState.ENDED
        if self.active_at is not None:
            return TieState.ACTIVE
        if self.declined_at is not None:
            return TieState.DECLINED
        if self.withdrawn_at is not None:
            return TieState.WITHDRAWN
        return TieState.LAPSED if at >= self.proposed_at + LAPSES_AFTER else TieState.PROPOSED


@dataclass(frozen=True)
class Gives:
    """What one side gives: directions, kinds of listings (none meaning all kinds), and its member count."""

    offers: bool = True
    needs: bool = True
    kinds: tuple[str, ...] = ()
    members: bool = False

    def rows(self) -> frozenset[tuple[str, str]]:
        """Each direction with each kind, `*` for all.

        >>> sorted(Gives(needs=False, kinds=("item", "space")).rows())
        [('offer', 'item'), ('offer', 'space')]
        >>> sorted(Gives().rows()), sorted(Gives(False, False, members=True).rows())
        ([('need', '*'), ('offer', '*')], [('members', '*')])
        """
        directions = [one for one, on in ((Given.OFFER, self.offers), (Given.NEED, self.needs)) if on]
        listed = {(one.value, kind) for one in directions for kind in self.kinds or (EVERY_KIND,)}
        return frozenset(listed | ({(Given.MEMBERS.value, EVERY_KIND)} if self.members else set()))


def gives_of(rows: frozenset[tuple[str, str]]) -> Gives:
    """
    >>> gives_of(Gives(kinds=("item",)).rows()) == Gives(kinds=("item",)), gives_of(frozenset()) == Gives(False, False)
    (True, True)
    """
    kinds = sorted({kind for _, kind in rows} - {EVERY_KIND})
    directions = {direction for direction, _ in rows}
    told = Given.MEMBERS in directions
    return Gives(Given.OFFER in directions, Given.NEED in directions, tuple(kinds), told)


def check_gives(wanted: Gives, known_kinds: frozenset[str]) -> None:
    """A side gives something, of kinds that exist.

    >>> check_gives(Gives(False, False), frozenset())
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Choose what your side gives: offers, needs or both.
    """
    if not (wanted.offers or wanted.needs):
        raise Invalid(NOTHING_GIVEN, fields={"gives": NOTHING_GIVEN})
    if set(wanted.kinds) - known_kinds:
        raise Invalid(N_("Choose kinds from the list."), fields={"kinds": N_("Choose kinds from the list.")})


def is_wider(before: Gives, wanted: Gives) -> bool:
    """Whether something would be given that was not.

    >>> narrow = Gives(needs=False, kinds=("item",))
    >>> is_wider(narrow, Gives()), is_wider(Gives(), narrow), is_wider(narrow, narrow)
    (True, False, False)
    >>> is_wider(narrow, Gives(needs=False, kinds=("item", "space"))), is_wider(narrow, Gives(kinds=("item",)))
    (True, True)
    """
    there = before.rows()
    return any(
        (direction, kind) not in there and (direction, EVERY_KIND) not in there
        for direction, kind in wanted.rows()
    )
