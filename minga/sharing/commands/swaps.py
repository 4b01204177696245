"""Swaps: a thing or effort each way, agreed as one and moved in one step; before the last word nothing has moved."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.sharing.commands import agreeing
from minga.sharing.commands.counters import check_counter
from minga.sharing.commands.life import close_now
from minga.sharing.events.exchanges import ListingTransferred, TransferHow
from minga.sharing.models import Listing
from minga.sharing.models.exchanges import Exchange, Leg, PassedOn
from minga.sharing.models.loans import Loan
from minga.sharing.rules.exchanges import ONE, LegWhat
from minga.sharing.rules.words import CloseReason, Kind


def add_other_leg(
    session: Session, exchange: Exchange, listing: Listing, counter_id: Id, asker_id: Id, *, at: datetime
) -> None:
    """The leg that goes the other way; the thing still has to be the asker's and free."""
    counter = check_counter(session, listing, counter_id, asker_id, at=at)
    first = session.scalars(select(Leg).where(Leg.exchange_id == exchange.id, Leg.n == 1)).one()
    session.add(
        Leg(
            exchange_id=exchange.id,
            n=2,
            what=agreeing.what_moves(counter),
            listing_id=counter.id,
            quantity_milli=ONE,
            comes_back=False,
            giver_id=first.taker_id,
            taker_id=first.giver_id,
            giver_community_id=first.taker_community_id,
            taker_community_id=first.giver_community_id,
            giver_root_id=first.taker_root_id,
            taker_root_id=first.giver_root_id,
        )
    )
    session.flush()


def _legs(session: Session, exchange_id: Id) -> list[tuple[Leg, Listing]]:
    """Both legs with their listings, these locked in the order of their ids, whoever asks first."""
    legs = list(session.scalars(select(Leg).where(Leg.exchange_id == exchange_id).order_by(Leg.n)))
    listings = {key: agreeing.locked(session, key) for key in sorted({leg.listing_id for leg in legs})}
    return [(leg, listings[leg.listing_id]) for leg in legs]


def can_move(session: Session, exchange: Exchange) -> bool:
    """Whether everything still belongs to who gives it and nothing of it is out on loan."""
    return all(_is_here(session, leg, listing) for leg, listing in _legs(session, exchange.id))


def _is_here(session: Session, leg: Leg, listing: Listing) -> bool:
    if leg.what is not LegWhat.THING or listing.kind is not Kind.ITEM:
        return True
    if listing.archived_at is not None or (_whole(listing) and listing.owner_id != leg.giver_id):
        return False
    out = select(Loan.leg_id).where(
        Loan.listing_id == listing.id, Loan.returned_on.is_(None), Loan.lost_at.is_(None)
    )
    lost = select(Loan.leg_id).where(Loan.listing_id == listing.id, Loan.lost_at.is_not(None))
    return not _whole(listing) or session.scalar(out.union_all(lost).limit(1)) is None


def _whole(listing: Listing) -> bool:
    """Whether the listing is one thing, which changes its owner as a whole."""
    return listing.quantity_milli is None


def move(session: Session, actor: Actor, exchange: Exchange, *, at: datetime) -> None:
    """Move both things in one breath: each belongs to the other side, and its listing is fulfilled."""
    for leg, listing in _legs(session, exchange.id):
        if leg.what is not LegWhat.THING or listing.kind is not Kind.ITEM or not _whole(listing):
            continue
        if listing.closed_at is None:
            close_now(session, actor, listing, CloseReason.FULFILLED, at=at)
        hand_on(session, actor, exchange, leg, listing, TransferHow.SWAP, at=at)


def hand_on(
    session: Session,
    actor: Actor,
    exchange: Exchange,
    leg: Leg,
    listing: Listing,
    how: TransferHow,
    *,
    at: datetime,
) -> None:
    """One thing belongs to somebody else now; where it came from stays written."""
    session.add(
        PassedOn(
            listing_id=listing.id,
            from_id=leg.giver_id,
            to_id=leg.taker_id,
            exchange_id=exchange.id,
            at=at,
        )
    )
    listing.owner_id = leg.taker_id
    listing.version += 1
    emit(
        session,
        actor,
        ListingTransferred(
            listing_id=listing.id,
            from_id=leg.giver_id,
            to_id=leg.taker_id,
            how=how,
            exchange_id=exchange.id,
        ),
        community_id=exchange.community_id,
        person_id=leg.taker_id,
        at=at,
    )
