"""One decision function: its steps in order, and the same answers as SQL (I7)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.communities import access
from minga.communities.models import (
    Community,
    DeviceAdmission,
    Lineage,
    Membership,
    Pause,
    Policy,
    Role,
    RoleCapability,
    RoleGrant,
)
from minga.communities.rules import CAPABILITIES, CameBy, Standing
from minga.identity import Actor
from minga.identity.models import Device, Person, SignIn
from minga.identity.rules.sign_ins import How
from minga.kit.db import Database, Session, count_statements, new_id
from minga.kit.errors import Confirm, Forbidden, NotFound, NotSignedIn
from tests.communities.makers import NOON, community, give, member, person


def test_a_stranger_is_answered_as_if_nothing_were_there(database: Database) -> None:
    with database.write() as session:
        valley = community(session, person(session, "Ana"))
        zoe = person(session, "Zoe")
        for name in CAPABILITIES:
            with pytest.raises(NotFound) as refused:
                access.require(session, zoe, name, valley.id, at=NOON, seconded=True)
            with pytest.raises(NotFound) as absent:
                access.require(session, zoe, name, new_id(), at=NOON, seconded=True)
            assert str(refused.value) == str(absent.value)
        with pytest.raises(NotSignedIn):
            access.require(session, Actor.nobody(), "community.see", valley.id, at=NOON)


def test_the_machine_and_an_operator_have_no_right_in_a_community(database: Database) -> None:
    with database.write() as session:
        valley = community(session, person(session, "Ana"))
        ivo = replace(person(session, "Ivo"), operator=True)
        for actor in (ivo, Actor.machine()):
            assert not any(
                access.may(session, actor, name, valley.id, at=NOON, seconded=True) for name in CAPABILITIES
            )


def test_trial_members_read_when_their_trial_ends(database: Database) -> None:
    with database.write() as session:
        valley = community(session, person(session, "Ana"), zone="America/Bogota")
        dara = member(session, valley, "Dara", trial_days=14)
        assert access.standing_of(session, dara, valley.id, at=NOON) is Standing.TRIAL
        with pytest.raises(Forbidden) as refused:
            access.require(session, dara, "member.invite", valley.id, at=NOON)
        assert str(refused.value) == "Trial members cannot do this yet. Your trial ends on 3 December 2026."
        assert refused.value.name == "not_yet"
        assert access.may(session, dara, "ask.make", valley.id, at=NOON)
        later = NOON + timedelta(days=14)
        assert access.standing_of(session, dara, valley.id, at=later) is Standing.FULL
        assert access.may(session, dara, "member.invite", valley.id, at=later)


def test_a_refusal_names_the_role_and_who_holds_it(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        bruno = member(session, valley, "Bruno")
        with pytest.raises(Forbidden) as refused:
            access.require(session, bruno, "listing.pin", valley.id, at=NOON)
        assert str(refused.value) == "Only people with the role Steward can do this. Yours are Ana."
        assert refused.value.lifted_by == ("Steward",)


def test_confirmation_is_asked_and_not_refused(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        for confirmed_at in (None, NOON - timedelta(minutes=15)):
            with pytest.raises(Confirm):
                access.require(
                    session, replace(ana, confirmed_at=confirmed_at), "role.grant", valley.id, at=NOON
                )
        access.require(session, ana, "role.grant", valley.id, at=NOON)


def test_what_takes_two_or_a_decision_is_nobodys_alone(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        assert access.may(session, ana, "policy.edit", valley.id, at=NOON).rule == "needs_second"
        assert access.may(session, ana, "policy.edit", valley.id, at=NOON, seconded=True)
        assert access.may(session, ana, "member.remove", valley.id, at=NOON).rule == "needs_decision"


def test_nobody_decides_about_themselves(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        said = access.may(session, ana, "application.answer", valley.id, at=NOON, concerning=ana.person_id)
        assert said.rule == "self_approval"


def test_tokens_reach_no_further_than_their_scopes_and_their_community(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley, harbour = community(session, ana), community(session, ana, "Harbour")
        reading = replace(ana, token_id=new_id(), token_scopes=frozenset({"read"}))
        assert access.may(session, reading, "community.see", valley.id, at=NOON)
        assert access.may(session, reading, "community.edit", valley.id, at=NOON).rule == "token_scope"
        writing = replace(ana, token_id=new_id(), token_scopes=frozenset({"write"}))
        assert access.may(session, writing, "community.edit", valley.id, at=NOON)
        for name in ("role.grant", "role.edit", "sign_in.approve"):
            assert access.may(session, writing, name, valley.id, at=NOON, seconded=True).rule == "token_scope"
        bound = replace(writing, token_community_id=valley.id)
        assert access.may(session, bound, "community.edit", harbour.id, at=NOON).rule == "not_found"
        assert session.scalars(access.communities_of(bound)).all() == [valley.id]


def test_a_suspended_person_is_nobody_everywhere(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        session.get_one(Person, ana.person_id).suspended_at = NOON
        session.flush()
        access.forget(session)
        assert not access.may(session, ana, "community.see", valley.id, at=NOON)
        assert session.scalars(access.communities_of(ana)).all() == []


def test_a_closed_community_can_be_read(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        valley = community(session, ana)
        valley.archived_at = NOON
        session.flush()
        assert access.may(session, ana, "log.see", valley.id, at=NOON)
        assert access.may(session, ana, "listing.publish", valley.id, at=NOON).rule == "community_closed"


def test_a_change_in_the_same_unit_is_seen_at_once(database: Database) -> None:
    with database.write() as session:
        valley = community(session, person(session, "Ana"))
        bruno = member(session, valley, "Bruno")
        assert not access.may(session, bruno, "listing.pin", valley.id, at=NOON)
        grant = give(session, valley, bruno, "steward", days=1)
        assert access.may(session, bruno, "listing.pin", valley.id, at=NOON)
        assert not access.may(session, bruno, "listing.pin", valley.id, at=NOON + timedelta(days=1))
        grant.ended_at = NOON
        session.flush()
        assert not access.may(session, bruno, "listing.pin", valley.id, at=NOON)


def test_many_questions_cost_one_query(database: Database) -> None:
    with database.write() as session:
        ana = person(session, "Ana")
        places = [community(session, ana, f"Valley {n}").id for n in range(3)]
    with database.read() as session, count_statements(database) as said:
        assert all(access.may(session, ana, "listing.publish", place, at=NOON) for place in places * 20)
    assert len([one for one in said if one.startswith("SELECT")]) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_lists_and_single_checks_agree(database: Database, data: st.DataObject) -> None:
    """I7: for random worlds the SQL of every capability finds exactly what `may` allows."""
    with database.write() as session:
        actors, places = _random_world(session, data)
        for actor in actors:
            seconded = data.draw(st.booleans())
            for name in CAPABILITIES:
                listed = session.scalars(access.communities_where(actor, name, at=NOON, seconded=seconded))
                allowed = {
                    place
                    for place in places
                    if access.may(session, actor, name, place, at=NOON, seconded=seconded)
                }
                assert set(listed) & set(places) == allowed, (name, seconded, actor)
            seen = set(session.scalars(access.communities_of(actor))) & set(places)
            assert seen == {
                p
                for p in places
                if (one := access.place_of(session, actor, p, at=NOON)) and one.membership_id
            }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_locked_for_a_device_is_in_no_list_and_no_check(
    database: Database, data: st.DataObject
) -> None:
    """Step 4: where the rule in force asks, a device that nobody admitted reaches nothing, and any other everything."""
    with database.write() as session:
        actors, places = _random_world(session, data)
        for place in places:
            for since_at in data.draw(
                st.lists(st.sampled_from([-2, -1, 1]), max_size=2, unique=True).map(sorted)
            ):
                value = data.draw(st.sampled_from(["new_device", "no_factor"]))
                since = NOON + timedelta(days=since_at)
                session.add(
                    Policy(
                        community_id=place, key="sign_in.approval", value=value, since_at=since, made_at=since
                    )
                )
        session.flush()
        for anywhere in (replace(one, token_scopes=None, token_community_id=None) for one in actors):
            kind = data.draw(st.sampled_from(["none", "new", "old", "admitted"]))
            actor = _with_device(session, anywhere, kind, places)
            locks = access.locks_of(session, actor, at=NOON)
            actor = replace(actor, locked=frozenset(one.community_id for one in locks))
            for place in places:
                asks = access.policies.value(session, place, "sign_in.approval", at=NOON) == "new_device"
                locked = asks and kind in ("none", "new")
                there = access.place_of(session, anywhere, place, at=NOON)
                assert access.place_of(session, actor, place, at=NOON) == (None if locked else there), kind
                rule = access.may(session, actor, "community.see", place, at=NOON).rule
                assert (rule == "device_locked") == bool(locked and _reached(session, anywhere, place)), kind
            for name in CAPABILITIES:
                listed = set(session.scalars(access.communities_where(actor, name, at=NOON, seconded=True)))
                assert listed & set(places) == {
                    place
                    for place in places
                    if access.may(session, actor, name, place, at=NOON, seconded=True)
                }
            own = set(session.scalars(access.communities_of(actor)))
            assert not own & actor.locked
            assert not set(session.scalars(access.visible_communities(actor))) & actor.locked


def _reached(session: Session, actor: Actor, place: str) -> bool:
    return place in set(session.scalars(access.visible_communities(actor)))


def _with_device(session: Session, actor: Actor, kind: str, places: list[str]) -> Actor:
    """The person at a browser without a cookie, with a new one, one from before every rule, or one that was admitted."""
    if kind == "none":
        return replace(actor, sign_in_id=new_id())
    since = NOON - timedelta(days=5 if kind == "old" else 0)
    device = Device(
        id=new_id(),
        person_id=actor.person_id,
        cookie_hash=new_id(),
        label="",
        first_at=since,
        seen_on=since.date(),
    )
    session.add(device)
    session.flush()
    ask = SignIn(id=new_id(), person_id=actor.person_id, token_hash=new_id(), how=How.DEVICE, asked_at=since)
    session.add(ask)
    session.flush()
    if kind == "admitted":
        for place in places:
            session.add(
                DeviceAdmission(
                    device_id=device.id,
                    community_id=place,
                    sign_in_id=ask.id,
                    approver_id=actor.person_id,
                    admitted_at=NOON,
                )
            )
    session.flush()
    return replace(actor, sign_in_id=ask.id, device_id=device.id)


def _random_world(session: Session, data: st.DataObject) -> tuple[list[Actor], list[str]]:
    """A tree of up to four communities, some quiet or closed; people with random standing, roles and tokens."""
    draw = data.draw
    mark = new_id()[-10:]
    places: list[str] = []
    above: dict[str, list[tuple[str, bool]]] = {}
    for n in range(draw(st.integers(1, 4))):
        parent = draw(st.sampled_from([None, *places]))
        quiet = parent is not None and draw(st.booleans())
        one = new_id()
        line = [] if parent is None else [(parent, True), *above[parent]]
        reach = [(up, reaches and not quiet) for up, reaches in line]
        above[one] = reach
        session.add(
            Community(
                id=one,
                slug=f"place-{mark}-{n}",
                name="Place",
                parent_id=parent,
                root_id=line[-1][0] if line else one,
                made_at=NOON,
                archived_at=NOON if draw(st.integers(0, 4)) == 0 else None,
            )
        )
        session.flush()
        session.add(Lineage(community_id=one, above_id=one, steps=0, roles_reach=True))
        for steps, (up, reaches) in enumerate(reach, 1):
            session.add(Lineage(community_id=one, above_id=up, steps=steps, roles_reach=reaches))
        places.append(one)
        for key in ("trial", "member", "steward"):
            role = Role(community_id=one, key=key, name=key, built_in=key != "steward", made_at=NOON)
            session.add(role)
            session.flush()
            for name in draw(st.lists(st.sampled_from(sorted(CAPABILITIES)), max_size=8, unique=True)):
                until = draw(st.sampled_from([None, NOON, NOON + timedelta(days=1)]))
                session.add(
                    RoleCapability(
                        role_id=role.id, capability=name, since_at=NOON - timedelta(days=1), until_at=until
                    )
                )
    actors = [_random_person(session, data, f"{mark}{n}", places) for n in range(2)]
    session.flush()
    access.forget(session)
    return actors, places


def _random_person(session: Session, data: st.DataObject, handle: str, places: list[str]) -> Actor:
    draw = data.draw
    someone = session.get_one(Person, person(session, handle).person_id)
    someone.suspended_at = NOON if draw(st.integers(0, 9)) == 0 else None
    for place in draw(st.lists(st.sampled_from(places), unique=True)):
        trial_ends_at = draw(st.sampled_from([None, NOON, NOON + timedelta(days=2)]))
        one = Membership(
            community_id=place,
            person_id=someone.id,
            came_by=CameBy.INVITE,
            joined_on=NOON.date(),
            trial_ends_at=trial_ends_at,
            ended_on=NOON.date() if draw(st.integers(0, 5)) == 0 else None,
            made_at=NOON - timedelta(days=9),
        )
        session.add(one)
        session.flush()
        if draw(st.booleans()):
            role = session.scalars(
                select(Role).where(Role.community_id == place, Role.key == "steward")
            ).one()
            session.add(
                RoleGrant(
                    role_id=role.id,
                    membership_id=one.id,
                    since_at=draw(st.sampled_from([NOON, NOON + timedelta(days=1)])),
                    until_at=draw(st.sampled_from([None, NOON + timedelta(days=1)])),
                    ended_at=NOON if draw(st.integers(0, 4)) == 0 else None,
                    granted_by_id=someone.id,
                )
            )
        if draw(st.integers(0, 3)) == 0:
            session.add(
                Pause(
                    membership_id=one.id,
                    since_at=NOON,
                    by_id=someone.id,
                    by_self=draw(st.booleans()),
                    ended_at=draw(st.sampled_from([None, NOON])),
                )
            )
    return Actor(
        someone.id,
        confirmed_at=draw(st.sampled_from([None, NOON])),
        token_scopes=draw(st.sampled_from([None, frozenset({"read"}), frozenset({"communities.write"})])),
        token_community_id=draw(st.sampled_from([None, None, *places])),
    )
