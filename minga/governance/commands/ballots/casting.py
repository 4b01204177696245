"""Casting, changing and withdrawing a ballot, by its voter or by a named person for her; one transaction each."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from minga.communities.access import require
from minga.communities.models import HouseholdSeat, Membership
from minga.communities.rules.households import SeatKind
from minga.governance import events
from minga.governance.access.capabilities import ENTER_PAPER
from minga.governance.access.sealing import poll_cipher
from minga.governance.access.voting import (
    already_voted,
    is_no_option,
    is_secret,
    poll_to_enter,
    poll_to_vote,
    require_channel,
)
from minga.governance.models import Ballot, BallotPast, LooseBallot, Poll, RollRow
from minga.governance.rules import forms
from minga.governance.rules.forms import BallotRefused, Form, form_of
from minga.governance.rules.kinds import Channel, RollUnit, Secrecy, Tick
from minga.governance.rules.packing import pack
from minga.governance.rules.secrecy import NONCE_BYTES, sealed_plain
from minga.governance.rules.voting import read_ballot, read_reason
from minga.identity import Actor, Via
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, Stale
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

LAST = N_("Your ballot is in the heap already and nothing joins it to you, so that it cannot be changed.")
NOTHING_CAST = N_("You have not cast a ballot here, so that there is nothing to withdraw.")
BY_HAND = (Channel.PHONE, Channel.PAPER, Channel.HALL)
HOW = N_("Say how the ballot reached you: by phone, on paper or in the hall.")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a voter is told: the version of the ballot, whether it replaced one, and of a sealed one the nonce, this once."""

    version: int
    changed: bool
    nonce: str | None = None


@dataclass(frozen=True, slots=True)
class _Cast:
    """A ballot that was read, before it is kept."""

    packed: bytes | None
    reason: str
    channel: Channel
    entered_by: Id | None
    nonce: bytes


def cast_ballot(
    session: Session,
    actor: Actor,
    poll_id: Id,
    ballot: Any,
    *,
    reason: str = "",
    channel: Channel | None = None,
    version: int | None = None,
    at: datetime,
) -> Receipt:
    """Cast one's ballot, or change it; `None` is a blank one. With `version` it changes the one that was seen, or nothing.

    What is done for somebody (`actor.for_by`) names how it came and who entered it.
    """
    poll, row = poll_to_vote(session, actor, poll_id, at=at)
    way = _way(actor, channel)
    require_channel(poll, way)
    if actor.for_by is not None:
        is_no_option(session, poll, actor.for_by)
    read = _read(poll, ballot, reason, way, actor.for_by)
    return _keep(session, actor, poll, row, read, version=version, at=at)


def enter_ballot(
    session: Session,
    actor: Actor,
    poll_id: Id,
    voter_id: Id,
    ballot: Any,
    *,
    channel: Channel,
    reason: str = "",
    at: datetime,
) -> Receipt:
    """Enter the ballot of a member who telephones or handed it over; she is told, and may change it until the close."""
    poll, row = poll_to_enter(session, actor, poll_id, voter_id, at=at)
    require(session, actor, ENTER_PAPER, poll.community_id, at=at)
    if poll.secrecy is Secrecy.DETACHED:
        sentence = N_("Nobody learns another's ballot in this vote: enter a heap of papers instead.")
        raise Forbidden(sentence, code="channel_shut")
    if channel not in BY_HAND:
        raise Invalid(HOW, fields={"channel": HOW})
    require_channel(poll, channel)
    read = _read(poll, ballot, reason, channel, actor.person_id)
    return _keep(session, actor, poll, row, read, version=None, at=at)


