"""Who sees and who changes a listing: one predicate for list, page, search, count and API."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    false,
    inspect,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import aliased

from minga.communities.access import About, given_to, may, not_hidden, reportable, require
from minga.communities.models import Policy
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.questions import Question
from minga.kit.refs import register
from minga.sharing.access.circles import Circle, Shape, circle_of, circle_of_names, names_of, shape_of
from minga.sharing.access.narrowing import inside, left_out, outside
from minga.sharing.models import Exchange, Listing, ListingNamed
from minga.sharing.rules import Direction, Level, Origin

NOT_YOURS = N_("Only who posted this can change it. You can ask them, or report it to your stewards.")
EVERYWHERE = frozenset(Origin)
EDIT_ANY = "listing.edit_any"
_KEPT = "sharing.listings_seen"


def is_open(at: datetime) -> ColumnElement[bool]:
    """Published, neither hidden, paused nor closed, and not past its end; written as the indexes of open rows are."""
    return and_(_stands(at), not_hidden("listing", Listing.id))


def _stands(at: datetime) -> ColumnElement[bool]:
    return and_(
        Listing.published_at.is_not(None),
        Listing.paused_at.is_(None),
        Listing.closed_at.is_(None),
        or_(Listing.expires_at.is_(None), Listing.expires_at > at),
    )


def reaches(circle: Circle, origins: Collection[Origin] = EVERYWHERE) -> ColumnElement[bool]:
    """Whether an open listing is meant for the viewer, by its level and by whom they are to it."""
    groups: list[ColumnElement[bool]] = []
    if Origin.OWN in origins:
        groups.append(and_(_in(circle.own), Listing.level != Level.PRIVATE, inside(circle)))
        groups.append(_personally(circle))
    if Origin.PARTNER in origins:
        groups.append(and_(is_given(circle), outside(circle)))
    if Origin.NETWORK in origins:
        groups.append(and_(_widely(circle), outside(circle)))
    return _unlocked(circle, or_(*groups))


def reaches_from(circle: Circle, group: Collection[Id]) -> ColumnElement[bool]:
    """`reaches` by a tie, for walking along one community of a group of `circle.gives` after the other."""
    return _unlocked(circle, and_(is_given_by(circle, group), outside(circle)))


def is_given(circle: Circle, takers: Collection[Id] | None = None) -> ColumnElement[bool]:
    """Whether the listing is of a level for partners, and its community gives its kind to one of the takers.

    The takers are the reader's own communities unless only some of them are meant.
    """
    if takers is not None:
        return _for_partners(_asked_of_each(circle, takers))
    gives = circle.gives
    ways = [is_given_by(circle, group) & _in(group) for group in gives.groups() if group]
    return or_(*ways) if ways else false()


def is_given_by(circle: Circle, group: Collection[Id]) -> ColumnElement[bool]:
    """The same for the listings of one group of `circle.gives`: what is given whole is not asked for each listing."""
    gives = circle.gives
    if group is gives.both:
        return _for_partners(true())
    if group is gives.offers:
        return _for_partners(Listing.direction == Direction.OFFER)
    if group is gives.needs:
        return _for_partners(Listing.direction == Direction.NEED)
    return _for_partners(_asked_of_each(circle, circle.own))


def _for_partners(given: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Listing.level.in_((Level.PARTNERS, Level.NETWORK, Level.PUBLIC)), given)


def _asked_of_each(circle: Circle, takers: Collection[Id]) -> ColumnElement[bool]:
    if not takers:
        return false()
    return given_to(
        takers,
        giver=Listing.community_id,
        direction=Listing.direction,
        kind=Listing.kind,
        published_at=Listing.published_at,
        at=circle.at,
    )


def _unlocked(circle: Circle, found: ColumnElement[bool]) -> ColumnElement[bool]:
    """Without the communities that do not know the device of this sign-in yet; one's own things there wait too."""
    locked = circle.actor.locked
    return and_(found, Listing.community_id.not_in(tuple(locked))) if locked else found


def visible_to(circle: Circle, origins: Collection[Origin] = EVERYWHERE) -> ColumnElement[bool]:
    """The filter every question about listings starts from."""
    looked_after = and_(
        _in(circle.edited),
        Listing.level != Level.PRIVATE,
        or_(Listing.published_at.is_not(None), Listing.sent_at.is_not(None)),
    )
    visible = or_(
        _owned(circle), and_(is_open(circle.at), reaches(circle, origins)), looked_after, _running(circle)
    )
    return _unlocked(circle, visible)


def _running(circle: Circle) -> ColumnElement[bool]:
    """Also when it is paused, closed or past its end: those who have agreed on it and are not through yet."""
    if circle.me is None:
        return false()
    theirs = or_(Exchange.provider_id == circle.me, Exchange.receiver_id == circle.me)
    running = and_(Exchange.completed_at.is_(None), Exchange.cancelled_at.is_(None))
    return Listing.id.in_(select(Exchange.listing_id).where(theirs, running))


def _in(communities: Collection[Id]) -> ColumnElement[bool]:
    return Listing.community_id.in_(tuple(communities)) if communities else false()


