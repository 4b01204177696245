"""Sharing out things that differ, pure: compared with brute force and, where it is there, with scipy."""

from itertools import chain, combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.kit.flow import matching
from minga.sharing.rules.allocation.bundles import round_robin
from minga.sharing.rules.allocation.chores import share_chores
from minga.sharing.rules.allocation.ranked import deferred, generous, serial
from minga.sharing.rules.allocation.windows import Request, choose

THINGS = ["w", "x", "y", "z"]
PLACES = st.fixed_dictionaries({thing: st.integers(0, 2) for thing in THINGS})
RANKS = st.lists(
    st.permutations(THINGS).flatmap(lambda p: st.integers(0, 4).map(lambda n: p[:n])), max_size=6
)
WINDOWS = st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda t: (t[0], t[0] + t[1]))


def every_assignment(ranks: dict[str, list[str]], places: dict[str, int]) -> list[dict[str, str]]:
    found = []
    for choice in product(*([None, *ranks[one]] for one in ranks)):
        used = [thing for thing in choice if thing]
        if all(used.count(thing) <= many for thing, many in places.items()):
            found.append({one: thing for one, thing in zip(ranks, choice, strict=True) if thing})
    return found


def profile(ranks: dict[str, list[str]], given_: dict[str, str]) -> tuple[int, ...]:
    """Served, then how many have the worst rank, the second worst … as something that is to be small."""
    worst = [sum(ranks[one].index(thing) == rank for one, thing in given_.items()) for rank in (3, 2, 1, 0)]
    return (-len(given_), *worst)


@settings(max_examples=60)
@given(RANKS, PLACES)
def test_generous_matching_equals_brute_force(lists: list[list[str]], places: dict[str, int]) -> None:
    ranks = {f"c{n}": list(one) for n, one in enumerate(lists)}
    order = list(ranks)
    found = generous(order, ranks, places)
    every = every_assignment(ranks, places)
    best = min(profile(ranks, one) for one in every)
    assert profile(ranks, found) == best

    def own(one: dict[str, str]) -> list[int]:
        return [ranks[c].index(one[c]) if c in one else 9 for c in order]

    assert own(found) == min(own(one) for one in every if profile(ranks, one) == best)


@given(RANKS, PLACES)
def test_nobody_gains_in_turns_by_another_wish_and_all_places_are_kept(
    lists: list[list[str]], places: dict[str, int]
) -> None:
    ranks = {f"c{n}": list(one) for n, one in enumerate(lists)}
    found = serial(list(ranks), ranks, places)
    assert all(list(found.values()).count(thing) <= many for thing, many in places.items())
    for one in ranks:
        true = ranks[one].index(found[one]) if one in found else 9
        for lie in permutations(ranks[one]):
            other = serial(list(ranks), {**ranks, one: list(lie)}, places)
            assert true <= (ranks[one].index(other[one]) if one in other else 9)


@given(RANKS, st.lists(st.permutations(range(6)), min_size=4, max_size=4), PLACES)
def test_deferred_acceptance_is_stable(
    lists: list[list[str]], theirs: list[list[int]], places: dict[str, int]
) -> None:
    ranks = {f"c{n}": list(one) for n, one in enumerate(lists)}
    liked = {t: [f"c{n}" for n in p if f"c{n}" in ranks] for t, p in zip(THINGS, theirs, strict=True)}
    found = deferred(list(ranks), ranks, liked, places)
    for one, wished in ranks.items():
        for thing in wished[: wished.index(found[one]) if one in found else None]:
            there = [other for other, has in found.items() if has == thing]
            assert len(there) == places[thing]
            assert all(liked[thing].index(other) < liked[thing].index(one) for other in there)


def test_the_largest_matching_is_that_of_scipy() -> None:
    sparse = pytest.importorskip("scipy.sparse", reason="scipy is an oracle of the nightly tests only")
    from random import Random

    random = Random(7)
    for _ in range(50):
        wishes = [sorted(random.sample(range(30), random.randint(0, 4))) for _ in range(30)]
        rows = [n for n, wished in enumerate(wishes) for _ in wished]
        graph = sparse.csr_matrix(([1] * len(rows), (rows, [t for w in wishes for t in w])), shape=(30, 30))
        best = sparse.csgraph.maximum_bipartite_matching(graph, perm_type="column")
        assert sum(one is not None for one in matching(wishes, 30)) == (best >= 0).sum()


@given(st.lists(st.lists(st.integers(0, 4), unique=True, max_size=4), max_size=6))
def test_a_matching_serves_as_many_as_brute_force(wishes: list[list[int]]) -> None:
    found = matching(wishes, 5)
    served = [one for one in found if one is not None]
    assert len(set(served)) == len(served)
    assert all(one is None or one in wishes[n] for n, one in enumerate(found))
    best = max(
        len(used)
        for choice in product(*([None, *wished] for wished in wishes))
        if len(set(used := [one for one in choice if one is not None])) == len(used)
    )
    assert len(served) == best


