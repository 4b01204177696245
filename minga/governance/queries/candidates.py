"""Who might stand on a roll: the members of a community as they are at one moment."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from minga.communities.access import reach
from minga.communities.models import Community, HouseholdSeat, Lineage, Membership, Role
from minga.communities.rules.households import SeatKind
from minga.governance.models import Poll, RollRow
from minga.governance.rules.charter import Rule
from minga.governance.rules.kinds import RollUnit
from minga.governance.rules.roll import Candidate
from minga.kit.db import Session
from minga.kit.ids import Id


def who_could_vote(session: Session, community_id: Id, rule: Rule, *, at: datetime) -> list[Candidate]:
    """Live members who do not rest; guests never. Of a circle only its own members, by the day they joined the community."""
    wanted = (
        select(Membership.person_id, Membership.joined_on, reach.is_on_trial(at), HouseholdSeat.household_id)
        .outerjoin(
            HouseholdSeat,
            (HouseholdSeat.membership_id == Membership.id)
            & (HouseholdSeat.kind == SeatKind.ADULT)
            & HouseholdSeat.since_on.is_not(None)
            & HouseholdSeat.until_on.is_(None),
        )
        .where(
            Membership.community_id == community_id,
            reach.is_live(),
            ~reach.is_resting(),
            Membership.guest_until_at.is_(None),
        )
    )
    if rule.eligible.circle:
        wanted = wanted.where(Membership.person_id.in_(_circle(community_id, rule.eligible.circle)))
    roles = _roles(session, community_id, at) if rule.eligible.role or rule.weights else {}
    return [
        Candidate(person, joined, bool(trial), household, roles.get(person, frozenset()))
        for person, joined, trial, household in session.execute(wanted)
    ]


def _circle(community_id: Id, circle: str) -> Any:
    """Members of a group below this community, named by its address or id."""
    below = (
        select(Community.id)
        .join(Lineage, Lineage.community_id == Community.id)
        .where(
            Lineage.above_id == community_id,
            or_(Community.slug == circle, Community.id == circle),
        )
    )
    return select(Membership.person_id).where(
        Membership.community_id.in_(below), Membership.ended_on.is_(None)
    )


def _roles(session: Session, community_id: Id, at: datetime) -> dict[Id, frozenset[str]]:
    found: dict[Id, set[str]] = defaultdict(set)
    rows = session.execute(
        select(Membership.person_id, Role.key)
        .join(Role, (Role.community_id == Membership.community_id) & Role.ended_at.is_(None))
        .where(
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            Role.built_in.is_(False),
            reach.holds_by_grant(at),
        )
    )
    for person, key in rows:
        found[person].add(key)
    return {person: frozenset(keys) for person, keys in found.items()}


def people_of_voters(session: Session, poll_id: Id) -> dict[Id, list[Id]]:
    """Whose vote each row of a roll is: a person's own, or that of the adults of a household."""
    adults: dict[Id, list[Id]] = defaultdict(list)
    rows = session.execute(
        select(RollRow.voter_id, Membership.person_id)
        .join(HouseholdSeat, HouseholdSeat.household_id == RollRow.voter_id)
        .join(Membership, Membership.id == HouseholdSeat.membership_id)
        .where(
            RollRow.poll_id == poll_id,
            HouseholdSeat.kind == SeatKind.ADULT,
            HouseholdSeat.since_on.is_not(None),
            HouseholdSeat.until_on.is_(None),
        )
    )
    for voter, person in rows:
        adults[voter].append(person)
    voters = session.scalars(select(RollRow.voter_id).where(RollRow.poll_id == poll_id))
    return {voter: adults.get(voter, [voter]) for voter in voters}


def people_behind(session: Session, poll: Poll, voters: Sequence[Id]) -> list[Id]:
    """The people of some rows: themselves, or the adults of a household."""
    if poll.roll_unit is not RollUnit.HOUSEHOLD or not voters:
        return list(voters)
    adults = people_of_voters(session, poll.id)
    return list(dict.fromkeys(person for voter in voters for person in adults.get(voter, ())))


def members_now(session: Session, community_id: Id) -> set[Id]:
    """Everybody who is a member at this moment."""
    return set(
        session.scalars(
            select(Membership.person_id).where(
                Membership.community_id == community_id, Membership.ended_on.is_(None)
            )
        )
    )
