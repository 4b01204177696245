"""When a person is erased: who cannot go yet, and how memberships end."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update

from minga.communities.commands import roles
from minga.communities.commands.standing import leave
from minga.communities.models import ActConsent, Application, Community, Keeping, Membership, Report
from minga.identity import Actor, Via
from minga.identity import commands as identity
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import enqueue
from minga.kit.leaving import (
    Farewell,
    InTheWay,
    at_farewell,
    stands_in_the_way,
    stands_in_the_way_for_now,
)

LAST_STEWARD = N_("You are the last steward of {community}. Hand the role on first.")
KEEPER = N_("You look after {name}. Ask somebody else to go on first.")
REPORTED = N_("Something of yours was reported and waits for an answer. It holds you up for at most 14 days.")
REPORT_WAITS = timedelta(days=14)
KEPT_SHOWN = 50


def _live(person_id: Id) -> tuple[ColumnElement[bool], ...]:
    return Membership.person_id == person_id, Membership.ended_on.is_(None)


@stands_in_the_way
def keeps_alone(session: Session, person_id: Id) -> list[InTheWay]:
    """A community always keeps a steward."""
    found = []
    rows = session.execute(
        select(Membership, Community.slug, Community.name)
        .join(Community, Community.id == Membership.community_id)
        .where(*_live(person_id))
        .order_by(Community.name)
    )
    for one, slug, name in rows:
        try:
            roles.must_leave_a_steward(session, one, one.made_at)
        except Conflict:
            found.append(InTheWay(LAST_STEWARD, f"/c/{slug}/roles", {"community": name}))
    return found


@stands_in_the_way
def looks_after_others(session: Session, person_id: Id) -> list[InTheWay]:
    """Whom somebody keeps is handed on first."""
    rows = session.execute(
        select(Keeping.id, Person.name)
        .join(Person, Person.id == Keeping.person_id)
        .join(Membership, Membership.id == Keeping.keeper_id)
        .where(*_live(person_id), Keeping.until_at.is_(None))
        .order_by(Keeping.id)
        .limit(KEPT_SHOWN)
    )
    return [InTheWay(KEEPER, f"/keepings/{row.id}", {"name": row.name}) for row in rows]


@stands_in_the_way_for_now
def is_reported(session: Session, person_id: Id, at: datetime) -> list[InTheWay]:
    """A report about oneself is answered first; after two weeks it waits no longer. Nothing is said of what or whose it is.

    What is reported after the day on which one was to be gone holds nobody up: else one more report could, for ever.
    """
    going = identity.erasure_of(session, person_id)
    open_ = exists().where(
        Report.concerned_id == person_id,
        Report.answered_at.is_(None),
        Report.withdrawn_at.is_(None),
        Report.made_at > at - REPORT_WAITS,
        Report.made_at <= (going.due_at if going else at),
    )
    return [InTheWay(REPORTED)] if session.scalar(select(open_)) else []


@at_farewell
def drop_papers(session: Session, farewell: Farewell, at: datetime) -> None:
    """Photos of sheets on which the person agreed to something go with their last row."""
    papers = session.scalars(
        select(ActConsent.paper).where(
            ActConsent.person_id == farewell.person_id, ActConsent.paper.is_not(None)
        )
    ).all()
    for paper in sorted({one for one in papers if one}):
        enqueue(session, "communities.drop_paper", {"file": paper}, at=at)


@at_farewell
def leave_everywhere(session: Session, farewell: Farewell, at: datetime) -> None:
    """Memberships end as by leaving; what waits for an answer is taken back."""
    actor = Actor(farewell.person_id, Via.WORKER)
    roots = session.scalars(
        select(Membership.community_id)
        .join(Community, Community.id == Membership.community_id)
        .where(*_live(farewell.person_id), Community.parent_id.is_(None))
    ).all()
    for community_id in roots:
        leave(session, actor, community_id, at=at)
    session.execute(
        update(Application)
        .where(
            Application.person_id == farewell.person_id,
            Application.answered_at.is_(None),
            Application.withdrawn_at.is_(None),
            Application.lapsed_at.is_(None),
        )
        .values(withdrawn_at=at)
    )
