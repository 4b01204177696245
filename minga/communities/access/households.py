"""Whose household is whose: members see that it is there, those who live in it and stewards read all of it."""

from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from minga.communities.access import reach
from minga.communities.access.decisions import may, require
from minga.communities.models import Household, HouseholdSeat, Membership
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register

EDIT_ANY, SEE_LIST = "household.edit_any", "member.see_list"


def household_to_see(session: Session, actor: Actor, household_id: Id, *, at: datetime) -> Household:
    """A household of a community whose members the actor may see listed."""
    found = session.get(Household, parse_id(household_id))
    if found is not None and found.community_id in actor.locked:
        require(session, actor, "community.see", found.community_id, at=at)
    if found is None or found.ended_at or not may(session, actor, SEE_LIST, found.community_id, at=at):
        raise NotFound()
    return found


def lives_in(session: Session, actor: Actor, household_id: Id, *, contact: bool = False) -> bool:
    """Whether the actor has a running seat there; as a contact, if that is asked."""
    wanted = (
        exists()
        .where(
            HouseholdSeat.household_id == household_id,
            HouseholdSeat.since_on.is_not(None),
            HouseholdSeat.until_on.is_(None),
            HouseholdSeat.membership_id == Membership.id,
            reach.is_theirs(actor),
        )
        .select_from(Membership)
    )
    if contact:
        wanted = wanted.where(HouseholdSeat.contact.is_(True))
    return actor.signed_in and bool(session.scalar(select(wanted)))


def seat_to_see(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> HouseholdSeat:
    """A seat: one's own, also while one is only asked, or one of a household whose people one reads."""
    found = session.get(HouseholdSeat, parse_id(seat_id))
    if found is None or found.until_on is not None:
        raise NotFound()
    household = household_to_see(session, actor, found.household_id, at=at)
    if not (is_theirs(session, actor, found) or reads_all(session, actor, household, at=at)):
        raise NotFound()
    return found


def is_theirs(session: Session, actor: Actor, seat: HouseholdSeat) -> bool:
    """Whether the seat is the actor's own."""
    own = exists().where(Membership.id == seat.membership_id, reach.is_theirs(actor))
    return actor.signed_in and bool(session.scalar(select(own)))


def reads_all(session: Session, actor: Actor, household: Household, *, at: datetime) -> bool:
    """Whether the actor reads children's names and who is asked: who lives there, and who corrects households."""
    return lives_in(session, actor, household.id) or bool(
        may(session, actor, EDIT_ANY, household.community_id, at=at)
    )


def tends(session: Session, actor: Actor, household: Household, *, at: datetime) -> bool:
    """Whether the actor may ask people in and write down children: contacts, and who corrects households."""
    by_right = bool(may(session, actor, EDIT_ANY, household.community_id, at=at))
    writes = bool(may(session, actor, "subgroup.found", household.community_id, at=at))
    return by_right or (writes and lives_in(session, actor, household.id, contact=True))


def lives_with(person_id: Id, community_id: Id) -> Select[str]:
    """The other people of the household that this person lives in there, for rules that count households once."""
    own, theirs = aliased(HouseholdSeat), aliased(HouseholdSeat)
    mine, other = aliased(Membership), aliased(Membership)
    return (
        select(other.person_id)
        .join(theirs, theirs.membership_id == other.id)
        .join(own, own.household_id == theirs.household_id)
        .join(mine, mine.id == own.membership_id)
        .where(
            mine.person_id == person_id,
            mine.community_id == community_id,
            mine.ended_on.is_(None),
            *(seat.since_on.is_not(None) for seat in (own, theirs)),
            *(seat.until_on.is_(None) for seat in (own, theirs)),
            other.person_id != person_id,
        )
    )


register("household", see=household_to_see, address=lambda household_id: f"/households/{household_id}")
