"""The work of those who answer the phone: in which group a need stands, whom to ask next, when to say that nobody answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from minga.kit.i18n import N_
from minga.sharing.rules.kinds import Urgency

NAME_MAX = 80
REACH_MAX = 200
WHAT_MAX = 200
PLACE_MAX = 120
NOTE_MAX = 1_000
NOTES_KEPT = timedelta(days=90)
INTAKES_KEPT = timedelta(days=30)
ASKED_USUALLY = 3
ASKED_MAX = 10
WEEK = timedelta(days=7)
ASKED_A_WEEK_MAX = 3
QUESTION_LASTS = timedelta(days=3)
SECONDS_LEAST = timedelta(seconds=3)
FORM_LASTS = timedelta(hours=24)
TAIL_DIGITS = 6
PAGE = 100
DAYS_AHEAD_MAX = timedelta(days=730)

CONSENT = N_(
    "I write down your name, how to reach you and what you need. Only our dispatchers read it, and whoever helps you reads your name. Is that all right with you?"
)
CONSENT_MISSING = N_("Read the sentence aloud first, and tick it when they agree.")
CONSENT_MISSING_SELF = N_("Please tick this. Without it we may not keep what you wrote.")
REACH_NEEDED = N_("Say how they can be reached: a number, an address, a friend.")
NOT_A_MEMBER = N_("Nobody here has that short name. Leave it empty, or look it up under Members.")
NOT_NEAR = N_("Choose a day from today on, within two years.")
MAYBE_SAME = N_("Somebody with the same number is on the list already. Look there first.")


class Step(StrEnum):
    """The groups of the list, from what nobody has looked at to what is done."""

    NEW = "new"
    LOOKING = "looking"
    ARRANGED = "arranged"
    ON_THE_WAY = "on_the_way"
    DONE = "done"


STEP_WORDS = {
    Step.NEW: N_("New"),
    Step.LOOKING: N_("Looking for somebody"),
    Step.ARRANGED: N_("Arranged"),
    Step.ON_THE_WAY: N_("On the way"),
    Step.DONE: N_("Done today"),
}


class ContactKind(StrEnum):
    """How a dispatcher tried to reach somebody."""

    CALL = "call"
    NO_ANSWER = "no_answer"
    MESSAGE = "message"


CONTACT_WORDS = {
    ContactKind.CALL: N_("Called"),
    ContactKind.NO_ANSWER: N_("No answer"),
    ContactKind.MESSAGE: N_("Left a message"),
}


class RoundAnswer(StrEnum):
    """What somebody says who was asked."""

    YES = "yes"
    NO = "no"
    NOT_NOW = "not_now"


class RoundEnd(StrEnum):
    """Why a round of questions is over."""

    ENOUGH = "enough"
    NOBODY = "nobody"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is known of a need when it is put into its group."""

    done: bool = False
    agreed: int = 0
    begun: int = 0
    wanted: int = 1
    touched: bool = False
    """Somebody looks after it: it has a dispatcher, a contact, a round, or somebody has offered."""


def step_of(facts: CaseFacts) -> Step:
    """The group a need stands in; it is arranged once as many are found as it takes.

    >>> step_of(CaseFacts()).value, step_of(CaseFacts(agreed=1, wanted=2)).value
    ('new', 'looking')
    >>> step_of(CaseFacts(agreed=2, wanted=2, begun=1)).value
    'on_the_way'
    """
    if facts.done:
        return Step.DONE
    if facts.begun:
        return Step.ON_THE_WAY
    if facts.agreed >= max(1, facts.wanted):
        return Step.ARRANGED
    return Step.LOOKING if facts.agreed or facts.touched else Step.NEW


URGENCY_RANK: Mapping[Urgency, int] = {
    Urgency.EMERGENCY: 3,
    Urgency.URGENT: 2,
    Urgency.NORMAL: 1,
    Urgency.LOW: 0,
}


def unanswered(urgency: Urgency | None, since: datetime, ends: datetime | None, at: datetime) -> bool:
    """Whether a quarter of an urgent need's life has gone by; asked of needs that nobody has answered.

    >>> from datetime import UTC
    >>> since = datetime(2026, 11, 20, tzinfo=UTC)
    >>> ends = since + timedelta(hours=24)
    >>> [unanswered(Urgency.EMERGENCY, since, ends, since + timedelta(hours=n)) for n in (5, 6)]
    [False, True]
    >>> unanswered(Urgency.NORMAL, since, ends, since + timedelta(hours=20))
    False
    """
    if urgency not in (Urgency.URGENT, Urgency.EMERGENCY) or ends is None:
        return False
    return at >= since + (ends - since) / 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be asked, with why, and how often they were asked lately."""

    person_id: str
    name: str
    offers: str
    same_category: bool
    asked_this_week: int
    last_asked_at: datetime | None


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Who may be asked now: never asked first, then least recently; whoever was asked often this week rests.

    >>> from datetime import UTC
    >>> monday = datetime(2026, 11, 16, tzinfo=UTC)
    >>> people = [Candidate("a", "A", "", False, 1, monday), Candidate("b", "B", "", False, 0, None)]
    >>> [one.name for one in in_order([*people, Candidate("c", "C", "", True, 3, monday)])]
    ['B', 'A']
    """
    rested = [one for one in candidates if one.asked_this_week < ASKED_A_WEEK_MAX]
    return sorted(
        rested,
        key=lambda one: (
            one.last_asked_at is not None,
            one.last_asked_at.timestamp() if one.last_asked_at else 0,
            not one.same_category,
            one.person_id,
        ),
    )


def is_near(moment: datetime, at: datetime) -> bool:
    """Whether something can be needed by then: from now on, within two years.

    >>> from datetime import UTC
    >>> at = datetime(2026, 11, 20, tzinfo=UTC)
    >>> is_near(at, at), is_near(datetime(9999, 12, 31, tzinfo=UTC), at), is_near(at + WEEK, at)
    (False, False, True)
    """
    return timedelta(0) < moment - at <= DAYS_AHEAD_MAX


def tail_of(reach: str) -> str:
    """The last digits of a telephone number, by which doubles are found; empty when there are too few.

    >>> tail_of("+34 600 11-22-33"), tail_of("600112233"), tail_of("the blue door, flat 12")
    ('112233', '112233', '')
    """
    digits = "".join(character for character in reach if character in "0123456789")
    return digits[-TAIL_DIGITS:] if len(digits) >= TAIL_DIGITS else ""
