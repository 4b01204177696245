"""Files of ballots from elsewhere, whole or refused with the line, and counted on the command line without a node."""

import json
from pathlib import Path
from typing import Any

import pytest

from minga.governance.rules.formats import (
    Unreadable,
    read_abif,
    read_blt,
    read_pabulib,
    read_rank_csv,
    read_score_csv,
)
from minga.interfaces.cli import main

BLT = """# three for two seats
3 2
-3
[precision 5]
4 1 2 0
2 2=3 1 0
1 2 2 1 0
5 0
0
"An ""old"" mill"
"The hall"
"Nobody"
"Where we meet"
"""


def test_blt_with_everything_that_may_stand_there() -> None:
    found = read_blt(BLT)
    assert found.options == ['An "old" mill', "The hall", "Nobody"]
    assert (found.seats, found.withdrawn, found.blank, found.title) == (2, {3}, 5, "Where we meet")
    assert found.notes == ["precision 5"]
    assert found.rankings == {b"\x01\x02": 4, b"\x00\x02\x03\x00\x01": 2, b"\x02\x01": 1}


def test_names_of_hill_stand_on_one_line_before_the_end_of_an_old_file() -> None:
    assert read_blt('2 1\n1 2 0\n0\n"A" "B"\n\x1a').options == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "is missing"),
        ("two 1\n", 1, "whole numbers"),
        ("2\n", 1, "2 numbers"),
        ("900 1\n", 1, "from 1 to 200"),
        ("2 1\n1 7 0\n0\n", 2, "from 1 to 2"),
        ("2 1\n0 1 0\n0\n", 2, "at least once"),
        ("2 1\n1 1 0\n", 3, "0 alone"),
        ('2 1\n1 1 0\n0\n"A"\n', 5, "2 options"),
        ("2 1\n1 x 0\n0\n", 2, "whole numbers"),
        ("2 1\n1 1= 0\n0\n", 2, "whole numbers"),
        ("2 1\n1 \u0661 0\n0\n", 2, "whole numbers"),
    ],
)
def test_a_line_that_is_not_blt_is_named(text: str, line: int, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        read_blt(text)
    assert caught.value.line == line


def test_abif_with_names_ratings_shared_ranks_and_blank_ballots() -> None:
    found = read_abif('{"title": "x"}\n=A:[Ann B]\n# words\n3:A/5>B/2=C/2 # end\n2:[D]\n4:\n')
    assert found.options == ["A", "B", "C", "D"]
    assert found.rankings == {b"\x00\x01\x00\x02\x03": 3, b"\x04": 2}
    assert found.scores == {bytes([5, 2, 2, 255]): 3, b"\xff" * 4: 2}
    assert found.blank == 4
    for text in ("A>B", "x:A", "1:A>>B", "1:A/x"):
        with pytest.raises(Unreadable, match="Line 1"):
            read_abif(text)


def test_ranked_rows_with_marks_of_paper() -> None:
    rows = "count,1,2,3\n3,Ann,overvote,Bo\n2,undervote,undervote,Bo\n1,undervote,,\n4,overvote,Ann,\n"
    ended = read_rank_csv(rows, skipped_ranks_max=1)
    assert ended.rankings == {b"\x01": 3, b"": 6}
    assert ended.blank == 1
    assert read_rank_csv(rows, overvote="skip").rankings == {b"\x01\x02": 3, b"\x02": 2, b"\x01": 4}
    with pytest.raises(Unreadable, match="Line 2"):
        read_rank_csv("1,Ann\nmany,Bo\n")


def test_scored_rows() -> None:
    found = read_score_csv("Ann,Bo\n5,\n,\n0,3\n")
    assert (found.options, found.blank) == (["Ann", "Bo"], 1)
    assert found.scores == {bytes([5, 255]): 1, bytes([0, 3]): 1}
    for rows in ("", "Ann,Bo\n1\n", "Ann\n6\n", "Ann\n-1\n", "Ann\n1.5\n"):
        with pytest.raises(Unreadable):
            read_score_csv(rows)


PB = """META
key;value
budget;100
vote_type;approval
PROJECTS
project_id;cost;name;selected
a;60;Mill;1
b;50.0;"Hall; roof";0
VOTES
voter_id;vote
1;a,b
2;b
3;
"""


def test_pabulib() -> None:
    found = read_pabulib(PB)
    assert (found.budget, found.costs, found.selected) == (100, {1: 60, 2: 50}, [1])
    assert (found.names[2], found.ballots) == ("Hall; roof", [[1, 2], [2], []])
    for broken in ("META\n", PB.replace("a,b", "a,z"), PB.replace("60;", "6x;"), PB.replace("cost;", "c;")):
        with pytest.raises(Unreadable):
            read_pabulib(broken)


def called(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    code = main(list(words))
    said = capsys.readouterr()
    facts = json.loads(said.out) if said.out.startswith("{") else {}
    return code, facts, said.out + said.err


def test_a_file_is_counted_without_a_node(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "hall.blt"
    file.write_text(BLT)
    code, facts, _ = called(capsys, "tally", "file", str(file), "--method", "stv_scottish", "--json")
    assert (code, facts["result"]["elected"], facts["blank"]) == (0, [1, 2], 5)
    code, _, said = called(capsys, "tally", "file", str(file), "--method", "irv")
    assert code == 0
    assert 'Elected: An "old" mill' in said
    assert list(tmp_path.iterdir()) == [file]


def test_the_seed_decides_the_lot_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tie.abif"
    file.write_text("1:A\n1:B\n")
    seen = set()
    for seed in ("00" * 32, "07" * 32, "0d" * 32, "21" * 32, "42" * 32):
        words = ("tally", "file", str(file), "--method", "irv", "--seed", seed, "--json")
        code, facts, _ = called(capsys, *words)
        assert (code, facts["seed"], facts["result"]["ties"][0]["resolved_by"]) == (0, seed, "lot")
        assert called(capsys, *words)[1] == facts
        seen.add(facts["result"]["elected"][0])
    assert seen == {1, 2}


def test_a_budget_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "round.pb"
    file.write_text(PB)
    for method, elected in (("greedy_skip", [2]), ("greedy_stop", [2]), ("equal_shares", [2])):
        code, facts, _ = called(capsys, "tally", "file", str(file), "--method", method, "--json")
        assert (code, facts["result"]["elected"]) == (0, elected)
    for wrong in (
        ("irv",),
        ("greedy_skip", "--set", "utility=cost"),
        ("equal_shares", "--set", "utility=joy"),
    ):
        assert called(capsys, "tally", "file", str(file), "--method", *wrong)[0] == 2


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("hall.blt", "--method", "applause"), 2, "There is no method"),
        (("hall.blt", "--method", "irv", "--seats", "2"), 2, "no parameter seats"),
        (("hall.blt", "--method", "irv", "--set", "loud"), 2, "NAME=VALUE"),
        (("hall.blt", "--method", "irv", "--seed", "12"), 2, "64 hexadecimal"),
        (("hall.blt", "--method", "star"), 2, "needs scores"),
        (("hall.txt", "--method", "irv"), 2, "--format"),
        (("absent.blt", "--method", "irv"), 9, "cannot be read"),
        (("broken.blt", "--method", "irv"), 9, "line 2"),
    ],
)
def test_what_cannot_be_counted_says_what_to_do(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hall.blt").write_text(BLT)
    Path("hall.txt").write_text(BLT)
    Path("broken.blt").write_text("2 1\n1 7 0\n0\n")
    found, _, text = called(capsys, "tally", "file", *words)
    assert (found, said in text) == (code, True), text