def withdraw_ballot(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> None:
    """Take one's ballot back, as if it had not been cast; it can be cast again until the close."""
    poll, row = poll_to_vote(session, actor, poll_id, at=at)
    if row.ticked is Tick.DETACHED:
        raise Conflict(LAST, code="voted_already")
    if row.ticked is not None:
        raise already_voted(session, row, None)
    found = session.get(Ballot, (poll.id, row.voter_id), populate_existing=True)
    if found is None:
        raise Conflict(NOTHING_CAST, code="not_cast")
    if poll.secrecy is Secrecy.OPEN:
        _keep_past(session, found, at)
    session.execute(delete(Ballot).where(Ballot.poll_id == poll.id, Ballot.voter_id == row.voter_id))
    session.expunge(found)
    _tell(session, actor, poll, events.BallotWithdrawn, row, {}, at)


def _way(actor: Actor, channel: Channel | None) -> Channel:
    if actor.for_by is None:
        return Channel.API if actor.via is Via.API else Channel.WEB
    if channel is None:
        return Channel.PHONE
    if channel not in BY_HAND:
        raise Invalid(HOW, fields={"channel": HOW})
    return channel


def _read(poll: Poll, ballot: Any, reason: str, way: Channel, entered_by: Id | None) -> _Cast:
    """The ballot packed, or a refusal with its name; nothing else is refused after this."""
    form = form_of(poll.config)
    packed, said = read_for(form, ballot, reason, secret=is_secret(poll))
    return _Cast(packed, said, way, entered_by, os.urandom(NONCE_BYTES))


def read_for(form: Form, ballot: Any, reason: str, *, secret: bool) -> tuple[bytes | None, str]:
    """A ballot packed (None when blank) and its reason; refusals of the rules as those of interfaces."""
    try:
        read = read_ballot(ballot, form)
        said = read_reason(clean_text(reason, 1_000_000, field="reason"), read, form, secret=secret)
    except BallotRefused as refused:
        at_field = "reason" if refused.code.startswith("reason") else "ballot"
        sentence = Invalid(refused.text, **refused.facts)
        raise Invalid(refused.text, code=refused.code, fields={at_field: sentence}, **refused.facts) from None
    return (None if read is None else pack(read, form)), said


def _keep(
    session: Session,
    actor: Actor,
    poll: Poll,
    row: RollRow,
    read: _Cast,
    *,
    version: int | None,
    at: datetime,
) -> Receipt:
    if row.ticked is Tick.DETACHED:
        raise Conflict(LAST, code="voted_already")
    if row.ticked is not None:
        raise already_voted(session, row, None)
    if poll.secrecy is Secrecy.DETACHED:
        return _keep_detached(session, actor, poll, row, read, at)
    found = session.get(Ballot, (poll.id, row.voter_id), populate_existing=True)
    if version is not None and version != (found.version if found else 0):
        raise Stale()
    if found is not None and read.entered_by is not None and found.entered_by_id != read.entered_by:
        raise already_voted(session, row, found)
    is_open = poll.secrecy is Secrecy.OPEN
    if found is None:
        found = Ballot(poll_id=poll.id, voter_id=row.voter_id, version=0)
        session.add(found)
    elif is_open:
        _keep_past(session, found, at)
    found.version += 1
    found.channel, found.entered_by_id = read.channel, read.entered_by
    nonce: str | None = None
    if is_open:
        found.packed, found.reason, found.cast_at = read.packed, read.reason, at
        found.cast_by_id = actor.person_id
    else:
        nonce = _seal(session, poll, found, read)
    session.flush()
    facts = {"channel": read.channel, "ballot_version": found.version} if is_open else {}
    _tell(session, actor, poll, events.BallotCast, row, facts, at)
    _tell_voters(session, actor, poll, row, read, at)
    return Receipt(found.version, found.version > 1, nonce)


def _seal(session: Session, poll: Poll, found: Ballot, read: _Cast) -> str | None:
    """Write over what was there; the receipt's nonce is inside, and told only where receipts are on."""
    form = form_of(poll.config)
    plain = sealed_plain(read.nonce, read.packed, read.reason, form, reasons=form.method in forms.WITH_REASON)
    found.sealed = poll_cipher(session, poll).seal(plain, found.voter_id)
    return read.nonce.hex() if poll.config.get("receipts", True) and read.entered_by is None else None


def _keep_detached(
    session: Session, actor: Actor, poll: Poll, row: RollRow, read: _Cast, at: datetime
) -> Receipt:
    """A tick and a ballot that nothing joins: no time, no channel, a key of chance. Never for somebody else."""
    if read.entered_by is not None:
        sentence = N_("Nobody learns another's ballot in this vote: enter a heap of papers instead.")
        raise Forbidden(sentence, code="channel_shut")
    row.ticked = Tick.DETACHED
    session.add(
        LooseBallot(
            poll_id=poll.id,
            key=secrets.token_hex(32),
            packed=read.packed,
            reason=read.reason,
            weight=row.weight,
        )
    )
    session.flush()
    _tell(session, actor, poll, events.BallotCast, row, {}, at)
    return Receipt(1, False)


def _keep_past(session: Session, found: Ballot, at: datetime) -> None:
    session.add(
        BallotPast(
            poll_id=found.poll_id,
            voter_id=found.voter_id,
            version=_next_past(session, found),
            packed=found.packed,
            reason=found.reason,
            until_at=at,
        )
    )


def _next_past(session: Session, found: Ballot) -> int:
    """One more than what is kept: a ballot that was withdrawn and cast again counts its versions anew."""
    last = session.scalar(
        select(BallotPast.version)
        .where(BallotPast.poll_id == found.poll_id, BallotPast.voter_id == found.voter_id)
        .order_by(BallotPast.version.desc())
        .limit(1)
    )
    return (last or 0) + 1


def _tell(
    session: Session,
    actor: Actor,
    poll: Poll,
    event: type[events.BallotCast] | type[events.BallotWithdrawn],
    row: RollRow,
    facts: dict[str, Any],
    at: datetime,
) -> None:
    """In a secret poll nobody is named: neither whose ballot it is, nor whose request."""
    about: dict[str, Any] = {"poll_id": poll.id, "proposal_id": poll.proposal_id}
    if is_secret(poll):
        emit(session, Actor.nobody(Via.MACHINE), event(**about), at=at, community_id=poll.community_id)
        return
    said = event(**about, voter_id=row.voter_id, **facts)
    emit(session, actor, said, at=at, community_id=poll.community_id)


def _tell_voters(session: Session, actor: Actor, poll: Poll, row: RollRow, read: _Cast, at: datetime) -> None:
    """Her for whom somebody entered it; and the other adults of a household, one of whom voted for all."""
    by = read.entered_by or actor.person_id
    people = _adults(session, row.voter_id) if poll.roll_unit is RollUnit.HOUSEHOLD else [row.voter_id]
    for person in people:
        if person != by:
            told = events.BallotEntered(
                poll_id=poll.id,
                proposal_id=poll.proposal_id,
                channel=read.channel,
                voter_id=row.voter_id,
                told_id=person,
            )
            emit(session, actor, told, at=at, community_id=poll.community_id, person_id=person)


def _adults(session: Session, household_id: Id) -> list[Id]:
    seats = (
        select(Membership.person_id)
        .join(HouseholdSeat, HouseholdSeat.membership_id == Membership.id)
        .where(
            HouseholdSeat.household_id == household_id,
            HouseholdSeat.kind == SeatKind.ADULT,
            HouseholdSeat.since_on.is_not(None),
            HouseholdSeat.until_on.is_(None),
            Membership.ended_on.is_(None),
        )
        .order_by(Membership.person_id)
    )
    return list(session.scalars(seats))
