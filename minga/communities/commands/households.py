"""Households: founding one, asking people in, their yes, leaving, contacts, and children without an account."""

from datetime import date, datetime

from sqlalchemy import func, select

from minga.communities.access import require, require_scope
from minga.communities.access.households import (
    household_to_see,
    is_theirs,
    lives_in,
    seat_to_see,
    tends,
)
from minga.communities.commands import membership as memberships
from minga.communities.events import (
    HouseholdChanged,
    HouseholdEvent,
    HouseholdFounded,
    HouseholdSeatAsked,
    HouseholdSeatLeft,
    HouseholdSeatTaken,
)
from minga.communities.models import Community, Dependant, Household, HouseholdSeat, Membership
from minga.communities.rules.households import (
    DEPENDANTS_MAX,
    FULL,
    HERE_ALREADY,
    LAST_CONTACT,
    LIVES_ELSEWHERE,
    NAME_MAX,
    NOT_A_CONTACT,
    SEATS_MAX,
    SeatKind,
    check_born,
    check_kind,
)
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity.models import Person
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_line, fold

FOUND = "subgroup.found"
"""What full members may: founding a group, and founding a household."""
NOT_A_MEMBER = N_("Nobody of that short name is a member here.")


def found_household(
    session: Session, actor: Actor, community_id: Id, name: str, *, at: datetime
) -> Household:
    """A new household, with whoever founds it as its first adult and contact."""
    require(session, actor, FOUND, community_id, at=at)
    mine = memberships.live_membership(session, community_id, actor.person_id or "")
    if mine is None:
        raise NotFound()
    _lives_nowhere(session, mine)
    made = make_household(session, actor, community_id, name, at=at)
    seat = _seat(session, actor, made, mine, SeatKind.ADULT, at, contact=True)
    take_seat(session, actor, made, seat, at=at)
    return made


def make_household(session: Session, actor: Actor, community_id: Id, name: str, *, at: datetime) -> Household:
    """A household without anybody in it yet; internal, whoever calls this seats people."""
    said = clean_line(name, NAME_MAX, field="name", required=True)
    made = Household(community_id=community_id, name=said, name_key=fold(said)[: 2 * NAME_MAX], made_at=at)
    session.add(made)
    session.flush()
    _tell(session, actor, made, HouseholdFounded(household_id=made.id), at)
    return made


def rename_household(
    session: Session, actor: Actor, household_id: Id, name: str, *, at: datetime
) -> Household:
    """Call it otherwise."""
    found = _to_tend(session, actor, household_id, at)
    said = clean_line(name, NAME_MAX, field="name", required=True)
    if said != found.name:
        found.name, found.name_key = said, fold(said)[: 2 * NAME_MAX]
        found.version += 1
        _tell(session, actor, found, HouseholdChanged(household_id=found.id, changed=("name",)), at)
    return found


def ask_into_household(
    session: Session, actor: Actor, household_id: Id, handle: str, kind: str, *, at: datetime
) -> HouseholdSeat:
    """Ask a member to join; they live there from their yes on."""
    found = _to_tend(session, actor, household_id, at)
    person_id = session.scalar(select(Person.id).where(Person.handle_key == handle_key(handle)))
    theirs = memberships.live_membership(session, found.community_id, person_id or "")
    if theirs is None:
        raise Invalid(NOT_A_MEMBER, fields={"handle": NOT_A_MEMBER})
    seat = _seat(session, actor, found, theirs, check_kind(kind), at)
    event = HouseholdSeatAsked(household_id=found.id, seat_id=seat.id)
    _tell(session, actor, found, event, at, theirs.person_id)
    return seat


