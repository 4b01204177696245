"""Who sees a vouch: its two people, and those who see who vouches for whom. And whose vouches count for a threshold."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import policies
from minga.communities.access.decisions import may, require_scope
from minga.communities.access.filters import communities_of, communities_where
from minga.communities.access.people import people_to_see
from minga.communities.access.reach import is_live, is_on_trial, is_resting
from minga.communities.access.tree import SEE_ALL
from minga.communities.models import Application, Membership, Vouch
from minga.communities.rules.vouches import Origin, counted, needed
from minga.identity import Actor
from minga.identity.access.fields import is_there, not_blocked
from minga.identity.models import Person
from minga.identity.rules.names import handle_key
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id

MAKE = "vouch.make"
SEE_APPLICATIONS = "application.see"


def is_open_application() -> ColumnElement[bool]:
    """Nobody has answered it, and it was neither taken back nor forgotten."""
    return and_(
        Application.answered_at.is_(None), Application.withdrawn_at.is_(None), Application.lapsed_at.is_(None)
    )


def lives() -> ColumnElement[bool]:
    """The vouch has not ended."""
    return Vouch.ended_at.is_(None)


def vouches_to_see(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """The filter of vouches whose names and words the actor reads: their own, and where a role shows them."""
    applicant = (
        exists()
        .where(
            Application.community_id == Vouch.community_id,
            Application.person_id == Vouch.to_id,
            is_open_application(),
        )
        .correlate(Vouch)
    )
    own = and_(
        or_(Vouch.from_id == actor.person_id, Vouch.to_id == actor.person_id),
        or_(Vouch.community_id.in_(communities_of(actor)), Vouch.to_id == actor.person_id),
    )
    return or_(
        own,
        Vouch.community_id.in_(communities_where(actor, SEE_ALL, at=at)),
        and_(applicant, Vouch.community_id.in_(communities_where(actor, SEE_APPLICATIONS, at=at))),
    )


def vouch_to_see(session: Session, actor: Actor, vouch_id: Id, *, at: datetime, lock: bool = False) -> Vouch:
    """One vouch for those who read its names."""
    require_scope(actor, writing=lock)
    if not actor.signed_in:
        raise NotFound()
    wanted = select(Vouch).where(Vouch.id == parse_id(vouch_id), vouches_to_see(actor, at=at))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None or actor.token_community_id not in (None, found.community_id):
        raise NotFound()
    return found


def since_when(
    session: Session, actor: Actor, community_id: Id, handle: str, *, at: datetime
) -> tuple[Id, datetime]:
    """The person of a handle for whom one can vouch there, and since when they are member or ask to be.

    Applicants are found only where the community asks for vouches, or by those who read applications; everybody
    else, known or not, is not there.
    """
    me = Person.id == (actor.person_id or "")
    member = session.execute(
        select(Person.id, Membership.made_at)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.handle_key == handle_key(handle),
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            or_(me, Person.id.in_(people_to_see(session, actor, at=at))),
        )
    ).first()
    if member is not None:
        return member.id, member.made_at
    asked = policies.value(session, community_id, "joining.vouches_needed", at=at) != "0"
    if not asked and not may(session, actor, SEE_APPLICATIONS, community_id, at=at):
        raise NotFound()
    applicant = session.execute(
        select(Person.id, Application.sent_at)
        .join(Application, Application.person_id == Person.id)
        .where(
            Person.handle_key == handle_key(handle),
            Application.community_id == community_id,
            is_open_application(),
            is_there(),
            not_blocked(actor, Person.id),
        )
    ).first()
    if applicant is None:
        raise NotFound()
    return applicant.id, applicant.sent_at


def is_enough(session: Session, person_id: Id, community_id: Id, *, at: datetime) -> bool:
    """Whether as many members as the community asks for (at least one) vouch for somebody; nobody learns how many."""
    rule = policies.value(session, community_id, "joining.vouches_needed", at=at)
    full = 0
    if rule == "half":
        full = (
            session.scalar(
                select(func.count())
                .select_from(Membership)
                .where(Membership.community_id == community_id, is_live(), ~is_resting(), ~is_on_trial(at))
            )
            or 0
        )
    return _count(session, person_id, community_id, at) >= max(1, needed(rule, full))


def _count(session: Session, person_id: Id, community_id: Id, at: datetime) -> int:
    vouchers = session.scalars(
        select(Membership.id)
        .join(
            Vouch, and_(Vouch.from_id == Membership.person_id, Vouch.community_id == Membership.community_id)
        )
        .where(
            Vouch.to_id == person_id,
            Vouch.community_id == community_id,
            lives(),
            Vouch.until_at > at,
            is_live(),
            ~is_resting(),
            ~is_on_trial(at),
        )
    ).all()
    if not vouchers:
        return 0
    subject = session.scalar(
        select(Membership.id).where(
            Membership.person_id == person_id,
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
        )
    ) or session.scalar(
        select(Application.sponsor_id).where(
            Application.person_id == person_id,
            Application.community_id == community_id,
            is_open_application(),
        )
    )
    starts = [*vouchers, *([subject] if subject else [])]
    return counted(subject, vouchers, _origins(session, starts))


def _origins(session: Session, starts: Collection[Id]) -> dict[Id, Origin]:
    """These memberships and all above them, by one question."""
    up = (
        select(Membership.id, Membership.sponsor_id, Membership.came_by)
        .where(Membership.id.in_(tuple(starts)))
        .cte("origins", recursive=True)
    )
    above = aliased(Membership)
    up = up.union(select(above.id, above.sponsor_id, above.came_by).join(up, above.id == up.c.sponsor_id))
    rows = session.execute(select(up.c.id, up.c.sponsor_id, up.c.came_by))
    return {row.id: Origin(row.sponsor_id, row.came_by) for row in rows}


refs.register("vouch", see=vouch_to_see, address=lambda _id: "/me/vouches")
