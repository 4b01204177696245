"""The desk: who lends a community's things and takes them back, whoever wrote them down."""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from minga.communities.access import may, register_capability, require
from minga.communities.rules import Capability
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.access.circles import circle_of
from minga.sharing.access.exchanges import Lent
from minga.sharing.access.listings import listing_to_edit
from minga.sharing.models import Ask, Listing, ListingLending
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.loans import Loan
from minga.sharing.rules.exchanges import Side

LEND = register_capability(
    Capability(
        name="desk.lend",
        sentence=N_("Lend the things of the community at its desk."),
        roles=("librarian", "steward"),
    )
)
RETURN = register_capability(
    Capability(
        name="desk.return",
        sentence=N_("Take the things of the community back at its desk."),
        roles=("librarian", "steward"),
    )
)


def in_library(community_id: Id) -> ColumnElement[bool]:
    """Things of a community, which its librarians lend."""
    return (Listing.community_id == community_id) & exists().where(
        ListingLending.listing_id == Listing.id, ListingLending.library_since_at.is_not(None)
    )


def is_in_library(session: Session, listing_id: Id) -> bool:
    """Whether a thing belongs to its community's library."""
    stated = session.get(ListingLending, listing_id)
    return stated is not None and stated.library_since_at is not None


def desk_of(session: Session, actor: Actor, community_id: Id, *, at: datetime, name: str = LEND.name) -> Id:
    """The community, for those who stand at its desk; to a stranger it is not there."""
    circle = circle_of(session, actor, at=at)
    if not actor.signed_in or community_id not in circle.own:
        raise NotFound()
    require(session, actor, name, community_id, at=at)
    return community_id


def thing_at_desk(
    session: Session,
    actor: Actor,
    listing_id: Id,
    *,
    at: datetime,
    name: str = LEND.name,
    lock: bool = True,
) -> Listing:
    """A thing of the library for those who lend it, locked unless it is only read."""
    wanted = select(Listing).where(Listing.id == parse_id(listing_id))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None or not is_in_library(session, found.id):
        raise NotFound()
    desk_of(session, actor, found.community_id, at=at, name=name)
    return found


def thing_to_keep(
    session: Session, actor: Actor, listing_id: Id, *, at: datetime, lock: bool = True
) -> Listing:
    """A listing for those who say how it is lent: its owner, or the librarians for a thing of the library."""
    key = parse_id(listing_id)
    if is_in_library(session, key):
        return thing_at_desk(session, actor, key, at=at, lock=lock)
    return listing_to_edit(session, actor, key, at=at, lock=lock)


def ask_at_desk(session: Session, actor: Actor, ask_id: Id, *, at: datetime) -> Ask | None:
    """An ask for a thing of the library, for those who lend it; None when it is about anything else."""
    found = session.scalar(
        select(Ask)
        .join(ListingLending, ListingLending.listing_id == Ask.listing_id)
        .where(Ask.id == parse_id(ask_id), ListingLending.library_since_at.is_not(None))
    )
    if found is None or found.person_id == actor.person_id or found.owner_id == actor.person_id:
        return None
    community_id = session.scalars(select(Listing.community_id).where(Listing.id == found.listing_id)).one()
    if not may(session, actor, LEND.name, community_id, at=at):
        return None
    return found


def loan_at_desk(session: Session, actor: Actor, loan_id: Id, *, at: datetime) -> Lent:
    """A loan of a thing of the library, locked, for those who take it back."""
    key = parse_id(loan_id)
    exchange = session.scalar(
        select(Exchange)
        .join(Loan, Loan.exchange_id == Exchange.id)
        .join(Listing, Listing.id == Exchange.listing_id)
        .join(ListingLending, ListingLending.listing_id == Listing.id)
        .where(Loan.leg_id == key, ListingLending.library_since_at.is_not(None))
        .with_for_update(of=Exchange)
        .execution_options(populate_existing=True)
    )
    if exchange is None:
        raise NotFound()
    loan = session.scalars(
        select(Loan).where(Loan.leg_id == key).execution_options(populate_existing=True)
    ).one()
    desk_of(session, actor, loan.community_id, at=at, name=RETURN.name)
    return Lent(loan, exchange, Side.PROVIDER)
