"""What a ballot of each method looks like: the form, fixed by the poll's config, that it has to fit; and refusals in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OPTIONS_MAX, PROJECTS_MAX = 200, 1_000
REASON_MAX = 2_000
CREDITS, POINTS = 100, 100

MOTION_WORDS: Mapping[str, tuple[str, ...]] = {
    "majority": ("yes", "no", "abstain"),
    "consensus": ("agree", "reservations", "stand_aside", "block", "abstain"),
    "consent": ("consent", "objection"),
}
WITH_REASON: Mapping[str, str] = {"consensus": "block", "consent": "objection"}
"""The answer of a method that nobody gives without saying why."""
STATEMENT_WORDS = ("agree", "disagree", "pass")
BUDGET = "budget"

_SHAPES: Mapping[str, str] = {
    **dict.fromkeys(MOTION_WORDS, "word"),
    "plurality": "number",
    **dict.fromkeys(("approval", "seq_phragmen", "equal_shares_committee", "seq_pav"), "marks"),
    **dict.fromkeys(("score", "star", "judgment", "resistance"), "scores"),
    **dict.fromkeys(("irv", "stv_scottish", "stv_meek", "schulze"), "ranks"),
    "quadratic": "votes",
    "points": "points",
    "statements": "statements",
}
_BUDGET_SHAPES = {"approval": "marks", "points": "points", "ordinal": "ranks"}
FORM_PARAMETERS = frozenset(
    {"marks_min", "marks_max", "max_sum_cost", "max_ranks", "credits", "points", "per_option_max", "ballots"}
)
"""What only the form of a ballot reads; everything else among a poll's parameters is for counting."""


def N_(text: str) -> str:
    """Mark a sentence for the catalogues; rules run where no catalogue is."""
    return text


class BallotRefused(ValueError):
    """A ballot that does not fit its poll's form: a name, and an English sentence with {named} facts."""

    def __init__(self, code: str, text: str, option: int | None = None, /, **facts: Any) -> None:
        self.code, self.text, self.option, self.facts = code, text, option, facts
        super().__init__(f"{code}: {text.format_map(facts) if facts else text}")


class NoForm(ValueError):
    """A config from which no form of ballots can be read."""


@dataclass(frozen=True)
class Form:
    """What a ballot has to fit. `options` counts them; names and costs are by number − 1."""

    method: str
    shape: str
    options: int
    titles: tuple[str, ...] = ()
    costs: tuple[int, ...] = ()
    top: int = 5
    shared: bool = False
    marks_min: int = 0
    marks_max: int = PROJECTS_MAX
    sum_cost_max: int | None = None
    ranks_max: int = OPTIONS_MAX
    credits: int = CREDITS
    points: int = POINTS
    each_max: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The answers of a motion or about a statement."""
        return STATEMENT_WORDS if self.shape == "statements" else MOTION_WORDS.get(self.method, ())

    @property
    def packed_max(self) -> int:
        """How many bytes a packed ballot has at most; sealed ballots are made this long, so that length tells nothing."""
        return {
            "word": 1,
            "number": 1,
            "marks": (self.options + 7) // 8,
            "ranks": 2 * self.options + 1 if self.shared else self.options,
            "votes": 2 * self.options,
            "points": 2 * self.options,
        }.get(self.shape, self.options)

    def title(self, option: int) -> str:
        """What an option is called; its number when it has no name.

        >>> Form("irv", "ranks", 2, ("Flour", "Rice")).title(2), Form("irv", "ranks", 2).title(2)
        ('Rice', '2')
        """
        return self.titles[option - 1] if option <= len(self.titles) else str(option)


def shape_of(method: str, parameters: Mapping[str, Any]) -> str:
    """How ballots of a method look: `word`, `number`, `marks`, `scores`, `ranks`, `votes`, `points`, `statements`."""
    shape = (
        _BUDGET_SHAPES.get(str(parameters.get("ballots", "approval")))
        if method == BUDGET
        else _SHAPES.get(method)
    )
    if shape is None:
        raise NoForm(f"there is no form of ballots for {method}")
    return shape


def form_of(config: Mapping[str, Any]) -> Form:
    """The form that a poll's frozen config prescribes.

    >>> form_of({"method": "irv", "options": [{"number": 1, "title": "Flour"}, {"number": 2, "title": "Rice"}]}).titles
    ('Flour', 'Rice')
    """
    method, parameters = str(config["method"]), config.get("parameters") or {}
    options: Sequence[Mapping[str, Any]] = config.get("options") or ()
    shape = shape_of(method, parameters)
    costs = tuple(int(one["cost"]) for one in options if one.get("cost") is not None)
    form = Form(
        method,
        shape,
        len(options),
        tuple(str(one.get("title") or one["number"]) for one in options),
        costs if len(costs) == len(options) else (),
        top=int(parameters.get("top", 10 if method == "resistance" else 5)),
        shared=method == "schulze",
        marks_min=int(parameters.get("marks_min", 0)),
        marks_max=int(parameters.get("marks_max", PROJECTS_MAX)),
        sum_cost_max=parameters.get("max_sum_cost"),
        ranks_max=int(parameters.get("max_ranks", OPTIONS_MAX)),
        credits=int(parameters.get("credits", CREDITS)),
        points=int(parameters.get("points", POINTS)),
        each_max=parameters.get("per_option_max"),
    )
    most = PROJECTS_MAX if method == BUDGET and shape != "ranks" else OPTIONS_MAX
    if form.options > most or not 0 < form.top < 255 or not 0 < form.points <= 65_535:
        raise NoForm(f"at most {most} options, scores up to 254, points up to 65,535")
    return form
