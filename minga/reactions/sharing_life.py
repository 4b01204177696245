"""What follows in the life of listings: applicants' ones open or close, and owners are asked in time whether theirs is still true."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities.events import (
    ApplicationAnswered,
    ApplicationLapsed,
    ApplicationWithdrawn,
    MembershipBegan,
)
from minga.kit import jobs
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.sharing import commands, queries
from minga.sharing.events import ListingChanged, ListingConfirmed, ListingPublished, ListingReopened
from minga.sharing.rules.life import nudges

SOON = N_("“{title}” ends on {day}. Is it still true?")
OVER = N_("“{title}” has ended. You can open it again.")
STILL = N_("Is “{title}” still true?")


@on(MembershipBegan, name="sharing.open_what_applicants_wrote")
def open_what_applicants_wrote(session: Session, event: MembershipBegan, *, at: datetime) -> None:
    commands.open_pending_of(session, event.membership_id, at=at)


@on(ApplicationAnswered, name="sharing.close_what_declined_wrote")
def close_what_declined_wrote(session: Session, event: ApplicationAnswered, *, at: datetime) -> None:
    if not event.accepted:
        commands.close_pending_of(session, event.application_id, at=at)


@on(ApplicationWithdrawn, name="sharing.close_what_leaving_wrote")
def close_what_leaving_wrote(session: Session, event: ApplicationWithdrawn, *, at: datetime) -> None:
    commands.close_pending_of(session, event.application_id, at=at)


@on(ApplicationLapsed, name="sharing.close_what_unanswered_wrote")
def close_what_unanswered_wrote(session: Session, event: ApplicationLapsed, *, at: datetime) -> None:
    commands.close_pending_of(session, event.application_id, at=at)


@on(ListingPublished, name="sharing.nudge_published")
def nudge_published(session: Session, event: ListingPublished, *, at: datetime) -> None:
    nudge_later(session, event.listing_id, at=at)


@on(ListingConfirmed, name="sharing.nudge_confirmed")
def nudge_confirmed(session: Session, event: ListingConfirmed, *, at: datetime) -> None:
    nudge_later(session, event.listing_id, at=at)


@on(ListingReopened, name="sharing.nudge_reopened")
def nudge_reopened(session: Session, event: ListingReopened, *, at: datetime) -> None:
    nudge_later(session, event.listing_id, at=at)


@on(ListingChanged, name="sharing.nudge_changed")
def nudge_changed(session: Session, event: ListingChanged, *, at: datetime) -> None:
    if "expires_on" in event.fields or "expires_at" in event.fields:
        nudge_later(session, event.listing_id, at=at)


def nudge_later(session: Session, listing_id: Id, *, at: datetime) -> None:
    """Set the next question to its owner: a week before the end, a day before, at the end; twice a year without end."""
    found = queries.listing_to_nudge(session, listing_id)
    if found is None:
        return
    for when in nudges(found.confirmed_at, found.expires_at):
        if when > at:
            args = {"listing_id": listing_id, "confirmed_at": found.confirmed_at.isoformat()}
            key = f"sharing.nudge:{listing_id}:{when:%Y%m%d%H%M%S}"
            jobs.enqueue(session, "sharing.nudge", args, at=at, run_at=when, unique_key=key)
            return


@jobs.job("sharing.nudge")
def nudge(run: Run, args: dict[str, Any]) -> None:
    """Ask the owner, unless they have said so meanwhile or it is closed; then set the next question."""
    now, listing_id = run.clock(), args["listing_id"]
    with run.database.write() as session:
        found = queries.listing_to_nudge(session, listing_id)
        if found is None or found.confirmed_at.isoformat() != args["confirmed_at"]:
            return
        past = found.expires_at is not None and found.expires_at <= now
        if found.closed or (past and not found.ended):
            return  # closed by hand, or kept open by a loan that is out
        sentence = STILL if found.expires_at is None else OVER if past else SOON
        communication.notify(
            session,
            found.owner_id,
            event_id=digest(f"nudge {listing_id} {now:%Y%m%d%H%M}")[:32],
            notice_class=NoticeClass.DUTY,
            ref=Ref("own_listing", listing_id),
            sentence=sentence,
            facts={"title": found.title, **({"day": found.last_day} if found.last_day else {})},
            community_id=found.community_id,
            at=now,
        )
        nudge_later(session, listing_id, at=now)
