"""Sharing out units, pure: the invariants of the unit queue, lottery, rotation, contribution, quotas and points."""

from dataclasses import replace
from math import isqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.sharing.rules.allocation.names import Rule, RuleInvalid, What, check_rule, read_rule
from minga.sharing.rules.allocation.points import Terms
from minga.sharing.rules.allocation.queue import Want, serve
from minga.sharing.rules.allocation.units import (
    Claimed,
    contribution_weight,
    largest_remainder,
    share_out,
)

SEEDS = st.binary(min_size=32, max_size=32)
WANTS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 5), st.integers(0, 6), st.integers(0, 3)),
    min_size=1,
    max_size=7,
).map(lambda rows: [Want(d, w, r, b, n) for n, (d, w, r, b) in enumerate(rows)])
CLAIMS = st.lists(
    st.tuples(
        st.integers(1, 8),
        st.integers(0, 3),
        st.integers(1, 5),
        st.integers(0, 6),
        st.sampled_from(["", "2026-10-01", "2026-11-01"]),
        st.integers(0, 3000),
        st.tuples(st.integers(0, 6), st.integers(0, 8), st.integers(0, 12)),
    ),
    min_size=1,
    max_size=7,
).map(
    lambda rows: [
        Claimed(f"c{n}", d, b, w, r, last, minutes, Terms(*terms))
        for n, (d, b, w, r, last, minutes, terms) in enumerate(rows)
    ]
)
QUOTAS = {"quotas": [["need", 50], ["rotation", 30], ["lottery", 20]]}
PARAMETERS: dict[Rule, dict[str, Any]] = {Rule.CONTRIBUTION: {"cap": 3}, Rule.HYBRID: QUOTAS}
UNIT_RULES = [
    Rule.NEED,
    Rule.MAX_MIN,
    Rule.ROTATION,
    Rule.LOTTERY,
    Rule.CONTRIBUTION,
    Rule.NEED_POINTS,
    Rule.HYBRID,
]
QUEUED = [Rule.NEED, Rule.MAX_MIN, Rule.ROTATION]


def step_by_step(supply: int, wants: list[Want]) -> list[int]:
    """The definition itself: every step with its key, and the smallest are served."""
    from fractions import Fraction

    keys = sorted(
        (-want.band, Fraction(want.received + j, want.weight), want.place, n)
        for n, want in enumerate(wants)
        for j in range(want.steps)
    )
    served = [key[-1] for key in keys[:supply]]
    return [served.count(n) for n in range(len(wants))]


def out(rule: Rule, supply: int, claims: list[Claimed], seed: bytes) -> dict[str, int]:
    return dict(share_out(rule, PARAMETERS.get(rule, {}), supply=supply, claims=claims, seed=seed).shares)


@settings(max_examples=200)
@given(st.integers(0, 40), WANTS)
def test_the_queue_serves_the_smallest_keys(supply: int, wants: list[Want]) -> None:
    assert serve(supply, wants).steps == step_by_step(supply, wants)


@given(st.integers(0, 40), WANTS)
def test_more_supply_never_takes_from_anybody(supply: int, wants: list[Want]) -> None:
    before, after = serve(supply, wants).steps, serve(supply + 1, wants).steps
    assert all(less <= more for less, more in zip(before, after, strict=True))


@given(st.integers(0, 40), WANTS, st.data())
def test_asking_for_more_than_the_level_changes_nothing(
    supply: int, wants: list[Want], data: st.DataObject
) -> None:
    found = serve(supply, wants).steps
    n = data.draw(st.integers(0, len(wants) - 1))
    if found[n] < wants[n].steps:
        asked = replace(wants[n], steps=wants[n].steps + data.draw(st.integers(1, 9)))
        assert serve(supply, [*wants[:n], asked, *wants[n + 1 :]]).steps == found


@given(st.integers(0, 40), WANTS, st.data())
def test_who_leaves_with_her_share_leaves_the_others_unchanged(
    supply: int, wants: list[Want], data: st.DataObject
) -> None:
    found = serve(supply, wants).steps
    n = data.draw(st.integers(0, len(wants) - 1))
    rest = serve(supply - found[n], [*wants[:n], *wants[n + 1 :]]).steps
    assert rest == [*found[:n], *found[n + 1 :]]


@given(st.integers(0, 40), WANTS)
def test_a_lower_band_gets_nothing_while_a_higher_one_waits(supply: int, wants: list[Want]) -> None:
    found = serve(supply, wants).steps
    waiting = [want.band for want, steps in zip(wants, found, strict=True) if steps < want.steps]
    served = [want.band for want, steps in zip(wants, found, strict=True) if steps]
    assert not waiting or not served or min(served) >= max(waiting)


