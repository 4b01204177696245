"""The directory of a community: who is there, and of each what this reader may see. Four queries, whoever asks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import people as rights
from minga.communities.access.decisions import require
from minga.communities.access.places import Place, place_of
from minga.communities.access.reach import is_on_trial
from minga.communities.models import Membership, Pause, Role, RoleGrant
from minga.identity import Actor
from minga.identity.access.fields import is_there, not_blocked, visible_fields
from minga.identity.models import Detail, Passkey, Password, Person, SignIn
from minga.identity.rules.fields import SEARCHED, TRIAL_SEES
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, page_of
from minga.kit.text import fold

PAGE = 50
NEW_DAYS = 30
UNSEEN_DAYS = 90
WORDS_MAX = 5


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What the directory is narrowed to; the last three are for those who may see contacts."""

    q: str = ""
    role: str = ""
    skill: str = ""
    area: str = ""
    new: bool = False
    trial: bool = False
    sort: str = "name"
    unseen: bool = False
    without_means: bool = False
    paused: bool = False


class MemberCard(msgspec.Struct, frozen=True):
    """One member as this reader may see them; `folded` names fields that show when asked for, which is logged."""

    id: Id
    handle: str
    name: str
    photo: str | None
    joined_on: date
    trial_until: date | None
    paused: bool
    roles: list[str]
    fields: dict[str, str]
    folded: list[str]


def members(
    session: Session,
    actor: Actor,
    community_id: Id,
    filters: Filters,
    *,
    after: str = "",
    limit: int = PAGE,
    at: datetime,
) -> Page[MemberCard]:
    """A page of the directory, for members of the community."""
    require(session, actor, rights.SEE_LIST, community_id, at=at)
    place = place_of(session, actor, community_id, at=at)
    if place is None:
        raise NotFound()
    found = _rows(actor, place, filters, after, limit, at)
    rows = session.execute(found).all()
    ids = [row.id for row in rows[:limit]]
    fields, folded = _fields(session, actor, place, ids)
    roles = _roles(session, [row.membership_id for row in rows[:limit]], at)
    cards = [
        MemberCard(
            id=row.id,
            handle=row.handle,
            name=row.name,
            photo=fields.get(row.id, {}).get("photo"),
            joined_on=row.joined_on,
            trial_until=row.trial_ends_at.date() if row.trial and row.trial_ends_at else None,
            paused=bool(row.paused),
            roles=roles.get(row.membership_id, []),
            fields={key: value for key, value in fields.get(row.id, {}).items() if key != "photo"},
            folded=folded.get(row.id, []),
        )
        for row in rows
    ]
    keys = {row.id: (row.name_key, row.id) for row in rows}
    if filters.sort == "newest":
        keys = {row.id: (row.joined_on, row.id) for row in rows}
    return page_of(cards, limit, lambda card: keys[card.id])


def _rows(actor: Actor, place: Place, filters: Filters, after: str, limit: int, at: datetime) -> Any:
    trial = is_on_trial(at)
    paused = exists().where(Pause.membership_id == Membership.id, Pause.ended_at.is_(None))
    found: Any = (
        select(
            Person.id,
            Person.handle,
            Person.name,
            Person.name_key,
            Membership.id.label("membership_id"),
            Membership.joined_on,
            Membership.trial_ends_at,
            trial.label("trial"),
            paused.label("paused"),
        )
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.community_id == place.community_id,
            Membership.ended_on.is_(None),
            is_there(),
            not_blocked(actor, Person.id),
            *_narrowed(actor, place, filters, at),
        )
        .limit(limit + 1)
    )
    if filters.trial:
        found = found.where(trial)
    if filters.paused and rights.SEE_CONTACTS in place.capabilities:
        found = found.where(paused)
    if filters.sort == "newest":
        order, kinds = (Membership.joined_on, Person.id), (date, str)
        found = found.order_by(*(column.desc() for column in order))
        return found.where(beyond(order, Cursor.decode(after, *kinds), descending=True)) if after else found
    found = found.order_by(Person.name_key, Person.id)
    return (
        found.where(beyond((Person.name_key, Person.id), Cursor.decode(after, str, str))) if after else found
    )


