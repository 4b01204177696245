"""Likeness of short texts by pieces of words: hashed n-grams, counted, weighed by rarity. Pure; the same everywhere.

A text is cut into n-grams of two to five characters; what is rare among all texts weighs more (tf-idf, length 1).
"""

import sys
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nlargest
from math import log, sqrt
from zlib import crc32

TEXT_MAX = 4_000
WORDS_MAX = 600
"""Characters of a listing that count: its title, and the beginning of its description."""
SIZES = range(2, 6)
DIMENSIONS = 1 << 18
COMMON = 50
"""A gram that stands in more than one of so many texts is skipped once something is found."""
CANDIDATES_MAX = 300
MILLION = 1_000_000
Counts = Mapping[int, int]


def words_of(title: str, description: str) -> str:
    """What of a listing is counted.

    >>> words_of("Drill", "")
    'Drill '
    """
    return f"{title} {description}"[:WORDS_MAX]


def pack(found: dict[int, int]) -> bytes:
    """Counts as bytes, little end first.

    >>> unpack(pack({7: 1, 300_000: 2}))
    {7: 1, 300000: 2}
    """
    flat = array("I", [number for place in sorted(found) for number in (place, found[place])])
    if sys.byteorder == "big":
        flat.byteswap()
    return flat.tobytes()


def unpack(data: bytes) -> dict[int, int]:
    """The counts of those bytes."""
    flat = array("I")
    flat.frombytes(data)
    if sys.byteorder == "big":
        flat.byteswap()
    return dict(zip(flat[::2], flat[1::2], strict=True))


def grams(text: str, sizes: Iterable[int] = SIZES) -> list[str]:
    """The pieces of a text: each word between two spaces, cut into every run of so many characters.

    A word that is not longer than a run counts once as itself, and ends.

    >>> grams("Ab", [2, 3])
    [' a', 'ab', 'b ', ' ab', 'ab ']
    >>> grams("É", [2, 3, 4]), grams("\\x00")
    ([' e', 'e ', ' e '], [' \\x00', '\\x00 ', ' \\x00 '])
    """
    apart = unicodedata.normalize("NFKD", text[:TEXT_MAX]).lower()
    plain = "".join(one for one in apart if not unicodedata.combining(one))
    found = []
    for word in plain.split():
        padded = f" {word} "
        for size in sizes:
            if len(padded) <= size:
                found.append(padded)
                break
            found += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return found


def dimension(gram: str, dimensions: int = DIMENSIONS) -> int:
    """The place of a gram among so many.

    >>> dimension("drill") == dimension("drill") < DIMENSIONS
    True
    """
    return crc32(gram.encode("utf-8", "surrogatepass")) % dimensions


def counts(text: str) -> dict[int, int]:
    """How often each place is filled by a text.

    >>> counts("") == counts("  ") == {}
    True
    """
    return dict(Counter(dimension(gram) for gram in grams(text)))


def rarity(texts: int, df: int) -> float:
    """What a gram weighs that stands in `df` of so many texts.

    >>> rarity(0, 0), rarity(9, 9)
    (1.0, 1.0)
    """
    return log((1 + texts) / (1 + df)) + 1


def weights(found: Counts, texts: int, df: Mapping[int, int]) -> dict[int, float]:
    """The text as a vector of length 1; empty for a text without words.

    >>> sum(w * w for w in weights(counts("bicycle"), 10, {}).values()).__round__(9)
    1.0
    """
    raw = {place: (1 + log(n)) * rarity(texts, df.get(place, 0)) for place, n in found.items()}
    length = sqrt(sum(one * one for one in raw.values()))
    return {place: one / length for place, one in raw.items()} if length else {}


def likeness(one: Mapping[int, float], other: Mapping[int, float]) -> int:
    """The dot product of two vectors in millionths.

    >>> same = weights(counts("drill"), 1, {})
    >>> likeness(same, same), likeness(same, {})
    (1000000, 0)
    """
    if len(other) < len(one):
        one, other = other, one
    dot = sum(weight * other[place] for place, weight in one.items() if place in other)
    return min(MILLION, round(dot * MILLION))


