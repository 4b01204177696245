"""What a member says in a listing, checked as a whole so that all faults are told at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_
from minga.sharing.rules.kinds import REACH_MISSING, Help, Own, Urgency, kind_of
from minga.sharing.rules.narrowing import NOT_NARROWED, Narrowing
from minga.sharing.rules.places import Where, where_fault
from minga.sharing.rules.terms import Term, terms_fault
from minga.sharing.rules.words import Answers, Direction, Level, NameShown

TITLE_MAX = 200
IMPORTED_TITLE_MAX = 255
DESCRIPTION_MAX = 10_000
PLACE_MAX = 120
QUANTITY_MILLI_MAX = 10**15 - 1
DAYS_MAX = 730
NAMED_MAX = 50

SOME_WRONG = N_("Some fields do not fit. Please look at them once more; what you typed is kept.")
MISSING = N_("Please fill this in.")
TOO_LONG = N_("That is {n} characters long. Please keep it to {most}.")
BAD_WINDOW = N_("The end is before the beginning.")
BAD_QUANTITY = N_("Please write a quantity between 0.001 and 999,999,999,999.")
NEEDS_UNIT = N_("Say what is counted: pieces, kilograms, places.")
TOO_FAR = N_("Choose a day within two years.")
PAST = N_("That day has passed.")
COLLECT_MISSING = N_("Say until when you collect asks.")
NEEDS_LANGUAGE = N_("Write the language as a tag like en or es.")
TOO_MANY_NAMED = N_("Choose at most {most} people.")


class Measure(StrEnum):
    """What a quantity counts."""

    PIECE = "piece"
    KG = "kg"
    L = "l"
    M = "m"
    PORTION = "portion"
    BOX = "box"
    PLACE = "place"
    HOUR = "hour"


MEASURE_WORDS = {
    Measure.PIECE: N_("pieces"),
    Measure.KG: N_("kg"),
    Measure.L: N_("l"),
    Measure.M: N_("m"),
    Measure.PORTION: N_("portions"),
    Measure.BOX: N_("boxes"),
    Measure.PLACE: N_("places"),
    Measure.HOUR: N_("hours"),
}
ONE_WORDS = {
    Measure.PIECE: N_("piece"),
    Measure.PORTION: N_("portion"),
    Measure.BOX: N_("box"),
    Measure.PLACE: N_("place"),
    Measure.HOUR: N_("hour"),
}


def measure_word(unit: Measure, milli: int) -> str:
    """What is counted, as one says it of so many thousandths.

    >>> [measure_word(Measure.BOX, milli) for milli in (0, 500, 1000, 2000)], measure_word(Measure.KG, 1000)
    (['boxes', 'boxes', 'box', 'boxes'], 'kg')
    """
    return ONE_WORDS.get(unit, MEASURE_WORDS[unit]) if milli == 1000 else MEASURE_WORDS[unit]


@dataclass(frozen=True, kw_only=True)
class Content:
    """All that a member fills in. `quantity_milli` counts thousandths; `level` and `expires_on` None mean the usual."""

    title: str
    own: Own
    terms: tuple[Term, ...]
    description: str = ""
    language: str = ""
    category: str = ""
    quantity_milli: int | None = None
    quantity_unit: Measure | None = None
    level: Level | None = None
    named: tuple[str, ...] = ()
    place: str = ""
    available_from_on: date | None = None
    available_until_on: date | None = None
    answers: Answers = Answers.OWNER
    collect_until: datetime | None = None
    name_shown: NameShown = NameShown.EVERYBODY
    where: Where | None = None
    extra: tuple[tuple[str, str], ...] = ()
    expires_on: date | None = None
    narrowing: Narrowing = NOT_NARROWED
    contact_kept: bool = False
    """Its owner wants a number in the text although others read it."""
    reach_known: bool = False
    """How to reach them is kept with the case, for dispatchers only."""


@dataclass
class Faults:
    """The faults of a form by field, gathered so that nobody has to send it five times."""

    by_field: dict[str, str | Refused] = field(default_factory=dict)

    def add(self, name: str, refusal: Refused) -> None:
        self.by_field.setdefault(name, refusal)

    def raise_if_any(self) -> None:
        if self.by_field:
            raise Invalid(SOME_WRONG, fields=self.by_field)


def check(content: Content, direction: Direction, *, at: datetime, imported: bool = False) -> None:
    """Raise Invalid with every field that does not fit."""
    faults = Faults()
    _check_texts(content, faults, IMPORTED_TITLE_MAX if imported else TITLE_MAX)
    _check_quantity(content, faults)
    _check_dates(content, faults, at)
    if len(content.named) > NAMED_MAX:
        faults.add("named", Invalid(TOO_MANY_NAMED, most=NAMED_MAX))
    if content.where is not None and (said := where_fault(content.where)):
        faults.add("point", Invalid(said))
    if wrong := terms_fault(content.terms, kind_of(content.own)):
        faults.add("terms", wrong)
    content.own.check(faults.add)
    reachable = content.reach_known or bool(getattr(content.own, "reach", ""))
    if direction is Direction.NEED and is_emergency(content.own) and not reachable:
        faults.add("reach", Invalid(REACH_MISSING))
    faults.raise_if_any()


def is_emergency(own: Own) -> bool:
    """Whether help is needed within the hour.

    >>> is_emergency(Help(urgency=Urgency.EMERGENCY)), is_emergency(Help())
    (True, False)
    """
    return isinstance(own, Help) and own.urgency is Urgency.EMERGENCY


def _check_texts(content: Content, faults: Faults, title_max: int) -> None:
    if not content.title:
        faults.add("title", Invalid(MISSING))
    limits = {"title": title_max, "description": DESCRIPTION_MAX, "place": PLACE_MAX}
    for name, most in limits.items():
        length = len(getattr(content, name))
        if length > most:
            faults.add(name, Invalid(TOO_LONG, n=length, most=most))
    if len(content.language) > 12:
        faults.add("language", Invalid(NEEDS_LANGUAGE))


def _check_quantity(content: Content, faults: Faults) -> None:
    if content.quantity_milli is None:
        return
    if not 1 <= content.quantity_milli <= QUANTITY_MILLI_MAX:
        faults.add("quantity", Invalid(BAD_QUANTITY))
    if content.quantity_unit is None:
        faults.add("quantity_unit", Invalid(NEEDS_UNIT))


def _check_dates(content: Content, faults: Faults, at: datetime) -> None:
    today = at.date()
    start, end, ends = content.available_from_on, content.available_until_on, content.expires_on
    if start and end and end < start:
        faults.add("available_until_on", Invalid(BAD_WINDOW))
    if ends is not None and ends < today:
        faults.add("expires_on", Invalid(PAST))
    if ends is not None and ends > today + timedelta(days=DAYS_MAX):
        faults.add("expires_on", Invalid(TOO_FAR))
    collect = content.collect_until
    if content.answers in (Answers.COLLECT, Answers.LOT) and collect is None:
        faults.add("collect_until", Invalid(COLLECT_MISSING))
    if collect is not None and not at < collect <= at + timedelta(days=DAYS_MAX):
        faults.add("collect_until", Invalid(PAST if collect <= at else TOO_FAR))


def plain_own(own: Own) -> dict[str, Any]:
    """A kind's own fields as columns: lists instead of tuples.

    >>> plain_own(Help())["people_needed"]
    1
    """
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(own).items()}


def own_from(kind_class: type[Own], plain: Mapping[str, Any]) -> Own:
    """The own fields from columns that `plain_own` made.

    >>> own_from(Help, plain_own(Help(people_needed=3))).people_needed
    3
    """
    return kind_class(**{name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()})
