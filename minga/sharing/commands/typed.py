"""What somebody typed into a form or a file, read as the content of a listing; all faults are told at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_type_hints
from zoneinfo import ZoneInfo

from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.typed import read_date, read_minutes, read_number, read_time
from minga.sharing import rules
from minga.sharing.commands.writing import cleaned
from minga.sharing.rules import (
    AmountRule,
    Answers,
    Content,
    Direction,
    Faults,
    Kind,
    Level,
    Measure,
    NameShown,
    Own,
    Per,
    Precision,
    Term,
    TermKind,
    Where,
)
from minga.sharing.rules.narrowing import read_steps
from minga.sharing.rules.places import read_point, read_radius

E = TypeVar("E", bound=StrEnum)
CHOOSE = N_("Choose one of the list.")
TOO_MUCH = N_("That is more than fits. Please look at it once more.")
NUMBER_MAX = 2**62
EXTRA = "extra_"
_PLAIN = re.compile(r"(\d{1,18})(?:\.(\d{1,3})0*)?")
Typed = Mapping[str, Sequence[str]]


class Reader:
    """Fields of text on one side, values on the other, faults by field."""

    def __init__(self, typed: Typed, *, at: datetime, zone: str, language: str) -> None:
        self.typed = typed
        self.at = at
        self.zone = ZoneInfo(zone)
        self.language = language
        self.faults = Faults()

    def said(self, name: str) -> str:
        said = self.typed.get(name) or ("",)
        return said[0].strip()

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(said.strip() for said in self.typed.get(name) or () if said.strip())

    def choice(self, name: str, kind: type[E], default: E | None = None) -> E | None:
        said = self.said(name)
        try:
            return kind(said) if said else default
        except ValueError:
            self.faults.add(name, Invalid(CHOOSE))
            return default

    def read(self, name: str, how: Callable[[str], Any], default: Any = None) -> Any:
        said = self.said(name)
        if not said:
            return default
        try:
            found = how(said)
        except Refused as refusal:
            self.faults.add(name, refusal)
            return default
        if isinstance(found, int) and abs(found) > NUMBER_MAX:
            self.faults.add(name, Invalid(TOO_MUCH))
            return default
        return found

    def day(self, name: str) -> date | None:
        here = self.at.astimezone(self.zone).date()
        found: date | None = self.read(name, lambda said: read_date(said, here, language=self.language))
        return found

    def moment(self, name: str) -> datetime | None:
        """A day and perhaps a time, in the zone of the community; without a time it is the end of the day."""
        found: datetime | None = self.read(name, self._moment)
        return found

    def _moment(self, said: str) -> datetime:
        day, _, clock = said.rpartition(" ")
        if not day or ":" not in clock:
            if "T" in said:
                return _iso(said, self.zone)
            day, clock = said, "23:59"
        here = self.at.astimezone(self.zone).date()
        found = datetime.combine(read_date(day, here, language=self.language), read_time(clock), self.zone)
        return found.astimezone(UTC)


def read_content(
    typed: Typed,
    direction: Direction,
    kind: Kind,
    *,
    at: datetime,
    zone: str = "UTC",
    language: str = "en",
    money: str = "",
    imported: bool = False,
) -> Content:
    """The content of a form or of a row of a file. `money` is the currency of the community.

    Files are written by programs: in them 1.234 is a little more than one, which a person who types it has to say.
    """
    reader = Reader(typed, at=at, zone=zone, language=language)
    content = Content(
        title=reader.said("title"),
        description=reader.said("description"),
        language=reader.said("language"),
        category=reader.said("category"),
        quantity_milli=reader.read("quantity", _exact if imported else lambda said: read_number(said, 3)),
        quantity_unit=reader.choice(
            "quantity_unit", Measure, Measure.PIECE if reader.said("quantity") else None
        ),
        level=reader.choice("level", Level),
        named=reader.all("named"),
        place=reader.said("place"),
        available_from_on=reader.day("available_from_on"),
        available_until_on=reader.day("available_until_on"),
        answers=reader.choice("answers", Answers) or Answers.OWNER,
        collect_until=reader.moment("collect_until"),
        name_shown=reader.choice("name_shown", NameShown) or NameShown.EVERYBODY,
        where=_where(reader),
        extra=_extra(reader),
        expires_on=reader.day("expires_on"),
        contact_kept=bool(reader.said("contact_kept")),
        narrowing=rules.Narrowing(
            full_only=bool(reader.said("full_only")),
            within=reader.said("within"),
            without=tuple(dict.fromkeys(reader.all("without"))),
            vouched_only=bool(reader.said("vouched_only")),
            within_km=reader.read("within_km", read_radius),
            steps=reader.read("steps", read_steps),
        ),
        terms=_terms(reader, money),
        own=_own(reader, rules.OWN[kind], money),
    )
    try:
        rules.check(cleaned(content), direction, at=at, imported=imported)
    except Invalid as refusal:
        for name, fault in refusal.fields.items():
            reader.faults.add(name, fault if isinstance(fault, Refused) else Invalid(fault))
    reader.faults.raise_if_any()
    return content


def _where(reader: Reader) -> Where | None:
    """A named place, or a point as precise as its owner wants; nowhere when neither was said."""
    if place_id := reader.said("place_id"):
        return Where(place_id=place_id)
    point = reader.read("point", read_point)
    if point is None:
        return None
    precision = reader.choice("precision", Precision) or Precision.NEIGHBOURHOOD
    return Where(lat=point[0], lon=point[1], precision=precision)


def _extra(reader: Reader) -> tuple[tuple[str, str], ...]:
    """What was typed into the fields of categories, by their names."""
    names = [name for name in reader.typed if name.startswith(EXTRA) and reader.said(name)]
    return tuple((name.removeprefix(EXTRA), reader.said(name)) for name in names)


def _terms(reader: Reader, money: str) -> tuple[Term, ...]:
    found = []
    for said in dict.fromkeys(reader.all("terms")):
        try:
            kind = TermKind(said)
        except ValueError:
            reader.faults.add("terms", Invalid(CHOOSE))
            continue
        rule = reader.choice(f"{said}_rule", AmountRule) or AmountRule.FREE
        in_time = kind is TermKind.TIME_CREDIT
        amount = reader.read(
            f"{said}_amount", read_minutes if in_time else lambda typed: read_number(typed, 2)
        )
        if amount is not None and rule in (AmountRule.FREE, AmountRule.AGREE):
            rule = AmountRule.PER if reader.said(f"{said}_per") else AmountRule.FIXED
        unit = None if amount is None else "minute" if in_time else reader.said(f"{said}_unit") or money
        most = reader.read(f"{said}_most", read_minutes if in_time else lambda typed: read_number(typed, 2))
        per = reader.choice(f"{said}_per", Per)
        found.append(Term(kind=kind, rule=rule, amount_minor=amount, most_minor=most, unit=unit, per=per))
    return tuple(found)


def _own(reader: Reader, kind: type[Own], money: str) -> Own:
    values: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):
        value = _value(reader, field.name, hints[field.name])
        if value is not None:
            values[field.name] = value
    if "value_minor" in values:
        values.setdefault("value_unit", money or None)
    if "amount_minor" in values:
        in_time = values.get("compensation") == "time"
        values.setdefault("amount_unit", "minute" if in_time else money or None)
    return kind(**values)


def _value(reader: Reader, name: str, hint: Any) -> Any:
    """One own field as its type wants it; None where nothing was typed."""
    plain = next((one for one in get_args(hint) if one is not type(None)), hint) if get_args(hint) else hint
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return reader.choice(name, plain)
    if plain is datetime:
        return reader.moment(name)
    if hint == tuple[str, ...]:
        words = tuple(word.strip() for said in reader.all(name) for word in said.split(",") if word.strip())
        return words or None
    if plain is int:
        if name.startswith("minutes"):
            return reader.read(name, read_minutes)
        if name == "amount_minor" and reader.said("compensation") == "time":
            return reader.read(name, read_minutes)
        return reader.read(name, lambda said: read_number(said, 2 if name.endswith("_minor") else 0))
    return reader.said(name) or None


def _exact(said: str) -> int:
    """Thousandths of a number as programs write it; anything else is read as people write it."""
    found = _PLAIN.fullmatch(said)
    return int(found[1] + (found[2] or "").ljust(3, "0")) if found else read_number(said, 3)


def _iso(said: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise Invalid(CHOOSE) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
