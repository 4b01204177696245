"""What people tell of themselves, to whom, and how their pages look."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update

from minga.identity import events
from minga.identity.commands.between import give_consent, revoke_consent
from minga.identity.commands.people import change_handle, name_key
from minga.identity.models import Contact, Detail, FieldAudience, Person, Picture
from minga.identity.rules.actor import Actor
from minga.identity.rules.consents import PROFILE_OUTSIDE, purpose
from minga.identity.rules.fields import (
    DETAILS,
    FIELDS,
    SCOPES,
    Audience,
    Field,
    check_audience,
    check_look,
    clean_value,
    value_key,
)
from minga.identity.rules.names import clean_name
from minga.kit.blobs import BlobStore
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotFound, Refused, Stale
from minga.kit.events import emit
from minga.kit.formats import zone_of
from minga.kit.i18n import LANGUAGES, N_
from minga.kit.ids import Id
from minga.kit.images import BYTES_MAX, Size, reencode
from minga.kit.text import fold

SIZES = {"40": Size(40, True), "96": Size(96, True), "320": Size(320, True)}


def change_profile(
    session: Session,
    actor: Actor,
    *,
    values: Mapping[str, str],
    audiences: Mapping[str, str],
    community_id: Id = "",
    scope: str | None = None,
    version: int | None = None,
    at: datetime,
) -> None:
    """Write the fields and audiences that are named; all of them or, with every fault told at its field, none."""
    person = _own(session, actor)
    if version is not None and version != person.version:
        raise Stale()
    cleaned = _check(values, audiences, scope)
    changed = [key for key, value in cleaned.items() if _write(session, actor, person, key, value, at)]
    for key, audience in audiences.items():
        if _set_audience(session, person.id, key, Audience(audience), community_id):
            changed.append(f"{key}.audience")
    if scope and scope != person.scope:
        person.scope = Audience(scope)
        _note_reach(session, actor, person, at)
        emit(session, actor, events.ScopeChanged(person_id=person.id, scope=person.scope), at=at)
    if changed:
        person.version += 1
        emit(session, actor, events.ProfileChanged(person_id=person.id, fields=tuple(changed)), at=at)


def _note_reach(session: Session, actor: Actor, person: Person, at: datetime) -> None:
    """Showing oneself beyond one's communities is a dated yes; narrowing it takes the yes back."""
    if person.scope.rank > Audience.COMMUNITY.rank:
        give_consent(session, actor, PROFILE_OUTSIDE, words=purpose(PROFILE_OUTSIDE).sentence, at=at)
    else:
        revoke_consent(session, actor, PROFILE_OUTSIDE, at=at)


def _check(values: Mapping[str, str], audiences: Mapping[str, str], scope: str | None) -> dict[str, str]:
    cleaned: dict[str, str] = {}
    faults: dict[str, str | Refused] = {}
    for key, value in values.items():
        try:
            cleaned[key] = _cleaned(key, value)
        except Refused as fault:
            faults[key] = Invalid(fault.text, **fault.facts)
    for key, audience in audiences.items():
        field = FIELDS.get(key)
        if field is None or audience not in {one.value for one in Audience}:
            faults[f"{key}_audience"] = N_("This field cannot be shown that way.")
            continue
        try:
            check_audience(field, Audience(audience))
        except Invalid as fault:
            faults.update(fault.fields)
    if scope is not None and scope not in {one.value for one in SCOPES}:
        faults["scope"] = N_("That choice does not exist here.")
    if faults:
        raise Invalid(N_("Some answers need another look."), fields=faults)
    return cleaned


def _cleaned(key: str, value: str) -> str:
    if key == "name":
        return clean_name(value)
    if key == "handle":
        return value
    field = FIELDS.get(key)
    if field is None or field not in DETAILS:
        raise Invalid(N_("There is no such field."))
    return clean_value(field, value)


def _write(session: Session, actor: Actor, person: Person, key: str, value: str, at: datetime) -> bool:
    if key == "handle":
        change_handle(session, actor, value, at=at)
        return False
    if key == "name":
        changed = person.name != value
        person.name, person.name_key = value, name_key(value)
        return changed
    field = FIELDS[key]
    return (
        _write_contact(session, person.id, field, value, at)
        if field.contact
        else _write_detail(session, person.id, key, value)
    )


