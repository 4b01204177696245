"""What somebody typed into the search field, taken apart into plain words; no operator reaches an engine."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

QUERY_MAX = 200
WORDS_MAX = 20
NUMBER_MAX = 2**63 - 1
FUSED_AFTER = 60
POINTS = 10**12
T = TypeVar("T")
TOO_LONG = N_("Please search with at most {most} characters.")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)


@dataclass(frozen=True)
class Search:
    """Every phrase of `wanted` has to occur, none of `unwanted`; `number` asks for one listing by its number.

    `also` are other names for each of the wanted, of which any may stand in its place.
    """

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    number: int | None = None
    also: tuple[tuple[str, ...], ...] = field(default=(), repr=False)

    @property
    def groups(self) -> list[tuple[str, ...]]:
        """Each wanted phrase with its other names.

        >>> Search(("ladder", "drill"), also=((), ("taladro",))).groups
        [('ladder',), ('drill', 'taladro')]
        """
        also = self.also or ((),) * len(self.wanted)
        return [(phrase, *others) for phrase, others in zip(self.wanted, also, strict=True)]

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted or self.number is not None)


def index_words(text: str) -> str:
    """A text as it is indexed and searched: words of letters and digits, without marks, case and signs.

    >>> index_words("Bohr-Maschine (Straße 7b), ÁRBOL\\x00")
    'bohr maschine strasse 7b arbol'
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    bare = "".join(
        sign if sign.isalnum() else "" if unicodedata.combining(sign) else " "
        for sign in apart.translate(_LETTERS)
    )
    return " ".join(bare.encode("utf-8", "ignore").decode().split())


def read_search(typed: str) -> Search:
    """Words that all have to occur, "phrases", -without, #number; anything else is plain text.

    >>> read_search('ladder "two metres" -steel')
    Search(wanted=('ladder', 'two metres'), unwanted=('steel',), number=None)
    >>> read_search("#127"), read_search('NEAR( a* AND "')
    (Search(wanted=(), unwanted=(), number=127), Search(wanted=('near', 'a', 'and'), unwanted=(), number=None))
    """
    if len(typed) > QUERY_MAX:
        raise Invalid(TOO_LONG, most=QUERY_MAX, fields={"q": TOO_LONG})
    bare = typed.strip()
    if bare.startswith("#") and bare[1:].isascii() and bare[1:].isdecimal() and int(bare[1:]) <= NUMBER_MAX:
        return Search(number=int(bare[1:]))
    wanted: list[str] = []
    unwanted: list[str] = []
    for part, quoted, without in _parts(typed):
        plain = index_words(part)
        phrases = [plain] if quoted else plain.split()
        if without and not quoted and len(phrases) > 1:
            phrases = [plain]
        (unwanted if without else wanted).extend(phrase for phrase in phrases if phrase)
    return Search(tuple(wanted[:WORDS_MAX]), tuple(unwanted[:WORDS_MAX]))


def _parts(typed: str) -> list[tuple[str, bool, bool]]:
    """(text, was quoted, had a minus) of each part; a quotation that is never closed is plain text."""
    parts: list[tuple[str, bool, bool]] = []
    rest = " ".join(typed.split())
    while rest:
        rest = rest.lstrip()
        without = rest.startswith("-") and len(rest) > 1 and rest[1] not in " -"
        if without:
            rest = rest[1:]
        end = rest.find('"', 1) if rest.startswith('"') else -1
        if end > 0:
            parts.append((rest[1:end], True, without))
            rest = rest[end + 1 :]
        else:
            word, _, rest = rest.partition(" ")
            parts.append((word, False, without))
    return parts


def pieces(word: str) -> frozenset[str]:
    """The three-letter pieces of a word, with two blanks before it and one behind, so that beginnings count more.

    >>> sorted(pieces("ladr"))
    ['  l', ' la', 'adr', 'dr ', 'lad']
    """
    padded = f"  {word} "
    return frozenset(padded[n : n + 3] for n in range(len(padded) - 2))


def is_alike(word: str, other: str) -> bool:
    """Whether at least three tenths of the pieces of two words are common to both.

    >>> is_alike("ladr", "ladder"), is_alike("bicycle", "bicycles"), is_alike("drill", "ladder")
    (True, True, False)
    """
    one, two = pieces(word), pieces(other)
    return 10 * len(one & two) >= 3 * len(one | two)


def points(*lists: Sequence[T]) -> dict[T, int]:
    """What ranked lists give to each of their members by reciprocal rank (k = 60).

    >>> found = points(["a", "b"], ["b", "c"])
    >>> sorted(found, key=lambda one: -found[one])
    ['b', 'a', 'c']
    """
    found: dict[T, int] = {}
    for ranked in lists:
        for rank, one in enumerate(ranked, start=1):
            found[one] = found.get(one, 0) + POINTS // (FUSED_AFTER + rank)
    return found
