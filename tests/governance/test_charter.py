"""The charter as data: each amount under exactly one rule, floors that are never lowered, and what holds where nothing was decided."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.communities import commands as communities
from minga.governance import commands
from minga.governance.models import Charter
from minga.governance.queries.charter import charter_of
from minga.governance.rules.charter import SHIPPED, rule_for, shipped
from minga.governance.rules.charter_reading import read_rules
from minga.governance.rules.kinds import ProposalKind
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from tests.governance.living import put_rules
from tests.village import NOBODY, Village

PLAIN = [one.as_json() for one in SHIPPED]


def changed(name: str, **more: Any) -> list[dict[str, Any]]:
    return [{**one, **more} if one["class"] == name else one for one in PLAIN]


def test_the_shipped_rules_read_back_as_they_are() -> None:
    assert read_rules(PLAIN) == SHIPPED
    simple = shipped(simple_majority=True)
    assert read_rules([one.as_json() for one in simple]) == simple
    assert (simple[0].method, simple[0].threshold) != (SHIPPED[0].method, SHIPPED[0].threshold)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (changed("budget-large", amount=[50_000, None]), "charter_overlap"),
        (changed("budget-large", amount=[50_002, None]), "charter_gap"),
        (changed("budget", amount=[1, 50_000]), "charter_gap"),
        (changed("budget-large", amount=[50_001, 99_999]), "charter_gap"),
        (changed("common", kinds=["policy", "resource"]), "charter_gap"),
        (changed("common", kinds=["policy", "resource", "membership", "budget"]), "charter_overlap"),
        (changed("common", threshold={"num": 3, "den": 2}), "fraction_invalid"),
        (changed("common", threshold={"num": 1, "den": 0}), "fraction_invalid"),
        (changed("common", quorum={"num": -1, "den": 2}), "fraction_invalid"),
        (changed("governance", threshold={"num": 65, "den": 100, "base": "cast"}), "charter_floor"),
        (changed("governance", threshold={"num": 2, "den": 3, "base": "yes_no"}), "charter_floor"),
        (changed("governance", quorum={"num": 49, "den": 100}), "charter_floor"),
        (changed("governance", method="consensus"), "charter_floor"),
        (changed("governance", methods=["approval"]), "charter_floor"),
        (changed("governance", on_final_tie="lot"), "charter_floor"),
        (changed("removal", exclude_subject=False), "charter_floor"),
        (changed("removal", secrecy=["sealed", "open"]), "charter_floor"),
        (changed("common", discussion_days=-1), "charter_shape"),
        (changed("common", discussion_days=1.5), "charter_shape"),
        (changed("common", method="shouting"), "charter_shape"),
        (changed("common", secrecy=[]), "charter_shape"),
        (changed("common", kinds=[]), "charter_shape"),
        (changed("common", veto={"holders": ""}), "charter_shape"),
        (changed("common", eligible={"standing": "guest"}), "charter_shape"),
        (changed("common", weights={"steward": 0}), "charter_shape"),
        (changed("common", whatever=1), "charter_shape"),
        ([], "charter_shape"),
        ("rules", "charter_shape"),
        (["rule"], "charter_shape"),
    ],
)
def test_what_cannot_hold_is_refused_by_name(rules: Any, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_rules(rules)
    assert caught.value.name == code


def test_floors_can_be_raised() -> None:
    higher = changed(
        "governance", threshold={"num": 3, "den": 4, "base": "roll"}, quorum={"num": 2, "den": 3}
    )
    assert rule_for(read_rules(higher), "governance").threshold is not None


@given(st.sampled_from(list(ProposalKind)), st.integers(0, 10**12))
def test_every_amount_is_under_exactly_one_rule(kind: ProposalKind, amount: int) -> None:
    for rules in (SHIPPED, shipped(large=amount)):
        fitting = [rule for rule in rules if kind.value in rule.kinds and rule.holds_for(amount)]
        assert fitting == [rule_for(rules, kind, amount)]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6, unique=True))
def test_any_cut_of_the_amounts_is_whole_or_refused(cuts: list[int]) -> None:
    """Rules cut at any amounts are accepted; with one of them left out, they never are (invariant 19)."""
    ends = sorted(cuts)
    begins = [0, *(one + 1 for one in ends)]
    budgets = [
        {**PLAIN[2], "class": f"budget-{n}", "amount": [begins[n], ends[n] if n < len(ends) else None]}
        for n in range(len(begins))
    ]
    rest = [one for one in PLAIN if one["kinds"] != ["budget"]]
    rules = read_rules([*rest, *budgets])
    for amount in (*begins, *ends):
        assert sum(rule.holds_for(amount) for rule in rules if "budget" in rule.kinds) == 1
    for n in range(len(budgets)):
        with pytest.raises(Invalid):
            read_rules([*rest, *budgets[:n], *budgets[n + 1 :]])


def test_own_kinds_have_their_own_rule_or_that_of_their_kind() -> None:
    garden = {**PLAIN[0], "class": "garden", "kinds": ["garden"], "seconders": 3}
    rules = read_rules([*PLAIN, garden], {"garden": "policy", "kitchen": "policy"})
    assert rule_for(rules, "policy", None, "garden").seconders == 3
    assert rule_for(rules, "policy", None, "kitchen").rule_class == "common"


def test_simple_majority_is_chosen_by_name_while_nothing_was_decided(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        for who in (village.zoe, NOBODY):
            with pytest.raises(NotFound):
                commands.begin_charter(session, who, village.valley, simple_majority=True, at=at)
        with pytest.raises(Forbidden):
            commands.begin_charter(session, village.bruno, village.valley, simple_majority=True, at=at)
        commands.begin_charter(session, village.ana, village.valley, simple_majority=True, at=at)
        found = charter_of(session, village.valley, at=at)
        assert (found.n, found.simple_majority, found.rule_for("policy").method) == (1, True, "majority")
        with pytest.raises(Conflict):
            commands.begin_charter(session, village.ana, village.valley, simple_majority=False, at=at)


def test_a_group_decides_as_the_community_above_until_it_has_rules_of_its_own(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        group = communities.found_subgroup(session, village.ana, village.valley, name="Garden", at=at)
        assert charter_of(session, group.id, at=at).id is None
        put_rules(session, village, {"class": "common", "seconders": 7})
        assert charter_of(session, group.id, at=at).rule_for("policy").seconders == 7
        rules = [one.as_json() for one in SHIPPED]
        session.add(Charter(community_id=group.id, n=1, rules=rules, in_force_at=at, made_at=at))
        session.flush()
        assert charter_of(session, group.id, at=at).rule_for("policy").seconders == 0
        assert charter_of(session, village.hill, at=at).rules == SHIPPED
