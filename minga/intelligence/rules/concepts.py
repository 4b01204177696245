"""Which concept a short text is about: complement naive Bayes over hashed pieces of words, in whole counts. Pure.

Short listings share few words ("Dogsitting", "Pet care"); concepts with names in several languages bridge them.
Method: Rennie and others, Tackling the Poor Assumptions of Naive Bayes Text Classifiers, 2003.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, log, sqrt
from typing import TypeVar

from minga.intelligence.rules.concept_list import CONCEPTS
from minga.intelligence.rules.text import MILLION, dimension, grams
from minga.kit.errors import Invalid
from minga.kit.i18n import N_

DIMENSIONS = 1 << 15
SIZES = range(3, 6)
SMOOTHING = 0.3
SUGGESTED = 3
VERSION = "c-1"
LANGUAGES = ("en", "es")
BAD_LINE = N_("Line {line} does not fit: write key | category | names | names, each key and each name once.")


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that neighbours offer or need, with its category and its names by language."""

    key: str
    category: str
    names: Mapping[str, tuple[str, ...]]

    def label(self, language: str) -> str:
        """Its first name in a language, or in English.

        >>> shipped()["drill"].label("es"), shipped()["drill"].label("fr")
        ('taladro', 'drill')
        """
        return (self.names.get(language.split("-")[0]) or self.names["en"])[0]


def read_concepts(text: str, categories: Iterable[str] | None = None) -> dict[str, Concept]:
    """Concepts of a list, by key; a line that does not fit is refused with its number, and nothing is taken.

    >>> [one.names["es"] for one in read_concepts("a | food | bread; cake | pan").values()]
    [('pan',)]
    >>> read_concepts("a | food | bread | pan\\na | food | cake | pastel")
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Line 2 does not fit: write key | category | names | names, each key and each name once.
    """
    known = None if categories is None else set(categories)
    found: dict[str, Concept] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        parts = [part.strip() for part in line.split("|")]
        names = [tuple(n.strip() for n in part.split(";") if n.strip()) for part in parts[2:]]
        fits = len(parts) == 2 + len(LANGUAGES) and parts[0] and parts[0] not in found and all(names)
        if not fits or (known is not None and parts[1] not in known):
            raise Invalid(BAD_LINE, line=number)
        found[parts[0]] = Concept(parts[0], parts[1], dict(zip(LANGUAGES, names, strict=True)))
    return found


@cache
def shipped() -> dict[str, Concept]:
    """The list that every node starts with.

    >>> len(shipped()) >= 150
    True
    """
    return read_concepts(CONCEPTS)


def places(text: str) -> frozenset[int]:
    """Which pieces are present in a text; how often does not matter."""
    return frozenset(dimension(gram, DIMENSIONS) for gram in grams(text, SIZES))


Key = TypeVar("Key")


def _change(counter: dict[Key, int], key: Key, n: int) -> None:
    """Add to a count; a count of nothing is not kept."""
    counter[key] = counter.get(key, 0) + n
    if not counter[key]:
        del counter[key]


class Counted:
    """How often each piece stood in texts of each concept. Added and taken away exactly; two sum to their union."""

    def __init__(self) -> None:
        self.of: dict[int, dict[str, int]] = defaultdict(dict)
        self.totals: dict[str, int] = defaultdict(int)
        self.all: dict[int, int] = defaultdict(int)

    def add(self, concept: str, text: str, times: int = 1) -> None:
        """Count a text for a concept; with `times` -1 it is taken away again."""
        for place in places(text):
            self._count(concept, place, times)

    def include(self, other: "Counted") -> None:
        """Add what another node counted."""
        for place, by_concept in other.of.items():
            for concept, n in by_concept.items():
                self._count(concept, place, n)

    def _count(self, concept: str, place: int, n: int) -> None:
        _change(self.of[place], concept, n)
        _change(self.totals, concept, n)
        _change(self.all, place, n)
        if not self.of[place]:
            del self.of[place]

    def plain(self) -> tuple[dict[int, dict[str, int]], dict[str, int]]:
        """The counts as plain values, for comparing."""
        return {place: dict(by) for place, by in self.of.items()}, dict(self.totals)

    def likely(self, text: str) -> dict[str, float]:
        """How likely each concept is for a text; they sum to 1. Empty when no piece of it was ever seen."""
        seen = places(text) & self.of.keys()
        if not seen or len(self.totals) < 2:
            return {}
        everything = sum(self.totals.values())
        scores = {}
        for concept, own in self.totals.items():
            scores[concept] = len(seen) * log(everything - own + SMOOTHING * DIMENSIONS)
        for place in seen:
            total = self.all[place]
            for concept, n in self.of[place].items():
                scores[concept] += log(total + SMOOTHING) - log(total - n + SMOOTHING)
        best, heat = max(scores.values()), sqrt(len(text))
        raw = {concept: exp((score - best) / heat) for concept, score in scores.items()}
        whole = sum(raw.values())
        return {concept: one / whole for concept, one in raw.items()}


@cache
def trained() -> Counted:
    """The counts of the shipped names, each name a text."""
    counted = Counted()
    for concept in shipped().values():
        for names in concept.names.values():
            for name in names:
                counted.add(concept.key, name)
    return counted


KEPT = 5
"""So many concepts of a text are kept, and share its whole weight; all others together say only how vague it is."""


def about(text: str, counted: Counted | None = None) -> dict[str, int]:
    """The likeliest concepts of a text with their shares among each other in millionths, the likeliest first.

    >>> next(iter(about("Who could repair my bicycle?")))
    'bike_repair'
    >>> about(""), about("\\x00"), about("🙂")
    ({}, {}, {})
    """
    likely = (counted or trained()).likely(text)
    best = sorted(likely, key=lambda key: (-likely[key], key))[:KEPT]
    whole = sum(likely[key] for key in best)
    return {key: round(likely[key] / whole * MILLION) for key in best}


def concept_likeness(one: Mapping[str, int], other: Mapping[str, int]) -> int:
    """How much two texts are about the same, in millionths: the sum of the roots of both certainties.

    >>> drill = about("cordless drill")
    >>> concept_likeness(drill, drill) > 999_990, concept_likeness(drill, {})
    (True, 0)
    """
    return min(MILLION, round(sum(sqrt(one[key] * other[key]) for key in one if key in other)))


def suggested_categories(text: str, counted: Counted | None = None) -> list[str]:
    """Three categories for a text, the likeliest first; none for a text of which nothing is known.

    >>> suggested_categories("Taladro percutor")[0], suggested_categories("")
    ('tools', [])
    """
    sums: dict[str, float] = defaultdict(float)
    known = shipped()
    for key, likely in (counted or trained()).likely(text).items():
        sums[known[key].category] += likely
    return sorted(sums, key=lambda category: (-sums[category], category))[:SUGGESTED]
