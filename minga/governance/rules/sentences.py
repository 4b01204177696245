"""What a Result says in words: sentences whose every number and name is in the Result. No interface computes one itself.

Standard library only, so that a program without the node can say the same. A sentence is an English text with named
facts; a fact that is a sentence too is said in the reader's language as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]
Say = Callable[[str], str]


def N_(text: str) -> str:
    """Marks a text for the translators; the mark of `kit` would bring more than the standard library."""
    return text


@dataclass(frozen=True)
class Sentence:
    """One text with its facts."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def said(self, say: Say = str, number: Callable[[int], str] = str) -> str:
        """The sentence in the reader's language, numbers in their way of writing them.

        >>> Sentence("Needed: {share} of all.", {"share": Sentence("two thirds")}).said()
        'Needed: two thirds of all.'
        """
        found = {name: _told(value, say, number) for name, value in self.facts.items()}
        return say(self.text).format_map(found)


def _told(value: Any, say: Say, number: Callable[[int], str]) -> Any:
    if isinstance(value, Sentence):
        return value.said(say, number)
    if isinstance(value, int):
        return number(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(_told(one, say, number)) for one in value)
    return value


FRACTIONS = {
    (1, 2): N_("half"),
    (1, 3): N_("one third"),
    (2, 3): N_("two thirds"),
    (1, 4): N_("one quarter"),
    (3, 4): N_("three quarters"),
    (1, 1): N_("all"),
}
BASES = {
    "yes_no": N_("yes and no"),
    "cast": N_("all ballots"),
    "present": N_("those present"),
    "roll": N_("all who are entitled"),
}
PERCENT = N_("{n} %")
PART = N_("{num} of {den}")
MORE_THAN = N_("more than {share}")

MAJORITY = N_("{yes} yes, {no} no, {abstain} abstained, of {roll} entitled.")
CONSENSUS = N_(
    "{agree} agree, {reservations} agree with reservations, {stand_aside} stand aside, {block} block,"
    " {abstain} abstained, of {roll} entitled."
)
CONSENT = N_("{answers} answered, of {roll} entitled; {standing} objections stand.")
NEEDED = N_("Needed: {share} of {base}, that is {needed}.")
NEEDED_CONSENSUS = N_("Needed: at most {blocks} blocks, and at most {aside} who stand aside.")
NEEDED_CONSENT = N_("Needed: no objection that stands.")
QUORUM = N_("Quorum {share}, that is {needed}; {cast} took part.")
QUORUM_OF_ROLL = N_("Quorum {share}, that is {needed}; {cast} of {roll} entitled took part.")
NO_QUORUM = N_("No quorum was set; {cast} took part.")
PASSED = N_("Passed.")
FAILED = {
    "": N_("Not passed."),
    "threshold": N_("Not passed."),
    "quorum": N_("Not passed: too few took part."),
    "veto": N_("Not passed: {vetoes} vetoes stopped it."),
    "tie": N_("Not passed: as many for it as against it."),
    "min_yes": N_("Not passed: too few said yes."),
    "blocked": N_("Not passed: it was blocked."),
    "stood_aside": N_("Not passed: too many stood aside."),
    "nobody_agreed": N_("Not passed: nobody agreed."),
    "objection": N_("Not passed: an objection stands."),
}
ELECTED = N_("Chosen: {names}.")
UNDECIDED = N_("Undecided: no ballot named anybody.")
ADVICE = N_("Advice was asked for; nothing was counted.")
VALID = N_("{valid} ballots count.")
TURNOUT = N_("{cast} of {roll} entitled took part.")
QUOTA = N_("A seat takes {quota} of {valid} ballots; {seats} seats.")
LAST_STAGE = N_("In the last round {names} has {total}; {exhausted} ballots name nobody who was left.")
RUNOFF = N_("{first} against {second}: {over} to {under}, {equal} without a preference.")

MOTIONS = ("majority", "consensus", "consent")


def share_words(num: int, den: int, *, strict: bool = False) -> Sentence:
    """A fraction as people say it.

    >>> share_words(2, 3).said(), share_words(85, 100).said(), share_words(1, 2, strict=True).said()
    ('two thirds', '85 %', 'more than half')
    """
    if (num, den) in FRACTIONS:
        found = Sentence(FRACTIONS[num, den])
    elif den == 100:
        found = Sentence(PERCENT, {"n": num})
    else:
        found = Sentence(PART, {"num": num, "den": den})
    return Sentence(MORE_THAN, {"share": found}) if strict else found


def names_of(options: Sequence[int], names: Sequence[str]) -> list[str]:
    """The names of options by number; a number where there is no name."""
    return [names[one - 1] if 0 < one <= len(names) else str(one) for one in options]


