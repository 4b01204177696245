"""The roll: who stands on it by which rule, of persons and of households, and its hash."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.communities import commands as communities
from minga.governance.models import RollRow
from minga.governance.rules.charter import Eligible
from minga.governance.rules.roll import Candidate, RollLine, check_roll, dropped_of, roll_of, unmasks
from minga.governance.rules.secrecy import roll_root
from minga.kit.errors import Invalid
from tests.governance.living import counted, discussed, polled, put_rules, vote
from tests.village import Village

DAY = date(2026, 11, 20)
ANA = Candidate("ana", date(2026, 1, 1), roles=frozenset({"steward"}))
BRUNO = Candidate("bruno", date(2026, 11, 1), household_id="mill")
CHIDI = Candidate("chidi", date(2026, 1, 1), household_id="mill")
DARA = Candidate("dara", date(2026, 11, 10), trial=True)
ALL = (ANA, BRUNO, CHIDI, DARA)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Eligible(), "ana bruno chidi"),
        (Eligible(standing="trial"), "ana bruno chidi dara"),
        (Eligible(days_min=30), "ana chidi"),
        (Eligible(role="steward"), "ana"),
        (Eligible(people=("bruno", "dara")), "bruno"),
    ],
)
def test_by_standing_days_role_and_list(rule: Eligible, expected: str) -> None:
    assert " ".join(line.voter_id for line in roll_of(ALL, rule, DAY)) == expected


def test_whom_it_concerns_is_left_out_where_the_rule_says_so() -> None:
    assert [line.voter_id for line in roll_of(ALL, Eligible(), DAY, subject_id="ana")] == ["bruno", "chidi"]


def test_a_household_has_one_row_with_its_largest_weight() -> None:
    lines = roll_of(ALL, Eligible(), DAY, unit="household", weights={"steward": 3})
    assert lines == [RollLine("ana", 3), RollLine("mill", 1)]


def test_an_empty_roll_and_weights_that_tell_are_refused() -> None:
    for lines, code in (([], "roll_empty"), ([RollLine("a", 2), RollLine("b")], "weights_unmask")):
        with pytest.raises(Invalid) as caught:
            check_roll(lines, secret=True)
        assert caught.value.name == code
    check_roll([RollLine("a", 2), RollLine("b")], secret=False)


@given(st.lists(st.integers(1, 3), max_size=12))
def test_a_weight_of_fewer_than_three_tells(weights: list[int]) -> None:
    few = any(weights.count(one) < 3 for one in set(weights))
    assert unmasks(weights) == (few and len(set(weights)) > 1)


def test_the_published_hash_of_a_roll() -> None:
    rows = [RollLine(name).as_row() for name in ("m3", "m1", "m2")]
    assert roll_root(rows) == "060c070511c3b212e33b4934cd43f4906d292f84539bb78d6a84ea0ac3c93e0e"


def test_a_household_is_dropped_only_when_all_its_adults_have_left() -> None:
    assert dropped_of({"mill": ["bruno", "chidi"], "ana": ["ana"]}, {"chidi"}) == ["ana"]
    assert dropped_of({"mill": ["bruno", "chidi"]}, set()) == ["mill"]


def test_a_household_votes_once_and_its_last_ballot_counts(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        home = communities.found_household(session, village.ana, village.valley, "Mill", at=at)
        seat = communities.ask_into_household(session, village.ana, home.id, "bruno", "adult", at=at)
        communities.answer_household(session, village.bruno, seat.id, accept=True, at=at)
        put_rules(session, village, {"class": "common", "roll_unit": "household"})
        poll = polled(session, village, discussed(session, village))
        assert (poll.roll_size, session.get(RollRow, (poll.id, home.id)) is not None) == (3, True)
        vote(session, village, poll, ana="block", hana="agree")
        vote(session, village, poll, bruno="agree")
        said = counted(session, village, poll)["figures"]["said"]
        assert (said["agree"], said["block"]) == (2, 0)


def test_who_rests_or_was_suspended_is_not_on_the_roll(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        communities.rest(session, village.hana, village.valley, at=at)
        poll = polled(session, village, discussed(session, village))
        assert poll.roll_size == 3


def test_of_a_circle_only_its_members_vote(village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        group = communities.found_subgroup(session, village.ana, village.valley, name="Garden", at=at)
        put_rules(
            session,
            village,
            {"class": "common", "eligible": {"circle": group.slug}, "quorum": {"num": 0, "den": 1}},
        )
        poll = polled(session, village, discussed(session, village))
        assert (poll.roll_size, session.get(RollRow, (poll.id, village.people["ana"])) is not None) == (
            1,
            True,
        )


def test_a_roll_by_role(village: Village) -> None:
    with village.database.write() as session:
        put_rules(session, village, {"class": "common", "eligible": {"role": "steward"}})
        assert polled(session, village, discussed(session, village)).roll_size == 2
