"""What time does to listings: they end, are paused when nobody says they are still true, and go into the archive."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.jobs import Run
from minga.kit.schedule import every
from minga.sharing.commands.dispatch_clock import STEPS
from minga.sharing.commands.life import close_now, erase, pause_now
from minga.sharing.commands.repeats import post_repeats
from minga.sharing.models import Exchange, Listing
from minga.sharing.rules import CloseReason
from minga.sharing.rules.life import ARCHIVE_DAYS, DAY, DRAFT_DAYS, SILENT_DAYS

CHUNK = 200


def pass_time(session: Session, *, at: datetime) -> int:
    """Do at most some hundred of the steps that are due; answers how many, so that the caller asks again."""
    return sum(
        step(session, at) for step in (_end, _pause_silent, _archive, _forget_drafts, *STEPS, post_repeats)
    )


def _end(session: Session, at: datetime) -> int:
    out = exists().where(
        Exchange.listing_id == Listing.id,
        Exchange.started_at.is_not(None),
        Exchange.completed_at.is_(None),
        Exchange.cancelled_at.is_(None),
    )
    due = _due(
        session,
        Listing.published_at.is_not(None),
        Listing.closed_at.is_(None),
        Listing.expires_at <= at,
        ~out,
    )
    for listing in due:
        close_now(session, Actor.machine(), listing, CloseReason.EXPIRED, at=at)
    return len(due)


def _pause_silent(session: Session, at: datetime) -> int:
    due = _due(
        session,
        Listing.published_at.is_not(None),
        Listing.paused_at.is_(None),
        Listing.closed_at.is_(None),
        Listing.expires_at.is_(None),
        Listing.confirmed_at <= at - SILENT_DAYS * DAY,
    )
    for listing in due:
        pause_now(session, Actor.machine(), listing, at=at)
    return len(due)


def _archive(session: Session, at: datetime) -> int:
    due = _due(session, Listing.archived_at.is_(None), Listing.closed_at <= at - ARCHIVE_DAYS * DAY)
    for listing in due:
        listing.archived_at = at
        listing.version += 1
    session.flush()
    return len(due)


def _forget_drafts(session: Session, at: datetime) -> int:
    due = _due(
        session,
        Listing.sent_at.is_(None),
        Listing.published_at.is_(None),
        Listing.closed_at.is_(None),
        Listing.changed_at <= at - DRAFT_DAYS * DAY,
    )
    for listing in due:
        erase(session, listing)
    return len(due)


def _due(session: Session, *where: Any) -> list[Listing]:
    found = select(Listing).where(*where).order_by(Listing.id).limit(CHUNK).with_for_update(skip_locked=True)
    return list(session.scalars(found))


@every("sharing.pass_time", minutes=5)
def pass_time_again(run: Run, _args: dict[str, Any]) -> None:
    """All that is due, some hundred listings per unit, so that no unit holds the writer's turn for long."""
    left = True
    while left:
        with run.database.write() as session:
            left = pass_time(session, at=run.clock()) > 0
