"""What follows when asks are collected: the lot is drawn when the time is over, and who was not drawn is told."""

from datetime import datetime
from typing import Any

from minga.identity import Actor
from minga.kit import jobs
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.jobs import Run
from minga.sharing import commands, queries
from minga.sharing.events import AskSent


@on(AskSent, name="sharing.draw_when_time_is_over")
def draw_when_time_is_over(session: Session, event: AskSent, *, at: datetime) -> None:
    until = queries.draws_at(session, Actor.machine(), event.listing_id)
    if until is None:
        return
    key = f"sharing.draw:{event.listing_id}:{until:%Y%m%d%H%M%S}"
    args = {"listing_id": event.listing_id}
    jobs.enqueue(session, "sharing.draw", args, at=at, run_at=max(until, at), unique_key=key)


@jobs.job("sharing.draw", lane="heavy", seconds_max=120)
def draw(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.draw_lot(session, args["listing_id"], at=run.clock())
