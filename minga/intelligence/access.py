"""Who may be a candidate for whom, in one condition each way; and who looks at suggestions: the owner, nobody else."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select

from minga.communities.access import policies, register_policy
from minga.communities.models import Membership
from minga.communities.rules import PolicyKind, Whole, YesNo, capability, scopes_reach
from minga.identity import Actor, Via
from minga.identity.access.fields import is_there, not_blocked
from minga.identity.models import Person
from minga.intelligence.models import Suggestion, SwitchedOff
from minga.intelligence.rules.score import KM_MAX
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound, NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.access import circle_of, is_open, is_theirs, listing_to_see, reaches
from minga.sharing.models import Listing, ListingCell, ListingHelp, Place
from minga.sharing.rules import Level
from minga.sharing.rules.kinds import Urgency

ON = register_policy(
    PolicyKind(
        key="matching.on",
        sentence=N_("Whether needs and offers that fit each other are suggested to their owners."),
        bounds=YesNo(strict_when=False),
        default=True,
        theme="sharing",
    )
).key
KM = register_policy(
    PolicyKind(
        key="matching.km_max",
        sentence=N_("How many kilometres apart a need and an offer may be to be suggested."),
        bounds=Whole(1, 200, "lower"),
        default=KM_MAX,
        theme="sharing",
    )
).key
NOT_BY_TOKEN = N_("This key may not do that. Make one that may, or use the page.")
RIGHTS = "intelligence"


def may_look(actor: Actor, *, writing: bool = False) -> None:
    """Raise unless somebody is signed in, by a page or by a key that reaches suggestions and what is shared."""
    if not actor.signed_in:
        raise NotSignedIn()
    reads = scopes_reach(actor.token_scopes, capability("listing.see").domain, writing=False)
    if not (reads and scopes_reach(actor.token_scopes, RIGHTS, writing=writing)):
        raise Forbidden(NOT_BY_TOKEN, code="token_scope")


def own_listing(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """The listing, for its owner; what fits it is nobody else's business."""
    may_look(actor)
    found = listing_to_see(session, actor, parse_id(listing_id), at=at)
    if not is_theirs(actor, found):
        raise NotFound()
    return found


def suggestion_of(session: Session, actor: Actor, suggestion_id: Id, *, at: datetime) -> Suggestion:
    """The suggestion, for the owner of either side; a stranger learns nothing."""
    may_look(actor, writing=True)
    found = session.get(Suggestion, parse_id(suggestion_id))
    if found is None:
        raise NotFound()
    pair = (found.need_id, found.offer_id)
    mine = select(Listing.id).where(Listing.id.in_(pair), Listing.owner_id == actor.person_id)
    if session.scalar(mine.limit(1)) is None:
        raise NotFound()
    return found


def switched_off(session: Session, person_id: Id) -> bool:
    return session.get(SwitchedOff, person_id) is not None


def wants_suggestions(session: Session, listing: Listing, *, at: datetime) -> bool:
    """Whether its community has matching on, and neither its owner nor whoever runs it has switched it off."""
    return bool(policies.value(session, listing.community_id, ON, at=at)) and not switched_off(
        session, listing.owner_id
    )


def may_be_candidate(session: Session, actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """The listings of others that may be suggested to somebody: open, meant for them, no block, nobody switched off."""
    off = exists().where(SwitchedOff.person_id == Listing.owner_id)
    urgent = exists().where(ListingHelp.listing_id == Listing.id, ListingHelp.urgency == Urgency.EMERGENCY)
    owner_is_there = exists().where(Person.id == Listing.owner_id, is_there()).correlate(Listing)
    return and_(
        is_open(at),
        reaches(circle_of(session, actor, at=at)),
        Listing.owner_id != actor.person_id,
        not_blocked(actor, Listing.owner_id),
        owner_is_there,
        ~off,
        ~urgent,
    )


def is_candidate_for(session: Session, listing_id: Id, person_id: Id, *, at: datetime) -> bool:
    """Whether somebody whose listing fits may see this one. Block, switch and emergency hold both ways already.

    Asked for each of the best candidates; the statement is the one by which the listing's page is opened.
    """
    try:
        listing_to_see(session, Actor(person_id, Via.WORKER), listing_id, at=at)
    except NotFound:
        return False
    return True


def seen_by_members(
    session: Session, listing_ids: Collection[Id], people: Collection[Id], *, at: datetime
) -> set[tuple[Id, Id]]:
    """Which of these listings which of these people see simply as members: what is open to all of a community.

    One statement for what is usual; everything else is asked one by one, as a page is.
    """
    rows = session.execute(
        select(Listing.id, Membership.person_id)
        .join(Membership, Membership.community_id == Listing.community_id)
        .where(
            Listing.id.in_(tuple(listing_ids)),
            Listing.level != Level.PRIVATE,
            Listing.narrowed.is_(False),
            is_open(at),
            Membership.person_id.in_(tuple(people)),
            Membership.ended_on.is_(None),
        )
    )
    return {(row[0], row[1]) for row in rows}


def emergency(session: Session, listing: Listing) -> bool:
    """Emergencies go to those who dispatch, not to suggestions."""
    wanted = select(ListingHelp.urgency).where(ListingHelp.listing_id == listing.id)
    return session.scalar(wanted) is Urgency.EMERGENCY


def cells(
    session: Session, listing_ids: Collection[Id]
) -> dict[Id, tuple[Id | None, int | None, int | None]]:
    """Where listings are, as coarse as everybody learns it: named place and middle of the cell."""
    rows: Any = session.execute(
        select(
            ListingCell.listing_id,
            ListingCell.place_id,
            func.coalesce(ListingCell.lat, Place.lat),
            func.coalesce(ListingCell.lon, Place.lon),
        )
        .outerjoin(Place, Place.id == ListingCell.place_id)
        .where(ListingCell.listing_id.in_(tuple(listing_ids)))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
