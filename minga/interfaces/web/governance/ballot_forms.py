"""What a ballot looks like as a form, what was typed into it, and back: from the method and options of a poll alone.

Whether a ballot is valid is said by the rules of ballots; here only what cannot be read as one is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minga.governance.rules.counting import MARKED, RANKED, SCORED
from minga.interfaces.http import Form
from minga.kit.errors import Invalid
from minga.kit.i18n import N_

Typed = Mapping[str, list[str]]
Words = tuple[str, str, str]

MOTIONS: Mapping[str, tuple[Words, ...]] = {
    "majority": (
        ("yes", N_("Yes"), ""),
        ("no", N_("No"), ""),
        ("abstain", N_("I abstain"), N_("You take part, for and against neither.")),
    ),
    "consensus": (
        ("agree", N_("I agree"), ""),
        ("reservations", N_("I agree with reservations"), N_("I can carry it, and say what troubles me.")),
        ("stand_aside", N_("I stand aside"), N_("I do not carry it, and do not stop it.")),
        ("block", N_("I block"), N_("It must not happen. This needs your reason.")),
        ("abstain", N_("I abstain"), N_("You take part, for and against neither.")),
    ),
    "consent": (
        ("consent", N_("I consent"), N_("I see no reason against it.")),
        ("objection", N_("I object"), N_("I see harm. This needs your argument.")),
    ),
}
GRADES = (
    N_("To reject"),
    N_("Poor"),
    N_("Passable"),
    N_("Good"),
    N_("Very good"),
    N_("Excellent"),
)
RESISTANCE = {"0": N_("none"), "10": N_("unbearable")}
TOPS = {"resistance": 10}
ANSWER_MISSING = N_("Choose an answer, or say that you leave the ballot empty.")
NOT_AN_INTEGER = N_("Write a whole number, or nothing.")
NUMBERS_MAX = 6


@dataclass(frozen=True)
class Option:
    """One thing to choose, by its number; `cost` in the smallest unit where things cost."""

    number: int
    title: str
    cost: int | None = None


@dataclass(frozen=True)
class BallotForm:
    """The form of a poll's ballots. `kind` is motion, one, marks, scores, ranks or numbers."""

    kind: str
    method: str
    options: tuple[Option, ...]
    answers: tuple[Words, ...] = ()
    scale: tuple[tuple[str, str], ...] = ()
    places: int = 0
    shared: bool = False
    marks: tuple[int, int | None] = (0, None)
    cost_max: int | None = None
    credits: int | None = None
    each_max: int | None = None

    @property
    def field(self) -> str:
        """The first field, where what is missing is said."""
        if self.kind in ("motion", "one"):
            return "answer"
        if self.kind == "marks":
            return "mark"
        return f"{FIELDS[self.kind]}-{self.options[0].number}"

    def title(self, number: int) -> str:
        return next((one.title for one in self.options if one.number == number), str(number))


FIELDS = {"scores": "score", "ranks": "rank", "numbers": "give"}


def kind_of(method: str, parameters: Mapping[str, Any]) -> str:
    """Which form a method takes; budgets by the kind of ballot that was set.

    >>> kind_of("irv", {}), kind_of("equal_shares", {}), kind_of("greedy_skip", {"ballot": "points"})
    ('ranks', 'marks', 'numbers')
    """
    if method in MOTIONS:
        return "motion"
    if method == "plurality":
        return "one"
    if method in RANKED:
        return "ranks"
    if method in SCORED:
        return "scores"
    if method in ("quadratic", "points"):
        return "numbers"
    if method in MARKED:
        return "marks"
    return {"ordinal": "ranks", "points": "numbers"}.get(str(parameters.get("ballot", "")), "marks")


def ballot_form(config: Mapping[str, Any]) -> BallotForm:
    """The form that a poll's frozen config asks for."""
    method, parameters = str(config["method"]), config.get("parameters") or {}
    options = tuple(Option(one["number"], one["title"], one.get("cost")) for one in config.get("options", ()))
    kind = kind_of(method, parameters)
    if kind == "motion":
        return BallotForm(kind, method, options, answers=MOTIONS[method])
    if kind == "scores":
        return BallotForm(kind, method, options, scale=_scale(method, parameters))
    if kind == "ranks":
        places = min(len(options), parameters.get("max_ranks") or len(options))
        return BallotForm(kind, method, options, places=places, shared=method == "schulze")
    if kind == "numbers":
        given = parameters.get("credits", 100) if method == "quadratic" else parameters.get("points", 10)
        most = parameters.get("per_option_max")
        return BallotForm(kind, method, options, credits=given, each_max=most)
    marks = (parameters.get("marks_min") or 0, parameters.get("marks_max"))
    return BallotForm(kind, method, options, marks=marks, cost_max=parameters.get("max_sum_cost"))


