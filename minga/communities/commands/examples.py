"""Marking example neighbours, and letting them go so that nothing of them stays but ids in the log."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from minga.communities.access import community_to_see, require
from minga.communities.commands.membership import live_membership
from minga.communities.commands.standing import leave
from minga.communities.models import Community, Membership
from minga.communities.rules.examples import IS_THERE, examples_in, with_examples
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.ids import Id


def mark_examples(
    session: Session, actor: Actor, community_id: Id, person_ids: list[Id], *, at: datetime
) -> None:
    """Remember which members are examples; a community has them once."""
    community = _to_change(session, actor, community_id, at)
    if examples_in(community.features):
        raise Conflict(IS_THERE)
    community.features = with_examples(community.features, person_ids)
    session.flush()


def end_examples(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> None:
    """Their memberships and then they themselves go. What something else points to stays as an empty row."""
    community = _to_change(session, actor, community_id, at)
    for person_id in examples_in(community.features):
        example = Actor(person_id, via=actor.via, request_id=actor.request_id)
        if live_membership(session, community.id, person_id):
            leave(session, example, community.id, at=at)
        theirs = session.scalars(select(Membership.id).where(Membership.person_id == person_id)).all()
        for membership_id in theirs:
            _drop_membership(session, membership_id)
        identity.forget_example(session, person_id, at=at)
    community.features = with_examples(community.features, [])
    session.flush()


def _to_change(session: Session, actor: Actor, community_id: Id, at: datetime) -> Community:
    community = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.edit", community.id, at=at)
    return community


def _drop_membership(session: Session, membership_id: Id) -> None:
    try:
        with session.begin_nested():
            session.execute(delete(Membership).where(Membership.id == membership_id))
    except IntegrityError:
        session.expire_all()
