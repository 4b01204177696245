"""Collected asks and a lot: bound before anybody asks, drawn when the time is over, told so that anybody draws it again."""

from contextlib import suppress
from datetime import datetime

from minga.identity import Actor
from minga.kit import lots
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.sharing.commands import agreeing
from minga.sharing.commands.asks import Wish, deal_of
from minga.sharing.commands.binding import draw_of
from minga.sharing.commands.concluding import conclude
from minga.sharing.events.asks import LotDrawn
from minga.sharing.models import Listing
from minga.sharing.models.asks import Ask
from minga.sharing.models.draws import DrawSecret
from minga.sharing.rules.allocation.records import claims_root, line_of, seed_of
from minga.sharing.rules.draws import PLACE, ticket_of


def draw_lot(session: Session, listing_id: Id, *, at: datetime) -> bool:
    """Draw among those who asked, when the time is over: in the order of the lot, as far as it goes. Twice is once."""
    listing = agreeing.locked(session, listing_id)
    draw = draw_of(session, listing_id)
    until = listing.collect_until
    if draw is None or draw.drawn_at is not None or until is None or at < until:
        return False
    kept = session.get_one(DrawSecret, draw.id)
    secret = bytes.fromhex(field_key(session).open(kept.sealed, f"listing_draw {draw.id}"))
    session.delete(kept)
    asks = {ticket_of(secret, one.id): one for one in agreeing.open_asks(session, listing_id)}
    root = claims_root([(ticket, 0, 1) for ticket in asks])
    seed = seed_of(draw.id, root, secret)
    by_line = {line_of(ticket): one for ticket, one in asks.items()}
    draw.drawn_at, draw.secret = at, secret.hex()
    draw.claims_root, draw.seed = root.hex(), seed.hex()
    session.flush()
    order = lots.order(seed, PLACE, by_line)
    draw.lines = [[line, int(_agrees(session, listing, by_line[line], at))] for line in order]
    won = sum(agreed for _, agreed in draw.lines)
    told = LotDrawn(listing_id=listing.id, draw_id=draw.id, asks=len(order), agreed=won)
    emit(session, Actor.machine(), told, community_id=listing.community_id, person_id=listing.owner_id, at=at)
    return True


def _agrees(session: Session, listing: Listing, ask: Ask, at: datetime) -> bool:
    """Whether this ask is agreed to; what is not left any more, or cannot be settled, goes to the next."""
    session.refresh(ask)
    if ask.answered_at is not None:
        return False
    wish = Wish(quantity_milli=ask.quantity_milli, from_at=ask.from_at, until_at=ask.until_at)
    with suppress(Refused), session.begin_nested():
        deal = deal_of(session, listing, ask.term, wish, at)
        conclude(session, Actor.machine(), listing, ask, deal, at=at)
        return True
    return False
