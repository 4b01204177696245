"""Real and published elections, to the vote and the stage: read from `MINGA_DATA_DIR`, never part of this repository."""

import csv
import itertools
import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from minga.governance.rules.delegation import resolve
from minga.governance.rules.results import Result
from minga.governance.rules.stv import UNIT
from tests.governance.outcomes import (
    budgeted,
    budgeting_of,
    by_number,
    counted,
    election_of,
    given_order,
    read_profile,
    seen,
)

FOLDER = Path(os.environ.get("MINGA_DATA_DIR", "../shared/data")) / "elections"
OUTCOMES = FOLDER / "expected_outcomes.json"
CASES: list[dict[str, Any]] = json.loads(OUTCOMES.read_text())["cases"] if OUTCOMES.is_file() else []
needs_data = pytest.mark.skipif(not CASES, reason=f"the elections are not here: {OUTCOMES}")

COUNTED = [case for case in CASES if case.get("format") not in (None, "pabulib", "abc")]
BUDGETS = [case for case in CASES if case.get("format") == "pabulib"]
COMMITTEES = [case for case in CASES if case.get("format") == "abc" and case["method"] != "pav_bruteforce"]


def named(case: dict[str, Any]) -> str:
    return str(case["id"])


@needs_data
@pytest.mark.parametrize("case", COUNTED, ids=named)
def test_it_comes_out_as_it_did(case: dict[str, Any]) -> None:
    election = election_of(case, FOLDER)
    result = counted(case, election, by_number)
    expected = {name: value for name, value in case["expect"].items() if name in seen(case, election, result)}
    assert seen(case, election, result) == expected
    if case["method"] == "stv_scottish" and "stage_file" in case["expect"]:
        assert totals_of(result) == printed_totals(FOLDER / case["expect"]["stage_file"])


def totals_of(result: Result) -> list[dict[int, int]]:
    """Of each stage that changed anything: the printed ones also tell of surpluses of nothing."""
    every = [dict(stage.totals) for stage in result.stages]
    return [one for place, one in enumerate(every) if not place or one != every[place - 1]]


def printed_totals(path: Path) -> list[dict[int, int]]:
    """The totals of each stage as an independent counter printed them, in units of 1/100,000."""
    found = list[dict[int, int]]()
    for row in csv.DictReader(path.read_text().splitlines(), delimiter="\t"):
        if row["Action"] in ("begin", "transfer"):
            totals = {
                int(name.split(".")[0]): int(Fraction(value) * UNIT)
                for name, value in row.items()
                if name and name.endswith(".vote") and value
            }
            if not found or totals != found[-1]:
                found.append(totals)
    return found


@needs_data
def test_one_lot_decides_a_chain_of_ties() -> None:
    case = next(case for case in CASES if case["id"] == "abif-mock-tie-irv")
    election = election_of(case, FOLDER)
    for name, winner in case["expect"]["elected_if_lot_excludes"].items():
        first = election.options.index(name) + 1
        order = [first, *(one for one in range(1, len(election.options) + 1) if one != first)]
        result = counted(case, election, given_order(order))
        assert [election.options[option - 1] for option in result.elected] == [winner]
        lots = [tie for tie in result.ties if tie.resolved_by == "lot"]
        assert [[election.options[one - 1] for one in tie.tied] for tie in lots] == [["A", "Z"]]


@needs_data
@pytest.mark.parametrize("case", BUDGETS, ids=named)
def test_the_budget_goes_where_it_went(case: dict[str, Any]) -> None:
    given, expect = budgeting_of(case, FOLDER), case["expect"]
    result = budgeted(case, given)
    chosen = [given.projects[project - 1] for project in result.elected]
    if isinstance(expect["selected"], list):
        assert chosen == expect["selected"]
    else:
        assert set(result.elected) == set(given.selected)
        assert len(chosen) == expect["selected_count"]
    if "selected_cost" in expect:
        assert result.figures["cost"] == expect["selected_cost"]
    if "stopped_at" in expect:
        assert given.projects[result.figures["stopped_at"] - 1] == expect["stopped_at"]
    for score, projects in expect.get("equal_scores", {}).items():
        assert {result.figures["scores"][given.projects.index(one) + 1] for one in projects} == {int(score)}


@needs_data
@pytest.mark.parametrize("case", COMMITTEES, ids=named)
def test_all_lots_together_reach_the_listed_committees_and_no_other(case: dict[str, Any]) -> None:
    case = {**case, "parameters": {"seats": case["parameters"]["seats"]}}
    text = (FOLDER / case["file"]).read_text()
    expected = [(0, case["expect"]["committees"])]
    if "second_profile" in case["expect"]:
        expected.append((1, case["expect"]["second_profile"]["committees"]))
    for which, committees in expected:
        election = read_profile(text, which)
        numbers = range(1, len(election.options) + 1)
        orders = itertools.islice(itertools.permutations(numbers), 0, 40_320, 131)
        results = [counted(case, election, given_order(order)) for order in orders]
        reached = {tuple(sorted(election.options[one - 1] for one in result.elected)) for result in results}
        assert reached == {tuple(committee) for committee in committees}
    if "scores" in case["expect"]:
        assert seen(case, read_profile(text), results[0])["scores"] == case["expect"]["scores"]
    if "max_load" in case["expect"]:
        assert results[0].figures["max_load"] == case["expect"]["max_load"]


@needs_data
def test_a_circle_of_lent_votes() -> None:
    case = next(case for case in CASES if case["id"] == "delegation-cycle")
    lent = resolve(case["delegates"], frozenset(case["direct"]), lambda _, ids: sorted(ids))
    said = {"yes": 0, "no": 0}
    for caster, word in case["direct"].items():
        said[word] += 1 + len(lent.carried.get(caster, ()))
    assert said == {word: case["expect"][word] for word in said}
