"""How asks end without anybody's answer: nobody answered in time, or the listing was closed. None commits."""

from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.sharing.commands import agreeing
from minga.sharing.commands.asks import dates_of, let_go
from minga.sharing.events.asks import AskLapsed
from minga.sharing.models.asks import Ask
from minga.sharing.rules.asks import Answer
from minga.sharing.rules.life import state
from minga.sharing.rules.words import State


def lapse(session: Session, ask_id: Id, *, at: datetime) -> None:
    """Let an ask go that nobody answered in time; earlier, or answered meanwhile, nothing happens."""
    found = session.get(Ask, ask_id, with_for_update=True)
    if found is None or not dates_of(found).state.open or found.lapses_at > at:
        return
    found.lapsed_at = at
    let_go(session, Actor.machine(), found, at)
    emit(
        session,
        Actor.machine(),
        AskLapsed(
            ask_id=found.id, listing_id=found.listing_id, asker_id=found.person_id, owner_id=found.owner_id
        ),
        community_id=found.community_id,
        person_id=found.person_id,
        at=at,
    )


def close_asks(session: Session, listing_id: Id, *, at: datetime) -> None:
    """End the open asks of a listing that is closed; whoever asked is told."""
    listing = agreeing.locked(session, listing_id)
    if state(listing, at) in (State.OPEN, State.PAUSED):
        return
    for found in agreeing.open_asks(session, listing_id):
        agreeing.end_ask(session, Actor.machine(), found, Answer.LISTING_CLOSED, by_id=None, at=at)
