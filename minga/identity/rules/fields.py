"""The fields of a person and how far each reaches. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from minga.kit.errors import Invalid
from minga.kit.i18n import N_


class Audience(StrEnum):
    """Who reads a field, from narrow to wide."""

    ME = "me"
    STEWARDS = "stewards"
    EXCHANGED = "exchanged"
    COMMUNITY = "community"
    PARTNERS = "partners"
    NETWORK = "network"
    PUBLIC = "public"

    @property
    def rank(self) -> int:
        return WIDTH[self]


WIDTH = {audience: rank for rank, audience in enumerate(Audience)}
SCOPES = (Audience.COMMUNITY, Audience.PARTNERS, Audience.NETWORK, Audience.PUBLIC)
AUDIENCE_WORDS = {
    Audience.ME: N_("only me"),
    Audience.STEWARDS: N_("stewards and welcomers"),
    Audience.EXCHANGED: N_("people I have exchanged with"),
    Audience.COMMUNITY: N_("members of my communities"),
    Audience.PARTNERS: N_("members of partner communities"),
    Audience.NETWORK: N_("everybody who is signed in"),
    Audience.PUBLIC: N_("the web"),
}


class Kind(StrEnum):
    """How a field is written and shown."""

    LINE = "line"
    TEXT = "text"
    MARKDOWN = "markdown"
    MAIL = "mail"
    PHONE = "phone"
    LANGUAGES = "languages"
    GRID = "grid"
    BIRTHDAY = "birthday"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a person: its label, limit, default audience and, on forms, its autocomplete token."""

    key: str
    label: str
    kind: Kind
    length_max: int
    audience: Audience
    narrowest: Audience = Audience.ME
    widest: Audience = Audience.PUBLIC
    contact: bool = False
    autocomplete: str = ""
    hint: str = ""


_COMMUNITY = Audience.COMMUNITY
NAME = Field("name", N_("Name"), Kind.LINE, 80, _COMMUNITY, narrowest=_COMMUNITY, autocomplete="name")
HANDLE = Field(
    "handle", N_("Handle"), Kind.LINE, 30, _COMMUNITY, narrowest=_COMMUNITY, autocomplete="username"
)
PHOTO = Field("photo", N_("Photo"), Kind.LINE, 64, _COMMUNITY)
DETAILS = (
    Field("pronouns", N_("Pronouns"), Kind.LINE, 40, _COMMUNITY),
    Field("about", N_("About me"), Kind.MARKDOWN, 2000, _COMMUNITY),
    Field(
        "languages",
        N_("Languages I speak"),
        Kind.LINE,
        120,
        _COMMUNITY,
        hint=N_("Separated by commas, for example: English, Español."),
    ),
    Field("free", N_("When I am free"), Kind.GRID, 200, _COMMUNITY),
    Field("area", N_("Area"), Kind.LINE, 120, _COMMUNITY, hint=N_("A street corner or a quarter is enough.")),
    Field("skills", N_("What I can do"), Kind.LINE, 300, _COMMUNITY, hint=N_("Separated by commas.")),
    Field("mail", N_("Mail"), Kind.MAIL, 254, Audience.ME, contact=True, autocomplete="email"),
    Field(
        "phone",
        N_("Phone"),
        Kind.PHONE,
        20,
        Audience.ME,
        contact=True,
        autocomplete="tel",
        hint=N_("With the country in front, for example +57 300 123 4567."),
    ),
    Field("address", N_("Address"), Kind.TEXT, 300, Audience.ME, contact=True, autocomplete="street-address"),
    Field("messenger", N_("Messenger"), Kind.LINE, 120, Audience.ME, contact=True),
    Field(
        "emergency",
        N_("In an emergency call"),
        Kind.TEXT,
        300,
        Audience.STEWARDS,
        widest=_COMMUNITY,
    ),
    Field(
        "birthday",
        N_("Birthday"),
        Kind.BIRTHDAY,
        10,
        Audience.ME,
        autocomplete="bday",
        hint=N_("Month and day, for example 03-29; the year in front if you like: 1987-03-29."),
    ),
    Field(
        "access",
        N_("What I need to take part"),
        Kind.TEXT,
        500,
        Audience.ME,
        widest=Audience.STEWARDS,
        hint=N_("Steps, noise, food, breaks. Never leaves this node, never in search or exports."),
    ),
)
FIELDS: Mapping[str, Field] = {field.key: field for field in (NAME, HANDLE, PHOTO, *DETAILS)}
CONTACTS = tuple(field.key for field in DETAILS if field.contact)
SEARCHED = ("about", "skills", "area")
TRIAL_SEES = ("about",)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS = ("morning", "noon", "afternoon", "evening")
_MAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,63}")
_BIRTHDAY = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_LENGTH_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def effective(audience: Audience, scope: Audience) -> Audience:
    """How far a field reaches: as far as its audience, and never wider than the person's scope.

    >>> effective(Audience.PUBLIC, Audience.COMMUNITY)
    <Audience.COMMUNITY: 'community'>
    """
    return min(audience, scope, key=lambda one: one.rank)


