"""The fields that each kind of listing has of its own, with their limits. Offer and need share them: a need is a wish."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing.rules.terms import is_currency
from minga.sharing.rules.words import Kind

SKILLS_MAX = 10
SKILL_LENGTH_MAX = 60
MINUTES_MAX = 100_000

BETWEEN = N_("Between {least} and {most}, please.")
TOO_LONG = N_("That is {n} characters long. Please keep it to {most}.")
MISSING = N_("Please fill this in.")
TOO_MANY_WORDS = N_("At most {most} entries, please.")
VALUE_UNIT = N_("Write the currency as three letters, like EUR.")
PAY_MISSING = N_("Say how much, and in what.")
PAY_FREE = N_("Work for free has no amount.")
REACH_MISSING = N_(
    "In an emergency, say how you can be reached within the hour. Only dispatchers and helpers see it."
)


class PerUnit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    PROJECT = "project"


class Complexity(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"
    EXPERT = "expert"


class Compensation(StrEnum):
    FREE = "free"
    TIME = "time"
    MONEY = "money"
    GOODS = "goods"


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class SkillLevel(StrEnum):
    BEGINNER = "beginner"
    SOME = "some"
    GOOD = "good"
    TEACHES = "teaches"


class StepFree(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Grain(StrEnum):
    HOUR = "hour"
    HALF_DAY = "half_day"
    DAY = "day"
    SLOT = "slot"


CONDITION_WORDS = {1: N_("broken"), 2: N_("poor"), 3: N_("fair"), 4: N_("good"), 5: N_("like new")}
URGENCY_WORDS = {
    Urgency.LOW: N_("not urgent"),
    Urgency.NORMAL: N_("normal"),
    Urgency.URGENT: N_("urgent"),
    Urgency.EMERGENCY: N_("emergency"),
}
OWN_WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    PerUnit: {
        PerUnit.HOUR: N_("by the hour"),
        PerUnit.DAY: N_("by the day"),
        PerUnit.WEEK: N_("by the week"),
        PerUnit.PROJECT: N_("all of it"),
    },
    Complexity: {
        Complexity.EASY: N_("easy"),
        Complexity.MEDIUM: N_("some practice needed"),
        Complexity.HARD: N_("hard"),
        Complexity.EXPERT: N_("for experts"),
    },
    Compensation: {
        Compensation.FREE: N_("for free"),
        Compensation.TIME: N_("for time"),
        Compensation.MONEY: N_("for money"),
        Compensation.GOODS: N_("for goods"),
    },
    Urgency: URGENCY_WORDS,
    SkillLevel: {
        SkillLevel.BEGINNER: N_("beginner"),
        SkillLevel.SOME: N_("some practice"),
        SkillLevel.GOOD: N_("good"),
        SkillLevel.TEACHES: N_("good enough to teach"),
    },
    StepFree: {
        StepFree.YES: N_("without steps"),
        StepFree.NO: N_("with steps"),
        StepFree.UNKNOWN: N_("not known"),
    },
    Grain: {
        Grain.HOUR: N_("by the hour"),
        Grain.HALF_DAY: N_("by the half day"),
        Grain.DAY: N_("by the day"),
        Grain.SLOT: N_("by fixed times"),
    },
}

Fault = Callable[[str, Invalid], None]


@dataclass(frozen=True, kw_only=True)
class Own:
    """What all kinds' own fields have in common: limits as data, and what has to fit together."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {}
    lengths: ClassVar[Mapping[str, int]] = {}
    required: ClassVar[tuple[str, ...]] = ()
    hidden: ClassVar[tuple[str, ...]] = ()
    """Fields that only the owner, dispatchers and those with whom it is agreed may read."""

    def check(self, fault: Fault) -> None:
        """Report every field that does not fit."""
        for name in self.required:
            if getattr(self, name) in (None, "", ()):
                fault(name, Invalid(MISSING))
        for name, (least, most) in self.spans.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                fault(name, Invalid(BETWEEN, least=least, most=most))
        for name, most in self.lengths.items():
            said = getattr(self, name)
            for text in said if isinstance(said, tuple) else (said or "",):
                if len(text) > most:
                    fault(name, Invalid(TOO_LONG, n=len(text), most=most))
            if isinstance(said, tuple) and len(said) > SKILLS_MAX:
                fault(name, Invalid(TOO_MANY_WORDS, most=SKILLS_MAX))
        self.together(fault)

    def together(self, fault: Fault) -> None:
        """Report what does not fit together."""


@dataclass(frozen=True, kw_only=True)
class Item(Own):
    """A thing: "Drill to borrow", "Looking for a cot"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {
        "condition": (1, 5),
        "value_minor": (0, 10**11),
        "weight_g": (1, 10**8),
        "copies": (1, 500),
        "loan_days_max": (1, 365),
    }
    lengths: ClassVar[Mapping[str, int]] = {"size": 100, "value_unit": 3}

    condition: int = 4
    value_minor: int | None = None
    value_unit: str | None = None
    size: str = ""
    weight_g: int | None = None
    copies: int = 1
    loan_days_max: int = 14

    def together(self, fault: Fault) -> None:
        if (self.value_minor is None) != (self.value_unit is None) or (
            self.value_unit is not None and not is_currency(self.value_unit)
        ):
            fault("value_unit", Invalid(VALUE_UNIT))


@dataclass(frozen=True, kw_only=True)
class Service(Own):
    """Something somebody does for others: "I repair bicycles"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {
        "minutes_estimated": (1, MINUTES_MAX),
        "at_once_max": (1, 1_000),
    }
    lengths: ClassVar[Mapping[str, int]] = {"skills_required": SKILL_LENGTH_MAX}

    per: PerUnit = PerUnit.HOUR
    minutes_estimated: int | None = None
    skills_required: tuple[str, ...] = ()
    at_once_max: int = 1


