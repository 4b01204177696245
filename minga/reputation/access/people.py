"""Who endorses whom, who reads what was said, who sees a connection: its two people, and what they let others see."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import About, may, places_of, register_capability, reportable
from minga.communities.access.people import people_to_see
from minga.communities.models import Membership
from minga.communities.rules import Capability
from minga.identity import Actor
from minga.identity.access.fields import exchanged_with
from minga.identity.models import Connection, HandlePast, Person
from minga.identity.rules.names import handle_key
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, parse_id
from minga.reputation.access.facts import may_read, may_write
from minga.reputation.models import Endorsement, SkillProof
from minga.reputation.rules.endorsing import KNOWN_FOR

ENDORSE = register_capability(
    Capability(name="endorse.make", sentence=N_("Say what another member can do."), roles=("member",))
)
VERIFY = register_capability(
    Capability(
        name="skill.verify",
        sentence=N_("Note that a member's paper was seen."),
        roles=("steward", "librarian"),
    )
)


def person_to_see(session: Session, actor: Actor, handle: str, *, at: datetime) -> Id:
    """The person of a handle whose page the actor may open; else there is nobody."""
    may_read(actor)
    key = handle_key(handle)
    past = select(HandlePast.person_id).where(HandlePast.handle_key == key, HandlePast.redirects_until > at)
    named = Person.id == handle if is_id(handle) else (Person.handle_key == key) | Person.id.in_(past)
    found = session.scalar(
        select(Person.id).where(named, Person.id.in_(people_to_see(session, actor, at=at)))
    )
    if found is None:
        raise NotFound()
    return found


def common_communities(session: Session, actor: Actor, other_id: Id, *, at: datetime) -> list[Id]:
    """The communities where both are members and the actor sees who is, the longest shared first."""
    places = places_of(session, actor, at=at)
    mine = [
        place.community_id
        for place in places.values()
        if place.membership_id and "member.see_list" in place.capabilities
    ]
    theirs = aliased(Membership)
    wanted = (
        select(theirs.community_id)
        .where(theirs.person_id == other_id, theirs.ended_on.is_(None), theirs.community_id.in_(mine))
        .order_by(theirs.joined_on, theirs.id)
    )
    return list(session.scalars(wanted)) if mine else []


def know_each_other(session: Session, actor: Actor, other_id: Id, community_id: Id, *, at: datetime) -> bool:
    """Whether both are members there for a month, or have completed something together."""
    since = (at - KNOWN_FOR).date()
    both = session.scalars(
        select(Membership.person_id).where(
            Membership.community_id == community_id,
            Membership.person_id.in_((actor.person_id, other_id)),
            Membership.ended_on.is_(None),
            Membership.joined_on <= since,
        )
    ).all()
    if len(set(both)) == 2:
        return True
    return bool(
        session.scalar(select(exists().where(Person.id == other_id, Person.id.in_(exchanged_with(actor)))))
    )


def invite_branch(session: Session, person_id: Id, community_id: Id) -> set[Id]:
    """Who came by the person's own invitations in a community, over any number of steps, and who invited them."""
    own = select(Membership.id).where(
        Membership.person_id == person_id, Membership.community_id == community_id
    )
    branch = (
        select(Membership.id, Membership.person_id).where(Membership.sponsor_id.in_(own)).cte(recursive=True)
    )
    further = aliased(Membership)
    branch = branch.union(
        select(further.id, further.person_id).join(branch, further.sponsor_id == branch.c.id)
    )
    sponsor = aliased(Membership)
    above = (
        select(sponsor.person_id)
        .join(Membership, Membership.sponsor_id == sponsor.id)
        .where(Membership.person_id == person_id, Membership.community_id == community_id)
    )
    return {*session.scalars(select(branch.c.person_id)), *session.scalars(above)} - {person_id}


def invited_each_other(session: Session, one: Id, other: Id) -> bool:
    """Whether one of the two came by the other's invitation, in any community."""
    sponsor, guest = aliased(Membership), aliased(Membership)
    found = exists().where(
        guest.sponsor_id == sponsor.id,
        or_(
            and_(guest.person_id == one, sponsor.person_id == other),
            and_(guest.person_id == other, sponsor.person_id == one),
        ),
    )
    return bool(session.scalar(select(found)))


def endorsement_of(session: Session, actor: Actor, endorsement_id: Id, *, lock: bool = False) -> Endorsement:
    """The endorsement, for its two people; a stranger learns nothing."""
    may_read(actor)
    wanted = select(Endorsement).where(
        Endorsement.id == parse_id(endorsement_id),
        or_(Endorsement.endorser_id == actor.person_id, Endorsement.endorsee_id == actor.person_id),
    )
    if lock:
        may_write(actor)
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None or actor.token_community_id not in (None, found.community_id):
        raise NotFound()
    return found


def proof_of(session: Session, actor: Actor, proof_id: Id, *, at: datetime) -> SkillProof:
    """A paper that was seen, for its person and for who may note papers there."""
    may_read(actor)
    found = session.get(SkillProof, parse_id(proof_id))
    if found is None or not (
        found.person_id == actor.person_id or may(session, actor, VERIFY.name, found.community_id, at=at)
    ):
        raise NotFound()
    return found


def connection_of(session: Session, actor: Actor, connection_id: Id, *, lock: bool = False) -> Connection:
    """The connection, for its two people."""
    may_read(actor)
    wanted = select(Connection).where(
        Connection.id == parse_id(connection_id),
        or_(Connection.from_id == actor.person_id, Connection.to_id == actor.person_id),
    )
    if lock:
        may_write(actor)
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound()
    return found


def _see_endorsement(session: Session, actor: Any, id: Id, /, *, at: datetime) -> Endorsement:
    return endorsement_of(session, actor, id)


def _see_connection(session: Session, actor: Any, id: Id, /, *, at: datetime) -> Connection:
    return connection_of(session, actor, id)


def _about(session: Session, endorsement_id: Id) -> About | None:
    found = session.get(Endorsement, endorsement_id)
    if found is None:
        return None
    return About(found.community_id, found.endorser_id, found.skill, found.words)


reportable("endorsement", word=N_("What somebody says about a member"), about=_about, hides=True)
refs.register("endorsement", see=_see_endorsement, address=lambda _id: "/me/reputation#said")
refs.register("connection", see=_see_connection, address=lambda _id: "/me/reputation#connections")


def _see_own_skills(session: Session, actor: Any, id: Id, /, *, at: datetime) -> Id:
    """One's own page of skills, for oneself."""
    may_read(actor)
    if id != actor.person_id:
        raise NotFound()
    return id


refs.register("own_skills", see=_see_own_skills, address=lambda _id: "/me/reputation#said")
