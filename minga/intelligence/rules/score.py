"""How well a need and an offer fit: a sum of named terms, in whole numbers, explained by construction. Pure.

Nothing of reputation, gifts, balances, popularity or clicks goes in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from minga.intelligence.rules.text import MILLION

WEIGHTS: Mapping[str, int] = {"text": 400, "concept": 400, "near": 120, "time": 50, "wait": 30}
"""Per mille; they sum to 1000. Text and concept in equal parts did best on short listings."""
WEIGHTS_VERSION = "w-1"
FEATURES = tuple(WEIGHTS)
"""All that a score may look at; a test holds it against the list of what is allowed."""
NOT_USED = ("reputation", "gifts", "balances", "popularity", "clicks")
SHOWN_FROM = 250
SHOWN_MAX = 8
KM_MAX = 15
WAIT_DAYS = 30
TOTAL = 1_000


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a score: its feature in millionths, times its weight; and its points as they are shown."""

    name: str
    feature: int
    billionths: int
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """A score in billionths, as points of a thousand, with its terms in the order of their weight."""

    billionths: int
    points: int
    terms: tuple[Term, ...]


def score(features: Mapping[str, int], weights: Mapping[str, int] = WEIGHTS) -> Score:
    """The sum of weight times feature; shown points are rounded so that they add up to the shown sum.

    >>> found = score({"text": 333_333, "concept": 333_333, "time": 1_000_000})
    >>> found.points, [term.points for term in found.terms]
    (317, [134, 133, 0, 50, 0])
    """
    parts = {name: weight * features.get(name, 0) for name, weight in weights.items()}
    whole = sum(parts.values())
    points = _rounded(whole)
    shown = {name: part // MILLION for name, part in parts.items()}
    left = points - sum(shown.values())
    for name in sorted(parts, key=lambda one: (-(parts[one] % MILLION), list(weights).index(one)))[:left]:
        shown[name] += 1
    terms = tuple(Term(name, features.get(name, 0), parts[name], shown[name]) for name in weights)
    return Score(whole, points, terms)


def _rounded(billionths: int) -> int:
    return (billionths + MILLION // 2) // MILLION


def near(metres: int | None, km_max: int = KM_MAX) -> int:
    """1 − (distance / limit)², in millionths; nothing when a place is not stated.

    >>> near(0), near(7_500), near(15_000), near(None)
    (1000000, 750000, 0, 0)
    """
    if metres is None:
        return 0
    limit = km_max * 1_000
    return max(0, MILLION - min(metres, limit) ** 2 * MILLION // limit**2)


@dataclass(frozen=True, slots=True)
class Days:
    """From when until when something is there; None is open."""

    first: date | None = None
    last: date | None = None

    @property
    def stated(self) -> bool:
        return self.first is not None or self.last is not None


def time(one: Days, other: Days) -> int | None:
    """How much of the days that are asked for is common, in millionths; all of it when none are stated, None without any.

    >>> week = Days(date(2026, 11, 16), date(2026, 11, 22))
    >>> time(week, Days()), time(week, Days(date(2026, 11, 20))), time(week, Days(None, date(2026, 11, 1)))
    (1000000, 428571, None)
    """
    if not (one.stated and other.stated):
        return MILLION
    first = max((d for d in (one.first, other.first) if d), default=None)
    last = min((d for d in (one.last, other.last) if d), default=None)
    if first is not None and last is not None and first > last:
        return None
    if one.first is None or one.last is None or first is None or last is None:
        return MILLION
    return ((last - first).days + 1) * MILLION // ((one.last - one.first).days + 1)


def wait(published_at: datetime, now: datetime) -> int:
    """How long it has been open, up to thirty days, in millionths.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> wait(noon, noon), wait(noon - timedelta(days=15), noon), wait(noon - timedelta(days=99), noon)
    (0, 500000, 1000000)
    """
    days = max(0, min((now - published_at).days, WAIT_DAYS))
    return days * MILLION // WAIT_DAYS


KINDS: Mapping[str, frozenset[str]] = {
    "item": frozenset({"item"}),
    "space": frozenset({"space"}),
    "skill": frozenset({"skill", "service", "time"}),
    "service": frozenset({"service", "job", "help", "time", "skill"}),
    "job": frozenset({"job", "service", "time"}),
    "help": frozenset({"help", "service", "time"}),
    "time": frozenset({"time", "help", "service", "job", "skill"}),
}
"""Which kinds of the other direction fit a kind; symmetric."""


def fits(one: str, other: str) -> bool:
    """Whether two kinds can meet.

    >>> fits("help", "time"), fits("item", "space")
    (True, False)
    """
    return other in KINDS.get(one, frozenset())
