"""Ways in: the invitation behind a token, and communities that one may ask to join."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import policies
from minga.communities.access.communities import visible_communities
from minga.communities.access.holders import holds
from minga.communities.models import Community, InviteGrant
from minga.communities.rules import JoiningMode
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Invite
from minga.identity.rules.invites import Purpose, dead_invite
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id


def open_door(
    session: Session, key: bytes, token: str, *, at: datetime
) -> tuple[Invite, InviteGrant, Community]:
    """The invitation behind a token while it still opens a community; every other token is refused alike (404)."""
    invite = identity.read_invite(session, key, token, at=at)
    grant = session.get(InviteGrant, invite.id)
    if invite.purpose is not Purpose.JOIN or grant is None:
        raise dead_invite()
    community = session.get_one(Community, grant.community_id)
    if community.archived_at or community.paused_at or not _still_invites(session, invite, grant, at):
        raise dead_invite()
    return invite, grant, community


def community_to_apply(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> Community:
    """A community one may ask to join: a group of one's own community, or one that shows itself on this node."""
    community = session.get(Community, community_id)
    if community is None or community.archived_at or community.paused_at or not actor.signed_in:
        raise NotFound()
    known = session.scalar(
        select(Community.id).where(Community.id == community.id, Community.id.in_(visible_communities(actor)))
    )
    listed = policies.value(session, community.id, "community.listed", at=at) != "nobody"
    quiet = community.joining_mode is JoiningMode.QUIET
    if known is None and (not listed or community.parent_id is not None or quiet):
        raise NotFound()
    return community


def _still_invites(session: Session, invite: Invite, grant: InviteGrant, at: datetime) -> bool:
    """Whether the maker may still do what the invitation promises, and the community still takes people in."""
    needed = "member.invite_auto" if grant.at_once else "member.invite"
    if policies.value(session, grant.community_id, "joining.way", at=at) == "closed":
        return False
    return invite.maker_id is not None and holds(session, invite.maker_id, needed, grant.community_id, at=at)
