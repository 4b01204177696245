"""A ballot in words before it is cast, so that its voter sees what was understood: "you rank: 1 Flour, 2 Rice"."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from minga.governance.rules.forms import N_, Form

WORDS: Mapping[str, str] = {
    "yes": N_("yes"),
    "no": N_("no"),
    "abstain": N_("abstention"),
    "agree": N_("agreement"),
    "reservations": N_("agreement with reservations"),
    "stand_aside": N_("standing aside"),
    "block": N_("block"),
    "consent": N_("consent"),
    "objection": N_("objection"),
    "disagree": N_("disagreement"),
    "pass": N_("no opinion"),
}
BLANK = N_("A blank ballot: it counts as taking part, and for nobody.")
SAYS = N_("Your answer: {word}.")
CHOOSES = N_("You vote for {title}.")
MARKS = N_("You mark {many}: {titles}.")
MARKS_NONE = N_("You mark nothing.")
COSTS = N_("Cost {spent} of {most}.")
RANKS = N_("You rank: {ranks}.")
GIVES = N_("You give: {given}.")
CREDITS = N_("Cost {spent} of {most} credits.")
SUM = N_("Sum {spent} of {most} points.")


class Said(NamedTuple):
    """An English sentence and its facts; `words` among the facts are to be translated too."""

    text: str
    facts: Mapping[str, Any]
    words: tuple[str, ...] = ()


def preview(ballot: Any, form: Form) -> list[Said]:
    """What a ballot from `voting.read_ballot` says, in one or two sentences.

    >>> [one.text.format_map(one.facts) for one in preview([[1], [2]], Form("irv", "ranks", 2, ("Flour", "Rice")))]
    ['You rank: 1 Flour, 2 Rice.']
    >>> [one.text.format_map(one.facts) for one in preview({"1": 7, "2": -6}, Form("quadratic", "votes", 2))]
    ['You give: 1: 7, 2: -6.', 'Cost 85 of 100 credits.']
    """
    if ballot is None:
        return [Said(BLANK, {})]
    match form.shape:
        case "word":
            return [Said(SAYS, {"word": WORDS[ballot]}, ("word",))]
        case "number":
            return [Said(CHOOSES, {"title": form.title(ballot)})]
        case "marks":
            return _marks(ballot, form)
        case "ranks":
            return [Said(RANKS, {"ranks": _ranks(ballot, form)})]
        case "statements":
            return [
                Said(N_("{title}: {word}."), {"title": form.title(int(name)), "word": WORDS[word]}, ("word",))
                for name, word in ballot.items()
            ]
    given = ", ".join(f"{form.title(int(name))}: {value}" for name, value in ballot.items()) or "0"
    found = [Said(GIVES, {"given": given})]
    if form.shape == "votes":
        spent = sum(value * value for value in ballot.values())
        found.append(Said(CREDITS, {"spent": spent, "most": form.credits}))
    if form.shape == "points":
        found.append(Said(SUM, {"spent": sum(ballot.values()), "most": form.points}))
    return found


def _marks(ballot: list[int], form: Form) -> list[Said]:
    titles = ", ".join(form.title(option) for option in ballot)
    found = [Said(MARKS, {"many": len(ballot), "titles": titles}) if ballot else Said(MARKS_NONE, {})]
    if form.sum_cost_max is not None and form.costs:
        spent = sum(form.costs[option - 1] for option in ballot)
        found.append(Said(COSTS, {"spent": spent, "most": form.sum_cost_max}))
    return found


def _ranks(ballot: list[list[int]], form: Form) -> str:
    return ", ".join(
        f"{number} " + " = ".join(form.title(option) for option in rank)
        for number, rank in enumerate(ballot, start=1)
    )
