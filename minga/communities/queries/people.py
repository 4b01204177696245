"""One person's page: what this reader may see, in whichever common community shows the most."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import exists, literal, select, union_all
from sqlalchemy.orm import aliased

from minga.communities.access import people as rights
from minga.communities.access.places import Place
from minga.communities.models import Community, Membership
from minga.identity import Actor
from minga.identity.access.fields import visible_fields
from minga.identity.models import Block, HandlePast, Person
from minga.identity.rules.fields import DETAILS, TRIAL_SEES, Audience
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, is_id


class SharedCommunity(msgspec.Struct, frozen=True):
    id: Id
    slug: str
    name: str
    joined_on: date


class PersonCard(msgspec.Struct, frozen=True):
    """A person as one reader sees them."""

    id: Id
    handle: str
    name: str
    photo: str | None
    fields: dict[str, str]
    folded: list[str]
    communities: list[SharedCommunity]
    mine: bool
    moved: bool


def person(session: Session, actor: Actor, handle: str, *, at: datetime) -> PersonCard:
    """The person of a handle, or of one they had lately; NotFound for everybody who may not know of them."""
    found = _called(session, actor, handle, at)
    places = _common(session, actor, found.id, at)
    fields, folded = _fields(session, actor, found.id, [place for place, _ in places])
    return PersonCard(
        id=found.id,
        handle=found.handle,
        name=found.name,
        photo=fields.pop("photo", None),
        fields=fields,
        folded=folded,
        communities=[shared for _, shared in places],
        mine=found.id == actor.person_id,
        moved=found.handle != handle_key(handle) and not is_id(handle),
    )


def _called(session: Session, actor: Actor, handle: str, at: datetime) -> Any:
    key = handle_key(handle)
    past = select(HandlePast.person_id).where(HandlePast.handle_key == key, HandlePast.redirects_until > at)
    named = Person.id == handle if is_id(handle) else (Person.handle_key == key) | Person.id.in_(past)
    found = session.execute(
        select(Person.id, Person.handle, Person.name).where(
            named, Person.id.in_(rights.people_to_see(session, actor, at=at))
        )
    ).first()
    if found is None:
        raise NotFound()
    return found


def _common(
    session: Session, actor: Actor, person_id: Id, at: datetime
) -> list[tuple[Place, SharedCommunity]]:
    places = {place.community_id: place for place in rights.listing_places(session, actor, at=at)}
    theirs = aliased(Membership)
    rows = session.execute(
        select(Community.id, Community.slug, Community.name, theirs.joined_on)
        .join(theirs, theirs.community_id == Community.id)
        .where(theirs.person_id == person_id, theirs.ended_on.is_(None), Community.id.in_(list(places)))
        .order_by(Community.name)
        .limit(20)
    )
    return [(places[row.id], SharedCommunity(*row)) for row in rows]


def _fields(
    session: Session, actor: Actor, person_id: Id, places: list[Place]
) -> tuple[dict[str, str], list[str]]:
    """One query over all common communities, and over what anybody may read."""
    contexts = [visible_fields([person_id], rights.level_outside(actor))]
    if person_id == actor.person_id and not places:
        contexts = [visible_fields([person_id], rank_of_me)]
    for place in places:
        shown = visible_fields([person_id], rights.level_in(actor, place), place.community_id)
        if rights.on_trial(place) and person_id != actor.person_id:
            rows = shown.subquery()
            shown = select(rows).where(rows.c.key.in_([*TRIAL_SEES, "photo"]))
        contexts.append(shown)
    values: dict[str, str] = {}
    folded: set[str] = set()
    for row in session.execute(union_all(*contexts)):
        if row.folded:
            folded.add(row.key)
        else:
            values[row.key] = row.value
    order = [field.key for field in DETAILS]
    return values, [key for key in order if key in folded and key not in values]


def folded_value(
    session: Session, actor: Actor, handle: str, key: str, *, at: datetime
) -> tuple[Id, Id, str]:
    """Person, community and value of a folded field that this reader may open; NotFound otherwise.

    Opening it is an act of its own: the command `open_field` tells it.
    """
    found = _called(session, actor, handle, at)
    for place, shared in _common(session, actor, found.id, at):
        if rights.SEE_CONTACTS not in place.capabilities:
            continue
        rows = visible_fields([found.id], rank_of_me, shared.id).subquery()
        near = visible_fields([found.id], rights.level_in(actor, place), shared.id).subquery()
        value = session.scalar(
            select(rows.c.value).where(rows.c.key == key, exists().where(near.c.key == key))
        )
        if value is not None:
            return found.id, shared.id, value
    raise NotFound()


def rank_of_me(_column: Any) -> Any:
    """The level of oneself, whatever the row."""
    return literal(Audience.ME.rank)


class Preview(msgspec.Struct, frozen=True):
    """Oneself as another would see one."""

    photo: str | None
    fields: dict[str, str]
    folded: list[str]


def preview(session: Session, actor: Actor, audience: str, community_id: Id = "") -> Preview:
    """One's own card as a member, a steward, a partner or the web would see it, by the same filter."""
    if actor.person_id is None or audience not in {one.value for one in Audience}:
        raise NotFound()
    width = Audience(audience).rank
    rows = session.execute(
        visible_fields([actor.person_id], lambda _column: literal(width), community_id)
    ).all()
    values = {row.key: row.value for row in rows if not row.folded}
    return Preview(
        photo=values.pop("photo", None), fields=values, folded=[row.key for row in rows if row.folded]
    )


def is_blocked(session: Session, actor: Actor, person_id: Id) -> bool:
    """Whether the actor blocks this person now."""
    return bool(
        session.scalar(
            select(Block.id).where(
                Block.blocker_id == (actor.person_id or ""),
                Block.blocked_id == person_id,
                Block.ended_at.is_(None),
            )
        )
    )


class BlockedPerson(msgspec.Struct, frozen=True):
    handle: str
    name: str


def blocked(session: Session, actor: Actor) -> list[BlockedPerson]:
    """Whom the actor blocks, to be able to end it."""
    rows = session.execute(
        select(Person.handle, Person.name)
        .join(Block, Block.blocked_id == Person.id)
        .where(Block.blocker_id == (actor.person_id or ""), Block.ended_at.is_(None))
        .order_by(Person.handle)
        .limit(500)
    )
    return [BlockedPerson(*row) for row in rows]


def may_see_picture(session: Session, actor: Actor, key: str, *, at: datetime) -> bool:
    """Whether this photo belongs to the actor, to somebody whose photo they may see, or to one of their communities."""
    if session.scalar(
        select(exists().where(Community.photo == key, Community.photo.in_(rights.pictures_to_see(actor))))
    ):
        return True
    owners = select(Person.id).where(Person.photo == key)
    near = owners.where(Person.id.in_(rights.people_to_see(session, actor, at=at)))
    contexts = [visible_fields(near, rights.level_outside(actor))]
    if actor.person_id:
        own = owners.where(Person.id == actor.person_id)
        contexts.append(visible_fields(own, rank_of_me))
    for place in rights.listing_places(session, actor, at=at)[:20]:
        theirs = aliased(Membership)
        members = near.join(theirs, theirs.person_id == Person.id).where(
            theirs.community_id == place.community_id, theirs.ended_on.is_(None)
        )
        contexts.append(visible_fields(members, rights.level_in(actor, place), place.community_id))
    rows = union_all(*contexts).subquery()
    return bool(
        session.scalar(select(rows.c.person_id).where(rows.c.key == "photo", rows.c.value == key).limit(1))
    )
