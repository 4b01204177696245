"""Trial, rest, leaving, and that a community always has a steward (I1, I6)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communities import access, commands
from minga.communities.models import Membership, RoleGrant
from minga.communities.rules import JoiningMode, Standing
from minga.kit.db import Database
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import EventRow
from tests.communities.makers import NOON, community, give, member, membership, person


def test_the_last_steward_hands_the_role_on_first(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi = member(session, valley, "Chidi")
        acts: tuple[Callable[[], object], ...] = (
            lambda: commands.leave(session, ana, valley.id, at=NOON),
            lambda: commands.rest(session, ana, valley.id, at=NOON),
            lambda: commands.end_grant(session, ana, session.scalars(select(RoleGrant.id)).one(), at=NOON),
        )
        for act in acts:
            with pytest.raises(Conflict) as refused:
                act()
            assert refused.value.name == "last_steward"
        grant = give(session, valley, chidi, "steward", days=3)
        with pytest.raises(Conflict):
            commands.leave(session, ana, valley.id, at=NOON)
        grant.until_at = None
        commands.leave(session, ana, valley.id, at=NOON)
        assert access.standing_of(session, ana, valley.id, at=NOON) is None
        assert access.may(session, chidi, "role.grant", valley.id, at=NOON)


def test_leaving_the_root_leaves_every_group_below_in_one_step(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno = member(session, valley, "Bruno")
        garden = commands.found_subgroup(session, ana, valley.id, name="Garden", at=NOON)
        commands.join_subgroup(session, bruno, garden.id, at=NOON)
        give(session, valley, bruno, "welcomer")
        commands.leave(session, bruno, valley.id, at=NOON)
        live = session.scalars(
            select(Membership).where(Membership.person_id == bruno.person_id, Membership.ended_on.is_(None))
        ).all()
        assert live == []
        why = session.scalars(
            select(Membership.ended_why)
            .where(Membership.person_id == bruno.person_id)
            .order_by(Membership.id)
        ).all()
        assert why == ["left", "root_left"]
        assert session.scalars(select(EventRow.name).where(EventRow.name == "RoleEnded")).all() == [
            "RoleEnded"
        ]
        with pytest.raises(NotFound):
            commands.leave(session, bruno, valley.id, at=NOON)


def test_coming_back_makes_a_new_row_that_knows_the_earlier_one(database: Database) -> None:
    with database.write() as session:
        valley = community(session, person(session, "Ana"))
        bruno = member(session, valley, "Bruno")
        first = membership(session, valley, bruno)
        commands.leave(session, bruno, valley.id, at=NOON)
        member(session, valley, bruno)
        assert membership(session, valley, bruno).earlier_id == first.id


def test_who_rests_reads_and_does_nothing_else(database: Database) -> None:
    with database.write() as session:
        valley = community(session, person(session, "Ana"))
        bruno = member(session, valley, "Bruno")
        commands.rest(session, bruno, valley.id, until_on=NOON.date() + timedelta(days=3), at=NOON)
        assert access.standing_of(session, bruno, valley.id, at=NOON) is Standing.PAUSED
        assert access.may(session, bruno, "listing.see", valley.id, at=NOON)
        assert access.may(session, bruno, "ask.make", valley.id, at=NOON).rule == "resting"
        commands.close_due(session, at=NOON + timedelta(days=3))
        assert access.standing_of(session, bruno, valley.id, at=NOON) is Standing.PAUSED
        commands.close_due(session, at=NOON + timedelta(days=4))
        assert access.may(session, bruno, "ask.make", valley.id, at=NOON)


def test_a_pause_by_stewards_takes_two_and_closes_the_door(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi, bruno = member(session, valley, "Chidi"), member(session, valley, "Bruno")
        give(session, valley, chidi, "steward")
        there = membership(session, valley, bruno).id
        day = NOON.date() + timedelta(days=30)
        with pytest.raises(Forbidden):
            commands.pause_member(session, bruno, there, until_on=day, reason="x", at=NOON)
        with pytest.raises(Invalid):
            commands.pause_member(session, ana, there, until_on=day + timedelta(days=90), reason="x", at=NOON)
        asked = commands.pause_member(session, ana, there, until_on=day, reason="Threats", at=NOON)
        assert access.may(session, bruno, "ask.make", valley.id, at=NOON)
        with pytest.raises(Forbidden) as refused:
            commands.agree(session, ana, asked.id, at=NOON)
        assert refused.value.name == "same_person"
        commands.agree(session, chidi, asked.id, at=NOON)
        assert session.scalars(access.communities_of(bruno)).all() == []
        with pytest.raises(Forbidden):
            commands.resume(session, bruno, there, at=NOON)
        commands.resume(session, chidi, there, at=NOON)
        assert access.may(session, bruno, "ask.make", valley.id, at=NOON)


def test_a_trial_ends_by_the_clock_or_by_a_welcomers_word(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        dara, edda = (member(session, valley, name, trial_days=14) for name in ("Dara", "Edda"))
        with pytest.raises(Forbidden):
            commands.make_full(session, dara, membership(session, valley, edda).id, at=NOON)
        commands.make_full(session, ana, membership(session, valley, dara).id, at=NOON)
        assert access.standing_of(session, dara, valley.id, at=NOON) is Standing.FULL
        commands.extend_trial(
            session,
            ana,
            membership(session, valley, edda).id,
            until_on=NOON.date() + timedelta(days=20),
            at=NOON,
        )
        commands.close_due(session, at=NOON + timedelta(days=20))
        assert membership(session, valley, edda).full_on is None
        commands.close_due(session, at=NOON + timedelta(days=21))
        commands.close_due(session, at=NOON + timedelta(days=21))
        assert membership(session, valley, edda).full_on == NOON.date() + timedelta(days=21)
        ended = session.scalars(select(EventRow).where(EventRow.name == "TrialEnded")).all()
        assert [row.facts["why"] for row in ended] == ["welcomer", "clock"]


def test_nobody_ends_their_own_trial(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        dara = member(session, valley, "Dara", trial_days=14)
        give(session, valley, dara, "welcomer")
        with pytest.raises(Forbidden) as refused:
            commands.make_full(session, dara, membership(session, valley, dara).id, at=NOON)
        assert refused.value.name == "self_approval"


def test_a_member_of_a_group_is_a_member_of_its_root(database: Database) -> None:
    """I6: whoever is no member of the root comes into no group, whichever way."""
    with database.write() as session:
        ana, zoe = person(session, "Ana"), person(session, "Zoe")
        valley = community(session, ana)
        garden = commands.found_subgroup(
            session, ana, valley.id, name="Garden", mode=JoiningMode.OPEN, at=NOON
        )
        with pytest.raises(NotFound):
            commands.join_subgroup(session, zoe, garden.id, at=NOON)
        with pytest.raises(Conflict):
            member(session, garden, zoe)
