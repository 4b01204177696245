"""Lots, records, explanations and figures of fairness, pure; and the open data of a pandemic's protective equipment."""

import csv
import gzip
import json
import os
from collections import defaultdict
from math import log10
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minga.kit import lots
from minga.sharing.rules.allocation.explaining import explain, places_of
from minga.sharing.rules.allocation.fairness import figures, fully_at_most, in_turn, max_min, proportional
from minga.sharing.rules.allocation.names import Rule, What
from minga.sharing.rules.allocation.records import (
    FORMAT,
    Unreadable,
    as_row,
    check_record,
    claims_root,
    line_of,
    seed_of,
)
from minga.sharing.rules.allocation.units import Claimed, share_out

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MINGA_DATA_DIR", ROOT / "../shared/data")) / "matching"
SECRET = bytes(range(32))
ROUND = "0190f2a0-0000-7000-8000-0000000000aa"


def test_root_seed_and_order_are_those_of_the_vector() -> None:
    root = claims_root([("c1", 3, 8), ("c2", 3, 2), ("c3", 2, 5)])
    seed = seed_of(ROUND, root, SECRET)
    assert root.hex() == "f2cb576773882b0df8c11e21660b0d239b64f1bbfa3428f596e41ae1d9c0f1c2"
    assert seed.hex() == "fcd3d88f5e595205f7e23e7f1cbfcbb4b12542c02591939f1875710c5a29342c"
    assert lots.order(seed, "place", ["c1", "c2", "c3"]) == ["c2", "c1", "c3"]


def test_lots_are_those_of_the_vector_of_governance() -> None:
    def plain(words: bytes) -> bytes:
        import hashlib

        return hashlib.sha256(words).digest()

    missing = plain(plain(b"\x22" * 32) + b"missing")
    poll = UUID("0190f2a0-0000-7000-8000-000000000001").bytes
    parts = (poll, plain(b"roll"), plain(b"ballots"), SECRET, b"\x11" * 32, missing, "round 4242")
    seed = lots.digest("minga-lot/1", *parts)
    assert seed.hex() == "fb20feb093c958294c2fcf4fd99f49787e716361554ff6a49f096dd38297f806"
    assert lots.order(seed, "irv/4/exclude", "12345") == list("51243")
    people = [f"m{n}" for n in range(1, 9)]
    assert lots.order(seed, "sortition/all", people) == ["m8", "m2", "m5", "m4", "m1", "m6", "m7", "m3"]


@settings(max_examples=30)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=40), st.binary(min_size=32, max_size=32))
def test_a_weighted_order_holds_everybody_once(weights: list[int], seed: bytes) -> None:
    ids = [(f"c{n}", weight) for n, weight in enumerate(weights)]
    assert sorted(lots.weighted_order(seed, "w", ids)) == sorted(one for one, _ in ids)


def record(rule: Rule, supply: int, *, whole: bool, parameters: dict[str, Any]) -> dict[str, Any]:
    """A record of eight claims as the node writes it."""
    tickets = [f"{n:032x}" for n in range(8)]
    claims = [
        Claimed(line_of(ticket), 1 + n % 4, n % 4, 1 + n % 3, n % 5) for n, ticket in enumerate(tickets)
    ]
    rows = [as_row(one, ticket, one.steps) for one, ticket in zip(claims, tickets, strict=True)]
    root = claims_root([(row["ticket"], row["band"], row["steps"]) for row in rows])
    seed = seed_of(ROUND, root, SECRET)
    shared = share_out(rule, parameters, supply=supply, claims=claims, seed=seed)
    found = {
        "format": FORMAT,
        "round": ROUND,
        "what": What.UNITS.value,
        "rule": rule.value,
        "parameters": parameters,
        "essential": False,
        "supply": supply,
        "commitment": lots.commitment(SECRET),
        "secret": SECRET.hex(),
        "beacon": "",
        "claims_root": root.hex(),
        "seed": seed.hex(),
        "parts": [{"context": part.context, "order": list(part.order)} for part in shared.parts],
        "shares": dict(sorted(shared.shares.items())),
    }
    written: dict[str, Any] = json.loads(json.dumps(found | ({"claims": rows} if whole else {})))
    return written


KINDS = [
    (Rule.NEED, {}),
    (Rule.LOTTERY, {"weighted": True, "sits_out_rounds": 0}),
    (Rule.HYBRID, {"quotas": [["need", 50], ["lottery", 50]]}),
]


@pytest.mark.parametrize(("rule", "parameters"), KINDS)
@pytest.mark.parametrize("whole", [True, False])
def test_a_record_is_recomputed(rule: Rule, parameters: dict[str, Any], whole: bool) -> None:
    checked = check_record(record(rule, 9, whole=whole, parameters=parameters))
    assert checked.difference is None
    assert checked.whole is whole
    assert {"commitment", "seed"} <= set(checked.checks)


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("secret", "00" * 32, "commitment"),
        ("seed", "00" * 32, "seed"),
        ("claims_root", "00" * 32, "seed"),
        ("supply", 3, "shares"),
    ],
)
def test_a_record_that_was_changed_is_found(key: str, value: object, where: str) -> None:
    found = check_record({**record(Rule.NEED, 9, whole=True, parameters={}), key: value}).difference
    assert found is not None
    assert found.where == where


