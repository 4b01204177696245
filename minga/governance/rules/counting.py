"""The one way to count: what method, which ballots, whose lot; what comes out is the Result that everything shows."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from minga.governance.rules.committee import committee
from minga.governance.rules.condorcet import schulze
from minga.governance.rules.meek import stv_meek
from minga.governance.rules.ranked import irv
from minga.governance.rules.results import Ballots, Lots, Result
from minga.governance.rules.scores import approval, judgment, plurality, points, quadratic, resistance, score
from minga.governance.rules.star import star
from minga.governance.rules.stv import stv_scottish

RANKED = ("irv", "stv_scottish", "stv_meek", "schulze")
MARKED = ("approval", "seq_phragmen", "equal_shares_committee", "seq_pav")
SCORED = ("score", "star", "judgment", "resistance")
METHODS = (*RANKED, "plurality", *MARKED, *SCORED, "points", "quadratic")

Known = Mapping[str, Callable[[Any], Any]]


class NotAParameter(ValueError):
    """A parameter that the method does not have, or a value that it cannot have."""


def _pair(value: Any) -> tuple[int, int]:
    num, den = value
    return int(num), int(den)


def _fraction(value: Any) -> Fraction:
    return Fraction(*_pair(value))


def _options(value: Any) -> frozenset[int]:
    return frozenset(int(one) for one in value)


_OF: Mapping[str, tuple[Callable[..., Result], Known]] = {
    "irv": (irv, {"withdrawn": _options, "bulk_exclusion": bool}),
    "stv_scottish": (stv_scottish, {"seats": int, "withdrawn": _options}),
    "stv_meek": (stv_meek, {"seats": int, "withdrawn": _options}),
    "schulze": (
        schulze,
        {"unranked": str, "default_option": int, "drop": _pair, "withdrawn": _options, "blank": int},
    ),
    "plurality": (plurality, {"seats": int}),
    "approval": (approval, {"seats": int, "floor": _fraction, "blank": int}),
    "score": (score, {"top": int, "seats": int}),
    "star": (star, {"top": int, "seats": int}),
    "judgment": (judgment, {"top": int, "seats": int}),
    "resistance": (resistance, {"top": int, "seats": int}),
    "points": (points, {"seats": int}),
    "quadratic": (quadratic, {"seats": int}),
}
_COMMITTEES = {
    "seq_phragmen": "seq_phragmen",
    "seq_pav": "seq_pav",
    "equal_shares_committee": "equal_shares",
}


def tally(
    method: str, options: int, ballots: Ballots, lots: Lots, parameters: Mapping[str, Any] | None = None
) -> Result:
    """Count packed ballots by a method; `NotAParameter` for what the method does not know."""
    given = dict(parameters or {})
    if method in _COMMITTEES:
        _refuse(method, set(given) - {"seats"})
        return committee(ballots, options, lots, seats=int(given.get("seats", 1)), rule=_COMMITTEES[method])
    if method not in _OF:
        raise NotAParameter(f"There is no method {method}. There are: {', '.join(METHODS)}.")
    counted, known = _OF[method]
    _refuse(method, set(given) - set(known))
    try:
        clean = {name: known[name](value) for name, value in given.items()}
    except (TypeError, ValueError) as error:
        raise NotAParameter(f"A value of {method} cannot be read: {error}.") from error
    return counted(ballots, options, lots, **clean)


def _refuse(method: str, unknown: set[str]) -> None:
    if unknown:
        raise NotAParameter(f"{method} has no parameter {', '.join(sorted(unknown))}.")
