"""Who may ask for a listing, and as a member of which community; the same for asking and for standing in the queue."""

from datetime import datetime

from sqlalchemy import exists, select

from minga.communities.access import communities_of, require
from minga.communities.models import Community, Membership
from minga.communities.rules.examples import NOBODY_ANSWERS, examples_in
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing import access
from minga.sharing.models import Ask, Listing
from minga.sharing.rules import asks as rules
from minga.sharing.rules.asks import Answer, AskDates
from minga.sharing.rules.life import state
from minga.sharing.rules.words import Direction, State

OWN_LISTING = N_("This is already yours.")
NOT_OPEN = N_("This is not open for asking now.")
ALREADY_ASKED = N_("You have asked already. You are told as soon as there is an answer.")
ASKED_BEFORE = N_("The answer was no. You can ask again from {day}.")
NO_COMMUNITY = N_("Join a community first. Ask somebody you know for an invitation.")


def locked(session: Session, listing_id: Id) -> Listing:
    """The listing as it is now, held until the unit ends: whoever counts what is left does so alone."""
    return session.scalars(
        select(Listing)
        .where(Listing.id == listing_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def to_ask_for(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> tuple[Listing, Id]:
    """The listing, locked, and the community through which the actor asks, if they may ask for it at all."""
    access.listing_to_see(session, actor, listing_id, at=at)
    listing = locked(session, listing_id)
    return listing, _community_of(session, actor, listing, at)


def may_ask(session: Session, actor: Actor, listing: Listing, at: datetime) -> Id:
    """The community through which the actor asks, if they may ask for this now, and have not done so lately."""
    community_id = _community_of(session, actor, listing, at)
    check_earlier(session, actor, listing.id, at)
    return community_id


def _community_of(session: Session, actor: Actor, listing: Listing, at: datetime) -> Id:
    """The community through which the actor asks, if they may ask for this at all."""
    if listing.owner_id == actor.person_id:
        raise Refused(OWN_LISTING, code="own_listing")
    if listing.owner_id in examples_in(session.get_one(Community, listing.community_id).features):
        raise Refused(NOBODY_ANSWERS, code="example")
    _check_block(session, actor, listing.owner_id)
    community_id = community_to_ask_from(session, actor, listing)
    verb = "ask.make" if listing.direction is Direction.OFFER else "need.claim"
    require(session, actor, verb, community_id, at=at)
    if state(listing, at) is not State.OPEN:
        raise Conflict(NOT_OPEN, code="not_open")
    return community_id


def _check_block(session: Session, actor: Actor, owner_id: Id) -> None:
    pair = (actor.person_id, owner_id)
    blocked = exists().where(Block.blocker_id.in_(pair), Block.blocked_id.in_(pair), Block.ended_at.is_(None))
    if session.scalar(select(blocked)):
        raise NotFound()


def check_earlier(session: Session, actor: Actor, listing_id: Id, at: datetime) -> None:
    """One open ask per person and listing, and thirty days between a *no* and the next ask."""
    last = session.scalar(
        select(Ask)
        .where(Ask.listing_id == listing_id, Ask.person_id == actor.person_id)
        .order_by(Ask.id.desc())
        .limit(1)
    )
    if last is None:
        return
    if dates_of(last).state.open:
        raise Conflict(ALREADY_ASKED, code="already_asked")
    if last.answer is Answer.DECLINE and last.answered_at and not rules.may_ask_again(last.answered_at, at):
        raise Refused(ASKED_BEFORE, code="asked_before", day=(last.answered_at + rules.ASK_AGAIN).date())


def community_to_ask_from(session: Session, actor: Actor, listing: Listing) -> Id:
    """The listing's community if the actor lives there, else one near it, else the one they joined first."""
    mine = session.execute(
        select(Membership.community_id, Community.root_id)
        .join(Community, Community.id == Membership.community_id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            Membership.community_id.in_(communities_of(actor)),
        )
        .order_by(Membership.joined_on, Membership.id)
    ).all()
    if not mine:
        raise Forbidden(NO_COMMUNITY, code="no_community")
    nearest = min(mine, key=lambda row: (row[0] != listing.community_id, row[1] != listing.root_id))
    return str(nearest[0])


def dates_of(found: Ask) -> AskDates:
    """The dated facts of an ask, for the rules."""
    return AskDates(found.proposed_at, found.answer, found.withdrawn_at, found.lapsed_at)
