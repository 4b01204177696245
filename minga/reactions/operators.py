"""What follows when whoever runs the node reaches into a community: its stewards hear of each time, so that nothing is done silently."""

from datetime import datetime

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities import access
from minga.communities.events import CommunityPaused, CommunityResumed
from minga.communities.models import Community, Membership
from minga.identity.events import PersonSuspended, PersonUnsuspended
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref

CLOSED = N_("Whoever runs the node has closed the account of {name} for now.")
OPENED = N_("Whoever runs the node has opened the account of {name} again.")
PAUSED = N_("Whoever runs the node has made {community} read-only.")
RESUMED = N_("Whoever runs the node has opened {community} again.")
STEWARDS = "log.see_full"


@on(PersonSuspended, name="communication.tell_of_suspension")
def tell_of_suspension(session: Session, event: PersonSuspended, *, at: datetime) -> None:
    _tell_of_person(session, event, event.person_id, CLOSED, at)


@on(PersonUnsuspended, name="communication.tell_of_unsuspension")
def tell_of_unsuspension(session: Session, event: PersonUnsuspended, *, at: datetime) -> None:
    _tell_of_person(session, event, event.person_id, OPENED, at)


@on(CommunityPaused, name="communication.tell_of_pause")
def tell_of_pause(session: Session, event: CommunityPaused, *, at: datetime) -> None:
    _tell_of_community(session, event, event.subject_id, PAUSED, at)


@on(CommunityResumed, name="communication.tell_of_resumption")
def tell_of_resumption(session: Session, event: CommunityResumed, *, at: datetime) -> None:
    _tell_of_community(session, event, event.subject_id, RESUMED, at)


def _tell_of_person(session: Session, event: Event, person_id: Id, sentence: str, at: datetime) -> None:
    """The stewards of each whole community in which the person lives."""
    name = session.get_one(Person, person_id).name
    rows = session.execute(
        select(Membership.id, Membership.community_id)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Membership.person_id == person_id, Membership.ended_on.is_(None), Community.parent_id.is_(None)
        )
        .order_by(Membership.id)
    ).all()
    for membership_id, community_id in rows:
        ref = Ref("membership", membership_id)
        _tell(session, event, community_id, ref, sentence, {"name": name}, at, besides=person_id)


def _tell_of_community(session: Session, event: Event, community_id: Id, sentence: str, at: datetime) -> None:
    where = session.get_one(Community, community_id)
    if where.parent_id is None:
        ref = Ref("community", community_id)
        _tell(session, event, community_id, ref, sentence, {"community": where.name}, at)


def _tell(
    session: Session,
    event: Event,
    community_id: Id,
    ref: Ref,
    sentence: str,
    facts: dict[str, object],
    at: datetime,
    besides: Id = "",
) -> None:
    for holder in access.holders_of(session, STEWARDS, community_id, at=at):
        if holder.person_id not in (event.actor_id, besides):
            communication.notify(
                session,
                holder.person_id,
                event_id=event.event_id,
                notice_class=NoticeClass.DUTY,
                ref=ref,
                sentence=sentence,
                facts=facts,
                community_id=community_id,
                at=at,
            )
