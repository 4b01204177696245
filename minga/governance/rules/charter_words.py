"""A rule of deciding in words: short sentences that everybody who is asked to vote can follow. Pure."""

from collections.abc import Mapping
from typing import Any

from minga.kit.i18n import N_

Sentence = tuple[str, dict[str, Any]]
"""A sentence with {named} places, and what belongs there."""

KIND_WORDS = {
    "policy": N_("What we do and do not do"),
    "resource": N_("What we have and share"),
    "budget": N_("Money"),
    "governance": N_("How we decide"),
    "membership": N_("Who joins"),
    "removal": N_("Ending somebody's membership"),
    "election": N_("Elections"),
    "advice": N_("Asking for advice"),
}
METHOD_WORDS = {
    "majority": N_("Votes for and against are counted."),
    "consensus": N_(
        "Everybody says whether they agree, have reservations, stand aside or block. Agreeing and reservations count as yes, the others as no."
    ),
    "consent": N_("It holds unless a reasoned objection stands in its way."),
    "plurality": N_("Who is chosen most often wins."),
    "approval": N_("Everybody marks all they approve of. Most marks win."),
    "score": N_("Everybody gives points. The highest sum wins."),
    "star": N_(
        "Everybody gives points; of the two with the highest sums the one wins that more people prefer."
    ),
    "judgment": N_("Everybody gives a grade. The best middle grade wins."),
    "resistance": N_("Everybody says how much they mind. What is minded least wins."),
    "irv": N_("Everybody ranks; the last is left out again and again until one has more than half."),
    "stv_scottish": N_(
        "Everybody ranks; seats are shared out in proportion, what a winner has too much goes on."
    ),
    "stv_meek": N_("Everybody ranks; seats are shared out in proportion, by the method of Meek."),
    "schulze": N_("Everybody ranks; the one wins that beats each other one, by the method of Schulze."),
    "points": N_("Everybody shares out the same number of points."),
    "quadratic": N_("Everybody shares out credits; each further vote for the same thing costs more."),
    "seq_phragmen": N_("Everybody marks all they approve of; seats are shared out in proportion."),
    "equal_shares_committee": N_("Everybody marks all they approve of; seats are shared out in proportion."),
    "seq_pav": N_("Everybody marks all they approve of; seats are shared out in proportion."),
    "budget": N_("Everybody chooses projects; the money is shared out among them."),
    "advice": N_("Nothing is counted. Who decides asks those concerned first, and answers each."),
}
_AT_LEAST = {
    "yes_no": N_("At least {num} of every {den} who say yes or no have to say yes."),
    "cast": N_("At least {num} of every {den} ballots have to say yes, blank ones included."),
    "present": N_("At least {num} of every {den} who are there have to say yes."),
    "roll": N_("At least {num} of every {den} who may vote have to say yes."),
}
_MORE_THAN = {
    "yes_no": N_("More than {num} of every {den} who say yes or no have to say yes."),
    "cast": N_("More than {num} of every {den} ballots have to say yes, blank ones included."),
    "present": N_("More than {num} of every {den} who are there have to say yes."),
    "roll": N_("More than {num} of every {den} who may vote have to say yes."),
}


def words_of(rule: Mapping[str, Any]) -> list[Sentence]:
    """The sentences of one rule, the most important first.

    >>> rule = {"method": "majority", "threshold": {"num": 2, "den": 3, "base": "cast"}, "quorum": {"num": 1, "den": 2}}
    >>> for text, facts in words_of(rule): print(text.format_map(facts))
    Votes for and against are counted.
    At least 2 of every 3 ballots have to say yes, blank ones included.
    At least 1 of every 2 who may vote have to take part.
    """
    found: list[Sentence] = [(METHOD_WORDS.get(str(rule.get("method")), METHOD_WORDS["majority"]), {})]
    needed = rule.get("threshold")
    if needed:
        table = _MORE_THAN if needed.get("strict") else _AT_LEAST
        text = table[str(needed.get("base", "yes_no"))]
        found.append((text, {"num": needed["num"], "den": needed["den"]}))
    quorum = rule.get("quorum") or {}
    if quorum.get("num"):
        share = {"num": quorum["num"], "den": quorum["den"]}
        found.append((N_("At least {num} of every {den} who may vote have to take part."), share))
    if quorum.get("min"):
        found.append((N_("At least {n} ballots are needed."), {"n": quorum["min"]}))
    if rule.get("min_yes"):
        found.append((N_("At least {n} have to say yes."), {"n": rule["min_yes"]}))
    return [*found, *_around(rule), *_people(rule), *_ends(rule)]


def _around(rule: Mapping[str, Any]) -> list[Sentence]:
    """What comes before and after the vote."""
    found: list[Sentence] = []
    if rule.get("seconders"):
        found.append((N_("{n} others have to support it before it is voted on."), {"n": rule["seconders"]}))
    if rule.get("discussion_days"):
        found.append((N_("It is talked about for {n} days or more."), {"n": rule["discussion_days"]}))
    if rule.get("voting_days"):
        found.append((N_("The vote is open for {n} days or more."), {"n": rule["voting_days"]}))
    if rule.get("challenge_hours"):
        found.append(
            (N_("For {n} hours after the count it can be challenged."), {"n": rule["challenge_hours"]})
        )
    if rule.get("veto"):
        found.append((N_("{n} vetoes with a reason stop it."), {"n": rule["veto"].get("threshold", 1)}))
    return found


def _people(rule: Mapping[str, Any]) -> list[Sentence]:
    found: list[Sentence] = []
    eligible = rule.get("eligible") or {}
    if eligible.get("days_min"):
        found.append((N_("Members vote from their day {n} on."), {"n": eligible["days_min"]}))
    if rule.get("roll_unit") == "household":
        found.append((N_("Each household has one vote."), {}))
    if rule.get("exclude_subject"):
        found.append((N_("Whoever it is about is heard first, and does not vote."), {}))
    if rule.get("secrecy") and "open" not in rule["secrecy"]:
        found.append((N_("The vote is secret."), {}))
    return found


def _ends(rule: Mapping[str, Any]) -> list[Sentence]:
    found: list[Sentence] = []
    if rule.get("review_months"):
        found.append(
            (N_("What was decided is looked at again after {n} months."), {"n": rule["review_months"]})
        )
    if rule.get("sunset_months"):
        found.append(
            (
                N_("This rule ends by itself after {n} months; then what is usual holds again."),
                {"n": rule["sunset_months"]},
            )
        )
    return found


def changed_classes(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[str, str]:
    """What became of each class from one version to the next: `new`, `gone` or `changed`.

    >>> changed_classes([{"class": "a"}, {"class": "b"}], [{"class": "a", "min_yes": 3}, {"class": "c"}])
    {'a': 'changed', 'b': 'gone', 'c': 'new'}
    """
    old = {str(one["class"]): one for one in before}
    new = {str(one["class"]): one for one in after}
    found = {
        name: "new" if name not in old else "gone" if name not in new else "changed"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    }
    return dict(sorted(found.items()))
