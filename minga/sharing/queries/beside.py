"""What stands beside the form of a listing: people to name, and own listings that say the same."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import places_of
from minga.communities.models import Community, Membership
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing import rules
from minga.sharing.access import circle_of
from minga.sharing.models import Listing, ListingWords

PEOPLE_MAX = 200
ALIKE_MAX = 3


def people_to_name(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[tuple[Id, str]]:
    """Members of a community the actor lives in, for choosing who sees a private listing."""
    if community_id not in circle_of(session, actor, at=at).own:
        return []
    found = (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            Person.id != actor.person_id,
        )
        .order_by(Person.name, Person.id)
        .limit(PEOPLE_MAX)
    )
    return [(row.id, row.name) for row in session.execute(found)]


def alike(session: Session, actor: Actor, title: str, *, at: datetime) -> list[tuple[Id, str]]:
    """The actor's own open listings of the same title, before it is posted twice."""
    plain = rules.index_words(title)
    if actor.person_id is None or not plain:
        return []
    found = (
        select(Listing.id, Listing.title)
        .join(ListingWords, ListingWords.listing_id == Listing.id)
        .where(
            Listing.owner_id == actor.person_id,
            Listing.closed_at.is_(None),
            Listing.changed_at <= at,
            ListingWords.title == plain,
        )
        .order_by(Listing.id.desc())
        .limit(ALIKE_MAX)
    )
    return [(row.id, row.title) for row in session.execute(found)]


def own_groups(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[tuple[Id, str]]:
    """The groups of a community that the actor belongs to, for showing something to one of them only."""
    mine = [one for one in places_of(session, actor, at=at).values() if one.membership_id]
    ids = sorted(one.community_id for one in mine)
    found = select(Community.id, Community.name).where(
        Community.parent_id == community_id, Community.id.in_(ids)
    )
    return [(row.id, row.name) for row in session.execute(found.order_by(Community.name))]
