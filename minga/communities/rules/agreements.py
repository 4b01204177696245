"""Agreements to accept: limits, when a version holds, what of a text changed, and how a file says one. Pure."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

KEY_MAX = 60
TITLE_MAX = 120
TEXT_MAX = 40_000
CHANGE_MAX = 500
LANGUAGES_MAX = 20

READ_FIRST = N_("Please read what is agreed here and accept it, or stay out.")
READ_ONLY = N_(
    "Please accept the new version of what is agreed in {community} first, or leave. You can still read."
)
NEWER = N_("There is a newer version. Read that one.")
NO_TEXT = N_("Write the text in at least one language.")
NO_CHANGE = N_("Say in a few words what is new.")

_KEY = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Text:
    """The title and words of a version in one language."""

    language: str
    title: str
    words: str

    @property
    def sha256(self) -> str:
        """The hash of exactly these words, which an acceptance is exported with.

        >>> Text("en", "Peace", "Be kind.").sha256[:8]
        'e6e6cec4'
        """
        return hashlib.sha256(f"{self.title}\n\n{self.words}\n".encode()).hexdigest()


def key_of(typed: str) -> str:
    """The name of an agreement in addresses and files.

    >>> key_of(" how-we-treat-each-other ")
    'how-we-treat-each-other'
    """
    key = typed.strip().lower()
    if len(key) > KEY_MAX or not _KEY.fullmatch(key):
        sentence = N_("Small letters, digits and hyphens, please, for example how-we-treat-each-other.")
        raise Invalid(sentence, fields={"key": sentence})
    return key


def grace_ends(valid_from: datetime, days: int) -> datetime:
    """When who has not accepted a version may only read."""
    return valid_from + timedelta(days=days)


def review_on(published_on: date) -> date:
    """When a version is looked at again by itself: a year later; from 29 February on the day before March.

    >>> review_on(date(2026, 11, 20)), review_on(date(2028, 2, 29))
    (datetime.date(2027, 11, 20), datetime.date(2029, 2, 28))
    """
    day = 28 if (published_on.month, published_on.day) == (2, 29) else published_on.day
    return published_on.replace(year=published_on.year + 1, day=day)


def text_for(texts: dict[str, Text], *wanted: str) -> Text:
    """The text in the first of the wanted languages that there is, else any.

    >>> twins = {"en": Text("en", "Peace", "x"), "es": Text("es", "Paz", "x")}
    >>> text_for(twins, "es").title, text_for(twins, "de", "en").title, text_for(twins, "de").title
    ('Paz', 'Peace', 'Peace')
    """
    for language in wanted:
        if language in texts:
            return texts[language]
    return texts[min(texts)]


def paragraphs(texts: list[tuple[str, str]]) -> list[str]:
    """What a report can point at: each agreement by its title, and its numbered paragraphs by their beginnings.

    >>> paragraphs([("Peace", "# Peace\\n\\n1. Be kind.\\n2. No adverts, no raffles.\\n\\nThanks")])
    ['Peace', 'Peace, 1: Be kind.', 'Peace, 2: No adverts, no raffles.']
    """
    found = []
    for title, words in texts:
        found.append(title)
        for line in words.splitlines():
            numbered = re.match(r"\s*(\d{1,2})[.)]\s+(.{3,})", line)
            if numbered:
                said = numbered[2].strip()
                found.append(f"{title}, {numbered[1]}: {said[:77] + '…' if len(said) > 78 else said}")
    return found


def read_file(content: str) -> tuple[dict[str, str], list[Text]]:
    """An agreement as a file says it: `name: value` lines, then for each language a line `--- en Title` and its text.

    >>> head, texts = read_file("key: peace\\nchange: First.\\n--- en Peace\\nBe kind.\\n--- es Paz\\nSé amable.\\n")
    >>> head["key"], [(one.language, one.title, one.words) for one in texts]
    ('peace', [('en', 'Peace', 'Be kind.'), ('es', 'Paz', 'Sé amable.')])
    """
    head: dict[str, str] = {}
    texts: list[Text] = []
    first, *parts = re.split(r"^--- ", content, flags=re.MULTILINE)
    for line in first.splitlines():
        name, _, value = line.partition(":")
        if name.strip():
            head[name.strip().lower()] = value.strip()
    for part in parts[:LANGUAGES_MAX]:
        said, _, words = part.partition("\n")
        language, _, title = said.strip().partition(" ")
        texts.append(Text(language, title.strip(), words.strip()))
    return head, texts
