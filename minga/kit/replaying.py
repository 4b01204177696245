"""Recorded events run once more through a reaction that is marked replayable; no event is touched, nobody is told twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from minga.kit.db import Session
from minga.kit.delivery import Receipt, reactions_to, replayable
from minga.kit.errors import Invalid
from minga.kit.events import EventRow, Undelivered
from minga.kit.i18n import N_
from minga.kit.ids import Id

BATCH = 500


@dataclass(frozen=True)
class Replayed:
    """How many events wait for their reaction again, and after which id the next batch begins; None at the end."""

    events: int
    after: Id | None


def replay_batch(
    session: Session, reaction: str, *, since: datetime | None = None, after: Id | None = None, at: datetime
) -> Replayed:
    """Let up to `BATCH` recorded events, oldest first, wait for this one reaction again.

    Events of which something is still to be delivered are left alone: their turn comes anyway. Reactions that are
    younger than an event do not begin to follow it by this.
    """
    kinds = replayable().get(reaction)
    if not kinds:
        raise Invalid(
            N_("No reaction that may be repeated is called {reaction}. There are: {known}."),
            reaction=reaction,
            known=", ".join(replayable()) or "-",
        )
    wanted = (
        select(EventRow.id, EventRow.name, EventRow.about_id)
        .where(EventRow.name.in_(kinds), EventRow.id > (after or ""))
        .where(EventRow.happened_at >= since if since else EventRow.id != "")
        .where(~select(Undelivered.event_id).where(Undelivered.event_id == EventRow.id).exists())
        .order_by(EventRow.id)
        .limit(BATCH)
    )
    found = session.execute(wanted).all()
    ids = [row.id for row in found]
    done = {
        (receipt.event_id, receipt.reaction)
        for receipt in session.scalars(select(Receipt).where(Receipt.event_id.in_(ids)))
    }
    session.execute(delete(Receipt).where(Receipt.event_id.in_(ids), Receipt.reaction == reaction))
    for row in found:
        others = reactions_to(row.name).keys() - {reaction}
        session.add_all(
            Receipt(event_id=row.id, reaction=name, done_at=at)
            for name in sorted(others)
            if (row.id, name) not in done
        )
        session.add(Undelivered(event_id=row.id, about_id=row.about_id, next_at=at))
    session.flush()
    return Replayed(len(ids), ids[-1] if len(ids) == BATCH else None)