def _write_contact(session: Session, person_id: Id, field: Field, value: str, at: datetime) -> bool:
    """Contacts keep their history: a changed one ends and a new one begins, not yet verified."""
    live = session.scalar(
        select(Contact).where(
            Contact.person_id == person_id, Contact.kind == field.key, Contact.ended_at.is_(None)
        )
    )
    if (live.value if live else "") == value:
        return False
    if live:
        live.ended_at = at
        session.flush()
    if value:
        session.add(
            Contact(
                person_id=person_id,
                kind=field.key,
                value=value,
                value_key=value_key(field, value),
                made_at=at,
            )
        )
    return True


def _write_detail(session: Session, person_id: Id, key: str, value: str) -> bool:
    live = session.get(Detail, (person_id, key))
    if (live.value if live else "") == value:
        return False
    if live and not value:
        session.delete(live)
    elif live:
        live.value, live.folded = value, fold(value)[:4000]
    else:
        session.add(Detail(person_id=person_id, key=key, value=value, folded=fold(value)[:4000]))
    return True


def _set_audience(session: Session, person_id: Id, key: str, audience: Audience, community_id: Id) -> bool:
    row = session.get(FieldAudience, (person_id, key, community_id))
    if row is None and not community_id and audience is FIELDS[key].audience:
        return False
    if row is None:
        session.add(FieldAudience(person_id=person_id, key=key, community_id=community_id, audience=audience))
        return True
    changed = row.audience is not audience
    row.audience = audience
    return changed


def change_community_audiences(
    session: Session, actor: Actor, community_id: Id, audiences: Mapping[str, str], *, at: datetime
) -> None:
    """Who reads which field in this community; fields that are not named are shown as everywhere.

    That the actor lives there is asked by the domain above.
    """
    _check({}, audiences, None)
    clear_community_audiences(session, actor, community_id, at=at)
    change_profile(session, actor, values={}, audiences=audiences, community_id=community_id, at=at)


def clear_community_audiences(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> None:
    """Show the same in this community as everywhere."""
    person = _own(session, actor)
    session.execute(
        delete(FieldAudience).where(
            FieldAudience.person_id == person.id, FieldAudience.community_id == (community_id or "-")
        )
    )
    emit(session, actor, events.ProfileChanged(person_id=person.id, fields=("audiences",)), at=at)


def change_look(
    session: Session, actor: Actor, *, look: Mapping[str, Any], language: str, zone: str, at: datetime
) -> None:
    """Language, zone and looks of one's own pages."""
    person = _own(session, actor)
    if language not in LANGUAGES:
        sentence = N_("That language is not here yet.")
        raise Invalid(sentence, fields={"language": sentence})
    try:
        known = zone_of(zone).key
    except Invalid as fault:
        raise Invalid(fault.text, fields={"zone": fault.text}, **fault.facts) from fault
    person.look = check_look(look)
    person.language, person.zone = language, known
    person.version += 1
    emit(session, actor, events.ProfileChanged(person_id=person.id, fields=("look",)), at=at)


def set_photo(
    session: Session, actor: Actor, blobs: BlobStore, data: bytes, *, bytes_max: int = BYTES_MAX, at: datetime
) -> None:
    """Keep a photo in three sizes, written anew, so that nothing but the picture is kept."""
    person = _own(session, actor)
    person.photo = keep_picture(session, blobs, data, bytes_max=bytes_max)
    person.version += 1
    emit(session, actor, events.ProfileChanged(person_id=person.id, fields=("photo",)), at=at)


def keep_picture(session: Session, blobs: BlobStore, data: bytes, *, bytes_max: int = BYTES_MAX) -> str:
    """The key of a photo in the sizes 40, 96 and 320; the same photo has the same key."""
    files = {
        edge: blobs.put(picture.data) for edge, picture in reencode(data, SIZES, bytes_max=bytes_max).items()
    }
    key = files["320"]
    if not session.scalar(select(exists().where(Picture.key == key))):
        session.add_all(Picture(key=key, edge=int(edge), file=file) for edge, file in files.items())
    return key


def remove_photo(session: Session, actor: Actor, person_id: Id | None = None, *, at: datetime) -> None:
    """Take one's photo away; whoever runs the machine may for anybody, and the person finds it in their log."""
    target = person_id or actor.person_id
    if target is None or (target != actor.person_id and not actor.operator):
        raise NotFound()
    gone = session.execute(
        update(Person)
        .where(Person.id == target, Person.photo.is_not(None))
        .values(photo=None, version=Person.version + 1)
        .returning(Person.id)
    ).first()
    if gone:
        event = events.ProfileChanged(person_id=target, fields=("photo",))
        emit(session, actor, event, at=at, person_id=target)


def _own(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise NotFound()
    return session.get_one(Person, actor.person_id)