@pytest.mark.parametrize("rule", UNIT_RULES)
@given(st.integers(0, 40), CLAIMS, SEEDS)
def test_all_is_given_and_nobody_gets_more_than_she_asked_for(
    rule: Rule, supply: int, claims: list[Claimed], seed: bytes
) -> None:
    shares = out(rule, supply, claims, seed)
    assert sum(shares.values()) == min(supply, sum(one.steps for one in claims))
    assert all(0 <= shares[one.id] <= one.steps for one in claims)


@pytest.mark.parametrize("rule", UNIT_RULES)
@given(st.integers(0, 40), CLAIMS, SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_claiming_never_matters(
    rule: Rule, supply: int, claims: list[Claimed], seed: bytes, random: object
) -> None:
    again = list(claims)
    random.shuffle(again)  # type: ignore[attr-defined]
    assert out(rule, supply, claims, seed) == out(rule, supply, again, seed)


@pytest.mark.parametrize("rule", QUEUED)
@given(st.integers(0, 30), CLAIMS, SEEDS, st.data())
def test_listings_gifts_and_hours_never_move_a_place(
    rule: Rule, supply: int, claims: list[Claimed], seed: bytes, data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(claims) - 1))
    other = replace(claims[n], minutes=99_999, terms=Terms(9, 0, 9))
    assert out(rule, supply, claims, seed) == out(rule, supply, [*claims[:n], other, *claims[n + 1 :]], seed)


@pytest.mark.parametrize("rule", [Rule.NEED, Rule.ROTATION])
def test_splitting_a_household_into_two_claims_gains_nothing(rule: Rule) -> None:
    """Weight and account are the household's; two claims of half the size want and get no more than one."""
    seed, others = bytes(32), [Claimed(f"o{n}", 6) for n in range(4)]
    one = out(rule, 10, [*others, Claimed("me", 6, weight=2)], seed)["me"]
    halves = out(rule, 10, [*others, Claimed("me", 3, weight=1), Claimed("me2", 3, weight=1)], seed)
    assert halves["me"] + halves["me2"] <= one + 1


@given(st.integers(2, 9), SEEDS)
def test_rotation_serves_each_once_in_as_many_rounds(count: int, seed: bytes) -> None:
    received, last = dict.fromkeys(map(str, range(count)), 0), dict.fromkeys(map(str, range(count)), "")
    for turn in range(2 * count):
        claims = [Claimed(one, 1, received=received[one], last=last[one]) for one in received]
        won = next(
            one for one, steps in out(Rule.ROTATION, 1, claims, seed[:-1] + bytes([turn])).items() if steps
        )
        received[won] += 1
        last[won] = f"{turn:03}"
        assert max(received.values()) - min(received.values()) <= 1
    assert set(received.values()) == {2}


def test_the_longest_unserved_goes_first_and_never_served_before_all() -> None:
    claims = [Claimed("a", 1, last="2026-11-01"), Claimed("b", 1, last="2026-10-01"), Claimed("c", 1)]
    for turn in range(20):
        seed = bytes([turn]) * 32
        assert out(Rule.ROTATION, 1, claims, seed)["c"] == 1
        assert out(Rule.NEED, 1, claims[:2], seed)["b"] == 1


