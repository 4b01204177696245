"""For whom somebody may act, who may act for oneself, and who entered a thing for somebody."""

from datetime import datetime

import msgspec
from sqlalchemy import and_, exists, or_, select

from minga.communities.access import communities_of, communities_where, may, reach
from minga.communities.access.keeping import ACT_FOR, kept_by, runs
from minga.communities.models import ActConsent, Community, Keeping, Membership
from minga.communities.rules.keeping import ConsentHow
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.events import EventRow
from minga.kit.ids import Id

ACTING_MAX = 200


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """One's own community, and what others there may enter for oneself."""

    slug: str
    name: str
    scopes: tuple[str, ...]
    until_at: datetime | None


class Somebody(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody for whom the asker may act."""

    person_id: Id
    name: str
    handle: str
    community: str
    scopes: tuple[str, ...]


def people_to_act_for(session: Session, actor: Actor, scope: str, *, at: datetime) -> tuple[Somebody, ...]:
    """Everybody for whom the actor may act in that way now, by name; those who sign in are refused when it is tried."""
    if not actor.signed_in or actor.for_by is not None:
        return ()
    related = exists().where(
        Keeping.person_id == ActConsent.person_id,
        Keeping.community_id == ActConsent.community_id,
        runs(at),
        kept_by(actor, at=at, name=ACT_FOR),
    )
    switched_on = and_(
        ActConsent.how == ConsentHow.SELF,
        ActConsent.community_id.in_(communities_where(actor, ACT_FOR, at=at)),
        ActConsent.person_id != actor.person_id,
    )
    rows = session.execute(
        select(Person.id, Person.name, Person.handle, Community.name.label("community"), ActConsent.scopes)
        .join(ActConsent, ActConsent.person_id == Person.id)
        .join(Community, Community.id == ActConsent.community_id)
        .join(
            Membership,
            and_(
                Membership.person_id == Person.id,
                Membership.community_id == ActConsent.community_id,
                reach.is_live(),
            ),
        )
        .where(ActConsent.ended_at.is_(None), ActConsent.until_at > at, or_(related, switched_on))
        .order_by(Person.name_key, Person.id)
        .limit(ACTING_MAX)
    )
    return tuple(
        Somebody(
            person_id=row.id,
            name=row.name,
            handle=row.handle,
            community=row.community,
            scopes=tuple(row.scopes),
        )
        for row in rows
        if scope in row.scopes or not scope
    )


def own_switches(session: Session, actor: Actor, *, at: datetime) -> tuple[Switch, ...]:
    """What the actor allows others to enter for them, in each community of theirs."""
    if not actor.signed_in:
        return ()
    rows = session.execute(
        select(Community.slug, Community.name, ActConsent.scopes, ActConsent.until_at)
        .outerjoin(
            ActConsent,
            and_(
                ActConsent.community_id == Community.id,
                ActConsent.person_id == actor.person_id,
                ActConsent.ended_at.is_(None),
                ActConsent.until_at > at,
            ),
        )
        .where(Community.id.in_(communities_of(actor)))
        .order_by(Community.name, Community.id)
        .limit(ACTING_MAX)
    )
    return tuple(
        Switch(slug=row.slug, name=row.name, scopes=tuple(row.scopes or ()), until_at=row.until_at)
        for row in rows
    )


def entered_by(session: Session, actor: Actor, about_id: Id, *, at: datetime) -> str | None:
    """Who entered a thing for somebody, for members of the community in which they did; None when nobody did."""
    row = session.execute(
        select(Person.name, EventRow.community_id)
        .join(EventRow, EventRow.for_id == Person.id)
        .where(EventRow.about_id == about_id, EventRow.for_id.is_not(None))
        .order_by(EventRow.id)
        .limit(1)
    ).first()
    if row is None or not may(session, actor, "member.see_list", row.community_id or "", at=at):
        return None
    return str(row.name)
