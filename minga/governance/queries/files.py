"""Counting a file of ballots that no node holds: another program's election, counted again here."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from minga.governance.rules.budgeting import COMPLETIONS, UTILITIES, Round, equal_shares, greedy
from minga.governance.rules.counting import METHODS, SCORED, NotAParameter, tally
from minga.governance.rules.formats import (
    Budgeting,
    Election,
    read_abif,
    read_blt,
    read_pabulib,
    read_rank_csv,
    read_score_csv,
)
from minga.governance.rules.results import Lots, Result
from minga.kit.lots import order

FORMATS = ("blt", "abif", "ranks", "scores", "pabulib")
BUDGETS = ("equal_shares", "greedy_skip", "greedy_stop")
ENDINGS = {"blt": "blt", "hil": "blt", "abif": "abif", "csv": "ranks", "pb": "pabulib"}


@dataclass(frozen=True)
class Counted:
    """A result with the names of what was counted; `seed` is what lots were drawn from, in hexadecimal."""

    options: list[str]
    valid: int
    blank: int
    seed: str
    notes: list[str]
    result: Result

    def name(self, option: int) -> str:
        return self.options[option - 1]


def lots_of(seed: bytes) -> Lots:
    """Lots that anybody who has the seed can draw again."""

    def drawn(context: str, options: Iterable[int]) -> list[int]:
        return [int(one) for one in order(seed, context, [str(option) for option in options])]

    return drawn


def count_file(
    content: bytes,
    method: str,
    parameters: Mapping[str, Any],
    *,
    format: str,
    seed: bytes | None = None,
) -> Counted:
    """Count a file. Without a seed the lots come from the file's own SHA-256: the same file gives the same result.

    Raises `Unreadable` for a line that is not of the format, `NotAParameter` for a method or value that is not known.
    """
    seed = seed or hashlib.sha256(content).digest()
    text = content.decode("utf-8-sig", "replace")
    if format == "pabulib" or method in BUDGETS:
        return _budget(read_pabulib(text), method, parameters, seed)
    election = _election(text, format, method, parameters)
    given = {
        name: value for name, value in parameters.items() if name not in ("overvote", "skipped_ranks_max")
    }
    if election.withdrawn:
        given["withdrawn"] = sorted(election.withdrawn)
    if election.seats and method.startswith("stv"):
        given.setdefault("seats", election.seats)
    ballots = election.scores if method in SCORED else election.rankings
    if not ballots and (election.scores or election.rankings):
        raise NotAParameter(
            f"{method} needs {'scores' if method in SCORED else 'rankings'}; the file has none."
        )
    result = tally(method, len(election.options), ballots, lots_of(seed), given)
    return Counted(
        election.options, sum(ballots.values()), election.blank, seed.hex(), election.notes, result
    )


def _election(text: str, format: str, method: str, parameters: Mapping[str, Any]) -> Election:
    match format:
        case "blt":
            return read_blt(text)
        case "abif":
            return read_abif(text)
        case "ranks":
            return read_rank_csv(
                text,
                overvote=str(parameters.get("overvote", "exhaust")),
                skipped_ranks_max=parameters.get("skipped_ranks_max"),
            )
        case "scores":
            return read_score_csv(text, top=int(parameters.get("top", 10 if method == "resistance" else 5)))
    raise NotAParameter(f"There is no format {format}. There are: {', '.join(FORMATS)}.")


def _budget(given: Budgeting, method: str, parameters: Mapping[str, Any], seed: bytes) -> Counted:
    known = {"min_score", "equal_score", *(("utility", "completion") if method == "equal_shares" else ())}
    if method not in BUDGETS:
        raise NotAParameter(f"A budget is shared out by {', '.join(BUDGETS)}.")
    if unknown := set(parameters) - known:
        raise NotAParameter(f"{method} has no parameter {', '.join(sorted(unknown))}.")
    score, supporters = _supporters(given)
    shared = Round(
        given.budget,
        given.costs,
        score,
        supporters,
        len(given.ballots),
        int(parameters.get("min_score", 0)),
        str(parameters.get("equal_score", "lower_cost")),
    )
    if method == "equal_shares":
        utility, completion = parameters.get("utility", "cost"), parameters.get("completion", "add1")
        if utility not in UTILITIES or completion not in COMPLETIONS:
            raise NotAParameter(f"utility is {' or '.join(UTILITIES)}; completion {', '.join(COMPLETIONS)}.")
        result = equal_shares(shared, lots_of(seed), utility=utility, completion=completion)
    else:
        result = greedy(shared, lots_of(seed), skip=method == "greedy_skip")
    names = [given.names[number] or project for number, project in enumerate(given.projects, start=1)]
    blank = sum(1 for ballot in given.ballots if not ballot)
    return Counted(names, len(given.ballots) - blank, blank, seed.hex(), [], result)


def _supporters(given: Budgeting) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Approvals: one point for each project on a ballot, however often it stands there."""
    score = dict.fromkeys(given.costs, 0)
    supporters: dict[int, list[int]] = {project: [] for project in given.costs}
    for voter, ballot in enumerate(given.ballots):
        for project in dict.fromkeys(ballot):
            score[project] += 1
            supporters[project].append(voter)
    return score, supporters


__all__ = ["BUDGETS", "ENDINGS", "FORMATS", "METHODS", "Counted", "count_file", "lots_of"]
