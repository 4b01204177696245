"""One question whether two accounts are one person, for who is asked and those who may keep people there."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.communities.access.merging import keeps_there, merge_to_see
from minga.communities.models import Community, PersonMerge
from minga.communities.rules.keeping import PART_WITHIN
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id


class MergePage(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is waits, merged, refused, withdrawn, lapsed or parted; `tables` counts what became the other's."""

    id: Id
    community_id: Id
    community: str
    kept: str
    into: str
    into_handle: str
    asker: str
    how: str
    asked_at: datetime
    answered_at: datetime | None
    until_at: datetime
    state: str
    tables: dict[str, int]
    is_me: bool
    may_withdraw: bool
    may_part: bool


def person_merge(session: Session, actor: Actor, merge_id: Id, *, at: datetime) -> MergePage:
    """All of it."""
    found = merge_to_see(session, actor, merge_id, at=at)
    ids = (found.from_id, found.into_id, found.asked_by_id)
    people = {
        row.id: row
        for row in session.execute(select(Person.id, Person.name, Person.handle).where(Person.id.in_(ids)))
    }
    state = _state(found, at)
    tables: dict[str, int] = {}
    for one in found.moved:
        tables[one["table"]] = tables.get(one["table"], 0) + 1
    keeps = keeps_there(session, actor, found, at=at)
    young = found.answered_at is not None and at < found.answered_at + PART_WITHIN
    return MergePage(
        id=found.id,
        community_id=found.community_id,
        community=session.get_one(Community, found.community_id).name,
        kept=people[found.from_id].name,
        into=people[found.into_id].name,
        into_handle=people[found.into_id].handle,
        asker=people[found.asked_by_id].name,
        how=found.how.value,
        asked_at=found.asked_at,
        answered_at=found.answered_at,
        until_at=found.until_at,
        state=state,
        tables=tables,
        is_me=found.into_id == actor.person_id,
        may_withdraw=state == "waits" and keeps,
        may_part=state == "merged" and young,
    )


def _state(found: PersonMerge, at: datetime) -> str:
    if found.undone_at is not None:
        return "parted"
    if found.withdrawn_at is not None:
        return "withdrawn"
    if found.answered_at is not None:
        return "merged" if found.agreed else "refused"
    return "waits" if found.until_at > at else "lapsed"