def outcome(result: Json, names: Sequence[str]) -> Sentence:
    """What came out, in the shortest words."""
    match result["outcome"]:
        case "passed":
            return Sentence(PASSED)
        case "failed":
            text = FAILED.get(result["reason"], FAILED[""])
            return Sentence(text, {"vetoes": result["figures"].get("vetoes", 0)})
        case "elected":
            return Sentence(ELECTED, {"names": names_of(result["elected"], names)})
        case "advice":
            return Sentence(ADVICE)
    return Sentence(UNDECIDED)


def sentences(result: Json, names: Sequence[str] = ()) -> list[Sentence]:
    """The Result as it is told everywhere, in order: what was said, what was needed, what came out, who took part.

    >>> from minga.governance.rules.motions import MotionRule, Quorum, Threshold, Turnout, majority
    >>> rule = MotionRule(Threshold(2, 3), Quorum(1, 2))
    >>> counted = majority({"yes": 67, "no": 33, "abstain": 8}, Turnout(140, 108, 108), rule)
    >>> print(" ".join(one.said() for one in sentences(counted.as_json())))
    67 yes, 33 no, 8 abstained, of 140 entitled. Needed: two thirds of yes and no, that is 67. Passed. Quorum half, that is 70; 108 took part.
    """
    figures = result["figures"]
    found = [*_said(result["method"], figures), outcome(result, names)]
    if result["method"] not in MOTIONS:
        found += _elections(result, names)
    if "roll" in figures and "cast" in figures:
        found.append(_quorum(figures, motion=result["method"] in MOTIONS))
    return found


def _said(method: str, figures: Json) -> list[Sentence]:
    if method == "consent":
        standing = figures.get("objections", {}).get("standing", 0)
        told = {"answers": figures["answers"], "roll": figures["roll"], "standing": standing}
        return [Sentence(CONSENT, told), Sentence(NEEDED_CONSENT)]
    if method == "consensus":
        words = ("agree", "reservations", "stand_aside", "block", "abstain")
        told = {word: figures["said"].get(word, 0) for word in words} | {"roll": figures["roll"]}
        if figures.get("counted_as") == "consensus":
            most = {"blocks": figures["blocks_most"], "aside": figures["stand_aside_most"]}
            return [Sentence(CONSENSUS, told), Sentence(NEEDED_CONSENSUS, most)]
        return [Sentence(CONSENSUS, told), _needed(figures)]
    if method == "majority":
        told = {name: figures[name] for name in ("yes", "no", "abstain", "roll")}
        return [Sentence(MAJORITY, told), _needed(figures)]
    return []


def _needed(figures: Json) -> Sentence:
    num, den, strict = figures["threshold"]
    base = Sentence(BASES[figures["base"]])
    share = share_words(num, den, strict=strict)
    return Sentence(NEEDED, {"share": share, "base": base, "needed": figures["needed"]})


def _quorum(figures: Json, *, motion: bool) -> Sentence:
    """Who took part. The sentence of a motion has named the roll already."""
    needed, told = figures.get("quorum_needed", 0), {"cast": figures["cast"], "roll": figures["roll"]}
    if not needed or "quorum" not in figures:
        return Sentence(NO_QUORUM if motion else TURNOUT, told)
    num, den, _ = figures["quorum"]
    text = QUORUM if motion else QUORUM_OF_ROLL
    return Sentence(text, {"share": share_words(num, den), "needed": needed, **told})


def _elections(result: Json, names: Sequence[str]) -> list[Sentence]:
    figures, found = result["figures"], list[Sentence]()
    if result["stages"] and result["method"] == "irv" and result["elected"]:
        last = result["stages"][-1]
        total = last["totals"][str(result["elected"][0])]
        told = {"names": names_of(result["elected"], names), "total": total, "exhausted": last["exhausted"]}
        found.append(Sentence(LAST_STAGE, told))
    for pair, counted in zip(figures.get("finalists", ()), figures.get("runoff", ()), strict=False):
        first, second = names_of(pair, names)
        over, under, equal = counted
        found.append(
            Sentence(RUNOFF, {"first": first, "second": second, "over": over, "under": under, "equal": equal})
        )
    if result["method"] == "stv_scottish" and "quota" in figures:
        found.append(Sentence(QUOTA, {name: figures[name] for name in ("quota", "valid", "seats")}))
    elif "valid" in figures:
        found.append(Sentence(VALID, {"valid": figures["valid"]}))
    return found


RESOLVED = {
    "look_back": N_("{names} stood equal. An earlier stage told them apart: {order}."),
    "score": N_("{names} stood equal. The higher sum decided: {order}."),
    "head_to_head": N_("{names} stood equal. How often one was put above the other decided: {order}."),
    "top_marks": N_("{names} stood equal. The number of highest marks decided: {order}."),
    "lower_cost": N_("{names} stood equal. The lower cost decided: {order}."),
    "lot": N_("{names} stood equal, and nothing told them apart. The lot gave this order: {order}."),
    "none": N_("{names} stood equal, and stay equal."),
}


