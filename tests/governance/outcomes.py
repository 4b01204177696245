"""Counts the cases of a folder of elections and compares with what is known of them.

The layout is that of `expected_outcomes.json`: any folder with such a file and the files that it names will do.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from minga.governance.rules.budgeting import Round, equal_shares, greedy
from minga.governance.rules.counting import tally
from minga.governance.rules.formats import (
    Budgeting,
    Election,
    read_abif,
    read_blt,
    read_pabulib,
    read_rank_csv,
    read_score_csv,
)
from minga.governance.rules.ranked import packed_ranks
from minga.governance.rules.results import Lots, Result

SHAPE = ("overvote", "skipped_ranks_max", "shared_rank", "lots_given")


def by_number(_: str, options: Iterable[int]) -> list[int]:
    return sorted(options)


def given_order(order: Sequence[int]) -> Lots:
    return lambda _, options: sorted(options, key=order.index)


def election_of(case: dict[str, Any], folder: Path) -> Election:
    text = (folder / case["file"]).read_text(encoding="utf-8-sig")
    parameters = case["parameters"]
    match case["format"]:
        case "abif":
            return read_abif(text)
        case "blt":
            return read_blt(text)
        case "rank_csv":
            return read_rank_csv(
                text,
                overvote=parameters.get("overvote", "exhaust"),
                skipped_ranks_max=parameters.get("skipped_ranks_max"),
            )
        case "score_csv":
            return read_score_csv(text, top=parameters["top"])
        case "debian":
            return read_debian(text)
        case "starvote":
            return read_starvote(text)
        case "abc":
            return read_profile(text)
    raise AssertionError(f"no reader for {case['format']}")


def read_debian(text: str) -> Election:
    """Sheets of the project leader elections: one character per option, its rank; `-` for none."""
    found = Election(options=re.findall(r"^Option .*?: (.*)$", text, re.MULTILINE))
    for marks in re.findall(r"^V: (\S+)", text, re.MULTILINE):
        ranks: dict[int, list[int]] = {}
        for option, mark in enumerate(marks, start=1):
            if mark != "-":
                ranks.setdefault(int(mark, 36), []).append(option)
        if ranks:
            found.add(packed_ranks([ranks[rank] for rank in sorted(ranks)]), 1)
        else:
            found.blank += 1
    return found


def read_starvote(text: str) -> Election:
    found = Election()
    ballot: dict[str, int] = {}
    several: list[tuple[dict[str, int], int]] = []
    times = 1
    for line in [*text.split("[ballots]")[1].splitlines(), ""]:
        words = line.strip()
        if match := re.match(r"(\d+) ballots:", words):
            times = int(match[1])
        elif "=" in words:
            name, _, mark = words.partition("=")
            ballot[name.strip()] = int(mark)
        elif not words and ballot:
            several.append((ballot, times))
            ballot, times = {}, 1
    for one, _ in several:
        for name in one:
            found.number(name, 0)
    for one, many in several:
        packed = bytes(one.get(name, 255) for name in found.options)
        found.scores[packed] = found.scores.get(packed, 0) + many
    return found


def read_profile(text: str, which: int = 0) -> Election:
    """Printed profiles of approvals: `3 x {a, b},`; bit sets stand in `rankings` here."""
    head = re.split(r"profile with \d+ voters", text)[which + 1].split("\n\n")[0]
    groups = [
        (int(many or 1), marks.replace(" ", "").split(","))
        for many, marks in re.findall(r"(?:(\d+) x )?\{([^}]*)\}", head)
    ]
    found = Election()
    number = re.search(r"and (\d+) candidates", re.findall(r"profile with .*", text)[which])
    assert number
    for name in "abcdefghij"[: int(number[1])]:
        found.number(name, 0)
    for many, names in groups:
        bits = sum(1 << found.number(name, 0) - 1 for name in names if name)
        ballot = bits.to_bytes(4, "little")
        found.rankings[ballot] = found.rankings.get(ballot, 0) + many
    return found


def counted(case: dict[str, Any], election: Election, lots: Lots) -> Result:
    method = "star" if case["method"] == "bloc_star" else case["method"]
    ballots = election.scores if method == "star" else election.rankings
    parameters = {name: value for name, value in case["parameters"].items() if name not in SHAPE}
    if method.startswith("stv"):
        parameters.setdefault("seats", election.seats or 1)
    if election.withdrawn:
        parameters["withdrawn"] = sorted(election.withdrawn)
    return tally(method, len(election.options), ballots, lots, parameters)


def budgeted(case: dict[str, Any], given: Budgeting) -> Result:
    parameters = case["parameters"]
    score = dict.fromkeys(given.costs, 0)
    supporters: dict[int, list[int]] = {project: [] for project in given.costs}
    for voter, ballot in enumerate(given.ballots):
        for project in ballot:
            score[project] += 1
            supporters[project].append(voter)
    lots: Lots = by_number
    if "lots_given" in parameters:
        lots = given_order([given.projects.index(one) + 1 for one in parameters["lots_given"]])
    shared = Round(
        given.budget,
        given.costs,
        score,
        supporters,
        len(given.ballots),
        parameters.get("min_score", 0),
        parameters.get("equal_score", "lower_cost"),
    )
    if case["method"] == "equal_shares":
        return equal_shares(shared, lots, utility=parameters["utility"], completion=parameters["completion"])
    return greedy(shared, lots, skip=case["method"] == "greedy_skip")


def budgeting_of(case: dict[str, Any], folder: Path) -> Budgeting:
    return read_pabulib((folder / case["file"]).read_text(encoding="utf-8-sig"))


def seen(case: dict[str, Any], election: Election, result: Result) -> dict[str, Any]:
    """What the count says about everything that the case expects, in the words of the case."""
    says = _Says(election, result)
    return {
        name: value if (found := getattr(says, name, None)) is None else found(value)
        for name, value in case["expect"].items()
        if name not in ELSEWHERE
    }


ELSEWHERE = ("committees", "stage_file", "second_profile", "elected_names", "lots_note", "lot_between")
"""Looked at by tests of their own, or told for readers only."""


class _Says:
    """One method per thing that a case may expect; each answers in the shape of what was expected."""

    def __init__(self, election: Election, result: Result) -> None:
        self.election, self.result = election, result

    def _named(self, option: int, like: Any) -> Any:
        return self.election.options[option - 1] if isinstance(like, str) else option

    def _number(self, name: Any) -> int:
        return name if isinstance(name, int) else self.election.options.index(name) + 1

    def _all(self, options: Iterable[int], like: Sequence[Any]) -> list[Any]:
        return [self._named(option, like[0] if like else 0) for option in options]

    def elected(self, like: Any) -> Any:
        return like if isinstance(like, str) else self._all(self.result.elected, like)

    def elected_set(self, like: list[Any]) -> list[Any]:
        found = self._all(self.result.elected, like)
        return sorted(found, key=like.index) if set(found) == set(like) else found

    def outcome(self, _: str) -> str:
        return self.result.outcome

    def seats(self, _: int) -> Any:
        return self.result.figures["seats"]

    def rounds(self, _: int) -> Any:
        return self.result.figures["rounds"]

    def quota(self, like: Any) -> Any:
        quota = self.result.figures["quota"]
        return quota if isinstance(like, int) else f"{quota // 10**9}.{quota % 10**9:09}"

    def valid(self, _: int) -> int:
        return sum((self.election.rankings or self.election.scores).values())

    def blank(self, _: int) -> int:
        return self.election.blank

    def papers(self, _: int) -> int:
        return self.valid(0) + self.election.blank

    def lots_count(self, _: int) -> int:
        return sum(tie.resolved_by == "lot" for tie in self.result.ties)

    def first_stage(self, like: dict[str, Any]) -> dict[str, Any]:
        return self._stage(0, like)

    def final_stage(self, like: dict[str, Any]) -> dict[str, Any]:
        return self._stage(-1, like)

    def stages(self, like: Any) -> Any:
        if isinstance(like, int):
            return len(self.result.stages)
        return [self._stage(place, one) for place, one in enumerate(like)]

    def _stage(self, place: int, like: dict[str, Any]) -> dict[str, Any]:
        stage, unit = self.result.stages[place], self.result.unit
        found: dict[str, Any] = {
            "totals": {name: stage.totals[self._number(name)] // unit for name in like["totals"]}
        }
        if "exhausted" in like:
            found["exhausted"] = stage.exhausted // unit
        return found

    def order(self, like: list[list[Any]]) -> list[list[Any]]:
        groups = [self._all(group, like[0]) for group in self.result.figures["order"]]
        return [
            wanted if set(group) == set(wanted) else group for group, wanted in zip(groups, like, strict=True)
        ]

    def dropped(self, like: list[Any]) -> list[Any]:
        return self._all(self.result.figures["dropped"], like)

    def condorcet_winner(self, like: Any) -> Any:
        return self._named(self.result.figures["condorcet_winner"], like)

    def pairwise(self, like: list[list[Any]]) -> list[list[Any]]:
        over = {(one, other): weight for one, other, weight in self.result.figures["pairwise"]}
        pairs = [(a, b, self._number(a), self._number(b)) for a, b, _, _ in like]
        return [[a, b, over[one, other], over[other, one]] for a, b, one, other in pairs]

    def scores(self, like: Any) -> Any:
        found = self.result.figures["scores"]
        if isinstance(like, str):
            assert like == "every option 36"
            return like if set(found.values()) == {36} else found
        return {name: found[self._number(name)] for name in like}

    def finalists(self, like: list[Any]) -> list[Any]:
        return self._all(self.result.figures["finalists"][0], like)

    def runoff(self, _: list[int]) -> Any:
        return self.result.figures["runoff"][0]

    def max_load(self, _: str) -> Any:
        return self.result.figures["max_load"]

    def ties(self, like: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [self._tie(one) for one in like]

    def _tie(self, like: dict[str, Any]) -> dict[str, Any]:
        for tie in self.result.ties:
            if (tie.where, tie.resolved_by) == (like["where"], like["resolved_by"]):
                found: dict[str, Any] = {"where": tie.where, "resolved_by": tie.resolved_by}
                if "tied" in like:
                    found["tied"] = self._all(tie.tied, like["tied"])
                if "values" in like:
                    values = tie.values or {}
                    found["values"] = {name: values.get(self._number(name)) for name in like["values"]}
                return found
        return {}
