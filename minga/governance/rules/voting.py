"""Whether a ballot fits its poll's form: refused whole when it is wrong anywhere, in a sentence that says what to do."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from minga.governance.rules.forms import N_, REASON_MAX, WITH_REASON, BallotRefused, Form

SHAPE_WRONG = N_("This is no ballot of this vote. Open the ballot again and fill it in there.")
WORD_UNKNOWN = N_("Choose one of the answers: {words}.")
OPTION_UNKNOWN = N_("There is no option {option} in this vote. Choose among 1 to {most}.")
OPTION_REPEATED = N_("{option} is there twice. Name each option once.")
MARKS_MIN = N_("Mark at least {least}; you marked {many}.")
MARKS_MAX = N_("Mark at most {most}; you marked {many}.")
RANKS_MAX = N_("Rank at most {most}; you ranked {many}.")
NOBODY_RANKED = N_("Rank at least one option, or cast a blank ballot.")
RANK_SHARED = N_("{one} and {other} both stand on rank {rank}. Give each its own rank.")
BUDGET_EXCEEDED = N_("What you marked costs {sum}; at most {most} may be marked. Take something out.")
SCORE_RANGE = N_("{option}: give from 0 to {top}.")
NOT_AN_INTEGER = N_("{option}: write a whole number, in digits.")
CREDITS_EXCEEDED = N_("{sum_words} = {sum}; you have {credits}. Take some votes back.")
VOTES_RANGE = N_("{option}: that many votes cannot be paid with {credits} credits.")
POINTS_EXCEEDED = N_("You gave {sum} points; you have {points}. Take some back.")
POINTS_NEGATIVE = N_("{option}: points begin at 0.")
POINTS_EACH = N_("{option}: at most {most} points for one option.")
REASON_MISSING = N_("Say why, so that the others can answer it.")
REASON_LONG = N_("The reason may have {most} characters; yours has {many}.")
REASON_SECRET = N_("A reason would tell whose ballot it is. Leave it out, and write it in the discussion.")


def read_ballot(given: Any, form: Form) -> Any:
    """The ballot in its one JSON form, or BallotRefused. `None` is a blank ballot.

    >>> read_ballot([[3], [1]], Form("irv", "ranks", 3)), read_ballot({"1": 4, "2": 0}, Form("points", "points", 2))
    ([[3], [1]], {'1': 4})
    """
    if given is None:
        return None
    match form.shape:
        case "word":
            if not isinstance(given, str):
                raise BallotRefused("ballot_form", SHAPE_WRONG)
            return _word(given, form)
        case "number":
            return _option(given, form)
        case "marks":
            return _marks(_list(given, form), form)
        case "ranks":
            return _ranks(_list(given, form), form)
    by_option = _by_option(given, form)
    match form.shape:
        case "scores":
            return {option: _score(value, int(option), form) for option, value in by_option.items()}
        case "votes":
            return _votes(by_option, form)
        case "points":
            return _points(by_option, form)
    return {option: _word(value, form) for option, value in by_option.items()}


def read_reason(given: str, ballot: Any, form: Form, *, secret: bool) -> str:
    """The reason that goes with an answer: demanded by some answers, welcome with others while the vote is open."""
    demanded = ballot is not None and WITH_REASON.get(form.method) == ballot
    reason = given.strip()
    if demanded and not reason:
        raise BallotRefused("reason_missing", REASON_MISSING)
    if len(reason) > REASON_MAX:
        raise BallotRefused("reason_long", REASON_LONG, most=REASON_MAX, many=len(reason))
    if reason and secret and not demanded:
        raise BallotRefused("reason_secret", REASON_SECRET)
    return reason


def _list(given: Any, form: Form) -> Sequence[Any]:
    if not isinstance(given, list):
        raise BallotRefused("ballot_form", SHAPE_WRONG)
    found: list[Any] = given
    if len(found) > form.options:
        raise BallotRefused("marks_max", MARKS_MAX, most=min(form.options, form.marks_max), many=len(found))
    return found


def _word(given: Any, form: Form) -> str:
    if not isinstance(given, str) or given not in form.words:
        raise BallotRefused("option_unknown", WORD_UNKNOWN, words=", ".join(form.words))
    return given


def _option(given: Any, form: Form) -> int:
    number = _integer(given, str(given)[:40])
    if not 1 <= number <= form.options:
        raise BallotRefused("option_unknown", OPTION_UNKNOWN, option=_short(number), most=form.options)
    return number


def _integer(given: Any, about: str) -> int:
    """A whole number as JSON writes it: no word, no fraction, neither yes nor no."""
    if type(given) is not int:
        raise BallotRefused("not_an_integer", NOT_AN_INTEGER, option=about)
    return given


def _short(number: int) -> str:
    """A number as it is said back; one of a million digits is not."""
    return str(number) if number.bit_length() < 64 else "…"


def _repeated(options: Sequence[int], form: Form) -> None:
    seen = set[int]()
    for option in options:
        if option in seen:
            raise BallotRefused("option_repeated", OPTION_REPEATED, option, option=form.title(option))
        seen.add(option)


def _marks(given: Sequence[Any], form: Form) -> list[int]:
    options = [_option(one, form) for one in given]
    _repeated(options, form)
    if len(options) < form.marks_min:
        raise BallotRefused("marks_min", MARKS_MIN, least=form.marks_min, many=len(options))
    if len(options) > form.marks_max:
        raise BallotRefused("marks_max", MARKS_MAX, most=form.marks_max, many=len(options))
    if form.sum_cost_max is not None and form.costs:
        cost = sum(form.costs[option - 1] for option in options)
        if cost > form.sum_cost_max:
            raise BallotRefused("budget_exceeded", BUDGET_EXCEEDED, sum=cost, most=form.sum_cost_max)
    return sorted(options)


def _ranks(given: Sequence[Any], form: Form) -> list[list[int]]:
    ranks = list[list[int]]()
    for one in given:
        rank = sorted(_option(each, form) for each in _list(one, form))
        if not rank:
            raise BallotRefused("ballot_form", SHAPE_WRONG)
        ranks.append(rank)
    _repeated([option for rank in ranks for option in rank], form)
    for number, rank in enumerate(ranks, start=1):
        if len(rank) > 1 and not form.shared:
            one, other = form.title(rank[0]), form.title(rank[1])
            raise BallotRefused("rank_shared", RANK_SHARED, rank[1], one=one, other=other, rank=number)
    if not ranks:
        raise BallotRefused("marks_min", NOBODY_RANKED)
    if len(ranks) > form.ranks_max:
        raise BallotRefused("marks_max", RANKS_MAX, most=form.ranks_max, many=len(ranks))
    return ranks


def _by_option(given: Any, form: Form) -> dict[str, Any]:
    """What was said about each option, ascending; the names of options are their numbers in digits."""
    if not isinstance(given, dict):
        raise BallotRefused("ballot_form", SHAPE_WRONG)
    said = cast("Mapping[Any, Any]", given)
    known = {str(option): option for option in range(1, form.options + 1)}
    for name in said:
        if name not in known:
            raise BallotRefused("option_unknown", OPTION_UNKNOWN, option=str(name)[:40], most=form.options)
    return {name: said[name] for name in known if name in said}


def _score(given: Any, option: int, form: Form) -> int:
    number = _integer(given, form.title(option))
    if not 0 <= number <= form.top:
        raise BallotRefused("score_range", SCORE_RANGE, option, option=form.title(option), top=form.top)
    return number


def _votes(by_option: Mapping[str, Any], form: Form) -> dict[str, int]:
    votes = {name: _integer(value, form.title(int(name))) for name, value in by_option.items()}
    for name, value in votes.items():
        if not -32_768 <= value <= 32_767:
            title = form.title(int(name))
            raise BallotRefused(
                "credits_exceeded", VOTES_RANGE, int(name), option=title, credits=form.credits
            )
    votes = {name: value for name, value in votes.items() if value}
    spent = sum(value * value for value in votes.values())
    if spent > form.credits:
        squares = " + ".join(f"{abs(value)}²" for value in votes.values())
        raise BallotRefused(
            "credits_exceeded", CREDITS_EXCEEDED, sum_words=squares, sum=spent, credits=form.credits
        )
    return votes


def _points(by_option: Mapping[str, Any], form: Form) -> dict[str, int]:
    given = {name: _integer(value, form.title(int(name))) for name, value in by_option.items()}
    most = min(form.points, form.each_max if form.each_max is not None else form.points)
    for name, value in given.items():
        title = form.title(int(name))
        if value < 0:
            raise BallotRefused("points_exceeded", POINTS_NEGATIVE, int(name), option=title)
        if value > most and form.each_max is not None:
            raise BallotRefused("points_exceeded", POINTS_EACH, int(name), option=title, most=most)
    whole = sum(given.values())
    if whole > form.points:
        raise BallotRefused("points_exceeded", POINTS_EXCEEDED, sum=_short(whole), points=form.points)
    return {name: value for name, value in given.items() if value}
