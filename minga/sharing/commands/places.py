"""The places of a community: named, moved on the map, taken off the list; and where a member says they are."""

from datetime import datetime

from sqlalchemy import delete, func, select, update

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line, fold
from minga.sharing.access import place_to_edit
from minga.sharing.commands.placing import cell_of_place
from minga.sharing.events import PlaceChanged, PlaceNamed, PlaceRetired
from minga.sharing.models import ListingCell, PersonCell, Place
from minga.sharing.rules import Precision
from minga.sharing.rules.content import MISSING
from minga.sharing.rules.places import NAME_MAX, PLACES_MAX, cell_of, metres_per_lon, read_point

THERE = N_("A place of this name is there already.")
TOO_MANY = N_("A community names at most {most} places.")


def name_place(
    session: Session, actor: Actor, community_id: Id, *, name: str, point: str = "", at: datetime
) -> Place:
    """Give a place its name, so that listings can be there."""
    require(session, actor, "place.edit", community_id, at=at)
    name, key, lat, lon = _read(name, point)
    live = (Place.community_id == community_id, Place.retired_at.is_(None))
    if (session.scalar(select(func.count()).select_from(Place).where(*live)) or 0) >= PLACES_MAX:
        raise Conflict(TOO_MANY, most=PLACES_MAX, code="too_many")
    _require_new(session, community_id, key)
    place = Place(
        community_id=community_id,
        name=name,
        name_key=key,
        lat=lat,
        lon=lon,
        made_by_id=actor.person_id,
        made_at=at,
        changed_at=at,
    )
    session.add(place)
    session.flush()
    emit(session, actor, PlaceNamed(place_id=place.id), at=at, community_id=community_id)
    return place


def change_place(
    session: Session, actor: Actor, place_id: Id, *, name: str, point: str, at: datetime
) -> Place:
    """Another name or another point; the listings there go with it."""
    place = place_to_edit(session, actor, place_id, at=at)
    name, key, lat, lon = _read(name, point)
    if (name, lat, lon) == (place.name, place.lat, place.lon):
        return place
    if key != place.name_key:
        _require_new(session, place.community_id, key)
    place.name, place.name_key, place.lat, place.lon, place.changed_at = name, key, lat, lon, at
    session.flush()
    there = cell_of_place(place)
    session.execute(
        update(ListingCell).where(ListingCell.place_id == place.id).values(lat=there[0], lon=there[1])
    )
    emit(session, actor, PlaceChanged(place_id=place.id), at=at, community_id=place.community_id)
    return place


def retire_place(session: Session, actor: Actor, place_id: Id, *, at: datetime) -> Place:
    """Take a place off the list; listings that are there stay there."""
    place = place_to_edit(session, actor, place_id, at=at)
    if place.retired_at is None:
        place.retired_at = place.changed_at = at
        emit(session, actor, PlaceRetired(place_id=place.id), at=at, community_id=place.community_id)
    return place


def be_at(session: Session, actor: Actor, *, point: str, precision: Precision, at: datetime) -> None:
    """Say where one is, for finding what is near; only the cell is kept. An empty point forgets it."""
    person_id = actor.person_id
    session.execute(delete(PersonCell).where(PersonCell.person_id == person_id))
    if not point.strip():
        return
    coarse = Precision.NEIGHBOURHOOD if precision is Precision.EXACT else precision
    try:
        cell = cell_of(*read_point(point), coarse)
    except Invalid as refusal:
        raise Invalid(refusal.text, fields={"point": refusal.text}) from None
    session.add(
        PersonCell(
            person_id=person_id,
            precision=coarse,
            lat=cell.lat,
            lon=cell.lon,
            lon_metres=metres_per_lon(cell.lat),
            changed_at=at,
        )
    )


def _read(name: str, point: str) -> tuple[str, str, int | None, int | None]:
    plain = clean_line(name, NAME_MAX, field="name")
    if not plain:
        raise Invalid(MISSING, fields={"name": MISSING})
    if not point.strip():
        return plain, fold(plain)[:240], None, None
    try:
        lat, lon = read_point(point)
    except Invalid as refusal:
        raise Invalid(refusal.text, fields={"point": refusal.text}) from None
    return plain, fold(plain)[:240], lat, lon


def _require_new(session: Session, community_id: Id, key: str) -> None:
    there = select(Place.id).where(
        Place.community_id == community_id, Place.name_key == key, Place.retired_at.is_(None)
    )
    if session.scalar(there) is not None:
        raise Conflict(THERE, code="name_taken", fields={"name": THERE})
