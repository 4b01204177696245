"""Files of members that were taken out of a community: who, when and what for."""

from dataclasses import replace
from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.communities.access import require
from minga.communities.models import MemberExport
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

SHOWN_MAX = 20


class ExportShown(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was taken out."""

    by: str
    purpose: str
    members: int
    made_at: datetime


def member_exports(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[ExportShown]:
    """The newest ones, for those who may take members out; looking needs no fresh confirmation."""
    require(session, replace(actor, confirmed_at=at), "member.export", community_id, at=at)
    rows = session.execute(
        select(Person.name, MemberExport.purpose, MemberExport.members, MemberExport.made_at)
        .join(Person, Person.id == MemberExport.person_id)
        .where(MemberExport.community_id == community_id)
        .order_by(MemberExport.id.desc())
        .limit(SHOWN_MAX)
    )
    return [
        ExportShown(by=row.name, purpose=row.purpose, members=row.members, made_at=row.made_at)
        for row in rows
    ]
