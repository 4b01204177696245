"""How did it go: three words per side, a private note and a public thank you, released together. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_

NOTE_MAX = 1_000
THANKS_MAX = 280
GIVE_WITHIN = timedelta(days=30)
RELEASE_AFTER = timedelta(days=14)
TAKE_BACK_WITHIN = timedelta(days=7)

NOT_DONE = N_("This can be said when it is done.")
TOO_LATE = N_("This can be said for thirty days after the end.")
ALREADY_GIVEN = N_("You have said how it went. Thank you.")
NOTHING_SAID = N_("Say at least one thing, or leave it out altogether.")
KEPT_NOW = N_("It can be taken back for seven days; they are over.")


class Mark(StrEnum):
    """One of three words; a number would pretend to know more."""

    GOOD = "good"
    ALL_RIGHT = "all_right"
    NOT_GOOD = "not_good"


MARK_WORDS = {Mark.GOOD: N_("Good"), Mark.ALL_RIGHT: N_("All right"), Mark.NOT_GOOD: N_("Not good")}


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says about the other; each part may be left out."""

    as_agreed: Mark | None = None
    care: Mark | None = None
    talking: Mark | None = None
    note: str = ""
    thanks: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was said.

        >>> Said().empty, Said(thanks="Lovely.").empty
        (True, False)
        """
        return not (self.as_agreed or self.care or self.talking or self.note or self.thanks)


def mark_of_stars(stars: int) -> Mark:
    """The word for a rating of one to five, as Comuniza kept them.

    >>> [mark_of_stars(stars).value for stars in (5, 4, 3, 2, 1)]
    ['good', 'good', 'all_right', 'not_good', 'not_good']
    """
    if stars >= 4:
        return Mark.GOOD
    return Mark.ALL_RIGHT if stars == 3 else Mark.NOT_GOOD


def may_give(completed_at: datetime | None, now: datetime) -> bool:
    """Whether it is the time to say how it went."""
    return completed_at is not None and now <= completed_at + GIVE_WITHIN


def check_give(completed_at: datetime | None, now: datetime, *, given: bool) -> None:
    """Raise unless this side may say now how it went.

    >>> from datetime import UTC
    >>> check_give(None, datetime(2026, 11, 20, tzinfo=UTC), given=False)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This can be said when it is done.
    """
    if completed_at is None:
        raise Conflict(NOT_DONE, code="not_done_yet")
    if given:
        raise Conflict(ALREADY_GIVEN, code="already_given")
    if not may_give(completed_at, now):
        raise Conflict(TOO_LATE, code="too_late")


def check_said(said: Said) -> None:
    """Raise when nothing was said."""
    if said.empty:
        raise Refused(NOTHING_SAID, code="nothing_said", fields={"as_agreed": NOTHING_SAID})


def may_take_back(given_at: datetime, now: datetime) -> bool:
    """Whether what was said can still be taken back."""
    return now < given_at + TAKE_BACK_WITHIN


def check_take_back(given_at: datetime, now: datetime) -> None:
    """Raise when it stands for good.

    >>> from datetime import UTC
    >>> given = datetime(2026, 11, 20, tzinfo=UTC)
    >>> check_take_back(given, given + TAKE_BACK_WITHIN)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: It can be taken back for seven days; they are over.
    """
    if not may_take_back(given_at, now):
        raise Conflict(KEPT_NOW, code="too_late")


def released(given_at: datetime, both: bool, now: datetime) -> bool:
    """Whether the other side may read it: both have spoken, or a fortnight has passed.

    >>> from datetime import UTC
    >>> given = datetime(2026, 11, 20, tzinfo=UTC)
    >>> released(given, True, given), released(given, False, given), released(given, False, given + RELEASE_AFTER)
    (True, False, True)
    """
    return both or now >= given_at + RELEASE_AFTER
