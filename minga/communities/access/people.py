"""Who may see whom, and how near they stand: the SQL that the directory, the page and the API all start from."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, literal, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access.filters import communities_of
from minga.communities.access.places import Place, places_of
from minga.communities.models import Community, Membership
from minga.communities.rules import Standing
from minga.identity import Actor
from minga.identity.access.fields import exchanged_with, is_there, not_blocked, open_people
from minga.identity.models import Person
from minga.identity.rules.fields import Audience
from minga.kit.db import Session

SEE_LIST = "member.see_list"
SEE_CONTACTS = "member.see_contacts"


def level_in(actor: Actor, place: Place) -> Callable[[Any], ColumnElement[int]]:
    """How near the actor stands to each person in one community, as a number (see `identity.access.fields`)."""
    member = Audience.STEWARDS if SEE_CONTACTS in place.capabilities else Audience.COMMUNITY

    def level(person_id: Any) -> ColumnElement[int]:
        steps: list[tuple[Any, Any]] = [(person_id == actor.person_id, Audience.ME.rank)]
        if member is Audience.COMMUNITY:
            steps.append((person_id.in_(exchanged_with(actor)), Audience.EXCHANGED.rank))
        return case(*steps, else_=member.rank)

    return level


def level_outside(actor: Actor) -> Callable[[Any], ColumnElement[int]]:
    """How near somebody stands without a common community: signed in, or anybody."""
    width = Audience.NETWORK if actor.signed_in else Audience.PUBLIC
    return lambda _person_id: literal(width.rank)


def on_trial(place: Place) -> bool:
    """Trial members and guests see names, photos and what people tell about themselves."""
    return place.standing in (Standing.TRIAL, Standing.GUEST)


def listing_places(session: Session, actor: Actor, *, at: datetime) -> list[Place]:
    """The communities whose members the actor may see listed."""
    return [place for place in places_of(session, actor, at=at).values() if SEE_LIST in place.capabilities]


def people_to_see(session: Session, actor: Actor, *, at: datetime) -> Select[str]:
    """Everybody whose page the actor may open: oneself, members of common communities, and open people."""
    theirs = aliased(Membership)
    common = [place.community_id for place in listing_places(session, actor, at=at)]
    near = select(theirs.person_id).where(theirs.ended_on.is_(None), theirs.community_id.in_(common))
    return select(Person.id).where(
        or_(
            Person.id == (actor.person_id or ""),
            Person.id.in_(near) if common else false(),
            Person.id.in_(open_people(actor)),
        ),
        is_there(),
        not_blocked(actor, Person.id),
    )


def pictures_to_see(actor: Actor) -> Select[Any]:
    """The photos of communities that the actor belongs to."""
    return select(Community.photo).where(
        Community.photo.is_not(None), Community.id.in_(communities_of(actor))
    )
