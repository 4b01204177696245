"""Members from a list: what the columns are called, what a row may say, and who may be whom. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from minga.identity.rules.fields import FIELDS, clean_value
from minga.identity.rules.names import clean_handle, clean_name
from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.text import fold

BYTES_MAX = 5_000_000
ROWS_MAX = 5_000
CELL_MAX = 4_000
ALIKE = 0.82
UNDO_WITHIN = timedelta(days=7)
TAIL = 6

COLUMNS = (
    "name",
    "handle",
    "mail",
    "phone",
    "language",
    "joined_on",
    "standing",
    "subgroups",
    "roles",
    "household",
    "sponsor",
    "note",
)
_CALLED = {
    "name": ("name", "nombre", "full name", "nombre completo"),
    "handle": ("handle", "short name", "nombre corto", "usuario"),
    "mail": ("mail", "e-mail", "email", "correo", "correo electronico"),
    "phone": ("phone", "telephone", "telefono", "movil", "celular"),
    "language": ("language", "idioma"),
    "joined_on": ("joined on", "joined", "alta", "miembro desde", "since", "desde"),
    "standing": ("standing", "estado"),
    "subgroups": ("subgroups", "groups", "grupos", "subgrupos"),
    "roles": ("roles", "funciones"),
    "household": ("household", "hogar"),
    "sponsor": ("sponsor", "brought in by", "presentado por", "traido por"),
    "note": ("note", "notes", "nota", "notas"),
}
"""Headings by which a column is known, folded, in every language that is shipped."""

NO_NAME_COLUMN = N_("The first line has no column called name.")
TWO_COLUMNS = N_("Two columns mean the same: {one} and {other}.")
TOO_MANY_ROWS = N_("At most {most} rows at a time. Split your file.")
TOO_LARGE = N_("A list has at most 5 MB.")
LONG_CELL = N_("A cell has more than {most} characters.")
NO_NAME = N_("The name is missing.")
NOT_A_MAIL = N_("“{value}” is not a mail address.")
NOT_A_PHONE = N_("“{value}” is not a telephone number with its country.")
NOT_A_DAY = N_("“{value}” is not a day that has been. Write it like 2026-11-20.")
NOT_A_STANDING = N_("“{value}” is no standing. Write full or trial.")
NOT_A_LANGUAGE = N_("“{value}” is no language that is spoken here.")
NO_SPONSOR = N_("Sponsor “{value}” is not in the list or in {community}.")
NO_GROUP = N_("There is no group called “{value}”.")
NO_ROLE = N_("There is no role called “{value}”.")
NOT_YOURS_TO_GIVE = N_("You may not give the role “{value}”.")
TWICE = N_("The same mail address or number stands in row {row}.")
HANDLE_USED = N_("The short name “{value}” is taken.")
TOO_MANY_CELLS = N_("This row has more cells than there are columns.")


@dataclass(frozen=True, kw_only=True)
class MemberRow:
    """What one row says, cleaned; empty where nothing stood."""

    name: str
    handle: str = ""
    mail: str = ""
    phone: str = ""
    language: str = ""
    joined_on: date | None = None
    trial: bool = False
    subgroups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    household: str = ""
    sponsor: str = ""
    note: str = ""


def headings(columns: Iterable[str]) -> dict[str, str]:
    """Which column of the file is which field; columns that mean nothing here are left out.

    >>> headings(["Nombre", "E-Mail", "shoe size"])
    {'name': 'Nombre', 'mail': 'E-Mail'}
    >>> headings(["mail"])
    Traceback (most recent call last):
        ...
    minga.kit.errors.Invalid: The first line has no column called name.
    """
    known = {fold(word): field for field, words in _CALLED.items() for word in (*words, field)}
    found: dict[str, str] = {}
    for column in columns:
        field = known.get(fold(column.replace("_", " ").strip())) or known.get(fold(column.strip()))
        if field is None:
            continue
        if field in found:
            raise Invalid(TWO_COLUMNS, one=found[field], other=column, fields={"file": TWO_COLUMNS})
        found[field] = column
    if "name" not in found:
        raise Invalid(NO_NAME_COLUMN, fields={"file": NO_NAME_COLUMN})
    return found


def read_row(cells: Mapping[str, str], today: date) -> MemberRow:
    """The cells of a row by field, cleaned; Invalid says what is wrong with the first that does not fit.

    >>> read_row({"name": " Edda  Holm ", "roles": "steward; welcomer"}, date(2026, 11, 20)).roles
    ('steward', 'welcomer')
    >>> read_row({"name": "Ann", "mail": "ann@"}, date(2026, 11, 20))
    Traceback (most recent call last):
        ...
    minga.kit.errors.Invalid: “ann@” is not a mail address.
    """
    if any(len(cell) > CELL_MAX for cell in cells.values()):
        raise Invalid(LONG_CELL, most=CELL_MAX)
    said = {name: " ".join(cells.get(name, "").split()) for name in COLUMNS}
    if not said["name"]:
        raise Invalid(NO_NAME)
    return MemberRow(
        name=clean_name(said["name"]),
        handle=clean_handle(said["handle"].lstrip("@").lower()) if said["handle"] else "",
        mail=_contact("mail", said["mail"], NOT_A_MAIL),
        phone=_contact("phone", said["phone"], NOT_A_PHONE),
        language=_language(said["language"]),
        joined_on=_day(said["joined_on"], today),
        trial=_trial(said["standing"]),
        subgroups=_several(said["subgroups"]),
        roles=_several(said["roles"]),
        household=said["household"][:80],
        sponsor=said["sponsor"],
        note=said["note"],
    )


def _contact(key: str, value: str, sentence: str) -> str:
    if not value:
        return ""
    try:
        return clean_value(FIELDS[key], value)
    except Refused:
        raise Invalid(sentence, value=value[:100]) from None


def _language(value: str) -> str:
    tag = value.lower()
    if tag and tag not in LANGUAGES:
        raise Invalid(NOT_A_LANGUAGE, value=value[:20])
    return tag


def _day(value: str, today: date) -> date | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Invalid(NOT_A_DAY, value=value[:30]) from None
    if day > today or day.year < 1900:
        raise Invalid(NOT_A_DAY, value=value[:30])
    return day


def _trial(value: str) -> bool:
    if value.lower() not in ("", "full", "trial"):
        raise Invalid(NOT_A_STANDING, value=value[:30])
    return value.lower() == "trial"


def _several(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in value.split(";") if one.strip()))


def alike(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1: trigrams in common by trigrams in all, the words in any order.

    >>> alike("Edda Holm", "Holm, Edda"), alike("Edda Holm", "Bruno") < 0.2
    (1.0, True)
    """
    first, second = _trigrams(one), _trigrams(other)
    return len(first & second) / len(first | second) if first and second else 0.0


def _trigrams(name: str) -> frozenset[str]:
    words = "".join(char if char.isalnum() else " " for char in fold(name)).split()
    return frozenset(
        padded[n : n + 3] for word in words for padded in [f"  {word} "] for n in range(len(word) + 1)
    )


def tail_of(phone: str) -> str:
    """The last digits of a number, which stay the same however it is written.

    >>> tail_of("+57 300 123 4567"), tail_of("12")
    ('234567', '')
    """
    digits = "".join(char for char in phone if char.isdigit())
    return digits[-TAIL:] if len(digits) >= TAIL else ""