def answer_household(
    session: Session, actor: Actor, seat_id: Id, *, accept: bool, at: datetime
) -> HouseholdSeat:
    """Say yes or no to living there. Twice changes nothing."""
    require_scope(actor, writing=True)
    seat = seat_to_see(session, actor, seat_id, at=at)
    if not is_theirs(session, actor, seat):
        raise NotFound()
    household = session.get_one(Household, seat.household_id)
    if seat.since_on is not None:
        return seat
    if not accept:
        seat.until_on = _today(session, household, at)
        session.flush()
        return seat
    _lives_nowhere(session, session.get_one(Membership, seat.membership_id))
    return take_seat(session, actor, household, seat, at=at)


def take_seat(
    session: Session, actor: Actor, household: Household, seat: HouseholdSeat, *, at: datetime
) -> HouseholdSeat:
    """Somebody lives there from today; internal, after their yes."""
    seat.since_on = _today(session, household, at)
    session.flush()
    theirs = session.get_one(Membership, seat.membership_id)
    event = HouseholdSeatTaken(household_id=household.id, seat_id=seat.id)
    _tell(session, actor, household, event, at, theirs.person_id)
    return seat


def seat_in(
    session: Session, actor: Actor, household: Household, member: Membership, *, contact: bool, at: datetime
) -> HouseholdSeat:
    """Seat a member without asking; internal, for lists of members whose people have not come in yet."""
    _lives_nowhere(session, member)
    seat = _seat(session, actor, household, member, SeatKind.ADULT, at, contact=contact)
    return take_seat(session, actor, household, seat, at=at)