def _owned(circle: Circle) -> ColumnElement[bool]:
    if circle.me is None:
        return false()
    return or_(Listing.owner_id == circle.me, Listing.entered_by_id == circle.me)


def _personally(circle: Circle) -> ColumnElement[bool]:
    """Also at level private: whose it is, who was named, and the dispatchers of its community."""
    if circle.me is None:
        return false()
    named = select(ListingNamed.listing_id).where(ListingNamed.person_id == circle.me)
    dispatched = and_(_in(circle.dispatched), or_(Listing.narrowed.is_(False), ~left_out(circle)))
    return or_(_owned(circle), dispatched, Listing.id.in_(named))


def _widely(circle: Circle) -> ColumnElement[bool]:
    """Beyond ties: to members anywhere when the community is listed, to the web when it allows that."""
    on_the_web = and_(Listing.level == Level.PUBLIC, _has_rule("listing.public_on", ("true",), circle.at))
    if not circle.own:
        return on_the_web
    listed = _has_rule("community.listed", ('"node"', '"network"', '"public"'), circle.at)
    return or_(and_(Listing.level.in_((Level.NETWORK, Level.PUBLIC)), listed), on_the_web)


def _has_rule(key: str, values: tuple[str, ...], at: datetime) -> ColumnElement[bool]:
    """Whether the listing's community has set that rule to one of these values; the latest that has begun holds."""
    later = aliased(Policy)
    overruled = exists().where(
        later.community_id == Policy.community_id,
        later.key == key,
        later.since_at <= at,
        tuple_(later.since_at, later.id) > tuple_(Policy.since_at, Policy.id),
    )
    return exists().where(
        Policy.community_id == Listing.community_id,
        Policy.key == key,
        Policy.since_at <= at,
        cast(Policy.value, String).in_(values),
        ~overruled,
    )


def listing_to_see(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """The listing, if the actor may see it; else there is nothing. A unit that only reads asks once."""
    kept: dict[Any, Listing] = session.info.setdefault(_KEPT, {}) if not session.autoflush else {}
    found = kept.get((actor, listing_id, at))
    if found is None:
        found = _one(session, circle_of(session, actor, at=at), listing_id, lock=False)
    if found is None:
        raise NotFound()
    kept[actor, listing_id, at] = found
    return found


def _one(session: Session, circle: Circle, listing_id: Id, *, lock: bool) -> Listing | None:
    return session.scalar(_seen(shape_of(circle), lock), {"listing": listing_id, **names_of(circle)})


@lru_cache(maxsize=256)
def _seen(shape: Shape, lock: bool) -> Select[Listing]:
    found = select(Listing).where(Listing.id == bindparam("listing"), visible_to(circle_of_names(shape)))
    return found.with_for_update() if lock else found


def listing_to_show(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Any:
    """As `listing_to_see`, for showing only: a row with the same names, read in a tenth of the time."""
    circle = circle_of(session, actor, at=at)
    found = _shown(shape_of(circle)).first(session, listing=listing_id, **names_of(circle))
    if found is None:
        raise NotFound()
    return found


@lru_cache(maxsize=256)
def _shown(shape: Shape) -> Question:
    columns = [getattr(Listing, one.key) for one in inspect(Listing).column_attrs]
    return Question(
        lambda: select(*columns).where(Listing.id == bindparam("listing"), visible_to(circle_of_names(shape)))
    )


def sees_stub(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> bool:
    """Whether the actor would see the listing if moderators had not hidden it, so that a stub may stand in its place."""
    circle = circle_of(session, actor, at=at)
    behind = select(Listing.id).where(Listing.id == parse_id(listing_id), _stands(at), reaches(circle))
    return session.scalar(behind) is not None


def listing_to_edit(
    session: Session, actor: Actor, listing_id: Id, *, at: datetime, name: str = EDIT_ANY, lock: bool = True
) -> Listing:
    """The listing if it is the actor's own or they hold that capability there; locked for whoever changes it."""
    circle = circle_of(session, actor, at=at)
    found = _one(session, circle, listing_id, lock=lock)
    if found is None:
        raise NotFound()
    if is_theirs(actor, found):
        require(session, actor, "listing.publish", found.community_id, at=at, own=True)
    elif not may(session, actor, name, found.community_id, at=at):
        raise Forbidden(NOT_YOURS, code="not_yours")
    return found


def is_theirs(actor: Actor, listing: Listing) -> bool:
    """Whether the actor owns the listing, or entered it for its owner."""
    return actor.signed_in and actor.person_id in (listing.owner_id, listing.entered_by_id)


def own_listing_to_see(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """The listing, for whose it is: what a notice that asks them about it leads to."""
    found = listing_to_see(session, actor, listing_id, at=at)
    if not is_theirs(actor, found):
        raise NotFound()
    return found


def _about(session: Session, listing_id: Id) -> About | None:
    found = session.get(Listing, listing_id)
    if found is None:
        return None
    return About(found.community_id, found.owner_id, found.title, found.description)


reportable("listing", word=N_("An offer or a need"), about=_about, hides=True)
register(
    "own_listing",
    see=own_listing_to_see,
    address=lambda listing_id: f"/listings/{listing_id}/still-true",
)
register("listing", see=listing_to_see, address=lambda listing_id: f"/listings/{listing_id}")
