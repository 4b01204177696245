"""Rules with history; a subgroup is stricter or equal, now and when the community above tightens (I18)."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communities import access, commands, queries
from minga.communities.models import Policy
from minga.communities.rules import POLICIES, Choice, JoiningMode, Whole, YesNo
from minga.kit.db import Database, new_id
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.communities.makers import NOON, community, give, member, person

LEVELS = 4


def values(key: str) -> st.SearchStrategy[Any]:
    bounds = POLICIES[key].bounds
    if isinstance(bounds, Choice):
        return st.sampled_from(bounds.options)
    return st.integers(bounds.least, bounds.most) if isinstance(bounds, Whole) else st.booleans()


def test_a_rule_takes_two_and_begins_at_midnight_and_keeps_its_history(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana, zone="America/Bogota")
        chidi, bruno = member(session, valley, "Chidi"), member(session, valley, "Bruno")
        give(session, valley, chidi, "steward")
        with pytest.raises(Forbidden):
            commands.set_policy(session, bruno, valley.id, "joining.trial_days", 7, at=NOON)
        asked = commands.set_policy(
            session, ana, valley.id, "joining.trial_days", "7", note="We grow", at=NOON
        )
        commands.agree(session, chidi, asked.id, at=NOON)
        row = session.scalars(select(Policy).where(Policy.note == "We grow")).one()
        assert (row.set_by_id, row.second_by_id) == (ana.person_id, chidi.person_id)
        assert row.since_at == NOON.replace(hour=5) + timedelta(days=1)
        assert access.policies.value(session, valley.id, "joining.trial_days", at=NOON) == 0
        assert access.policies.value(session, valley.id, "joining.trial_days", at=row.since_at) == 7
        with pytest.raises(Stale):
            commands.set_policy(session, ana, valley.id, "joining.trial_days", 9, seen="", at=NOON)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("joining.trial_days", 731),
        ("joining.trial_days", "many"),
        ("joining.trial_days", True),
        ("joining.way", "sometimes"),
        ("community.show_member_count", "perhaps"),
    ],
)
def test_a_value_out_of_bounds_is_refused_at_its_field(database: Database, key: str, value: Any) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        with pytest.raises(Invalid) as refused:
            commands.set_policy(session, ana, valley.id, key, value, at=NOON)
        assert "value" in refused.value.fields


def test_an_unknown_rule_and_another_community_are_not_found(database: Database) -> None:
    with database.write() as session:
        ana, zoe = person(session, "Ana"), person(session, "Zoe")
        valley = community(session, ana)
        with pytest.raises(NotFound):
            commands.set_policy(session, ana, valley.id, "joining.mood", 1, at=NOON)
        with pytest.raises(NotFound):
            commands.set_policy(session, zoe, valley.id, "joining.trial_days", 1, at=NOON)


def test_a_group_may_only_be_stricter(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        garden = commands.found_subgroup(
            session, ana, valley.id, name="Garden", mode=JoiningMode.OPEN, at=NOON
        )
        commands.set_policy(session, ana, garden.id, "joining.invites_open_max", 3, urgent=True, at=NOON)
        assert access.policies.value(session, garden.id, "joining.invites_open_max", at=NOON) == 3
        with pytest.raises(Conflict) as refused:
            commands.set_policy(session, ana, garden.id, "joining.invites_open_max", 6, urgent=True, at=NOON)
        assert refused.value.name == "only_stricter"
        commands.set_policy(session, ana, valley.id, "joining.invites_open_max", 2, urgent=True, at=NOON)
        assert access.policies.value(session, garden.id, "joining.invites_open_max", at=NOON) == 2
        line = queries.rule(session, ana, garden.id, "joining.invites_open_max", at=NOON).line
        assert (line.own, line.above, line.value) == (False, True, 2)
        usual = queries.rule(session, ana, garden.id, "sign_in.recovery_wait_hours", at=NOON).line
        assert (usual.own, usual.above) == (False, False)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_group_is_laxer_than_what_is_set_above_it(database: Database, data: st.DataObject) -> None:
    """I18: whatever was set on any level and in any order, a level is never laxer than the one above it."""
    key = data.draw(st.sampled_from(sorted(POLICIES)))
    kind = POLICIES[key]
    with database.write() as session:
        mark = new_id()[-10:]
        ana = person(session, f"ana{mark}")
        line = [community(session, ana, f"Valley {mark}")]
        for n in range(1, LEVELS):
            line.append(commands.found_subgroup(session, ana, line[-1].id, name=f"Level {n} {mark}", at=NOON))
        for level in data.draw(st.lists(st.integers(0, LEVELS - 1), max_size=6)):
            session.add(
                Policy(
                    community_id=line[level].id,
                    key=key,
                    value=data.draw(values(key)),
                    since_at=NOON,
                    made_at=NOON,
                )
            )
            session.flush()
        found = [access.policies.value(session, one.id, key, at=NOON) for one in line]
        for upper, lower in pairwise(found):
            assert kind.bounds.strictness(lower) >= kind.bounds.strictness(upper)


def test_every_kind_of_bounds_reads_its_own_default() -> None:
    for kind in POLICIES.values():
        assert kind.bounds.read(kind.default) == kind.default
    assert {type(kind.bounds) for kind in POLICIES.values()} == {Choice, Whole, YesNo}