def end_seat(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> Id:
    """Leave, alone; contacts take back what they asked, stewards correct mistakes. The last one out closes the door.

    Answers the community of the household.
    """
    require_scope(actor, writing=True)
    seat = seat_to_see(session, actor, seat_id, at=at)
    household = session.get_one(Household, seat.household_id)
    own = is_theirs(session, actor, seat)
    by_right = tends(session, actor, household, at=at) and (
        seat.since_on is None or not lives_in(session, actor, household.id, contact=True)
    )
    if not own and not by_right:
        raise Forbidden(NOT_A_CONTACT, code="not_a_contact")
    others = _others(session, household, seat)
    if own and seat.contact and others and not any(one.contact for one in others):
        raise Conflict(LAST_CONTACT, code="last_contact")
    seat.until_on = _today(session, household, at)
    if not others and seat.since_on is not None:
        household.ended_at = at
    session.flush()
    theirs = session.get_one(Membership, seat.membership_id)
    event = HouseholdSeatLeft(household_id=household.id, seat_id=seat.id)
    _tell(session, actor, household, event, at, theirs.person_id)
    return household.community_id


def leave_home(session: Session, actor: Actor, member: Membership, *, at: datetime) -> None:
    """End the seat of a membership that ends; somebody of those who stay is contact, and an empty household ends."""
    seats = session.scalars(
        select(HouseholdSeat).where(
            HouseholdSeat.membership_id == member.id, HouseholdSeat.until_on.is_(None)
        )
    ).all()
    for seat in seats:
        household = session.get_one(Household, seat.household_id)
        others = _others(session, household, seat)
        seat.until_on = _today(session, household, at)
        if seat.since_on is not None and not others:
            household.ended_at = at
        elif others and not any(one.contact for one in others):
            others[0].contact = True
        event = HouseholdSeatLeft(household_id=household.id, seat_id=seat.id)
        _tell(session, actor, household, event, at, member.person_id)


def set_contact(session: Session, actor: Actor, seat_id: Id, *, contact: bool, at: datetime) -> HouseholdSeat:
    """Make somebody who lives there a contact, or not any more; one stays."""
    seat = seat_to_see(session, actor, seat_id, at=at)
    household = _to_tend(session, actor, seat.household_id, at)
    if seat.since_on is None or seat.contact == contact:
        return seat
    if not contact and not any(one.contact for one in _others(session, household, seat)):
        raise Conflict(LAST_CONTACT, code="last_contact")
    seat.contact = contact
    household.version += 1
    _tell(session, actor, household, HouseholdChanged(household_id=household.id, changed=("contacts",)), at)
    return seat


def add_dependant(
    session: Session, actor: Actor, household_id: Id, name: str, born: str, *, at: datetime
) -> Dependant:
    """Write down a child without an account."""
    found = _to_tend(session, actor, household_id, at)
    counted = select(func.count()).select_from(Dependant)
    here = counted.where(Dependant.household_id == found.id, Dependant.ended_at.is_(None))
    if (session.scalar(here) or 0) >= DEPENDANTS_MAX:
        raise Conflict(FULL, code="full", most=DEPENDANTS_MAX)
    made = Dependant(
        household_id=found.id,
        name=clean_line(name, NAME_MAX, field="child", required=True),
        birth_year=check_born(born, at.year),
        made_at=at,
    )
    session.add(made)
    found.version += 1
    _tell(session, actor, found, HouseholdChanged(household_id=found.id, changed=("children",)), at)
    return made


def end_dependant(
    session: Session, actor: Actor, household_id: Id, dependant_id: Id, *, at: datetime
) -> None:
    """Take a child off again; the name goes."""
    found = _to_tend(session, actor, household_id, at)
    child = session.get(Dependant, parse_id(dependant_id))
    if child is None or child.household_id != found.id or child.ended_at is not None:
        raise NotFound()
    session.delete(child)
    found.version += 1
    _tell(session, actor, found, HouseholdChanged(household_id=found.id, changed=("children",)), at)


def _to_tend(session: Session, actor: Actor, household_id: Id, at: datetime) -> Household:
    found = household_to_see(session, actor, household_id, at=at)
    if not tends(session, actor, found, at=at):
        raise Forbidden(NOT_A_CONTACT, code="not_a_contact")
    return found


def _lives_nowhere(session: Session, member: Membership) -> None:
    lives = select(HouseholdSeat.id).where(
        HouseholdSeat.membership_id == member.id,
        HouseholdSeat.since_on.is_not(None),
        HouseholdSeat.until_on.is_(None),
    )
    if session.execute(lives.limit(1)).first() is not None:
        raise Conflict(LIVES_ELSEWHERE, code="lives_elsewhere", name=_name(session, member))


def _seat(
    session: Session,
    actor: Actor,
    household: Household,
    member: Membership,
    kind: SeatKind,
    at: datetime,
    *,
    contact: bool = False,
) -> HouseholdSeat:
    seats = session.scalars(
        select(HouseholdSeat).where(
            HouseholdSeat.household_id == household.id, HouseholdSeat.until_on.is_(None)
        )
    ).all()
    if any(one.membership_id == member.id for one in seats):
        raise Conflict(HERE_ALREADY, code="here_already", name=_name(session, member))
    if len(seats) >= SEATS_MAX:
        raise Conflict(FULL, code="full", most=SEATS_MAX)
    made = HouseholdSeat(
        household_id=household.id,
        membership_id=member.id,
        kind=kind,
        contact=contact,
        asked_by_id=actor.person_id,
        asked_at=at,
    )
    session.add(made)
    session.flush()
    return made


def _others(session: Session, household: Household, seat: HouseholdSeat) -> list[HouseholdSeat]:
    """Who else lives there."""
    return list(
        session.scalars(
            select(HouseholdSeat).where(
                HouseholdSeat.household_id == household.id,
                HouseholdSeat.id != seat.id,
                HouseholdSeat.since_on.is_not(None),
                HouseholdSeat.until_on.is_(None),
            )
        )
    )


def _name(session: Session, member: Membership) -> str:
    return session.get_one(Person, member.person_id).name


def _today(session: Session, household: Household, at: datetime) -> date:
    return today(at, session.get_one(Community, household.community_id).zone)


def _tell(
    session: Session,
    actor: Actor,
    household: Household,
    event: HouseholdEvent,
    at: datetime,
    person_id: Id | None = None,
) -> None:
    session.flush()
    emit(session, actor, event, at=at, community_id=household.community_id, person_id=person_id)
