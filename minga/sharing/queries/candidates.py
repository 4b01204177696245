"""Whom a dispatcher could ask: people of the community who offer such a thing, have not said no to being asked, and had their rest."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from minga.communities.access.reach import is_resting
from minga.communities.models import Membership
from minga.identity import Actor
from minga.identity.access.fields import is_there
from minga.identity.models import Block, Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing.access import is_open
from minga.sharing.access.dispatch import case_to_see
from minga.sharing.models import DispatchQuestion, Listing, NotAsked
from minga.sharing.rules import Direction, Kind, Level
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules.dispatch import Candidate

LOOKED_AT = 200
HANDS = (Kind.HELP, Kind.TIME, Kind.SERVICE)


def candidates(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> list[Candidate]:
    """At most twenty people to ask about a need, in the order in which they should be asked."""
    need = case_to_see(session, actor, listing_id, at=at)
    alike = case((Listing.category_id == (need.category_id or ""), 1), else_=0)
    kinds = HANDS if need.kind in HANDS else (need.kind,)
    fits: ColumnElement[bool] = Listing.kind.in_(kinds)
    if need.category_id is not None:
        fits = or_(fits, Listing.category_id == need.category_id)
    week = DispatchQuestion.asked_at > at - rules.WEEK
    theirs = (
        select(
            DispatchQuestion.person_id,
            func.max(DispatchQuestion.asked_at).label("last_at"),
            func.count().filter(week).label("n"),
        )
        .where(DispatchQuestion.community_id == need.community_id)
        .group_by(DispatchQuestion.person_id)
        .subquery()
    )
    found = (
        select(
            Person.id,
            Person.name,
            func.min(Listing.title).label("offers"),
            func.max(alike).label("alike"),
            func.coalesce(theirs.c.n, 0).label("n"),
            theirs.c.last_at,
        )
        .join(Listing, Listing.owner_id == Person.id)
        .outerjoin(theirs, theirs.c.person_id == Person.id)
        .where(
            Listing.community_id == need.community_id,
            Listing.direction == Direction.OFFER,
            Listing.level != Level.PRIVATE,
            is_open(at),
            fits,
            Person.id.in_(_askable(need)),
            Person.id.not_in(_asked_about(need.id)),
        )
        .group_by(Person.id, Person.name, theirs.c.n, theirs.c.last_at)
        .order_by(theirs.c.last_at.is_not(None), theirs.c.last_at, Person.id)
        .limit(LOOKED_AT)
    )
    people = [
        Candidate(
            row.id,
            row.name,
            row.offers,
            bool(row.alike),
            row.n,
            row.last_at,
        )
        for row in session.execute(found)
    ]
    return rules.in_order(people)[:20]


def may_be_asked(session: Session, need: Listing, people: Collection[Id], *, at: datetime) -> set[Id]:
    """Who of these people may be asked about this need now. For the command, which has looked at the case."""
    if not people:
        return set()
    often = (
        select(DispatchQuestion.person_id)
        .where(
            DispatchQuestion.community_id == need.community_id, DispatchQuestion.asked_at > at - rules.WEEK
        )
        .group_by(DispatchQuestion.person_id)
        .having(func.count() >= rules.ASKED_A_WEEK_MAX)
    )
    found = select(Person.id).where(
        Person.id.in_(sorted(people)), Person.id.in_(_askable(need)), Person.id.not_in(often)
    )
    return set(session.scalars(found))


def _asked_about(listing_id: Id) -> Select[str]:
    """Who was asked about this need before, in whichever round."""
    return select(DispatchQuestion.person_id).where(DispatchQuestion.listing_id == listing_id)


def _askable(need: Listing) -> Select[str]:
    """Members there who do not rest, want to be asked, and live in peace with who needs it."""
    blocked = exists().where(
        Block.ended_at.is_(None),
        or_(
            and_(Block.blocker_id == need.owner_id, Block.blocked_id == Membership.person_id),
            and_(Block.blocked_id == need.owner_id, Block.blocker_id == Membership.person_id),
        ),
    )
    silent = exists().where(
        NotAsked.person_id == Membership.person_id, NotAsked.community_id == need.community_id
    )
    return (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.community_id == need.community_id,
            Membership.ended_on.is_(None),
            Membership.person_id != need.owner_id,
            ~is_resting(),
            ~blocked,
            ~silent,
            is_there(),
        )
    )
