"""Households: the list of a community, and who lives in one."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import func, select

from minga.communities.access import require
from minga.communities.access.households import (
    SEE_LIST,
    household_to_see,
    is_theirs,
    lives_in,
    reads_all,
    tends,
)
from minga.communities.models import Dependant, Household, HouseholdSeat, Membership
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


class HouseholdLine(msgspec.Struct, frozen=True, kw_only=True):
    """One household of the list: who reads all of it is told by its page."""

    id: Id
    name: str
    people: int
    children: int


class SeatLine(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who lives there, or is asked (`since_on` empty); shown to those who may read it."""

    id: Id
    name: str
    handle: str
    kind: str
    contact: bool
    since_on: date | None
    mine: bool


class Child(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    name: str
    birth_year: int | None


class HouseholdPage(msgspec.Struct, frozen=True, kw_only=True):
    """One household. Children have names only for those who live there and stewards; `asked_me` is one's own seat."""

    id: Id
    community_id: Id
    name: str
    version: int
    seats: tuple[SeatLine, ...]
    asked: tuple[SeatLine, ...]
    children: tuple[Child, ...]
    children_n: int
    asked_me: Id | None
    lives: bool
    tends: bool


def _numbers() -> tuple[Any, Any]:
    people = (
        select(func.count())
        .select_from(HouseholdSeat)
        .where(
            HouseholdSeat.household_id == Household.id,
            HouseholdSeat.since_on.is_not(None),
            HouseholdSeat.until_on.is_(None),
        )
        .correlate(Household)
        .scalar_subquery()
    )
    children = (
        select(func.count())
        .select_from(Dependant)
        .where(Dependant.household_id == Household.id, Dependant.ended_at.is_(None))
        .correlate(Household)
        .scalar_subquery()
    )
    return people, children


def households(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[HouseholdLine]:
    """The households of a community by name, with numbers, for those who see its members."""
    require(session, actor, SEE_LIST, community_id, at=at)
    most, (people, children) = limit_of(limit), _numbers()
    columns = (Household.name_key, Household.id)
    wanted = (
        select(
            Household.id,
            Household.name,
            Household.name_key,
            people.label("people"),
            children.label("children"),
        )
        .where(Household.community_id == community_id, Household.ended_at.is_(None))
        .order_by(*columns)
        .limit(most + 1)
    )
    if after:
        wanted = wanted.where(beyond(columns, Cursor.decode(after, str, str)))
    page = page_of(session.execute(wanted).all(), most, lambda row: (row.name_key, row.id))
    lines = (
        HouseholdLine(id=row.id, name=row.name, people=row.people, children=row.children)
        for row in page.items
    )
    return Page(tuple(lines), page.next)


def household(session: Session, actor: Actor, household_id: Id, *, at: datetime) -> HouseholdPage:
    """One household as the actor may read it."""
    found = household_to_see(session, actor, household_id, at=at)
    all_of_it = reads_all(session, actor, found, at=at)
    rows = session.execute(
        select(HouseholdSeat, Person.name, Person.handle, Person.id.label("person_id"))
        .join(Membership, Membership.id == HouseholdSeat.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .where(HouseholdSeat.household_id == found.id, HouseholdSeat.until_on.is_(None))
        .order_by(HouseholdSeat.id)
    ).all()
    seats = [(row.HouseholdSeat, _seat(row, actor)) for row in rows]
    children = session.scalars(
        select(Dependant)
        .where(Dependant.household_id == found.id, Dependant.ended_at.is_(None))
        .order_by(Dependant.id)
    ).all()
    mine = [seat for seat, _line in seats if seat.since_on is None and is_theirs(session, actor, seat)]
    return HouseholdPage(
        id=found.id,
        community_id=found.community_id,
        name=found.name,
        version=found.version,
        seats=tuple(line for seat, line in seats if seat.since_on is not None),
        asked=tuple(line for seat, line in seats if seat.since_on is None) if all_of_it else (),
        children=tuple(Child(id=one.id, name=one.name, birth_year=one.birth_year) for one in children)
        if all_of_it
        else (),
        children_n=len(children),
        asked_me=mine[0].id if mine else None,
        lives=lives_in(session, actor, found.id),
        tends=tends(session, actor, found, at=at),
    )


def _seat(row: Any, actor: Actor) -> SeatLine:
    seat: HouseholdSeat = row.HouseholdSeat
    return SeatLine(
        id=seat.id,
        name=row.name,
        handle=row.handle,
        kind=seat.kind.value,
        contact=seat.contact,
        since_on=seat.since_on,
        mine=row.person_id == actor.person_id,
    )


def own_household(session: Session, actor: Actor, community_id: Id) -> Id | None:
    """The household in which the actor lives there."""
    return session.scalar(
        select(HouseholdSeat.household_id)
        .join(Membership, Membership.id == HouseholdSeat.membership_id)
        .where(
            Membership.community_id == community_id,
            Membership.person_id == (actor.person_id or ""),
            Membership.ended_on.is_(None),
            HouseholdSeat.since_on.is_not(None),
            HouseholdSeat.until_on.is_(None),
        )
        .limit(1)
    )