def fits(chosen: list[tuple[int, int]], things: int, buffer: int) -> bool:
    moments = [start for start, _ in chosen]
    return all(sum(a <= m < b + buffer for a, b in chosen) <= things for m in moments)


def value(requests: list[Request], ids: set[str]) -> tuple[int, int, list[int]]:
    """Smaller is better: served, urgency, the lot vector."""
    chosen = [one for one in requests if one.id in ids]
    return (-len(chosen), -sum(4**one.band for one in chosen), sorted(one.place for one in chosen))


@settings(max_examples=60)
@given(
    st.lists(st.tuples(WINDOWS, st.integers(0, 3)), max_size=12),
    st.lists(WINDOWS, max_size=2),
    st.integers(1, 2),
    st.integers(0, 2),
)
def test_times_equal_brute_force_up_to_twelve_requests(
    rows: list[tuple[tuple[int, int], int]], taken: list[tuple[int, int]], things: int, buffer: int
) -> None:
    if not fits(taken, things, buffer):
        taken = taken[:1]
    requests = [Request(f"r{n}", (window,), band, n) for n, (window, band) in enumerate(rows)]
    found = choose(requests, taken=taken, things=things, buffer=buffer)
    assert found.proven_optimal
    assert fits([*taken, *found.times.values()], things, buffer)
    best = min(
        value(requests, {one.id for one in some})
        for count in range(len(requests) + 1)
        for some in combinations(requests, count)
        if fits([*taken, *(one.windows[0] for one in some)], things, buffer)
    )
    assert value(requests, set(found.times)) == best


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(WINDOWS, min_size=1, max_size=3, unique=True), st.integers(0, 3)), max_size=5
    ),
    st.integers(1, 2),
)
def test_flexible_times_equal_brute_force(rows: list[tuple[list[tuple[int, int]], int]], things: int) -> None:
    requests = [Request(f"r{n}", tuple(windows), band, n) for n, (windows, band) in enumerate(rows)]
    found = choose(requests, things=things)
    assert found.proven_optimal
    assert fits(list(found.times.values()), things, 0)
    best = min(
        value(requests, {one.id for one, window in zip(requests, choice, strict=True) if window})
        for choice in product(*([None, *one.windows] for one in requests))
        if fits([window for window in choice if window], things, 0)
    )
    assert value(requests, set(found.times)) == best


def test_many_flexible_requests_end_and_say_whether_the_best_was_proven() -> None:
    requests = [
        Request(f"r{n}", tuple((3 * n % 17 + k, 3 * n % 17 + k + 4 + k) for k in range(3)), n % 4, n)
        for n in range(40)
    ]
    found = choose(requests, things=2)
    assert found.times
    assert fits(list(found.times.values()), 2, 0)
    assert not found.proven_optimal
    assert choose(requests, things=2) == found


@settings(max_examples=60)
@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 10), min_size=8, max_size=8), min_size=n, max_size=n)
    )
)
def test_bundles_are_free_of_envy_up_to_one_thing(table: list[list[int]]) -> None:
    things = [f"t{n}" for n in range(8)]
    values = {f"c{n}": dict(zip(things, row, strict=True)) for n, row in enumerate(table)}
    lot = {thing: n for n, thing in enumerate(things)}
    found = round_robin(list(values), values, things, lot)
    assert sorted(chain.from_iterable(found.values())) == things
    for one, own in found.items():
        for other in found.values():
            mine = sum(values[one][thing] for thing in own)
            theirs = [values[one][thing] for thing in other]
            assert mine >= sum(theirs) - max(theirs, default=0)


def test_turned_round_the_last_chooses_twice() -> None:
    values = {one: {"a": 9, "b": 8, "c": 1, "d": 0} for one in ("first", "last")}
    lot = {"a": 0, "b": 1, "c": 2, "d": 3}
    found = round_robin(["first", "last"], values, list("abcd"), lot, turned=True)
    assert found == {"first": ["a", "d"], "last": ["b", "c"]}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60)), st.integers(1, 90))
def test_chores_keep_the_limit_and_what_is_left_fits_nobody(minutes: dict[str, int], most: int) -> None:
    lot = {chore: n for n, chore in enumerate(sorted(minutes))}
    done = share_chores(["x", "y", "z"], minutes, {}, lot, minutes_max=most, exempt=frozenset({"z"}))
    assert "z" not in done.chores
    used = {one: sum(minutes[chore] for chore in chores) for one, chores in done.chores.items()}
    assert all(many <= most for many in used.values())
    assert sorted(chain(*done.chores.values(), done.unfilled)) == sorted(minutes)
    assert all(minutes[chore] + many > most for chore in done.unfilled for many in used.values())
