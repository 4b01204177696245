"""Roles as data: two people change them, nobody gives what they lack, terms end by themselves (I8, I12, S26)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from minga.communities import access, commands
from minga.communities.commands import RoleShape
from minga.communities.models import Role, RoleCapability, RoleGrant
from minga.kit.db import Database, Session
from minga.kit.errors import Confirm, Conflict, Forbidden, Invalid, NotFound, Stale
from tests.communities.makers import NOON, community, give, member, membership, person


def role(session: Session, community_id: str, key: str) -> Role:
    return session.scalars(select(Role).where(Role.community_id == community_id, Role.key == key)).one()


def held_by(session: Session, one: Role) -> frozenset[str]:
    return frozenset(
        session.scalars(
            select(RoleCapability.capability).where(
                RoleCapability.role_id == one.id, RoleCapability.until_at.is_(None)
            )
        )
    )


def test_a_change_of_a_role_waits_for_a_second_steward_and_for_midnight(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi, bruno = member(session, valley, "Chidi"), member(session, valley, "Bruno")
        give(session, valley, chidi, "steward")
        members = role(session, valley.id, "member")
        wider = RoleShape(name="Member", capabilities=held_by(session, members) | {"listing.pin"})
        with pytest.raises(Forbidden):
            commands.edit_role(session, bruno, members.id, wider, at=NOON)
        asked = commands.edit_role(session, ana, members.id, wider, at=NOON)
        with pytest.raises(Conflict):
            commands.edit_role(session, ana, members.id, wider, at=NOON)
        with pytest.raises(NotFound):
            commands.agree(session, bruno, asked.id, at=NOON)
        with pytest.raises(Forbidden) as refused:
            commands.agree(session, ana, asked.id, at=NOON)
        assert str(refused.value) == "Somebody else has to agree. You already did."
        commands.agree(session, chidi, asked.id, at=NOON)
        commands.agree(session, chidi, asked.id, at=NOON)
        assert not access.may(session, bruno, "listing.pin", valley.id, at=NOON)
        midnight = NOON.replace(hour=0) + timedelta(days=1)
        assert access.may(session, bruno, "listing.pin", valley.id, at=midnight)
        assert members.version == 2
        with pytest.raises(Stale):
            commands.edit_role(session, ana, members.id, wider, version=1, at=NOON)


def test_a_second_word_comes_within_three_days_or_not_at_all(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi = member(session, valley, "Chidi")
        give(session, valley, chidi, "steward")
        asked = commands.make_role(session, ana, valley.id, RoleShape(name="Beekeeper"), at=NOON)
        late = NOON + timedelta(hours=72)
        with pytest.raises(Conflict):
            commands.agree(session, chidi, asked.id, at=late)
        again = commands.make_role(session, ana, valley.id, RoleShape(name="Beekeeper"), at=late)
        commands.withdraw(session, ana, again.id, at=late)
        with pytest.raises(Conflict):
            commands.agree(session, chidi, again.id, at=late)
        third = commands.make_role(session, ana, valley.id, RoleShape(name="Beekeeper"), at=late)
        commands.refuse(session, chidi, third.id, at=late)
        assert session.scalar(select(Role).where(Role.name == "Beekeeper")) is None


def test_whoever_lost_the_role_meanwhile_does_not_count(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi = member(session, valley, "Chidi")
        grant = give(session, valley, chidi, "steward")
        asked = commands.make_role(session, chidi, valley.id, RoleShape(name="Beekeeper"), at=NOON)
        commands.end_grant(session, chidi, grant.id, at=NOON)
        with pytest.raises(Conflict):
            commands.agree(session, ana, asked.id, at=NOON)


def test_a_steward_alone_acts_alone(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        commands.make_role(
            session, ana, valley.id, RoleShape(name="Beekeeper", duties=("Feeds the bees",)), at=NOON
        )
        assert session.scalars(select(Role.duties).where(Role.name == "Beekeeper")).one() == [
            "Feeds the bees"
        ]


def test_nobody_gives_what_they_lack(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        hana, bruno = member(session, valley, "Hana"), member(session, valley, "Bruno")
        give(session, valley, hana, "welcomer")
        welcomers = role(session, valley.id, "welcomer")
        session.add(RoleCapability(role_id=welcomers.id, capability="role.grant", since_at=NOON))
        session.flush()
        stewards, there = role(session, valley.id, "steward"), membership(session, valley, bruno).id
        with pytest.raises(Forbidden) as refused:
            commands.grant_role(session, hana, stewards.id, there, at=NOON)
        assert refused.value.name == "more_than_own"
        assert str(refused.value).startswith("You cannot give what you do not have: ")
        commands.grant_role(session, hana, welcomers.id, there, at=NOON)
        with pytest.raises(Conflict):
            commands.grant_role(session, hana, welcomers.id, there, at=NOON)


def test_giving_a_role_asks_for_confirmation(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno = member(session, valley, "Bruno")
        stewards, there = role(session, valley.id, "steward"), membership(session, valley, bruno).id
        with pytest.raises(Confirm):
            commands.grant_role(session, replace(ana, confirmed_at=None), stewards.id, there, at=NOON)


def test_standing_roles_are_not_given_and_seats_are_counted(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno, chidi = member(session, valley, "Bruno"), member(session, valley, "Chidi")
        with pytest.raises(Conflict):
            commands.grant_role(
                session,
                ana,
                role(session, valley.id, "member").id,
                membership(session, valley, bruno).id,
                at=NOON,
            )
        welcomers = role(session, valley.id, "welcomer")
        welcomers.seats_max = 1
        commands.grant_role(session, ana, welcomers.id, membership(session, valley, bruno).id, at=NOON)
        with pytest.raises(Conflict) as refused:
            commands.grant_role(session, ana, welcomers.id, membership(session, valley, chidi).id, at=NOON)
        assert str(refused.value) == "All 1 seats of this role are taken."


def test_terms_end_by_themselves_and_can_be_given_again(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana, zone="Europe/Madrid")
        bruno = member(session, valley, "Bruno")
        welcomers, there = role(session, valley.id, "welcomer"), membership(session, valley, bruno).id
        with pytest.raises(Invalid):
            commands.grant_role(
                session, ana, welcomers.id, there, until_on=NOON.date() - timedelta(days=1), at=NOON
            )
        grant = commands.grant_role(session, ana, welcomers.id, there, until_on=NOON.date(), at=NOON)
        night = NOON.replace(hour=23)
        assert access.may(session, bruno, "application.see", valley.id, at=NOON)
        assert not access.may(session, bruno, "application.see", valley.id, at=night)
        commands.close_due(session, at=night)
        assert grant.ended_at == grant.until_at
        tomorrow = replace(ana, confirmed_at=night)
        commands.grant_role(session, tomorrow, welcomers.id, there, at=night)
        assert (
            session.scalars(select(RoleGrant).where(RoleGrant.membership_id == there)).all()[1].until_at
            is None
        )


def test_of_two_stewards_neither_ends_the_role_of_the_other_alone(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        chidi, hana = member(session, valley, "Chidi"), member(session, valley, "Hana")
        grant = give(session, valley, chidi, "steward")
        asked = commands.end_grant(session, ana, grant.id, at=NOON)
        assert asked is not None
        with pytest.raises(Forbidden) as refused:
            commands.agree(session, chidi, asked.id, at=NOON)
        assert refused.value.name == "self_approval"
        assert grant.ended_at is None
        give(session, valley, hana, "steward")
        commands.agree(session, hana, asked.id, at=NOON)
        assert grant.ended_at == NOON


def test_stewards_keep_what_lets_them_change_roles(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        stewards = role(session, valley.id, "steward")
        less = held_by(session, stewards) - {"role.edit"}
        with pytest.raises(Conflict):
            commands.edit_role(session, ana, stewards.id, RoleShape(name="S", capabilities=less), at=NOON)
        with pytest.raises(Invalid):
            commands.edit_role(
                session, ana, stewards.id, RoleShape(name="S", capabilities=frozenset({"fly"})), at=NOON
            )