def check_audience(field: Field, audience: Audience) -> Audience:
    """Refuse an audience that this field cannot have.

    >>> check_audience(FIELDS["phone"], Audience.COMMUNITY)
    <Audience.COMMUNITY: 'community'>
    """
    if not field.narrowest.rank <= audience.rank <= field.widest.rank:
        sentence = N_("This field cannot be shown that way.")
        raise Invalid(sentence, fields={f"{field.key}_audience": sentence})
    return audience


def clean_value(field: Field, text: str) -> str:
    """The value as it is kept, or a refusal that says how to write it. An empty text empties the field.

    >>> clean_value(FIELDS["phone"], "0057 300-123 4567")
    '+573001234567'
    >>> clean_value(FIELDS["mail"], " Ana@Example.org ")
    'Ana@example.org'
    >>> clean_value(FIELDS["birthday"], "02-29")
    '02-29'
    """
    lines = text.replace("\r\n", "\n").strip()
    value = lines if field.kind in {Kind.TEXT, Kind.MARKDOWN} else " ".join(lines.split())
    value = "".join(char for char in value if char == "\n" or char.isprintable())
    if not value:
        return ""
    if len(value) > field.length_max:
        sentence = N_("At most {n} characters.")
        raise Invalid(sentence, fields={field.key: sentence}, n=field.length_max)
    if field.kind is Kind.MAIL:
        return _mail(field, value)
    if field.kind is Kind.PHONE:
        return _phone(field, value)
    if field.kind is Kind.BIRTHDAY:
        return _birthday(field, value)
    if field.kind is Kind.GRID:
        return _grid(value)
    return value


def value_key(field: Field, value: str) -> str:
    """What makes two values the same: a mail without its capitals, everything else as it is."""
    return value.casefold() if field.kind is Kind.MAIL else value


def _mail(field: Field, value: str) -> str:
    if not _MAIL.fullmatch(value) or ".." in value:
        sentence = N_("“{value}” is not a mail address.")
        raise Invalid(sentence, fields={field.key: sentence}, value=value)
    local, _, host = value.rpartition("@")
    return f"{local}@{host.lower()}"


def _phone(field: Field, value: str) -> str:
    digits = "".join(char for char in value if char.isascii() and char.isdigit())
    plain = value.lstrip()
    if plain.startswith("00"):
        digits, plain = digits[2:], "+"
    odd = any(char not in "+()-./ 0123456789" for char in value)
    if odd or not plain.startswith(("+", "(+")) or not 7 <= len(digits) <= 15 or digits.startswith("0"):
        sentence = N_("Write the number with the country in front, for example +57 300 123 4567.")
        raise Invalid(sentence, fields={field.key: sentence})
    return f"+{digits}"


def _birthday(field: Field, value: str) -> str:
    found = _BIRTHDAY.fullmatch(value)
    month, day = (int(found[2]), int(found[3])) if found else (0, 0)
    if not found or not 1 <= month <= 12 or not 1 <= day <= _LENGTH_OF_MONTH[month - 1]:
        sentence = N_("Write month and day like 03-29, or with the year: 1987-03-29.")
        raise Invalid(sentence, fields={field.key: sentence})
    return value


def _grid(value: str) -> str:
    """Only cells that exist, each once, in order of the week.

    >>> _grid("sun-noon mon-evening sun-noon rain")
    'mon-evening sun-noon'
    """
    chosen = set(value.split())
    return " ".join(cell for day in DAYS for part in PARTS if (cell := f"{day}-{part}") in chosen)


LOOK: Mapping[str, tuple[str, ...]] = {
    "theme": ("system", "light", "dark"),
    "contrast": ("system", "normal", "more"),
    "density": ("normal", "compact", "large"),
    "text_size": ("normal", "large", "larger"),
    "motion": ("system", "less"),
}


def check_look(wanted: Mapping[str, Any]) -> dict[str, str]:
    """The choices that exist; the first of each is the default and is not kept.

    >>> check_look({"theme": "dark", "motion": "system"})
    {'theme': 'dark'}
    """
    kept = {}
    for key, value in wanted.items():
        if key not in LOOK or value not in LOOK[key]:
            sentence = N_("That choice does not exist here.")
            raise Invalid(sentence, fields={key: sentence})
        if value != LOOK[key][0]:
            kept[key] = value
    return kept
