"""Polls: members of the community read them, and whoever is on the roll, also after they have left.

The roll is the right to vote: it was frozen at opening, so that nobody loses their vote by being removed meanwhile.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, union_all

from minga.communities.access import communities_where, may, require
from minga.communities.models import HouseholdSeat, Membership
from minga.communities.rules.households import SeatKind
from minga.governance.access.capabilities import SEE
from minga.governance.models import Challenge, Objection, Poll, RollRow
from minga.governance.rules.kinds import RollUnit
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register


def polls_visible_to(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """The polls an actor may read, as the condition that every list of them starts from."""
    return or_(
        Poll.community_id.in_(communities_where(actor, SEE, at=at)),
        Poll.id.in_(select(RollRow.poll_id).where(RollRow.voter_id == (actor.person_id or ""))),
    )


def voters_of(actor: Actor) -> Select[str]:
    """The names under which the actor stands on rolls: their own, and the households whose adults they are."""
    households = (
        select(HouseholdSeat.household_id)
        .join(Membership, Membership.id == HouseholdSeat.membership_id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            HouseholdSeat.kind == SeatKind.ADULT,
            HouseholdSeat.since_on.is_not(None),
            HouseholdSeat.until_on.is_(None),
        )
    )
    own = select(Membership.person_id.label("voter_id")).where(Membership.person_id == actor.person_id)
    both = union_all(own, households).subquery()
    return select(both.c.voter_id)


def on_roll(session: Session, actor: Actor, poll: Poll) -> bool:
    """Whether the actor may vote in this poll."""
    return voter_of(session, actor, poll) is not None


def voter_of(session: Session, actor: Actor, poll: Poll) -> RollRow | None:
    """The actor's row on a poll's roll: their own, or that of the household they are an adult of."""
    if not actor.signed_in:
        return None
    wanted = select(RollRow).where(RollRow.poll_id == poll.id, RollRow.dropped.is_(False))
    if poll.roll_unit is RollUnit.HOUSEHOLD:
        wanted = wanted.where(RollRow.voter_id.in_(voters_of(actor)))
    else:
        wanted = wanted.where(RollRow.voter_id == actor.person_id)
    return session.scalars(wanted.limit(1)).first()


def poll_to_see(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Poll:
    """A poll of a community one lives in, or whose roll one is on; for everybody else it is not there."""
    return _seen(session, actor, session.get(Poll, parse_id(poll_id)), at)


def poll_to_change(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Poll:
    """The same as it stands now, kept from others until the unit ends. What it asks more is asked by the command."""
    found = locked_poll(session, parse_id(poll_id))
    return _seen(session, actor, found, at)


def locked_poll(session: Session, poll_id: Id, *, for_casting: bool = False) -> Poll | None:
    """The poll as it stands now, locked; casting ballots does not keep each other out, only the close does."""
    return session.scalars(
        select(Poll)
        .where(Poll.id == poll_id)
        .with_for_update(read=for_casting, key_share=for_casting)
        .execution_options(populate_existing=True)
    ).first()


def _seen(session: Session, actor: Actor, found: Poll | None, at: datetime) -> Poll:
    if found is None or not actor.signed_in:
        raise NotFound()
    if found.community_id in actor.locked:
        require(session, actor, SEE, found.community_id, at=at)
    if not may(session, actor, SEE, found.community_id, at=at) and (
        actor.token_scopes is not None or not on_roll(session, actor, found)
    ):
        raise NotFound()
    return found


def objection_to_see(session: Session, actor: Actor, objection_id: Id, *, at: datetime) -> Objection:
    """An objection of a poll one may read."""
    found = session.get(Objection, parse_id(objection_id))
    if found is None:
        raise NotFound()
    poll_to_see(session, actor, found.poll_id, at=at)
    return found


def challenge_to_see(session: Session, actor: Actor, challenge_id: Id, *, at: datetime) -> Challenge:
    """A challenge of a poll one may read."""
    found = session.get(Challenge, parse_id(challenge_id))
    if found is None:
        raise NotFound()
    poll_to_see(session, actor, found.poll_id, at=at)
    return found


register("poll", see=poll_to_see, address=lambda poll_id: f"/polls/{poll_id}")
