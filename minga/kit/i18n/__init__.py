"""Languages: which sentences can be translated, how a reader's language is chosen, and what a sentence says in it.

The key of a sentence is its English text with {named} facts. Catalogues are the `.po` files below `minga/locale`;
they are compiled in memory when a language is first spoken.
"""

import gettext
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

LOCALE_FOLDER = Path(__file__).parents[2] / "locale"
DOMAIN = "minga"


class Language(NamedTuple):
    """A language as its speakers call it."""

    tag: str
    name: str
    direction: str = "ltr"


LANGUAGES = {"en": Language("en", "English"), "es": Language("es", "Español")}
# English made 40 % longer, bracketed and accented: shows what was not marked for translation, and what would be cut.
PSEUDO = Language("en-XA", "[Ëñğļïşħ one two]")
_RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


def N_(text: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return text


class Said(str):
    """A sentence as it is shown, and the language it came out in: English when no translation is known.

    `lang` is empty when that is the page's own language, so a template writes the attribute only where it must.
    """

    lang: str

    def __new__(cls, text: str, lang: str = "") -> "Said":
        said = super().__new__(cls, text)
        said.lang = lang
        return said


class Translator:
    """One language's voice; where it has no word it speaks English, and says so."""

    def __init__(self, language: Language, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self._catalogue = catalogue

    def gettext(self, text: str) -> str:
        return self._catalogue.gettext(text) if text else ""

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self._catalogue.ngettext(one, many, n)

    def pgettext(self, context: str, text: str) -> str:
        """A word that means several things, told apart by its context."""
        return self._catalogue.pgettext(context, text)

    def npgettext(self, context: str, one: str, many: str, n: int) -> str:
        return self._catalogue.npgettext(context, one, many, n)

    def knows(self, text: str) -> bool:
        """Whether this language has its own words for the sentence."""
        known: dict[Any, str] = getattr(self._catalogue, "_catalog", {})
        spoken = self.language.tag.split("-")[0] == "en"
        return spoken or bool(known.get(text) or known.get((text, 0)))

    def day(self, day: date) -> str:
        """A day in this language, with its year.

        >>> translator("es").day(date(2026, 12, 4)), translator("en").day(date(2026, 12, 4))
        ('4 de diciembre de 2026', '4 December 2026')
        """
        from babel.dates import format_date  # noqa: PLC0415  (every command imports this module, few speak)

        tag = self.language.tag
        return format_date(
            day, "long", locale="en_GB" if tag.split("-")[0] == "en" else tag.replace("-", "_")
        )

    def said(self, text: str, **facts: Any) -> Said:
        """The sentence with its facts, marked when it had to stay English."""
        words = self.gettext(text)
        return Said(words.format_map(facts) if facts else words, "" if self.knows(text) else "en")


@lru_cache(maxsize=16)
def translator(language: str) -> Translator:
    """The voice of a shipped language; any other tag speaks English."""
    if language == PSEUDO.tag:
        return Translator(PSEUDO, _Pseudo())
    known = LANGUAGES.get(language) or LANGUAGES.get(language.split("-")[0]) or LANGUAGES["en"]
    if known.tag == "en":
        return Translator(known, gettext.NullTranslations())
    return Translator(known, _compiled(catalogue_path(known.tag)))


def catalogue_path(language: str) -> Path:
    """Where the sentences of a language lie."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def choose_language(
    person: str | None, community: str | None, accept_language: str, among: Iterable[str] = LANGUAGES
) -> str:
    """The reader's language: their own choice, else the community's, else what the browser asks for, else English.

    >>> choose_language(None, None, "fr;q=0.9, es-CO;q=0.8, en;q=0.1"), choose_language("en", "es", "es")
    ('es', 'en')
    """
    shipped = among if among is LANGUAGES else set(among)
    for wish in chain((person or "", community or ""), _lazily(accept_language)):
        for tag in (wish, wish.split("-")[0].lower()):
            if tag in shipped:
                return tag
    return "en"


def _lazily(header: str) -> Iterator[str]:
    yield from accepted(header)


def accepted(header: str) -> list[str]:
    """The languages of an Accept-Language header, the most wished for first; what cannot be read is left out.

    >>> accepted("da, en-gb;q=0.8, *;q=0.1, en;q=x, de;q=0")
    ['da', 'en-gb']
    """
    wishes: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        found = re.fullmatch(
            r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)(?:;q=([01](?:\.\d{0,3})?))?", part.replace(" ", "")
        )
        if found and float(found[2] or 1) > 0:
            wishes.append((-float(found[2] or 1), found[1]))
    return [tag for _, tag in sorted(wishes, key=lambda wish: wish[0])]


def direction(language: str) -> str:
    """Which way the language is written.

    >>> direction("ar"), direction("es")
    ('rtl', 'ltr')
    """
    return "rtl" if language.split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _compiled(path: Path) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo  # noqa: PLC0415  (every command imports this module, few speak)
    from babel.messages.pofile import read_po  # noqa: PLC0415

    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class _Pseudo(gettext.NullTranslations):
    """Every sentence longer, accented and in brackets; {facts} and markup stay."""

    _letters = str.maketrans("aceinouyACEINOUY", "àçéîñöûýÀÇÉÎÑÖÛÝ")

    def gettext(self, message: str) -> str:
        parts = re.split(r"(\{[^}]*\}|%\([^)]*\)[sd]|<[^>]*>|&\w+;)", message)
        words = "".join(part if at % 2 else part.translate(self._letters) for at, part in enumerate(parts))
        return f"[{words}{' ~~~~' * max(1, -(-len(message) * 2 // 25))}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)
