"""What a ballot looks like as a form, what was typed into it, and back: from the method and options of a poll alone.

Whether a ballot is valid is said by the rules of ballots; here only what cannot be read as one is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minga.governance.rules import forms
from minga.governance.rules.forms import form_of
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
    rules: forms.Form
    answers: tuple[Words, ...] = ()
    scale: tuple[tuple[str, str], ...] = ()
    places: int = 0
    marks: tuple[int, int | None] = (0, None)
    credits: int = 0

    @property
    def field(self) -> str:
        """The first field, where what is missing is said."""
        if self.kind in ("motion", "one"):
            return "answer"
        if self.kind == "marks":
            return "mark"
        return f"{FIELDS[self.kind]}-{self.options[0].number}"

    @property
    def cost_max(self) -> int | None:
        """The most that what is marked may cost together."""
        return self.rules.sum_cost_max

    @property
    def each_max(self) -> int | None:
        return self.rules.each_max


FIELDS = {"scores": "score", "ranks": "rank", "numbers": "give"}


KINDS = {
    "word": "motion",
    "number": "one",
    "marks": "marks",
    "scores": "scores",
    "ranks": "ranks",
    "votes": "numbers",
    "points": "numbers",
}


def ballot_form(config: Mapping[str, Any]) -> BallotForm:
    """The form that a poll's frozen config asks for."""
    rules = form_of(config)
    kind, method, parameters = KINDS[rules.shape], rules.method, config.get("parameters") or {}
    options = tuple(
        Option(one["number"], one["title"], one.get("cost")) for one in config.get("options") or ()
    )
    return BallotForm(
        kind,
        method,
        options,
        rules,
        answers=MOTIONS.get(method, ()),
        scale=_scale(method, rules.top) if kind == "scores" else (),
        places=min(len(options), rules.ranks_max),
        marks=(rules.marks_min, parameters.get("marks_max")),
        credits=rules.points if rules.shape == "points" else rules.credits,
    )


def _scale(method: str, top: int) -> tuple[tuple[str, str], ...]:
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


def running_sum(shape: BallotForm, ballot: Any) -> tuple[int, int] | None:
    """What the ballot uses of what there is to give, for methods that have such a sum."""
    if not ballot:
        return None
    if shape.kind == "numbers":
        squared = shape.method == "quadratic"
        return sum(value * value if squared else value for value in ballot.values()), shape.credits
    if shape.kind == "marks" and shape.cost_max is not None:
        return sum(one.cost or 0 for one in shape.options if one.number in ballot), shape.cost_max
    return None


LINE_WRONG = N_("Line {n} cannot be read: {line}")


def read_lines(shape: BallotForm, text: str) -> list[Any]:
    """Ballot papers as somebody types them at a desk, one to a line; `0` is one that was left empty.

    Motions and single choices: the number of the answer. Marks: numbers. Ranks: numbers in order, `=` between equal ones.
    Scores and points: one number for each option, `-` for none.
    """
    found = []
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_read_line(shape, line.strip()))
        except (ValueError, IndexError, Invalid):
            shown = line.strip()[:40]
            fault = Invalid(LINE_WRONG, n=n, line=shown)
            raise Invalid(LINE_WRONG, code="format_line", fields={"papers": fault}, n=n, line=shown) from None
    return found


def _read_line(shape: BallotForm, line: str) -> Any:
    words = line.replace(",", " ").replace(">", " ").split()
    if words == ["0"]:
        return None
    match shape.kind:
        case "motion":
            (word,) = words
            answers = [one[0] for one in shape.answers]
            number = _whole(word, "papers")
            return answers[number - 1] if 1 <= number <= len(answers) else _unknown()
        case "one":
            (word,) = words
            return _whole(word, "papers")
        case "marks":
            return sorted(_whole(word, "papers") for word in words)
        case "ranks":
            return [[_whole(one, "papers") for one in word.split("=")] for word in words]
    if len(words) != len(shape.options):
        _unknown()
    values = zip(shape.options, words, strict=True)
    return {str(one.number): _whole(word, "papers") for one, word in values if word not in ("-", "–")}


def _unknown() -> Any:
    raise ValueError("no such answer")
