"""Whether a community is about to close, as its members see it. Who objects is told to nobody; how many, to all."""

from datetime import datetime

import msgspec
from sqlalchemy import func, select

from minga.communities.access import community_to_see, may, require
from minga.communities.access.closing import full_members, is_full, open_closing
from minga.communities.models import Closing, Membership, Objection
from minga.communities.rules.closing import ARCHIVE, objections_needed
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

SAID_MAX = 100


class ClosingPage(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: open, announced or closed. `said`: objections without names, for stewards. Dates, words and people are those of the notice that runs or came last."""

    community_id: Id
    state: str
    closed_at: datetime | None
    closing_id: Id | None
    words: str
    asked_by: str | None
    agreed_by: str | None
    closes_at: datetime | None
    stopped_at: datetime | None
    objections: int
    objections_needed: int
    said: list[str]
    mine: str | None
    may_steward: bool
    may_object: bool


def closing(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> ClosingPage:
    """How far closing has come, for whoever sees the community."""
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, "community.see", here.id, at=at)
    running = open_closing(session, here.id)
    last = running or session.scalar(
        select(Closing).where(Closing.community_id == here.id).order_by(Closing.announced_at.desc()).limit(1)
    )
    own = session.get(Objection, (running.id, actor.person_id)) if running else None
    full = select(Membership.id).where(
        Membership.community_id == here.id, Membership.person_id == actor.person_id, is_full(at)
    )
    steward = bool(may(session, actor, ARCHIVE, here.id, at=at, seconded=True))
    state = "closed" if here.archived_at else "announced" if running else "open"
    return ClosingPage(
        community_id=here.id,
        state=state,
        closed_at=here.archived_at,
        closing_id=last.id if last else None,
        words=last.words if last else "",
        asked_by=_name(session, last.asked_by_id) if last else None,
        agreed_by=_name(session, last.agreed_by_id) if last else None,
        closes_at=last.closes_at if last else None,
        stopped_at=last.stopped_at if last else None,
        objections=_objections(session, last.id) if last else 0,
        objections_needed=objections_needed(full_members(session, here.id, at=at)),
        said=_words(session, last.id) if last and steward else [],
        mine=own.words if own else None,
        may_steward=steward,
        may_object=running is not None and session.scalar(full) is not None,
    )


def _name(session: Session, person_id: Id | None) -> str | None:
    return session.scalar(select(Person.name).where(Person.id == person_id)) if person_id else None


def _objections(session: Session, closing_id: Id) -> int:
    found = select(func.count()).select_from(Objection).where(Objection.closing_id == closing_id)
    return session.scalar(found) or 0


def _words(session: Session, closing_id: Id) -> list[str]:
    """What was said against it, in no order that tells who said it."""
    found = select(Objection.words).where(Objection.closing_id == closing_id, Objection.words != "")
    return list(session.scalars(found.order_by(Objection.words).limit(SAID_MAX)))


def people_to_tell(session: Session, community_id: Id) -> list[Id]:
    """Everybody who is a member, also those who rest: for the notice that concerns them all.

    Internal: reached by the reactions to a notice.
    """
    live = select(Membership.person_id).where(
        Membership.community_id == community_id, Membership.ended_on.is_(None)
    )
    return list(session.scalars(live.order_by(Membership.person_id)))