def _scale(method: str, parameters: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    top = parameters.get("top") or TOPS.get(method, 5)
    if method == "judgment" and top == len(GRADES) - 1:
        return tuple((str(grade), words) for grade, words in enumerate(GRADES))
    return tuple((str(grade), "") for grade in range(top + 1))


def read_ballot(shape: BallotForm, form: Form) -> Any:
    """The ballot that was typed, in its JSON form; None for one that is left empty on purpose."""
    if form.has("blank"):
        return None
    found = _READ[shape.kind](shape, form)
    if found in ("", [], {}):
        raise Invalid(ANSWER_MISSING, code="answer_missing", fields={shape.field: ANSWER_MISSING})
    return found


def _motion(shape: BallotForm, form: Form) -> str:
    return form.get("answer")


def _one(shape: BallotForm, form: Form) -> int | str:
    typed = form.get("answer")
    return _whole(typed, "answer") if typed else ""


def _marks(shape: BallotForm, form: Form) -> list[int]:
    return sorted(_whole(one, "mark") for one in form.all("mark"))


def _numbered(shape: BallotForm, form: Form) -> dict[int, int]:
    """The whole numbers that stand at options; all that cannot be read is named at once."""
    found, wrong = dict[int, int](), dict[str, str]()
    for option in shape.options:
        name = f"{FIELDS[shape.kind]}-{option.number}"
        if typed := form.get(name):
            try:
                found[option.number] = _whole(typed, name)
            except Invalid:
                wrong[name] = NOT_AN_INTEGER
    if wrong:
        raise Invalid(NOT_AN_INTEGER, code="not_an_integer", fields=wrong)
    return found


def _scores(shape: BallotForm, form: Form) -> dict[str, int]:
    return {str(option): value for option, value in _numbered(shape, form).items()}


def _numbers(shape: BallotForm, form: Form) -> dict[str, int]:
    return {str(option): value for option, value in _numbered(shape, form).items() if value}


def _ranks(shape: BallotForm, form: Form) -> list[list[int]]:
    """Places as they were chosen; a place that nobody has is passed over: first and third are two ranks."""
    given = _numbered(shape, form)
    return [
        sorted(option for option, at in given.items() if at == place) for place in sorted({*given.values()})
    ]


_READ = {
    "motion": _motion,
    "one": _one,
    "marks": _marks,
    "scores": _scores,
    "ranks": _ranks,
    "numbers": _numbers,
}


def _whole(typed: str, field: str) -> int:
    """Digits with a sign and nothing else: `1e3` and `5.0` are no numbers of votes."""
    sign, digits = ("-", typed[1:]) if typed[:1] in ("-", "−") else ("", typed)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > NUMBERS_MAX:
        raise Invalid(NOT_AN_INTEGER, code="not_an_integer", fields={field: NOT_AN_INTEGER})
    return int(sign + digits)


def typed_of(shape: BallotForm, ballot: Any, reason: str = "") -> Typed:
    """A ballot as the fields of its form: what somebody who changes their vote finds filled in."""
    found: dict[str, list[str]] = {"reason": [reason]}
    if ballot is None:
        return {**found, "blank": ["1"]}
    match shape.kind:
        case "motion" | "one":
            return {**found, "answer": [str(ballot)]}
        case "marks":
            return {**found, "mark": [str(one) for one in ballot]}
        case "ranks":
            places = enumerate(ballot, 1)
            return {**found, **{f"rank-{one}": [str(place)] for place, rank in places for one in rank}}
    return {**found, **{f"{FIELDS[shape.kind]}-{one}": [str(value)] for one, value in ballot.items()}}


def typed_in(form: Form) -> Typed:
    """What was typed, to be shown again."""
    found: dict[str, list[str]] = {}
    for name, value in form.kept():
        found.setdefault(name, []).append(value)
    return found


def at_fields(shape: BallotForm, options: tuple[int, ...]) -> list[str]:
    """The fields of some options, for what the rules say about them."""
    if shape.kind not in FIELDS:
        return [shape.field]
    return [f"{FIELDS[shape.kind]}-{one}" for one in options] or [shape.field]


def running_sum(shape: BallotForm, ballot: Any) -> tuple[int, int] | None:
    """What the ballot uses of what there is to give, for methods that have such a sum."""
    if not ballot:
        return None
    if shape.kind == "numbers" and shape.credits is not None:
        squared = shape.method == "quadratic"
        return sum(value * value if squared else value for value in ballot.values()), shape.credits
    if shape.kind == "marks" and shape.cost_max is not None:
        return sum(one.cost or 0 for one in shape.options if one.number in ballot), shape.cost_max
    return None
