"""Who sees what a member gave and received: they themselves, and others as far as their community has decided."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import may, policies, register_policy
from minga.communities.models import Community
from minga.communities.rules import Choice, PolicyKind, Whole
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.reputation.access.facts import may_read
from minga.reputation.access.people import common_communities, person_to_see

SHOWN = register_policy(
    PolicyKind(
        key="contribution.shown",
        sentence=N_("Who sees how much a member gave and received."),
        bounds=Choice(("members", "stewards", "self")),
        default="self",
        theme="sharing",
    )
).key
CARE = register_policy(
    PolicyKind(
        key="contribution.care_percent",
        sentence=N_("How much an hour of care counts in what a member gave, in percent of an hour."),
        bounds=Whole(100, 300),
        default=100,
        theme="sharing",
    )
).key
REST = register_policy(
    PolicyKind(
        key="contribution.rest_minutes",
        sentence=N_("How many minutes a month count as given for somebody whose membership rests."),
        bounds=Whole(0, 6_000),
        default=0,
        theme="sharing",
    )
).key
STEWARDS_SEE = "member.see_contacts"
"""Whoever may read what members show to stewards only may read this where the community says *stewards*."""


def contribution_to_see(
    session: Session, actor: Actor, handle: str | None, community_id: Id, *, at: datetime
) -> Id:
    """Whose sums these are: one's own, or another member's where the community shows them; else there is nothing."""
    may_read(actor)
    if actor.token_community_id not in (None, community_id):
        raise NotFound()
    person_id = actor.person_id if handle is None else person_to_see(session, actor, handle, at=at)
    assert person_id is not None  # somebody is signed in
    if community_id not in common_communities(session, actor, person_id, at=at):
        raise NotFound()
    if person_id != actor.person_id and not _shown(session, actor, community_id, at):
        raise NotFound()
    return person_id


def shown_in(session: Session, actor: Actor, handle: str, *, at: datetime) -> tuple[Id, ...]:
    """The common communities that show the reader another member's sums."""
    other = person_to_see(session, actor, handle, at=at)
    if other == actor.person_id:
        return ()
    common = common_communities(session, actor, other, at=at)
    roots = session.scalars(
        select(Community.id).where(Community.id.in_(common), Community.parent_id.is_(None))
    )
    return tuple(one for one in roots if _shown(session, actor, one, at))


def _shown(session: Session, actor: Actor, community_id: Id, at: datetime) -> bool:
    """As the community decided; by a person alone, never as a list of people."""
    rule = policies.value(session, community_id, SHOWN, at=at)
    return rule == "members" or (
        rule == "stewards" and bool(may(session, actor, STEWARDS_SEE, community_id, at=at))
    )
