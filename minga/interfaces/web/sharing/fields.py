"""The fields of each kind as the form asks for them, and the fourteen first choices with an example each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from minga.kit.i18n import N_
from minga.sharing.rules import CONDITION_WORDS, OWN_WORDS, Direction, Kind
from minga.sharing.rules.kinds import Compensation, Complexity, Grain, PerUnit, SkillLevel, StepFree, Urgency


@dataclass(frozen=True)
class Field:
    """One field of a kind: its label, how it is typed, a hint; `main` ones stand before "More"."""

    name: str
    label: str
    widget: str = "text"
    hint: str = ""
    main: bool = False
    words: type[StrEnum] | None = None

    @property
    def options(self) -> list[tuple[str, str]]:
        """Values and words of a choice."""
        if self.words is None:
            return [(str(value), word) for value, word in sorted(CONDITION_WORDS.items(), reverse=True)]
        return [(value.value, word) for value, word in OWN_WORDS[self.words].items()]


_MINUTES = N_("How long it takes")
_SKILLS = N_("Separate several by commas.")

FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.ITEM: (
        Field("condition", N_("Condition"), "choice", main=True),
        Field("loan_days_max", N_("Days at most, when lent"), "number", N_("14 unless you say otherwise.")),
        Field("copies", N_("How many of the same"), "number"),
        Field("size", N_("Size"), hint=N_("As you would measure it: 60 × 120 cm, shoe size 38.")),
        Field("weight_g", N_("Weight in grams"), "number"),
        Field(
            "value_minor",
            N_("What it is worth"),
            "money",
            N_("Only if you want to say it, for example 40,00."),
        ),
    ),
    Kind.SERVICE: (
        Field("per", N_("Counted"), "choice", main=True, words=PerUnit),
        Field("minutes_estimated", _MINUTES, "minutes", main=True),
        Field("skills_required", N_("Skills it takes"), "words", _SKILLS),
        Field("at_once_max", N_("How many people at the same time"), "number"),
    ),
    Kind.JOB: (
        Field("compensation", N_("What for"), "choice", main=True, words=Compensation),
        Field("amount_minor", N_("How much"), "text", N_("Time like 1:30, money like 12,50."), main=True),
        Field("minutes_estimated", _MINUTES, "minutes", main=True),
        Field("deadline_at", N_("Done by"), "moment", main=True),
        Field("complexity", N_("How hard it is"), "choice", words=Complexity),
        Field("positions", N_("How many people"), "number"),
        Field("skills_needed", N_("Skills it takes"), "words", _SKILLS),
        Field("deliverable", N_("What there is in the end"), "area"),
    ),
    Kind.HELP: (
        Field("urgency", N_("How urgent"), "choice", main=True, words=Urgency),
        Field("needed_by_at", N_("By when"), "moment", main=True),
        Field("people_needed", N_("How many people"), "number", main=True),
        Field("minutes_estimated", _MINUTES, "minutes"),
        Field(
            "reach",
            N_("How to reach you"),
            hint=N_("Only dispatchers and those who help see it. An emergency needs it."),
        ),
    ),
    Kind.SKILL: (
        Field("skill", N_("Which skill"), hint=N_("For example knitting, welding, Arabic."), main=True),
        Field("skill_level", N_("How well"), "choice", main=True, words=SkillLevel),
        Field("places", N_("How many people at a time"), "number", main=True),
        Field("spoken", N_("Spoken language")),
    ),
    Kind.TIME: (
        Field("minutes_each", N_("How long each time"), "minutes", main=True),
        Field("distance_km_max", N_("How far away at most, in km"), "number"),
    ),
    Kind.SPACE: (
        Field("capacity", N_("For how many people"), "number", main=True),
        Field("grain", N_("Booked"), "choice", main=True, words=Grain),
        Field("step_free", N_("Way in"), "choice", main=True, words=StepFree),
        Field("area_m2", N_("Square metres"), "number"),
        Field(
            "equipment",
            N_("What is there"),
            "words",
            N_("Separate several by commas, for example: projector, kitchen."),
        ),
        Field("house_rules", N_("Rules of the house"), "area"),
        Field("access_note", N_("How to get in"), "area", N_("Only those with whom it is agreed see it.")),
    ),
}

EXAMPLES: Mapping[tuple[Direction, Kind], tuple[str, str]] = {
    (Direction.OFFER, Kind.ITEM): (N_("A thing"), N_("Drill to borrow, squash to give away")),
    (Direction.OFFER, Kind.SERVICE): (N_("A service"), N_("I repair bicycles")),
    (Direction.OFFER, Kind.JOB): (N_("Work to do"), N_("Paint the hall, 12 hours")),
    (Direction.OFFER, Kind.HELP): (N_("A hand"), N_("I can drive you")),
    (Direction.OFFER, Kind.SKILL): (N_("Something to learn"), N_("I teach knitting")),
    (Direction.OFFER, Kind.TIME): (N_("Time"), N_("Two hours on Tuesdays")),
    (Direction.OFFER, Kind.SPACE): (N_("A room or place"), N_("Workshop with 12 seats")),
    (Direction.NEED, Kind.ITEM): (N_("A thing"), N_("Looking for a cot")),
    (Direction.NEED, Kind.SERVICE): (N_("A service"), N_("Somebody to check our heating")),
    (Direction.NEED, Kind.JOB): (N_("Paid work"), N_("I look for work in the garden")),
    (Direction.NEED, Kind.HELP): (N_("A hand"), N_("Groceries this week")),
    (Direction.NEED, Kind.SKILL): (N_("To learn something"), N_("I want to learn welding")),
    (Direction.NEED, Kind.TIME): (N_("Time"), N_("Two pairs of hands on Saturday")),
    (Direction.NEED, Kind.SPACE): (N_("A room or place"), N_("Room for 20 on Friday")),
}
ICONS: Mapping[Kind, str] = {
    Kind.ITEM: "item",
    Kind.SERVICE: "repair",
    Kind.JOB: "job",
    Kind.HELP: "need",
    Kind.SKILL: "skill",
    Kind.TIME: "time",
    Kind.SPACE: "space",
}