def test_orders_and_shares_that_were_changed_are_found() -> None:
    changed = record(Rule.NEED, 9, whole=False, parameters={})
    changed["parts"][0]["order"].reverse()
    assert check_record(changed).difference is not None
    swapped = record(Rule.NEED, 9, whole=True, parameters={})
    line = next(line for line, steps in swapped["shares"].items() if steps)
    swapped["shares"][line] -= 1
    found = check_record(swapped).difference
    assert found is not None
    assert found.where == "shares"
    band = record(Rule.NEED, 9, whole=True, parameters={})
    band["claims"][0]["band"] = 3
    found = check_record(band).difference
    assert found is not None
    assert found.where == "claims_root"


@pytest.mark.parametrize("junk", [{}, [], None, {"format": FORMAT}, {"format": "other/1"}, "text"])
def test_what_is_no_record_is_said_to_be_none(junk: object) -> None:
    with pytest.raises(Unreadable):
        check_record(junk)


@settings(max_examples=60)
@given(
    st.integers(0, 30),
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(1, 4), st.integers(0, 5)),
        min_size=1,
        max_size=8,
    ),
    st.binary(min_size=32, max_size=32),
)
def test_an_explanation_reproduces_the_share(
    supply: int, rows: list[tuple[int, int, int, int]], seed: bytes
) -> None:
    claims = [Claimed(f"c{n}", d, b, w, r) for n, (d, b, w, r) in enumerate(rows)]
    shared = share_out(Rule.NEED, {}, supply=supply, claims=claims, seed=seed)
    for one in claims:
        told = explain(
            one,
            rule=Rule.NEED,
            version=1,
            parameters={},
            shared=shared,
            places=places_of(shared),
            claims=len(claims),
            claimed=sum(other.steps for other in claims),
            supply=supply,
            essential=False,
        )
        cut = told["parts"][0]["cut"]
        assert (told["claimed"] is None) == (len(claims) < 5)
        if cut is None:
            assert told["share"] == told["claim"]["steps"]
        elif cut.get("before"):
            assert told["share"] == 0
        else:
            top, scale = map(int, cut["per_head"])
            full, part = divmod(top * told["weight"], scale)
            sure = min(max(full + bool(part) - told["received_before"], 0), told["claim"]["steps"])
            assert told["share"] in ({sure, sure + 1} if not part else {sure})
        assert not {"gifts", "listings", "money"} - set(told["not_used"])


def offers_and_wishes(item: str) -> tuple[int, list[int]]:
    """Supply after absurd quantities were taken out, and the wishes in the order in which they came."""
    with gzip.open(DATA / "ppe" / "anon_donors.csv.gz", "rt") as donors:
        offers = [(row["ppe"], float(row["qty"])) for row in csv.DictReader(donors)]
    by_item = defaultdict(list)
    for name, quantity in offers:
        by_item[name].append(log10(quantity))
    limits = {}
    for name, logs in by_item.items():
        middle = median(logs)
        spread = median(abs(one - middle) for one in logs)
        limits[name] = middle + 3 * 1.4826 * spread if len(logs) >= 20 else float("inf")
    left = [q for name, q in offers if log10(q) <= limits[name] and q <= 5_000 and name == item]
    with gzip.open(DATA / "ppe" / "anon_recipients.csv.gz", "rt") as recipients:
        rows = [row for row in csv.DictReader(recipients) if row["ppe"] == item]
    rows.sort(key=lambda row: row["date"])
    return int(sum(left)), [int(float(row["qty"])) for row in rows]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the open data are not at {DATA}; set MINGA_DATA_DIR")
@pytest.mark.parametrize(
    "item", ["respirators", "surgicalMasks", "faceShields", "handmadeMasks", "nitrileGloves"]
)
def test_max_min_serves_everybody_who_asked_for_protective_equipment(item: str) -> None:
    cases = {one["id"]: one for one in json.loads((DATA / "expected_outcomes.json").read_text())["cases"]}
    expected = cases["ppe-max-min"]["expect"][item]
    supply, wishes = offers_and_wishes(item)
    assert (supply, len(wishes), sum(wishes)) == tuple(expected[k] for k in ("supply", "claims", "claimed"))
    claims = [Claimed(f"c{n}", wish) for n, wish in enumerate(wishes)]
    shared = share_out(Rule.MAX_MIN, {}, supply=supply, claims=claims, seed=lots.digest("test", item))
    shares = [shared.shares[one.id] for one in claims]
    found = figures(shares, wishes)
    assert (found.served, max(shares), found.given) == (expected["served"], expected["largest_share"], supply)
    low, high = expected["mean_fill"]
    assert low * 1000 <= found.mean_fill <= high * 1000
    if "first_come_mean_fill" in expected:
        low, high = expected["first_come_mean_fill"]
        assert low * 1000 <= figures(in_turn(supply, wishes), wishes).mean_fill <= high * 1000


@given(st.integers(0, 60), st.lists(st.integers(1, 20), max_size=8))
def test_no_way_of_sharing_gives_more_than_there_is(supply: int, wishes: list[int]) -> None:
    for way in (max_min, in_turn, proportional):
        shares = way(supply, wishes)
        assert sum(shares) == min(supply, sum(wishes))
        assert all(0 <= share <= wish for share, wish in zip(shares, wishes, strict=True))
        assert figures(shares, wishes).fully <= fully_at_most(supply, wishes)