SHARED_PART = 0.6
"""So much of a word's pieces the other text has too, where the word is named as the same; endings may differ."""


def shared(text: str, one: Mapping[int, float], other: Mapping[int, float], most: int = 3) -> list[str]:
    """The words of a text whose pieces the other has too and that weigh most, the heaviest first; whole words only.

    >>> left, right = (weights(counts(t), 2, {}) for t in ("two potatoes, bike brakes", "bike and potato"))
    >>> shared("two potatoes, bike brakes", left, right)
    ['potatoes', 'bike']
    """
    parts: dict[str, float] = {}
    for word in text.lower().split():
        bare = word.strip(".,;:!?()[]\"'“”„«»…–-")
        places = [dimension(gram) for gram in grams(bare)]
        common = [place for place in places if place in one and place in other]
        if len(bare) > 1 and len(common) >= SHARED_PART * len(places):
            parts[bare] = sum(one[place] * other[place] for place in set(common))
    return sorted(parts, key=lambda word: (-parts[word], word))[:most]


class Corpus:
    """Texts that are added and taken away again exactly; who asks gets the most alike.

    A reference for what lies in tables on a node, and what benchmarks and tests measure.
    """

    def __init__(self) -> None:
        self.texts: dict[int, dict[int, int]] = {}
        self.df: dict[int, int] = {}

    def add(self, id: int, text: str) -> None:
        """Count a text; a text of the same id is replaced."""
        self.remove(id)
        found = counts(text)
        self.texts[id] = found
        for place in found:
            self.df[place] = self.df.get(place, 0) + 1

    def remove(self, id: int) -> None:
        """Take a text away, as if it had never been there."""
        for place in self.texts.pop(id, ()):
            self.df[place] -= 1
            if not self.df[place]:
                del self.df[place]

    def index(self) -> "Index":
        """The corpus as it is now, ready for questions."""
        return Index(self)


class Index:
    """An inverted index over a corpus; it does not see later changes."""

    def __init__(self, corpus: Corpus) -> None:
        self.size, self.df = len(corpus.texts), dict(corpus.df)
        self.vectors = {id: weights(corpus.texts[id], self.size, self.df) for id in sorted(corpus.texts)}
        self.postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for id, vector in self.vectors.items():
            for place, weight in vector.items():
                self.postings[place].append((id, weight))

    def alike(self, text: str, most: int = CANDIDATES_MAX, *, whole: bool = False) -> list[tuple[int, float]]:
        """The most alike first, equal ones by id. Only candidates that share a rare gram, unless `whole`."""
        asked = weights(counts(text), self.size, self.df)
        sums: dict[int, float] = defaultdict(float)
        for place in sorted(asked, key=lambda one: (self.df.get(one, 0), one)):
            if not whole and sums and self.df.get(place, 0) * COMMON > self.size:
                break
            weight = asked[place]
            for id, other in self.postings.get(place, ()):
                sums[id] += weight * other
        if whole:
            return nlargest(most, sums.items(), key=lambda pair: (pair[1], -pair[0]))
        near = nlargest(CANDIDATES_MAX, sums, key=lambda id: (sums[id], -id))
        exact = ((id, self._exact(asked, id)) for id in near)
        return nlargest(most, exact, key=lambda pair: (pair[1], -pair[0]))

    def _exact(self, asked: Mapping[int, float], id: int) -> float:
        other = self.vectors[id]
        return sum(weight * other[place] for place, weight in asked.items() if place in other)


def rank_of(found: Sequence[int], wanted: Iterable[int]) -> int | None:
    """The rank of the first wanted one, from 1; None when it is not among them.

    >>> rank_of([7, 3, 9], {9, 3}), rank_of([7], {1})
    (2, None)
    """
    looked_for = set(wanted)
    return next((rank for rank, id in enumerate(found, start=1) if id in looked_for), None)
