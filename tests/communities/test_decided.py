"""What a decision does in communities: nobody's capability is asked, the number stands with it, once, or a no in words."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.communities import access, commands, queries
from minga.communities.commands.agreements import newest_version
from minga.communities.commands.membership import live_membership
from minga.communities.models import Agreement, Application, Membership, Partnership, Policy, Role, Seat
from minga.communities.rules import EndedWhy
from minga.communities.rules.agreements import Text
from minga.communities.rules.decided import Decided
from minga.communities.rules.federations import SeatState
from minga.communities.rules.ties import Gives
from minga.identity.models import Invite
from minga.kit.db import new_id
from minga.kit.errors import Conflict, Forbidden, NotFound
from minga.kit.events import EventRow
from minga.kit.ids import Id
from tests.communities.federating import ONE_ENGINE, do, federate
from tests.communities.tying import agree, propose
from tests.communities.tying import listed as listed
from tests.village import Village

NOW = Decided("2026-001")


def by(village: Village, name: str = "ana") -> Decided:
    return Decided("2026-001", village.people[name])


def decide(village: Village, act: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
    with village.database.write() as session:
        return act(session, *given, at=village.clock(), **named)


def rule(village: Village, key: str, value: Any) -> None:
    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.valley,
                key=key,
                value=value,
                since_at=village.clock(),
                made_at=village.clock(),
            )
        )


def value(village: Village, key: str) -> Any:
    with village.database.read() as session:
        return access.policies.value(session, village.valley, key, at=village.clock())


def numbers(village: Village, name: str) -> list[str]:
    """The numbers of decisions that the log says with the events of a name."""
    with village.database.read() as session:
        rows = session.scalars(select(EventRow).where(EventRow.name == name, EventRow.actor_id.is_(None)))
        return [row.facts["decision"] for row in rows]


def role(village: Village, key: str) -> Id:
    with village.database.read() as session:
        found = select(Role.id).where(Role.community_id == village.valley, Role.key == key)
        return session.scalars(found).one()


def roles_of(village: Village, who: str) -> frozenset[str]:
    with village.database.read() as session:
        place = access.place_of(session, village.actor(who), village.valley, at=village.clock())
        return place.roles if place else frozenset()


def ask_to_join(village: Village, who: str = "zoe") -> Id:
    rule(village, "joining.way", "apply")
    rule(village, "community.listed", "node")
    sent = do(village, who, commands.apply, village.valley, words="Hello")
    return str(sent.application.id)


def test_a_rule_is_set_from_midnight_on_and_once(village: Village) -> None:
    for _ in range(2):
        decide(village, commands.set_policy_as_decided, village.valley, "joining.trial_days", "7", NOW)
    assert value(village, "joining.trial_days") == 0
    assert numbers(village, "PolicySet") == ["2026-001"]
    village.clock.forward(days=1)
    assert value(village, "joining.trial_days") == 7
    with village.database.read() as session:
        found = queries.rule(session, village.bruno, village.valley, "joining.trial_days", at=village.clock())
    assert (found.line.decision, found.line.set_by) == ("2026-001", None)
    with pytest.raises(NotFound):
        decide(village, commands.set_policy_as_decided, village.valley, "joining.mood", 1, NOW)


@ONE_ENGINE
def test_rules_that_only_decisions_change_are_refused_to_stewards(village: Village) -> None:
    change = (commands.set_policy, village.valley, "joining.trial_days", 9)
    waiting = do(village, "ana", *change)
    rule(village, "policies.changed_by", "decision")
    with pytest.raises(Forbidden) as refused:
        do(village, "ana", commands.set_policy, village.valley, "joining.way", "open")
    assert refused.value.name == "needs_decision"
    with pytest.raises(Forbidden):  # what two stewards had begun before
        do(village, "chidi", commands.agree, waiting.id)
    with pytest.raises(Forbidden):  # and they do not take it back themselves
        do(village, "ana", commands.set_policy, village.valley, "policies.changed_by", "two_stewards")


@ONE_ENGINE
def test_roles_that_only_decisions_change_are_refused_to_stewards(village: Village) -> None:
    shape = commands.RoleShape(name="Baker")
    waiting = do(village, "ana", commands.make_role, village.valley, shape)
    rule(village, "roles.changed_by", "decision")
    with pytest.raises(Forbidden):
        do(village, "ana", commands.make_role, village.valley, commands.RoleShape(name="Miller"))
    with pytest.raises(Forbidden):
        do(village, "ana", commands.edit_role, role(village, "welcomer"), shape)
    with pytest.raises(Forbidden):
        do(village, "chidi", commands.agree, waiting.id)


def test_a_role_is_given_and_ended(village: Village) -> None:
    treasurer, bruno = role(village, "welcomer"), village.people["bruno"]
    for _ in range(2):
        decide(village, commands.grant_role_as_decided, village.valley, treasurer, bruno, by(village))
    assert "welcomer" in roles_of(village, "bruno")
    assert numbers(village, "RoleGranted") == ["2026-001"]
    with pytest.raises(Conflict):  # another decision about what is so already
        later = Decided("2026-002", village.people["ana"])
        decide(village, commands.grant_role_as_decided, village.valley, treasurer, bruno, later)
    decide(village, commands.end_role_as_decided, village.valley, treasurer, bruno, NOW)
    assert "welcomer" not in roles_of(village, "bruno")
    with pytest.raises(Conflict):
        decide(village, commands.end_role_as_decided, village.valley, treasurer, bruno, NOW)


@ONE_ENGINE
def test_a_role_is_not_given_to_strangers_nor_one_of_elsewhere_and_a_steward_stays(village: Village) -> None:
    welcomer, zoe = role(village, "welcomer"), village.people["zoe"]
    with pytest.raises(Conflict):
        decide(village, commands.grant_role_as_decided, village.valley, welcomer, zoe, by(village))
    with pytest.raises(Conflict):
        decide(village, commands.grant_role_as_decided, village.hill, welcomer, zoe, by(village))
    with pytest.raises(Conflict) as refused:
        bruno = village.people["bruno"]
        decide(village, commands.grant_role_as_decided, village.valley, welcomer, bruno, NOW)
    assert refused.value.name == "nobody_named"
    steward = role(village, "steward")
    decide(village, commands.end_role_as_decided, village.valley, steward, village.people["ana"], NOW)
    with pytest.raises(Conflict):
        decide(village, commands.end_role_as_decided, village.valley, steward, village.people["chidi"], NOW)


def test_an_agreement_is_put_in_force_unless_another_version_came_between(village: Village) -> None:
    def publish(words: str, number: str, instead_of: int) -> None:
        decide(
            village,
            commands.publish_agreement_as_decided,
            village.valley,
            "kind",
            [Text("en", "How we treat each other", words)],
            Decided(number),
            must_accept=True,
            change="Words",
            instead_of=instead_of,
        )

    publish("Be kind.", "2026-001", 0)
    publish("Be kind.", "2026-001", 0)
    with pytest.raises(Conflict) as refused:
        publish("Be very kind.", "2026-002", 0)
    assert refused.value.name == "version_changed"
    publish("Be very kind.", "2026-003", 1)
    with village.database.read() as session:
        newest = newest_version(session, village.valley, "kind")
        assert newest is not None
        assert (newest.n, newest.decision, newest.published_by_id) == (2, "2026-003", None)
        assert newest.review_on is not None
        assert newest.review_on.year == village.clock().year + 1
        assert session.scalar(select(func.count()).select_from(Agreement)) == 1
    assert numbers(village, "AgreementPublished") == ["2026-001", "2026-003"]


def test_an_applicant_is_admitted_where_only_all_decide(village: Village) -> None:
    asked = ask_to_join(village)
    rule(village, "joining.approval", "decision")
    with pytest.raises(Conflict) as refused:
        do(village, "hana", commands.answer, asked, accept=True)
    assert refused.value.name == "needs_decision"
    for _ in range(2):
        decide(village, commands.admit_as_decided, village.valley, asked, by(village, "bruno"))
    with village.database.read() as session:
        made = live_membership(session, village.valley, village.people["zoe"])
        sponsor = live_membership(session, village.valley, village.people["bruno"])
        found = session.get_one(Application, asked)
        assert made is not None
        assert sponsor is not None
        assert (made.sponsor_id, found.decision, found.by_id) == (sponsor.id, "2026-001", None)
    assert numbers(village, "ApplicationAnswered") == ["2026-001"]


@ONE_ENGINE
def test_an_application_that_is_over_or_elsewhere_is_not_admitted(village: Village) -> None:
    asked = ask_to_join(village)
    with pytest.raises(NotFound):
        decide(village, commands.admit_as_decided, village.hill, asked, NOW)
    with pytest.raises(NotFound):
        decide(village, commands.admit_as_decided, village.valley, new_id(), NOW)
    do(village, "zoe", commands.withdraw_application, asked)
    with pytest.raises(Conflict) as refused:
        decide(village, commands.admit_as_decided, village.valley, asked, NOW)
    assert refused.value.name == "application_over"


def test_somebody_who_was_heard_is_removed_with_roles_and_invitations(village: Village) -> None:
    hana = village.people["hana"]
    with pytest.raises(Conflict) as refused:
        decide(village, commands.remove_as_decided, village.valley, hana, NOW, heard=False)
    assert refused.value.name == "not_heard"
    made = do(village, "hana", commands.invite, village.valley, commands.InviteTerms())
    decide(village, commands.remove_as_decided, village.valley, hana, NOW, heard=True)
    with village.database.read() as session:
        gone = session.scalars(select(Membership).where(Membership.person_id == hana)).one()
        assert gone.ended_why is EndedWhy.REMOVED
        assert session.get_one(Invite, made.id).revoked_at is not None
    assert numbers(village, "MembershipEnded") == ["2026-001"]
    with pytest.raises(Conflict):
        decide(village, commands.remove_as_decided, village.valley, hana, NOW, heard=True)


def test_the_last_steward_is_not_removed(village: Village) -> None:
    with pytest.raises(Conflict):
        decide(village, commands.remove_as_decided, village.hill, village.people["zoe"], NOW, heard=True)


def test_a_partnership_is_proposed_agreed_and_ended(listed: Village) -> None:
    village = listed
    gives = Gives()
    with pytest.raises(Conflict):
        decide(village, commands.propose_tie_as_decided, village.valley, village.harbour, gives, NOW)
    decide(village, commands.propose_tie_as_decided, village.valley, village.harbour, gives, by(village))
    with village.database.read() as session:
        tie = session.scalars(select(Partnership.id)).one()
    with pytest.raises(Conflict):  # one's own question is not answered by oneself
        decide(village, commands.agree_to_tie_as_decided, village.valley, tie, gives, by(village))
    with pytest.raises(NotFound):
        decide(village, commands.agree_to_tie_as_decided, village.hill, tie, gives, by(village, "zoe"))
    farid = Decided("2026-007", village.people["farid"])
    for _ in range(2):
        decide(village, commands.agree_to_tie_as_decided, village.harbour, tie, gives, farid)
    for _ in range(2):
        decide(village, commands.end_tie_as_decided, village.valley, tie, NOW)
    with village.database.read() as session:
        assert session.get_one(Partnership, tie).ended_at is not None
    assert numbers(village, "TieAgreed") == ["2026-007"] * 2
    assert numbers(village, "TieEnded") == ["2026-001"] * 2


@ONE_ENGINE
def test_a_partnership_that_two_people_made_is_ended_by_a_decision(listed: Village) -> None:
    tie = propose(listed)
    agree(listed, tie)
    decide(listed, commands.end_tie_as_decided, listed.harbour, tie, NOW)
    with pytest.raises(NotFound):
        decide(listed, commands.end_tie_as_decided, listed.hill, tie, NOW)
    with pytest.raises(NotFound):
        decide(listed, commands.propose_tie_as_decided, listed.valley, new_id(), Gives(), by(listed))


def test_seats_are_taken_asked_for_and_given_up(listed: Village) -> None:
    village = listed
    there = federate(village, invited=("harbour",))
    gives, harbour = Gives(), Decided("2026-002", village.people["farid"])
    decide(village, commands.ask_for_seat_as_decided, village.harbour, there, gives, harbour)
    assert state(village, village.harbour) is SeatState.SEATED
    hill = Decided("2026-003", village.people["zoe"])
    decide(village, commands.ask_for_seat_as_decided, village.hill, there, gives, hill)
    assert state(village, village.hill) is SeatState.ASKED
    decide(village, commands.leave_federation_as_decided, village.harbour, there, harbour, words="Far away")
    assert state(village, village.harbour) is SeatState.LEAVING
    assert "2026-002" in numbers(village, "SeatLeaving")
    with pytest.raises(Conflict):
        decide(village, commands.leave_federation_as_decided, village.hill, there, hill)
    with pytest.raises(NotFound):
        decide(village, commands.ask_for_seat_as_decided, village.hill, village.valley, gives, hill)


def state(village: Village, community_id: Id) -> SeatState:
    with village.database.read() as session:
        seat = session.scalars(
            select(Seat).where(Seat.community_id == community_id).order_by(Seat.id.desc()).limit(1)
        ).one()
        return access.seat_state(seat, village.clock())