def test_the_lottery_is_fair_over_ten_thousand_seeds() -> None:
    """Each of eight expects 10,000 · 3/8 of three things; five standard deviations are 242."""
    claims = [Claimed(f"c{n}", 1) for n in range(8)]
    wins = dict.fromkeys((one.id for one in claims), 0)
    for number in range(10_000):
        for one, steps in out(Rule.LOTTERY, 3, claims, number.to_bytes(32, "big")).items():
            wins[one] += steps
    limit = 5 * isqrt(10_000 * 3 * 5 // 64)
    assert all(abs(won - 3_750) <= limit for won in wins.values())


def test_a_weighted_lottery_counts_heads_and_who_sits_out_waits() -> None:
    claims = [Claimed("one", 1), Claimed("four", 1, weight=4)]
    won = sum(
        share_out(
            Rule.LOTTERY, {"weighted": True}, supply=1, claims=claims, seed=n.to_bytes(32, "big")
        ).shares["four"]
        for n in range(2_000)
    )
    assert abs(won - 1_600) < 5 * 18
    resting = [claims[0], replace(claims[1], sits_out=True)]
    assert share_out(Rule.LOTTERY, {}, supply=9, claims=resting, seed=bytes(32)).shares == {
        "four": 0,
        "one": 1,
    }


@given(st.integers(0, 60_000), st.integers(0, 10))
def test_contribution_weight_is_capped_growing_and_concave(minutes: int, cap: int) -> None:
    weight = contribution_weight(minutes, cap)
    assert 1 <= weight <= 1 + cap
    assert weight <= contribution_weight(minutes + 60, cap) <= weight + 1
    hours = [contribution_weight(60 * n * n, cap) for n in range(cap + 3)]
    assert hours == [1 + min(cap, n) for n in range(cap + 3)]


@given(st.integers(0, 200), CLAIMS, SEEDS)
def test_quotas_are_largest_remainders_and_later_parts_see_earlier_ones(
    supply: int, claims: list[Claimed], seed: bytes
) -> None:
    parts = largest_remainder(supply, [50, 30, 20])
    assert sum(parts) == supply
    assert all(
        abs(100 * part - supply * share) < 100 for part, share in zip(parts, (50, 30, 20), strict=True)
    )
    found = share_out(Rule.HYBRID, QUOTAS, supply=supply, claims=claims, seed=seed)
    assert [part.rule for part in found.parts[:3]] == [Rule.NEED, Rule.ROTATION, Rule.LOTTERY]
    assert found.parts[0].supply == parts[0]
    for one in claims:
        assert sum(part.shares[one.id] for part in found.parts) == found.shares[one.id]


@pytest.mark.parametrize(
    ("terms", "score", "essential"),
    [
        ((0, 0, 0, False), 30, 30),
        ((1, 0, 0, False), 40, 40),
        ((4, 0, 0, False), 70, 70),
        ((7, 0, 0, False), 70, 70),
        ((0, 6, 0, False), 0, 0),
        ((0, 9, 0, False), 0, 0),
        ((2, 3, 5, True), 55, 45),
        ((4, 0, 10, True), 100, 80),
        ((4, 0, 25, True), 100, 80),
        ((0, 2, 11, False), 40, 20),
    ],
)
def test_points_are_those_of_the_table(terms: tuple[int, int, int, bool], score: int, essential: int) -> None:
    assert Terms(*terms).score(essential=False) == score
    assert Terms(*terms).score(essential=True) == essential


def test_points_equal_the_formula_up_to_fifty() -> None:
    for n in range(51):
        for o in range(51):
            for g in range(0, 51, 5):
                expected = min(40, 10 * n) + max(0, 30 - 5 * o) + min(20, 2 * g)
                assert Terms(n, o, g).score(essential=False) == expected
                assert (
                    sum(Terms(n, o, g, True).parts(essential=True).values()) == expected - min(20, 2 * g) + 10
                )


def test_points_order_by_score_then_longest_unserved() -> None:
    claims = [
        Claimed("low", 3, terms=Terms(0, 5)),
        Claimed("served", 3, terms=Terms(2), last="2026-11-01"),
        Claimed("never", 3, terms=Terms(2)),
    ]
    assert out(Rule.NEED_POINTS, 4, claims, bytes(32)) == {"low": 0, "never": 3, "served": 1}


def test_an_unknown_rule_is_an_error_and_no_other_rule() -> None:
    with pytest.raises(RuleInvalid, match="unknown_rule"):
        read_rule("best_for_my_friends")


@pytest.mark.parametrize(
    ("rule", "what", "essential", "parameters", "why"),
    [
        (Rule.CONTRIBUTION, What.UNITS, True, {}, "essential"),
        (Rule.HYBRID, What.UNITS, True, {"quotas": [["contribution", 100]]}, "essential"),
        (Rule.HYBRID, What.UNITS, False, {"quotas": [["need", 99]]}, "quotas"),
        (Rule.HYBRID, What.UNITS, False, {"quotas": [["need", 50], ["need", 50]]}, "quotas"),
        (Rule.HYBRID, What.UNITS, False, {"quotas": [["need_points", 50], ["contribution", 50]]}, "quotas"),
        (Rule.HYBRID, What.UNITS, False, {"quotas": [["hybrid", 100]]}, "quotas"),
        (Rule.HYBRID, What.UNITS, False, {}, "quotas"),
        (Rule.HYBRID, What.UNITS, False, {"quotas": [["need", 100.0]]}, "quotas"),
        (Rule.WINDOWS, What.UNITS, False, {}, "not_for_this"),
        (Rule.NEED, What.SLOTS, False, {}, "not_for_this"),
        (Rule.NEED, What.UNITS, False, {"cap": 3}, "parameter"),
        (Rule.CONTRIBUTION, What.UNITS, False, {"cap": 1.5}, "parameter"),
        (Rule.LOTTERY, What.UNITS, False, {"weighted": 1}, "parameter"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused(
    rule: Rule, what: What, essential: bool, parameters: dict[str, object], why: str
) -> None:
    with pytest.raises(RuleInvalid) as refused:
        check_rule(rule, parameters, what=what, essential=essential)
    assert refused.value.why == why