def tie_sentence(tie: Json, names: Sequence[str]) -> Sentence:
    """How a tie was decided."""
    told = {"names": names_of(tie["tied"], names), "order": names_of(tie["order"], names)}
    return Sentence(RESOLVED.get(tie["resolved_by"], RESOLVED["none"]), told)


STAGES = {
    "first": N_("First count"),
    "excluded": N_("{names} goes out"),
    "surplus": N_("What {names} has too much goes on"),
    "round": N_("Next round"),
    "scores": N_("Sums"),
    "runoff": N_("Run-off between {names}"),
}


def stage_sentence(stage: Json, names: Sequence[str]) -> Sentence:
    """What led to a stage."""
    told = {"names": names_of(stage["options"], names)}
    return Sentence(STAGES.get(stage["what"], STAGES["round"]), told)


RULE_PASSES = N_("It passes with {share} of {base}.")
RULE_QUORUM = N_("At least {share} of all who are entitled must take part.")
RULE_QUORUM_NUMBER = N_("At least {n} people must take part.")
RULE_MIN_YES = N_("At least {n} must say yes.")
RULE_ROUNDS = N_("In the first {n} rounds one block is enough to send it back to the discussion.")
RULE_CONSENT = N_(
    "It passes when no objection stands. Silence is consent, but does not count for the quorum."
)
RULE_VETO = N_("{n} vetoes stop it.")
RULE_ELECTS = N_("{n} are chosen.")
RULE_ADVICE = N_("Nothing is counted. Those affected give advice, and the proposer decides and answers it.")
METHODS = {
    "majority": N_("Yes or no, counted by majority"),
    "consensus": N_("Consensus"),
    "consent": N_("Consent"),
    "plurality": N_("One choice, most votes"),
    "approval": N_("Approval: tick all you can say yes to"),
    "score": N_("Points for each option, highest sum"),
    "star": N_("Scores with a run-off of the two best"),
    "judgment": N_("Grades, best middle grade"),
    "resistance": N_("Least resistance"),
    "irv": N_("Ranking with instant run-off"),
    "stv_scottish": N_("Ranking for several seats (Scottish rules)"),
    "stv_meek": N_("Ranking for several seats (Meek)"),
    "schulze": N_("Ranking, every option against every other"),
    "seq_phragmen": N_("Approval, seats in proportion (Phragmén)"),
    "equal_shares_committee": N_("Approval, seats by equal shares"),
    "seq_pav": N_("Approval, seats in proportion (Thiele)"),
    "quadratic": N_("Votes that cost their square"),
    "points": N_("Points to spread"),
    "budget": N_("A budget is shared out"),
    "sortition": N_("By lot"),
    "statements": N_("Statements to agree or disagree with"),
    "advice": N_("Advice"),
}


def rule_sentences(config: Json) -> list[Sentence]:
    """What a poll's rule asks, before anything is counted: from its charter rule or its frozen config.

    >>> rule = {"method": "majority", "threshold": {"num": 2, "den": 3}, "quorum": {"num": 1, "den": 2}}
    >>> plain(rule_sentences(rule))
    'It passes with two thirds of yes and no. At least half of all who are entitled must take part.'
    """
    found = list[Sentence]()
    method, parameters = config.get("method"), config.get("parameters") or {}
    if method == "advice":
        return [Sentence(RULE_ADVICE)]
    if method == "consent":
        found.append(Sentence(RULE_CONSENT))
    elif method in ("majority", "consensus"):
        if rounds := parameters.get("rounds"):
            found.append(Sentence(RULE_ROUNDS, {"n": rounds}))
        found.append(_passes(config.get("threshold"), str(method)))
    elif seats := parameters.get("seats"):
        found.append(Sentence(RULE_ELECTS, {"n": seats}))
    quorum = config.get("quorum") or {}
    if quorum.get("num"):
        found.append(Sentence(RULE_QUORUM, {"share": share_words(quorum["num"], quorum["den"])}))
    if quorum.get("min"):
        found.append(Sentence(RULE_QUORUM_NUMBER, {"n": quorum["min"]}))
    if config.get("min_yes"):
        found.append(Sentence(RULE_MIN_YES, {"n": config["min_yes"]}))
    if veto := config.get("veto"):
        found.append(Sentence(RULE_VETO, {"n": veto["threshold"]}))
    return found


def _passes(threshold: Json | None, method: str) -> Sentence:
    given: Json = threshold or ({"num": 85, "den": 100} if method == "consensus" else HALF)
    share = share_words(given["num"], given["den"], strict=bool(given.get("strict")))
    return Sentence(RULE_PASSES, {"share": share, "base": Sentence(BASES[str(given.get("base", "yes_no"))])})


HALF = {"num": 1, "den": 2, "strict": True}


def plain(found: Sequence[Sentence]) -> str:
    """All of them in English, one after the other."""
    return " ".join(one.said() for one in found)
