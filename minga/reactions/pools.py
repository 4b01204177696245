"""What follows when pools speak: rounds get their clock, and people are told of their shares. Read from top to bottom."""

from datetime import datetime
from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.kit import jobs
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.sharing.commands import pool_tidying as pool_tidying
from minga.sharing.commands import pooling as commands
from minga.sharing.events.pools import (
    BandAsked,
    ClaimMade,
    RoundAllocated,
    RoundOpened,
    RoundPlanned,
    ShareLapsed,
    ShareOffered,
)
from minga.sharing.queries.pools import name_of


def _later(session: Session, name: str, round_id: Id, when: datetime, *, at: datetime) -> None:
    key = f"{name}:{round_id}:{when:%Y%m%d%H%M%S}"
    jobs.enqueue(session, name, {"round_id": round_id}, at=at, run_at=when, unique_key=key)


def _moment(stored: Any) -> datetime:
    """Stored events carry instants as text."""
    return datetime.fromisoformat(str(stored))


@on(RoundPlanned, name="sharing.open_round_when_due")
def open_when_due(session: Session, event: RoundPlanned, *, at: datetime) -> None:
    _later(session, "sharing.open_round", event.round_id, _moment(event.opens_at), at=at)


@jobs.job("sharing.open_round")
def open_round(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.open_due(session, args["round_id"], at=run.clock())


@on(RoundOpened, name="sharing.close_round_when_due")
def close_when_due(session: Session, event: RoundOpened, *, at: datetime) -> None:
    if event.closes_at is not None:
        _later(session, "sharing.share_out", event.round_id, _moment(event.closes_at), at=at)


@jobs.job("sharing.share_out", seconds_max=120)
def share_out(run: Run, args: dict[str, Any]) -> None:
    """Close and share out, each in a unit of its own: a machine that stops between them goes on where it was."""
    with run.database.write() as session:
        commands.close_due(session, args["round_id"], at=run.clock())
    with run.database.write() as session:
        commands.allocate_due(session, args["round_id"], at=run.clock())


@on(RoundAllocated, name="sharing.lapse_shares_when_silent")
def lapse_when_silent(session: Session, event: RoundAllocated, *, at: datetime) -> None:
    _later(session, "sharing.lapse_shares", event.round_id, _moment(event.answer_by_at), at=at)


@on(ShareOffered, name="sharing.lapse_share_when_silent")
def lapse_share_when_silent(session: Session, event: ShareOffered, *, at: datetime) -> None:
    if event.turn > 1:
        _later(session, "sharing.lapse_shares", event.round_id, _moment(event.answer_by_at), at=at)


@jobs.job("sharing.lapse_shares", seconds_max=120)
def lapse_shares(run: Run, args: dict[str, Any]) -> None:
    with run.database.write() as session:
        commands.lapse_shares(session, args["round_id"], at=run.clock())


@on(BandAsked, name="communication.tell_band_asked")
def tell_band_asked(session: Session, event: BandAsked, *, at: datetime) -> None:
    sentence = N_("Those who keep “{pool}” ask: is it still needed today?")
    _tell(session, event, sentence, Ref("pool_round", event.round_id), at)


@on(ClaimMade, name="communication.tell_claim_was_entered")
def tell_entered(session: Session, event: ClaimMade, *, at: datetime) -> None:
    """Whoever did not write the claim themselves is told that somebody did."""
    if event.actor_id != event.claimant_id:
        _tell(session, event, N_("A claim on “{pool}” was entered for you."), Ref("pool", event.pool_id), at)


@on(ShareOffered, name="communication.tell_share")
def tell_share(session: Session, event: ShareOffered, *, at: datetime) -> None:
    sentence = N_("“{pool}”: there is a share for you. Do you take it?")
    _tell(session, event, sentence, Ref("pool_share", event.share_id), at)


@on(ShareLapsed, name="communication.tell_share_lapsed")
def tell_lapsed(session: Session, event: ShareLapsed, *, at: datetime) -> None:
    sentence = N_("“{pool}”: the time for your answer is over, and your share went on.")
    _tell(session, event, sentence, Ref("pool", event.pool_id), at)


def _tell(
    session: Session,
    event: BandAsked | ClaimMade | ShareOffered | ShareLapsed,
    sentence: str,
    ref: Ref,
    at: datetime,
) -> None:
    communication.notify(
        session,
        event.claimant_id,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=ref,
        sentence=sentence,
        facts={"pool": name_of(session, event.pool_id)},
        community_id=event.community_id,
        at=at,
    )
