"""Lent votes, seats, and what holds for every way of counting."""

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minga.governance.rules as folder
from minga.governance.rules.counting import METHODS, NotAParameter, tally
from minga.governance.rules.delegation import cap_of, resolve
from minga.governance.rules.results import Result
from minga.governance.rules.seats import draw, quotas, sainte_lague
from minga.interfaces.http.verifier import counting
from minga.kit import lots as kit_lots
from tests.governance.ballots import by_name, first_number

HASHES = {"secrecy.py", "records.py"}
"""What binds ballots to hashes uses the two modules of hashes, which are of the standard library only as well."""
COUNTING = {Path(name).name for name in counting()}

# Lent votes, seats


def test_a_chain_ends_at_the_first_who_cast_and_a_circle_nowhere() -> None:
    lent = resolve({"a": "b", "b": "c", "d": "e", "e": "d", "f": "nobody"}, frozenset("c"), by_name)
    assert lent.carried == {"c": (("a", 2), ("b", 1))}
    assert lent.lost == {"d", "e", "f"}


def test_beyond_the_cap_the_shortest_chains_stay() -> None:
    edges = {"a": "z", "b": "a", "c": "z", "d": "z", "e": "z"}
    lent = resolve(edges, frozenset("z"), by_name, cap=3)
    assert [one for one, _ in lent.carried["z"]] == ["a", "c", "d"]
    assert lent.over == {"b", "e"}
    assert cap_of(100) == 10


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdef")),
    st.frozensets(st.sampled_from("abcdef")),
)
def test_no_vote_is_carried_twice(edges: dict[str, str], cast: frozenset[str]) -> None:
    lent = resolve(edges, cast, by_name)
    carried = [one for others in lent.carried.values() for one, _ in others]
    assert len(carried) == len(set(carried))
    assert not set(carried) & cast
    assert set(lent.carried) <= cast
    assert set(carried) | lent.lost == set(edges) - cast


def test_seats_of_communities_and_of_strata() -> None:
    assert sainte_lague({"a": 1, "b": 1}, 3, lambda _, ids: sorted(ids, reverse=True)) == {"a": 1, "b": 2}
    with pytest.raises(ValueError, match="fewer seats"):
        sainte_lague({"a": 1, "b": 1}, 1, by_name)
    assert quotas({"a": 1, "b": 1, "c": 1}, 2, by_name) == {"a": 1, "b": 1, "c": 0}
    drawn = draw({"all": ["x", "y", "z"]}, {"all": 2}, by_name)
    assert drawn == {"all": (["x", "y"], ["z"])}
    seed = bytes.fromhex("fb20feb093c958294c2fcf4fd99f49787e716361554ff6a49f096dd38297f806")
    members = [f"m{number}" for number in range(1, 9)]
    found = draw({"all": members}, {"all": 3}, lambda context, ids: kit_lots.order(seed, context, ids))
    assert found["all"] == (["m8", "m2", "m5"], ["m4", "m1", "m6", "m7", "m3"])


# The whole


def test_what_a_method_does_not_know_is_refused() -> None:
    with pytest.raises(NotAParameter, match="no method"):
        tally("applause", 2, {}, first_number)
    with pytest.raises(NotAParameter, match="no parameter"):
        tally("irv", 2, {}, first_number, {"seats": 2})
    with pytest.raises(NotAParameter, match="cannot be read"):
        tally("approval", 2, {}, first_number, {"seats": "many"})
    with pytest.raises(NotAParameter, match="no parameter"):
        tally("seq_pav", 2, {}, first_number, {"top": 2})


@pytest.mark.parametrize("method", METHODS)
def test_no_ballot_at_all_decides_nothing(method: str) -> None:
    parameters = {"seats": 1} if method.startswith("stv") else {}
    found = tally(method, 3, {}, first_number, parameters)
    assert isinstance(found, Result)
    assert (found.outcome, found.elected) == ("undecided", ())
    assert found.as_json()["method"] in (method, "equal_shares")


def test_there_is_no_float_in_any_rule() -> None:
    """No float literal, no call of float or round, no division but of exact fractions. What counts uses nothing outside
    the standard library: the same bytes everywhere. The other rules refuse in sentences besides."""
    for path in sorted(Path(folder.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), path.name
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("float", "round"), path.name
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                assert path.name == "committee.py", f"{path.name}:{node.lineno}"
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                )
                assert not {name.split(".")[0] for name in names} & {"math", "random", "decimal", "numpy"}
                if path.name not in COUNTING:
                    continue  # what only nodes do may refuse in sentences; a contract of imports keeps it pure
                hashes = ("minga.kit.lots", "minga.kit.canonical") if path.name in HASHES else ()
                allowed = ("minga.governance.rules", *hashes)
                assert all(name.startswith(allowed) for name in names if name.startswith("minga")), path.name
