"""What comes into a pool and leaves it: gifts on their way, moves that always begin where the last one ended."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import place_of
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_line
from minga.sharing import access
from minga.sharing.access.asks import may_write
from minga.sharing.access.pools import gift_to_take_in, pool_to_keep, pool_to_see
from minga.sharing.commands.life import close_now
from minga.sharing.commands.pools import ENDED
from minga.sharing.events.pools import GiftSaid, StockMoved
from minga.sharing.models.listings import Listing
from minga.sharing.models.pools import Pool, PoolGift, StockMove
from minga.sharing.rules.allocation.names import What
from minga.sharing.rules.pools import STOCK_MILLI_MAX, TOO_MUCH, WHY_MAX, StockWhy
from minga.sharing.rules.words import CloseReason, Direction

AMOUNT_WRONG = N_("Write how much, more than nothing.")
SHORT = N_("There is not that much in this pool.")
NO_STOCK = N_("This pool holds things that are lent or done, not a stock that is used up.")
ANSWERED = N_("This gift was already looked at.")


def stock_milli(session: Session, pool_id: Id) -> int:
    """What there is now: where the last move ended."""
    last = select(StockMove.after_milli).where(StockMove.pool_id == pool_id)
    return session.scalar(last.order_by(StockMove.n.desc()).limit(1)) or 0


def move(
    session: Session,
    actor: Actor,
    pool: Pool,
    milli: int,
    why: StockWhy,
    *,
    at: datetime,
    round_id: Id | None = None,
    listing_id: Id | None = None,
    words: str = "",
) -> StockMove:
    """One line more, in the caller's hold of the pool; never below zero."""
    last = session.execute(
        select(StockMove.n, StockMove.after_milli)
        .where(StockMove.pool_id == pool.id)
        .order_by(StockMove.n.desc())
        .limit(1)
    ).first()
    n, before = (last.n + 1, last.after_milli) if last else (1, 0)
    if before + milli < 0:
        raise Conflict(SHORT, code="stock_short")
    if before + milli > STOCK_MILLI_MAX:
        raise Invalid(TOO_MUCH, code="too_large", fields={"amount": TOO_MUCH})
    made = StockMove(
        pool_id=pool.id,
        n=n,
        before_milli=before,
        milli=milli,
        after_milli=before + milli,
        why=why,
        words=words,
        listing_id=listing_id,
        round_id=round_id,
        at=at,
        by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    moved = StockMoved(pool_id=pool.id, milli=milli, after_milli=made.after_milli, why=why)
    emit(session, actor, moved, community_id=pool.community_id, at=at)
    return made


def say_gift(
    session: Session,
    actor: Actor,
    pool_id: Id,
    milli: int,
    *,
    words: str = "",
    listing_id: Id | None = None,
    at: datetime,
) -> PoolGift:
    """A member says what they bring; a listing of theirs may be what is given. A keeper's own word counts at once."""
    pool = pool_to_see(session, actor, pool_id, at=at)
    may_write(actor)
    if place_of(session, actor, pool.community_id, at=at) is None or actor.person_id is None:
        raise NotFound()
    _check_amount(pool, milli)
    if pool.ended_at is not None:
        raise Conflict(ENDED, code="pool_ended")
    if listing_id is not None:
        _own_offer(session, actor, listing_id, at)
    made = PoolGift(
        pool_id=pool.id,
        person_id=actor.person_id,
        listing_id=listing_id,
        milli=milli,
        words=clean_line(words, WHY_MAX, field="words"),
        said_at=at,
    )
    session.add(made)
    session.flush()
    said = GiftSaid(pool_id=pool.id, gift_id=made.id, giver_id=actor.person_id, milli=milli)
    emit(session, actor, said, community_id=pool.community_id, at=at)
    return made


def _check_amount(pool: Pool, milli: int) -> None:
    if pool.what not in (What.UNITS, What.ITEM):
        raise Conflict(NO_STOCK, code="no_stock")
    if milli <= 0:
        raise Invalid(AMOUNT_WRONG, code="amount_invalid", fields={"amount": AMOUNT_WRONG})
    if milli > STOCK_MILLI_MAX:
        raise Invalid(TOO_MUCH, code="too_large", fields={"amount": TOO_MUCH})


def _own_offer(session: Session, actor: Actor, listing_id: Id, at: datetime) -> Listing:
    found = access.listing_to_see(session, actor, listing_id, at=at)
    if found.owner_id != actor.person_id or found.direction is not Direction.OFFER:
        raise NotFound()
    return found


def take_gift_in(session: Session, actor: Actor, gift_id: Id, *, at: datetime) -> PoolGift:
    """A keeper says that it is here: it is stock now, and the listing that was given is done. Twice is once."""
    gift = gift_to_take_in(session, actor, gift_id, at=at)
    if gift.declined_at is not None:
        raise Conflict(ANSWERED, code="gift_answered")
    if gift.arrived_at is None:
        gift.arrived_at, gift.by_id = at, actor.person_id
        pool = session.get_one(Pool, gift.pool_id)
        move(
            session,
            actor,
            pool,
            gift.milli,
            StockWhy.GIVEN,
            at=at,
            listing_id=gift.listing_id,
            words=gift.words,
        )
        listing = session.get(Listing, gift.listing_id) if gift.listing_id else None
        if listing is not None and listing.closed_at is None:
            close_now(session, actor, listing, CloseReason.FULFILLED, at=at)
    return gift


def decline_gift(session: Session, actor: Actor, gift_id: Id, *, at: datetime) -> PoolGift:
    """It did not come, or cannot be used. Twice changes nothing."""
    gift = gift_to_take_in(session, actor, gift_id, at=at)
    if gift.arrived_at is not None:
        raise Conflict(ANSWERED, code="gift_answered")
    if gift.declined_at is None:
        gift.declined_at, gift.by_id = at, actor.person_id
    return gift


def count_stock(
    session: Session, actor: Actor, pool_id: Id, milli: int, why: StockWhy, *, words: str = "", at: datetime
) -> StockMove:
    """A keeper writes down what came, came back, spoiled, or was counted differently."""
    pool = pool_to_keep(session, actor, pool_id, at=at, lock=True)
    _check_amount(pool, abs(milli))
    if why is StockWhy.ALLOCATED or (why is not StockWhy.CORRECTED and milli < 0):
        raise Invalid(AMOUNT_WRONG, code="amount_invalid", fields={"amount": AMOUNT_WRONG})
    signed = -milli if why is StockWhy.SPOILED else milli
    clean = clean_line(words, WHY_MAX, field="words")
    return move(session, actor, pool, signed, why, at=at, words=clean)
