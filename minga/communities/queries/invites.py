"""Invitations as those who made them and those who answer see them."""

from datetime import datetime

import msgspec
from sqlalchemy import case, select

from minga.communities.access import (
    community_to_see,
    invite_to_see,
    may,
    require,
)
from minga.communities.models import Community, InviteGrant, Role
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Invite, InviteUse, Person
from minga.identity.rules.invites import Words
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


class InviteLine(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation in the list: never with its link."""

    id: Id
    for_whom: str
    maker: str
    is_mine: bool
    at_once: bool
    uses: int
    uses_max: int
    made_at: datetime
    expires_at: datetime
    state: str


class InvitePage(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation in full, with its link for whoever may hand it on."""

    line: InviteLine
    community_id: Id
    words: Words
    trial_days: int | None
    guest_days: int | None
    role: str | None
    subgroups: list[str]
    used_by: list[str]
    token: str | None
    language: str
    version: int


def state_of(made: Invite, at: datetime) -> str:
    """open, exhausted, revoked or expired."""
    if made.revoked_at is not None:
        return "revoked"
    if made.uses >= made.uses_max:
        return "exhausted"
    return "open" if made.expires_at > at else "expired"


def invites(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    at: datetime,
    after: str | None = None,
    limit: int | None = None,
) -> Page[InviteLine]:
    """One's own invitations; all of them for those who answer applications. Open ones first, newest first."""
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.see", community.id, at=at)
    most = limit_of(limit)
    ended = case(
        ((Invite.revoked_at.is_(None)) & (Invite.uses < Invite.uses_max) & (Invite.expires_at > at), 1),
        else_=0,
    ).label("is_open")
    question = (
        select(Invite, InviteGrant.at_once, Person.name, ended)
        .join(InviteGrant, InviteGrant.invite_id == Invite.id)
        .outerjoin(Person, Person.id == Invite.maker_id)
        .where(InviteGrant.community_id == community.id)
    )
    if not may(session, actor, "application.see", community.id, at=at):
        question = question.where(Invite.maker_id == actor.person_id)
    if after:
        question = question.where(beyond((ended, Invite.id), Cursor.decode(after, int, str), descending=True))
    rows = session.execute(question.order_by(ended.desc(), Invite.id.desc()).limit(most + 1)).all()
    page = page_of(rows, most, lambda row: (row.is_open, row.Invite.id))
    lines = tuple(_line(row.Invite, row.at_once, row.name or "", actor, at) for row in page.items)
    return Page(lines, page.next)


def _line(made: Invite, at_once: bool, maker: str, actor: Actor, at: datetime) -> InviteLine:
    return InviteLine(
        id=made.id,
        for_whom=made.label,
        maker=maker,
        is_mine=made.maker_id == actor.person_id,
        at_once=at_once,
        uses=made.uses,
        uses_max=made.uses_max,
        made_at=made.made_at,
        expires_at=made.expires_at,
        state=state_of(made, at),
    )


def invite(session: Session, actor: Actor, key: bytes, invite_id: Id, *, at: datetime) -> InvitePage:
    """One invitation. Its link is for its maker alone: an invitation speaks in that person's name."""
    made, grant = invite_to_see(session, actor, invite_id, at=at)
    maker = session.get(Person, made.maker_id) if made.maker_id else None
    mine = made.maker_id == actor.person_id
    role = session.get(Role, grant.role_id) if grant.role_id else None
    groups = session.scalars(select(Community.name).where(Community.id.in_(grant.subgroup_ids)))
    used_by = session.scalars(
        select(Person.name)
        .join(InviteUse, InviteUse.person_id == Person.id)
        .where(InviteUse.invite_id == made.id)
        .order_by(InviteUse.at)
        .limit(500)
    )
    line = _line(made, grant.at_once, maker.name if maker else "", actor, at)
    return InvitePage(
        line=line,
        community_id=grant.community_id,
        words=identity.words_of(session, made.id),
        trial_days=grant.trial_days,
        guest_days=grant.guest_days,
        role=role.name if role else None,
        subgroups=list(groups) if grant.subgroup_ids else [],
        used_by=list(used_by),
        token=identity.invite_token(key, made) if mine and line.state == "open" else None,
        language=made.language,
        version=made.version,
    )