@dataclass(frozen=True, kw_only=True)
class Job(Own):
    """Work with an end: "Paint the hall, 12 h"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {
        "minutes_estimated": (1, MINUTES_MAX),
        "positions": (1, 50),
        "amount_minor": (0, 10**11),
    }
    lengths: ClassVar[Mapping[str, int]] = {
        "skills_needed": SKILL_LENGTH_MAX,
        "deliverable": 1_000,
        "amount_unit": 20,
    }

    complexity: Complexity = Complexity.MEDIUM
    minutes_estimated: int | None = None
    compensation: Compensation = Compensation.FREE
    amount_minor: int | None = None
    amount_unit: str | None = None
    deadline_at: datetime | None = None
    positions: int = 1
    skills_needed: tuple[str, ...] = ()
    deliverable: str = ""

    def together(self, fault: Fault) -> None:
        paid = self.compensation in (Compensation.TIME, Compensation.MONEY)
        if self.compensation is Compensation.FREE and (self.amount_minor, self.amount_unit) != (None, None):
            fault("amount_minor", Invalid(PAY_FREE))
        if paid and (self.amount_minor is None or not self._unit_fits()):
            fault("amount_minor", Invalid(PAY_MISSING))

    def _unit_fits(self) -> bool:
        return (
            self.amount_unit == "minute"
            if self.compensation is Compensation.TIME
            else is_currency(self.amount_unit)
        )


@dataclass(frozen=True, kw_only=True)
class Help(Own):
    """A hand when it is needed: "Groceries this week", "I can drive you"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {
        "minutes_estimated": (1, MINUTES_MAX),
        "people_needed": (1, 50),
    }
    lengths: ClassVar[Mapping[str, int]] = {"reach": 200}
    hidden: ClassVar[tuple[str, ...]] = ("reach",)

    urgency: Urgency = Urgency.NORMAL
    needed_by_at: datetime | None = None
    minutes_estimated: int | None = None
    people_needed: int = 1
    reach: str = ""

    def together(self, fault: Fault) -> None:
        if self.urgency is Urgency.EMERGENCY and not self.reach:
            fault("reach", Invalid(REACH_MISSING))


@dataclass(frozen=True, kw_only=True)
class Skill(Own):
    """Something to learn or to teach: "I teach knitting"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {"places": (1, 200)}
    lengths: ClassVar[Mapping[str, int]] = {"skill": SKILL_LENGTH_MAX, "spoken": 40}
    required: ClassVar[tuple[str, ...]] = ("skill",)

    skill: str = ""
    skill_level: SkillLevel = SkillLevel.SOME
    places: int = 1
    spoken: str = ""


@dataclass(frozen=True, kw_only=True)
class Time(Own):
    """Time itself: "Two hours on Tuesdays"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {
        "minutes_each": (1, 7 * 24 * 60),
        "distance_km_max": (1, 20_000),
    }

    minutes_each: int = 60
    distance_km_max: int | None = None


@dataclass(frozen=True, kw_only=True)
class Space(Own):
    """A room or a place: "Workshop, 12 seats"."""

    spans: ClassVar[Mapping[str, tuple[int, int]]] = {"capacity": (1, 100_000), "area_m2": (1, 10**7)}
    lengths: ClassVar[Mapping[str, int]] = {
        "equipment": SKILL_LENGTH_MAX,
        "house_rules": 2_000,
        "access_note": 1_000,
    }
    hidden: ClassVar[tuple[str, ...]] = ("access_note",)

    capacity: int = 1
    area_m2: int | None = None
    equipment: tuple[str, ...] = ()
    step_free: StepFree = StepFree.UNKNOWN
    grain: Grain = Grain.HOUR
    house_rules: str = ""
    access_note: str = ""


OWN: Mapping[Kind, type[Own]] = {
    Kind.ITEM: Item,
    Kind.SERVICE: Service,
    Kind.JOB: Job,
    Kind.HELP: Help,
    Kind.SKILL: Skill,
    Kind.TIME: Time,
    Kind.SPACE: Space,
}


def kind_of(own: Own) -> Kind:
    """The kind whose fields these are.

    >>> kind_of(Help())
    <Kind.HELP: 'help'>
    """
    return next(kind for kind, known in OWN.items() if type(own) is known)


def own_names(kind: Kind) -> tuple[str, ...]:
    """The names of a kind's own fields.

    >>> own_names(Kind.TIME)
    ('minutes_each', 'distance_km_max')
    """
    return tuple(field.name for field in fields(OWN[kind]))
