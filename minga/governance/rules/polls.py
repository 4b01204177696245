"""What a poll is fixed as: the parameters of its method, its options, and the config that everything is read from. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from minga.governance.rules.charter import ADVICE, MOTIONS, Rule
from minga.governance.rules.counting import NotAParameter
from minga.governance.rules.counts import BUDGET_RULES, Cast, count_poll
from minga.governance.rules.forms import BUDGET, NoForm, form_of
from minga.governance.rules.kinds import Channel, Results, Secrecy
from minga.kit.errors import Invalid
from minga.kit.i18n import N_

FORMAT = "minga-poll/1"
METHOD_VERSION = 1
_TOP: Mapping[str, Any] = {"top": 5}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "consensus": {"rounds": 0, "max_blocks": 0, "stand_aside": [1, 4]},
    "score": {**_TOP, "seats": 1},
    "star": {**_TOP, "seats": 1},
    "judgment": {**_TOP, "seats": 1},
    "resistance": {"top": 10, "seats": 1},
    "irv": {},
    "schulze": {"unranked": "last"},
    "plurality": {"seats": 1},
    "approval": {"seats": 1, "marks_min": 0},
    "points": {"points": 100, "seats": 1},
    "quadratic": {"credits": 100, "seats": 1},
    "budget": {
        "rule": "equal_shares",
        "ballots": "approval",
        "completion": "add1",
        "utility": "cost",
        "min_score": 0,
        "equal_score": "lower_cost",
    },
}
"""What holds where the charter says nothing; it stands in the config all the same."""
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "stv_scottish": ("seats",),
    "stv_meek": ("seats",),
    "seq_phragmen": ("seats",),
    "seq_pav": ("seats",),
    "equal_shares_committee": ("seats",),
    "budget": ("budget",),
}
"""What has no default: somebody has to say it."""
FREE = frozenset(
    {
        *(
            "seats",
            "budget",
            "top",
            "marks_min",
            "marks_max",
            "max_sum_cost",
            "max_ranks",
            "credits",
            "points",
        ),
        *("per_option_max", "excludes", "min_score", "default_option", "drop", "rule", "ballots", "unranked"),
    }
)
"""Parameters that may be chosen for a poll where the charter has not fixed them."""
TWO = 2

ONLY_CHARTER = N_("The charter leaves no choice there: {field}.")
PARAMETER = N_("The method “{method}” does not fit together with what was chosen: {why}")
MISSING = N_("Say {field} for this method; it is fixed before anybody votes.")
OPTIONS = N_("There have to be at least two options.")
NO_OPTIONS = N_("On a motion one says yes or no; it has no options.")
MANY = N_("A poll has at most {most} options.")


def method_of(rule: Rule, wished: str | None) -> str:
    """The method: the charter's, or one of those that it allows instead."""
    if rule.method == ADVICE:
        raise Invalid(
            N_("On this kind nothing is counted: ask for advice, and state the outcome."), code="no_poll"
        )
    return _among("method", wished, (rule.method, *rule.methods))


def secrecy_of(rule: Rule, wished: str | None) -> Secrecy:
    return Secrecy(_among("secrecy", wished, rule.secrecy))


def results_of(rule: Rule, secrecy: Secrecy, wished: str | None) -> Results:
    """Live only where the charter allows it, and never in a secret poll."""
    live = rule.results == Results.LIVE and secrecy is Secrecy.OPEN
    allowed = (Results.LIVE.value, Results.AFTER_CLOSE.value) if live else (Results.AFTER_CLOSE.value,)
    return Results(_among("results", wished, allowed))


def leavers_of(rule: Rule, secrecy: Secrecy, wished: str | None) -> str:
    """Nobody can take out a ballot that nothing joins to its voter, so that a detached poll keeps everybody's."""
    if secrecy is Secrecy.DETACHED:
        return _among("leavers", wished, ("keep",))
    return _among("leavers", wished, (rule.leavers, "drop" if rule.leavers == "keep" else "keep"))


def channels_of(rule: Rule, wished: Sequence[str] | None) -> list[str]:
    """Those of the charter, or fewer; the pages are always open."""
    allowed = {Channel.WEB.value, *rule.channels}
    chosen = allowed if wished is None else {Channel.WEB.value, *wished}
    if not chosen <= allowed:
        raise _fixed("channels")
    return sorted(chosen)


def _among(field: str, wished: str | None, allowed: Sequence[str]) -> str:
    if wished is None or wished == "":
        return allowed[0]
    if wished not in allowed:
        raise _fixed(field)
    return wished


def _fixed(field: str) -> Invalid:
    return Invalid(ONLY_CHARTER, code="fixed_by_charter", fields={field: ONLY_CHARTER}, field=field)


def parameters_of(rule: Rule, method: str, wished: Mapping[str, Any] | None) -> dict[str, Any]:
    """All parameters, none left to chance: those of the charter, then what was chosen, then what holds otherwise.

    >>> from minga.governance.rules.charter import SHIPPED
    >>> parameters_of(SHIPPED[0], "consensus", None)
    {'rounds': 0, 'max_blocks': 0, 'stand_aside': [1, 4]}
    """
    own = dict(rule.parameters) if method == rule.method else {}
    for name, value in (wished or {}).items():
        if name not in FREE or (name in own and own[name] != value):
            raise _fixed(name)
    found = {**DEFAULTS.get(method, {}), **(wished or {}), **own}
    for name in REQUIRED.get(method, ()):
        if found.get(name) is None:
            raise Invalid(MISSING, code="parameter_missing", fields={name: MISSING}, field=name)
    return found


def check_options(method: str, count: int, most: int) -> None:
    """Motions have none; elections at least two, budgets at least one."""
    if method in MOTIONS:
        if count:
            raise Invalid(NO_OPTIONS, code="options_none", fields={"options": NO_OPTIONS})
    elif count < (1 if method == BUDGET else TWO):
        raise Invalid(OPTIONS, code="options_min", fields={"options": OPTIONS})
    if count > most:
        raise Invalid(MANY, code="options_max", fields={"options": MANY}, most=most)


def check_countable(config: Mapping[str, Any]) -> None:
    """Refuse a config that the count could not read: better at opening than after the close."""
    method, parameters = str(config["method"]), config.get("parameters") or {}
    missing = [
        name
        for name in (*REQUIRED.get(method, ()), *DEFAULTS.get(method, {}))
        if parameters.get(name) is None
    ]
    if missing:
        raise Invalid(MISSING, code="parameter_missing", fields={missing[0]: MISSING}, field=missing[0])
    if method == BUDGET and parameters["rule"] not in BUDGET_RULES:
        raise _fixed("rule")
    try:
        form_of(config)
        count_poll(config, Cast({}), lambda _, options: sorted(options))
    except (NotAParameter, NoForm, ValueError, TypeError, KeyError) as fault:
        said = Invalid(PARAMETER, method=method, why=str(fault)[:200])
        raise Invalid(
            PARAMETER,
            code="parameter_wrong",
            fields={"parameters": said},
            method=method,
            why=str(fault)[:200],
        ) from fault


def runoff_of(result: Mapping[str, Any]) -> list[int]:
    """The options between which a second poll decides; none where none is needed."""
    return [int(one) for one in (result.get("figures") or {}).get("runoff", ())]


def returns(result: Mapping[str, Any]) -> bool:
    """Whether nothing is decided by this: a round of consensus that failed, or a tie that a second poll decides."""
    figures = result.get("figures") or {}
    round_failed = result.get("outcome") == "failed" and figures.get("counted_as") == "consensus"
    return bool(round_failed or runoff_of(result))
