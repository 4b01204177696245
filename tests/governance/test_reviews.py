"""What is looked at again by itself: agreements, charters, decisions; rules that end at midnight, after two notices."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communities.commands import close_due
from minga.communities.models import AgreementVersion, Community
from minga.governance.access import proposal_to_see
from minga.governance.commands.charter_changes import end_rules, put_charter
from minga.governance.commands.reviews import open_due_reviews
from minga.governance.models import Charter, Decision, Proposal, ProposalVersion
from minga.governance.rules.charter import rule_for, shipped
from minga.governance.rules.charter_changes import due_notice, sunset_days, without_ended
from minga.governance.rules.charter_reading import read_rules
from minga.governance.rules.charter_words import words_of
from minga.governance.rules.kinds import ProposalKind
from minga.kit.errors import Invalid, NotFound
from tests.communities.federating import ONE_ENGINE
from tests.communities.test_agreements import publish
from tests.governance.deciding import charter, decided, decision, follow, lines
from tests.governance.test_effects import events
from tests.village import Village


def strike(village: Village) -> None:
    """What the clock does, twice: the second time nothing is left to do."""
    for _ in range(2):
        with village.database.write() as session:
            close_due(session, at=village.clock())
            end_rules(session, at=village.clock())
            open_due_reviews(session, at=village.clock())
        follow(village)


def opened(village: Village) -> list[tuple[Proposal, ProposalVersion]]:
    with village.database.read() as session:
        rows = session.execute(
            select(Proposal, ProposalVersion)
            .join(ProposalVersion, ProposalVersion.proposal_id == Proposal.id)
            .where(Proposal.opened_for != "")
            .order_by(Proposal.id)
        ).all()
        session.expunge_all()
        return [(row[0], row[1]) for row in rows]


def test_a_review_date_reopens_an_agreement(village: Village) -> None:
    agreement = publish(village, "1. Be kind.", must=False)
    strike(village)
    assert opened(village) == []
    village.clock.forward(days=366)
    strike(village)
    [(proposal, words)] = opened(village)
    assert proposal.opened_for == f"agreement:{agreement}:1"
    assert (proposal.kind, proposal.proposer_id) == (ProposalKind.POLICY, None)
    assert proposal.submitted_at is not None
    assert words.title == "Keep, change or drop: How we treat each other"
    assert "1. Be kind." in words.description
    assert events(village, "ReviewDue")[0]["proposal_id"] == proposal.id
    assert "review_due" in {one.kind for one in lines(village, village.ana)}
    assert "review_due" not in {one.kind for one in lines(village, village.bruno)}
    with village.database.read() as session:
        assert proposal_to_see(session, village.bruno, proposal.id, at=village.clock()).id == proposal.id
        with pytest.raises(NotFound):
            proposal_to_see(session, village.zoe, proposal.id, at=village.clock())


@ONE_ENGINE
def test_a_version_that_came_after_is_looked_at_a_year_later(village: Village) -> None:
    publish(village, must=False)
    village.clock.forward(days=200)
    publish(village, "1. Be very kind.", must=False, change="More")
    village.clock.forward(days=200)
    strike(village)
    assert opened(village) == []
    with village.database.read() as session:
        dates = session.scalars(select(AgreementVersion.review_on).order_by(AgreementVersion.n)).all()
    assert dates == [date(2027, 11, 16), date(2028, 6, 4)]


def test_a_charter_and_a_decision_are_looked_at_again(village: Village) -> None:
    day = village.clock().date()
    with village.database.write() as session:
        charter(session, village, review_on=day + timedelta(days=10))
    made = decided(village, title="Open on Sundays")
    with village.database.write() as session:
        session.get_one(Decision, made).review_on = day + timedelta(days=20)
    village.clock.forward(days=10)
    strike(village)
    [(first, words)] = opened(village)
    assert first.opened_for.startswith("charter:")
    assert "At least 2 of every 3 ballots" in words.description
    village.clock.forward(days=10)
    strike(village)
    _, (second, words) = opened(village)
    assert second.opened_for == f"decision:{made}"
    assert words.title == "Keep, change or drop: Open on Sundays"
    assert "Decision 2026-001" in words.description
    assert decision(village, made).reviewed_at == village.clock()


def _short(months: int = 6) -> list[dict[str, Any]]:
    rules = [one.as_json() for one in shipped(simple_majority=True)]
    rules[0]["sunset_months"] = months
    return rules


def test_a_rule_ends_at_midnight_of_its_community_after_two_notices(village: Village) -> None:
    """GOV-T14: the usual rule holds again from the first moment of the day on, where the community lives."""
    with village.database.write() as session:
        session.get_one(Community, village.valley).zone = "America/Bogota"
        made = put_charter(session, village.valley, _short(), at=village.clock())
        assert made.sunset_on == date(2027, 5, 16)
    for day in (date(2027, 4, 15), date(2027, 4, 16), date(2027, 5, 9)):
        village.clock.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        strike(village)
    told = events(village, "SunsetNear")
    assert [(one["days"], one["rule_class"], one["ends_on"]) for one in told] == [
        (30, "common", "2027-05-16"),
        (7, "common", "2027-05-16"),
    ]
    village.clock.now = datetime(2027, 5, 16, 4, 59, tzinfo=UTC)  # 23:59 of the day before in Bogotá
    strike(village)
    assert _method(village) == "majority"
    village.clock.forward(minutes=1)
    strike(village)
    assert _method(village) == "consensus"
    assert events(village, "RuleSunset") == [{"charter_id": made.id, "rule_class": "common"}]


def _method(village: Village) -> str:
    with village.database.read() as session:
        newest = select(Charter).where(Charter.until_at.is_(None))
        return rule_for(read_rules(session.scalars(newest).one().rules), "policy").method


@ONE_ENGINE
def test_a_rule_that_is_carried_over_goes_on_counting(village: Village) -> None:
    with village.database.write() as session:
        put_charter(session, village.valley, _short(), at=village.clock())
        village.clock.forward(days=60)
        rules = _short()
        rules[1]["min_yes"] = 3
        made = put_charter(session, village.valley, rules, at=village.clock())
        assert (made.n, made.sunset_on) == (2, date(2027, 5, 16))


@ONE_ENGINE
def test_a_charter_that_cannot_hold_is_refused(village: Village) -> None:
    rules = [one for one in _short() if one["class"] != "removal"]
    with pytest.raises(Invalid) as refused, village.database.write() as session:
        put_charter(session, village.valley, rules, at=village.clock())
    assert refused.value.name == "charter_gap"


CLASSES = sorted(one.rule_class for one in shipped(simple_majority=True))


@given(st.sets(st.sampled_from(CLASSES)))
def test_whatever_ends_every_kind_has_exactly_one_rule(ended: set[str]) -> None:
    left = without_ended([one.as_json() for one in shipped(simple_majority=True)], frozenset(ended))
    rules = read_rules(left)  # refuses overlaps, gaps and what lies below the floors
    assert len({one.rule_class for one in rules}) == len(rules)


@given(st.integers(0, 400), st.integers(0, 400))
def test_each_notice_is_given_once(first: int, step: int) -> None:
    end, told = date(2027, 1, 1), list[int]()
    for left in sorted({first, max(first - step, 0), 30, 7, 1, 0}, reverse=True):
        days = due_notice(end, end - timedelta(days=left), told)
        if days is not None:
            assert left <= days
            told.append(days)
    assert sorted(told) == [7, 30]


def test_every_shipped_rule_has_words_and_no_end_of_its_own() -> None:
    for rule in shipped():
        assert all(text.format_map(facts) for text, facts in words_of(rule.as_json()))
    assert sunset_days([(date(2026, 1, 1), [one.as_json() for one in shipped()])]) == {}
