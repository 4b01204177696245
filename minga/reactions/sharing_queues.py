"""What follows for queues and reservations: who is next is told, silence gets its clock, late things warn the next."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.identity import Actor, Via
from minga.kit import jobs
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.errors import NotFound
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.kit.schedule import every
from minga.sharing import commands, queries
from minga.sharing.events import (
    HoldEnded,
    HoldPassed,
    HoldReady,
    ListingClosed,
    LoanCompleted,
    ReservationCancelled,
)
from minga.sharing.rules.queues import HoldEnd
from minga.sharing.rules.reservations import ReservationEnd


@on(HoldReady, name="communication.tell_who_is_next")
def tell_who_is_next(session: Session, event: HoldReady, *, at: datetime) -> None:
    try:
        found = queries.hold(session, Actor(event.holder_id, Via.WORKER), event.hold_id, at=at)
    except NotFound:
        return
    if found.ready_on is None:
        return
    facts = {"title": found.title, "day": found.ready_on.isoformat()}
    _tell(session, event, event.holder_id, event.listing_id, READY, facts, at)


READY = N_("“{title}” is ready for you until {day}.")
MISSED = N_("“{title}” was not fetched and goes to the next. You stand at the end of the queue.")
OUT = N_("“{title}” was not fetched twice. You are not in the queue any more.")
CLOSED = N_("“{title}” is not offered any more, so nobody waits for it.")
WORSE = N_("“{title}” came back in a worse condition. What happened?")
NOT_HELD = N_("The days of “{title}” are not held for you any more. Your ask goes on.")
MAY_BE_LATE = N_("“{title}” may be late for your reservation. Choose another day, or wait.")


@on(HoldReady, name="sharing.miss_when_not_fetched")
def miss_when_not_fetched(session: Session, event: HoldReady, *, at: datetime) -> None:
    when = datetime.fromisoformat(str(event.ready_until))
    key = f"sharing.miss:{event.hold_id}:{when:%Y%m%d%H%M%S}"
    jobs.enqueue(session, "sharing.miss", {"hold_id": event.hold_id}, at=at, run_at=when, unique_key=key)


@jobs.job("sharing.miss")
def miss(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.miss(session, args["hold_id"], at=run.clock())


@on(HoldPassed, name="communication.tell_missed")
def tell_missed(session: Session, event: HoldPassed, *, at: datetime) -> None:
    if event.missed:
        _tell_of_listing(session, event, event.holder_id, event.listing_id, MISSED, at)


@on(HoldEnded, name="communication.tell_out_of_queue")
def tell_out_of_queue(session: Session, event: HoldEnded, *, at: datetime) -> None:
    said = {HoldEnd.LAPSED: OUT, HoldEnd.CLOSED: CLOSED}.get(HoldEnd(event.end))
    if said is not None:
        _tell_of_listing(session, event, event.holder_id, event.listing_id, said, at)


@on(LoanCompleted, name="communication.ask_what_happened")
def ask_what_happened(session: Session, event: LoanCompleted, *, at: datetime) -> None:
    """It came back in a worse condition than it went out in: both are asked, nobody is blamed."""
    if not event.condition_out or not event.condition_back or event.condition_back >= event.condition_out:
        return
    for person_id in (event.lender_id, event.borrower_id):
        try:
            line = queries.exchange(session, Actor(person_id, Via.WORKER), event.exchange_id, at=at).line
        except NotFound:
            continue
        communication.notify(
            session,
            person_id,
            event_id=event.event_id,
            notice_class=NoticeClass.ANSWER,
            ref=Ref("exchange", event.exchange_id),
            sentence=WORSE,
            facts={"title": line.title},
            community_id=event.community_id,
            at=at,
        )


@on(ReservationCancelled, name="communication.tell_held_no_longer")
def tell_held_no_longer(session: Session, event: ReservationCancelled, *, at: datetime) -> None:
    if event.end == ReservationEnd.LAPSED:
        _tell_of_listing(session, event, event.holder_id, event.listing_id, NOT_HELD, at)


@on(ListingClosed, name="sharing.close_queue")
def close_queue(session: Session, event: ListingClosed, *, at: datetime) -> None:
    commands.close_queue(session, event.listing_id, at=at)


@every("sharing.serve_queues", minutes=15)
def serve_queues(run: Run, _args: dict[str, Any]) -> None:
    """What became free by the mere passing of time, one queue per unit."""
    with run.database.read() as session:
        work = queries.queue_work(session, Actor.machine(), at=run.clock())
    for hold_id in work.holds:
        with run.database.write() as session:
            commands.miss(session, hold_id, at=run.clock())
    for listing_id in work.listings:
        with run.database.write() as session:
            commands.serve_queue(session, listing_id, at=run.clock())
    for exchange_id in work.bookings:
        with run.database.write() as session:
            commands.finish_booking(session, exchange_id, at=run.clock())


def warn_next(session: Session, loan_id: Id, day: str, *, at: datetime) -> None:
    """Whoever has reserved what is late reads it in time to choose something else; once for each day it was due."""
    for found in queries.next_reservers(session, Actor.machine(), loan_id, at=at):
        communication.notify(
            session,
            found.person_id,
            event_id=digest(f"may be late {loan_id} {day} {found.group_id}")[:32],
            notice_class=NoticeClass.DUTY,
            ref=Ref("listing", found.listing_id),
            sentence=MAY_BE_LATE,
            facts={"title": found.title},
            community_id=found.community_id,
            at=at,
        )


def _tell_of_listing(
    session: Session, event: Event, reader: Id, listing_id: Id, sentence: str, at: datetime
) -> None:
    try:
        found = queries.listing(session, Actor(reader, Via.WORKER), listing_id, at=at)
    except NotFound:
        return
    _tell(session, event, reader, listing_id, sentence, {"title": found.card.title}, at)


def _tell(
    session: Session,
    event: Event,
    reader: Id,
    listing_id: Id,
    sentence: str,
    facts: dict[str, str],
    at: datetime,
) -> None:
    communication.notify(
        session,
        reader,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=Ref("listing", listing_id),
        sentence=sentence,
        facts=facts,
        community_id=event.community_id,
        at=at,
    )