def _narrowed(actor: Actor, place: Place, filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if filters.q.strip():
        narrowed.append(_matches(actor, place, filters.q))
    for key in ("skill", "area"):
        wanted = fold(getattr(filters, key))
        if wanted:
            field = "skills" if key == "skill" else key
            narrowed.append(Person.id.in_(_telling(actor, place, (field,), wanted)))
    if filters.role:
        narrowed.append(
            exists().where(
                RoleGrant.membership_id == Membership.id,
                RoleGrant.ended_at.is_(None),
                RoleGrant.since_at <= at,
                or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
                RoleGrant.role_id == Role.id,
                Role.key == filters.role[:30],
                Role.ended_at.is_(None),
            )
        )
    if filters.new:
        narrowed.append(Membership.joined_on >= (at - timedelta(days=NEW_DAYS)).date())
    if rights.SEE_CONTACTS in place.capabilities:
        narrowed += _for_stewards(filters, at)
    return narrowed


def _for_stewards(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if filters.without_means:
        narrowed.append(~exists().where(Password.person_id == Person.id))
        narrowed.append(~exists().where(Passkey.person_id == Person.id, Passkey.ended_at.is_(None)))
    if filters.unseen:
        since = (at - timedelta(days=UNSEEN_DAYS)).date()
        narrowed.append(~exists().where(SignIn.person_id == Person.id, SignIn.seen_on >= since))
    return narrowed


def _matches(actor: Actor, place: Place, q: str) -> ColumnElement[bool]:
    """Every word stands in the name, the handle, or in what this reader may read; or the name is nearly that."""
    words = fold(q[:80]).removeprefix("@").split()[:WORDS_MAX]
    each = [
        or_(
            Person.name_key.contains(word, autoescape=True),
            Person.handle_key.contains(word, autoescape=True),
            Person.id.in_(_telling(actor, place, SEARCHED, word)),
        )
        for word in words
    ]
    return or_(and_(*each), _nearly("".join(words)))


def _nearly(word: str) -> ColumnElement[bool]:
    """Half of the word's groups of three letters stand in the name: a slip of the finger is forgiven."""
    groups = {word[at : at + 3] for at in range(len(word) - 2)}
    if len(groups) < 3:
        return literal(False)
    name = func.replace(Person.name_key, " ", "")
    hits = sum(
        (case((name.contains(group, autoescape=True), 1), else_=0) for group in sorted(groups)), literal(0)
    )
    return hits * 2 >= len(groups)


def _telling(actor: Actor, place: Place, keys: tuple[str, ...], word: str) -> Select[str]:
    """People who tell this word in one of these fields, as far as this reader may read them."""
    if rights.on_trial(place):
        keys = tuple(key for key in keys if key in TRIAL_SEES)
    about = aliased(Detail)
    candidates = select(about.person_id).where(
        about.key.in_(keys), about.folded.contains(word, autoescape=True)
    )
    readable = visible_fields(candidates, rights.level_in(actor, place), place.community_id).subquery()
    said = aliased(Detail)
    return (
        select(readable.c.person_id)
        .join(said, and_(said.person_id == readable.c.person_id, said.key == readable.c.key))
        .where(
            readable.c.key.in_(keys),
            readable.c.value.is_not(None),
            said.folded.contains(word, autoescape=True),
        )
    )


def _fields(
    session: Session, actor: Actor, place: Place, ids: list[Id]
) -> tuple[dict[Id, dict[str, str]], dict[Id, list[str]]]:
    found = visible_fields(ids, rights.level_in(actor, place), place.community_id)
    values: dict[Id, dict[str, str]] = {}
    folded: dict[Id, list[str]] = {}
    for row in session.execute(found):
        if (
            rights.on_trial(place)
            and row.key not in {*TRIAL_SEES, "photo"}
            and row.person_id != actor.person_id
        ):
            continue
        if row.folded:
            folded.setdefault(row.person_id, []).append(row.key)
        else:
            values.setdefault(row.person_id, {})[row.key] = row.value
    return values, folded


def _roles(session: Session, memberships: list[Id], at: datetime) -> dict[Id, list[str]]:
    found = (
        select(RoleGrant.membership_id, Role.name)
        .join(Role, Role.id == RoleGrant.role_id)
        .where(
            RoleGrant.membership_id.in_(memberships),
            RoleGrant.ended_at.is_(None),
            RoleGrant.since_at <= at,
            or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
            Role.ended_at.is_(None),
        )
        .order_by(Role.name)
    )
    roles: dict[Id, list[str]] = {}
    for row in session.execute(found):
        roles.setdefault(row.membership_id, []).append(row.name)
    return roles
