"""Fields that a category adds to its listings: their types, and what somebody typed into one read and said again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.text import clean_line
from minga.kit.typed import read_date, read_number
from minga.sharing.rules.words import Direction

FIELDS_MAX = 12
TEXT_MAX = 200
LINK_MAX = 500
CHOICES_MAX = 50

NO_LINK = N_("Write a link that begins with https:// or http://.")
NO_CHOICE = N_("Choose one of the list.")
YES, NO = "yes", "no"
_LINK = re.compile(r"https?://[^\s<>\"']{3,}", re.IGNORECASE)


class FieldKind(StrEnum):
    """What a field of a category holds; changing it makes a new field."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    YES_NO = "yes_no"
    LINK = "link"


FIELD_WORDS = {
    FieldKind.TEXT: N_("Text"),
    FieldKind.NUMBER: N_("Number"),
    FieldKind.CHOICE: N_("One of several"),
    FieldKind.DATE: N_("Day"),
    FieldKind.YES_NO: N_("Yes or no"),
    FieldKind.LINK: N_("Link"),
}


@dataclass(frozen=True)
class FieldName:
    """A field as forms and pages show it; `direction` None is for offers and needs."""

    id: str
    category_id: str
    key: str
    kind: FieldKind
    direction: Direction | None
    labels: Mapping[str, str]
    choices: Sequence[str] = ()

    def label(self, language: str) -> str:
        """Its name in a language, or in English, or in whatever there is."""
        known = self.labels.get(language.split("-")[0]) or self.labels.get("en")
        return known or next(iter(self.labels.values()), self.key)

    def concerns(self, direction: Direction) -> bool:
        return self.direction is None or self.direction is direction


def read_value(field: FieldName, said: str, *, today: date) -> str:
    """What somebody typed into a field in the one form in which it is kept; Invalid when it does not fit.

    >>> field = FieldName("1", "2", "pages", FieldKind.NUMBER, None, {})
    >>> read_value(field, "12.50", today=date(2026, 12, 1))
    '12.5'
    """
    return _READERS[field.kind](field, said.strip(), today)


def _text(_field: FieldName, said: str, _today: date) -> str:
    return clean_line(said, TEXT_MAX)


def _number(_field: FieldName, said: str, _today: date) -> str:
    thousandths = read_number(said, 3)
    whole, part = divmod(abs(thousandths), 1_000)
    decimals = f".{part:03}".rstrip("0").rstrip(".") if part else ""
    return f"{'-' if thousandths < 0 else ''}{whole}{decimals}"


def _choice(field: FieldName, said: str, _today: date) -> str:
    if said not in field.choices:
        raise Invalid(NO_CHOICE)
    return said


def _date(_field: FieldName, said: str, today: date) -> str:
    return read_date(said, today, past=True).isoformat()


def _yes_no(_field: FieldName, said: str, _today: date) -> str:
    if said not in (YES, NO):
        raise Invalid(NO_CHOICE)
    return said


def _link(_field: FieldName, said: str, _today: date) -> str:
    if len(said) > LINK_MAX or not _LINK.fullmatch(said) or not said.isprintable():
        raise Invalid(NO_LINK)
    return said


_READERS: dict[FieldKind, Callable[[FieldName, str, date], str]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
    FieldKind.LINK: _link,
}
