"""Reports and what handlers do about them: steps, measures, who may not decide, spam of newcomers. Pure."""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.i18n import N_
from minga.kit.ids import Id

WORDS_MAX = 2000
CLAUSE_MAX = 200
REPORTS_PER_DAY = 10
APPEAL_FOR = timedelta(days=14)
PAUSE_DAYS_MAX = 7
SAME_PER_HOUR = 20
LOOKED_AT_FIRST = 3
"""So many listings or messages of a newcomer wait for a look, or are told without links, when they hold a link."""

ALREADY_OVER = N_("This report is over.")
TAKEN = N_("Somebody else has taken this report.")
TAKE_FIRST = N_("Take the report first, so that others know.")
CONCERNED = N_("This concerns you or somebody near you. Somebody else decides; they are asked.")
SECOND_ROUND = N_("Somebody else answers an appeal than who answered first.")
TOO_LATE = N_("An answer can be appealed for 14 days.")
NOT_YOURS = N_("Only who wrote it or who reported it can appeal.")
ENOUGH_TODAY = N_("That is enough for a day. Go on tomorrow, or talk to a steward.")
TOO_ALIKE = N_("The same words were sent very often within an hour. Wait a little, or write them anew.")
NO_LINKS_YET = N_(
    "Your first messages go without links. Write the address in words, or ask a member to send it."
)
CANNOT_HIDE = N_("This cannot be hidden. Choose another measure.")
OWN_ONE = N_("This is your own. You can change it or take it back yourself.")


class ReportState(StrEnum):
    """Where a report stands; computed from its dates."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    APPEALED = "appealed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Measure(StrEnum):
    """What an answer does."""

    NOTHING = "nothing"
    ASK_TO_EDIT = "ask_to_edit"
    HIDE = "hide"
    WARN = "warn"
    PAUSE = "pause"


MEASURE_WORDS = {
    Measure.NOTHING: N_("Nothing"),
    Measure.ASK_TO_EDIT: N_("Ask to change it"),
    Measure.HIDE: N_("Hide it"),
    Measure.WARN: N_("Warn"),
    Measure.PAUSE: N_("Let the membership rest for up to 7 days"),
}


class StepKind(StrEnum):
    """What happened to a report."""

    REPORTED = "reported"
    ADDED = "added"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    ANSWERED = "answered"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class ReportDates:
    """The dated facts of a report."""

    taken_at: datetime | None = None
    answered_at: datetime | None = None
    appealed_at: datetime | None = None
    again_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def state(self, at: datetime) -> ReportState:
        """
        >>> day = datetime(2026, 11, 20)
        >>> ReportDates().state(day), ReportDates(taken_at=day).state(day)
        (<ReportState.OPEN: 'open'>, <ReportState.TAKEN: 'taken'>)
        >>> answered = ReportDates(taken_at=day, answered_at=day)
        >>> answered.state(day + timedelta(days=13)), answered.state(day + APPEAL_FOR)
        (<ReportState.ANSWERED: 'answered'>, <ReportState.CLOSED: 'closed'>)
        >>> ReportDates(answered_at=day, appealed_at=day).state(day + APPEAL_FOR)
        <ReportState.APPEALED: 'appealed'>
        >>> ReportDates(answered_at=day, appealed_at=day, again_at=day).state(day)
        <ReportState.CLOSED: 'closed'>
        >>> ReportDates(withdrawn_at=day).state(day)
        <ReportState.WITHDRAWN: 'withdrawn'>
        """
        if self.again_at is not None:
            return ReportState.CLOSED
        if self.appealed_at is not None:
            return ReportState.APPEALED
        if self.answered_at is not None:
            return ReportState.ANSWERED if at < self.answered_at + APPEAL_FOR else ReportState.CLOSED
        if self.withdrawn_at is not None:
            return ReportState.WITHDRAWN
        return ReportState.TAKEN if self.taken_at is not None else ReportState.OPEN


WAITING = frozenset({ReportState.OPEN, ReportState.TAKEN, ReportState.APPEALED})
"""States in which somebody has to do something."""


def is_near(handler: Id, concerned: Collection[Id], near: Collection[Id]) -> bool:
    """Whether a handler may not decide: they are concerned, or somebody near them is (sponsor, guest, block).

    >>> is_near("ana", ["bruno"], []), is_near("bruno", ["bruno"], []), is_near("ana", ["bruno"], ["bruno"])
    (False, True, True)
    """
    return handler in concerned or not set(concerned).isdisjoint(near)


_LINK = re.compile(
    r"(?:https?://|www\.)\S|\b[\w-]+\.(?:com|org|net|info|io|biz|ru|top|xyz|shop|site|online)\b", re.I
)


def has_link(words: str) -> bool:
    """Whether a text leads out of the node.

    >>> has_link("see HTTPS://x.example"), has_link("cheap.shop today"), has_link("At 7.30 at Ana's.")
    (True, True, False)
    """
    return _LINK.search(words) is not None


def alike_key(words: str) -> str:
    """What identical texts share, whatever their spaces and capitals.

    >>> alike_key("Buy  NOW") == alike_key("buy now\\n"), alike_key("buy") == alike_key("bye")
    (True, False)
    """
    return hashlib.sha256(" ".join(words.casefold().split()).encode()).hexdigest()[:32]
