"""Ballot papers of a secret poll, entered heap by heap: a tick on the roll for each voter, a ballot that nothing joins to one.

A heap counts when it is closed, and it closes only when there are as many papers as ticks.
"""

import os
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from minga.communities.access import require
from minga.governance import events
from minga.governance.access.capabilities import ENTER_PAPER
from minga.governance.access.sealing import LOOSE, poll_cipher
from minga.governance.access.voting import already_voted, is_secret, poll_to_enter_in, require_channel, row_of
from minga.governance.commands.ballots.casting import read_for
from minga.governance.models import Ballot, LooseBallot, PaperBatch, Poll, RollRow
from minga.governance.rules.forms import WITH_REASON, form_of
from minga.governance.rules.kinds import Channel, Secrecy, Tick
from minga.governance.rules.packing import unpack
from minga.governance.rules.secrecy import NONCE_BYTES, opened_plain, sealed_plain
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id

PAPERS_MAX = 500
ONLY_SECRET = N_("Ballots of this vote carry names. Enter each paper for its voter instead.")
ONLY_WEIGHT_ONE = N_(
    "Votes weigh differently here, which a paper without a name cannot show. Enter it for its voter."
)
ALREADY_CLOSED = N_("This heap is closed; begin a new one.")
UNEQUAL = N_(
    "There are {papers} papers and {ticks} ticks on the roll. Put that right before the heap is closed."
)
EMPTY = N_("There is nothing in this heap yet.")
SECOND_MISSING = N_("Somebody else has to enter this heap a second time before it is closed.")
SECOND_SELF = N_("Somebody else has to do this: you entered the heap the first time.")
TOO_MANY = N_("A heap has at most {most} papers. Close this one and begin another.")


@dataclass(frozen=True, slots=True)
class Compared:
    """What a second entry found: ballots that stand only in the first, and only in the second, with how many of each."""

    only_first: tuple[tuple[Any, int], ...] = ()
    only_second: tuple[tuple[Any, int], ...] = ()

    @property
    def equal(self) -> bool:
        return not self.only_first and not self.only_second


def open_batch(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> int:
    """Begin a heap; answers its number."""
    poll = _poll(session, actor, poll_id, at)
    last = session.scalar(select(func.max(PaperBatch.number)).where(PaperBatch.poll_id == poll.id)) or 0
    made = PaperBatch(poll_id=poll.id, number=last + 1, made_by_id=str(actor.person_id), made_at=at)
    session.add(made)
    session.flush()
    return made.number


def add_papers(
    session: Session,
    actor: Actor,
    poll_id: Id,
    number: int,
    voters: Sequence[Id],
    ballots: Sequence[Any],
    *,
    at: datetime,
) -> None:
    """Tick who voted on paper and add their ballots to a heap, neither in the order in which they were named."""
    poll = _poll(session, actor, poll_id, at)
    batch = _batch(session, poll, number)
    if batch.papers + len(ballots) > PAPERS_MAX or len(voters) > PAPERS_MAX:
        raise Invalid(TOO_MANY, most=PAPERS_MAX)
    packed = [_read(poll, ballot) for ballot in ballots]
    for voter in sorted(set(voters)):
        row = row_of(session, poll, voter)
        found = session.get(Ballot, (poll.id, row.voter_id), populate_existing=True)
        if row.ticked is not None or found is not None:
            raise already_voted(session, row, found)
        if row.weight != 1:
            raise Conflict(ONLY_WEIGHT_ONE, code="weights_unmask")
        row.ticked, row.ticked_by_id, row.ticked_at = Tick.PAPER, actor.person_id, at
        row.batch_number = number
    _put(session, poll, number, packed)
    batch.papers += len(packed)
    batch.second_by_id = None
    session.flush()
    _emit(session, actor, poll, events.PaperBatchEntered, batch, at)


def replace_papers(
    session: Session, actor: Actor, poll_id: Id, number: int, ballots: Sequence[Any], *, at: datetime
) -> None:
    """Enter the papers of a heap anew, after a mistake was found; the ticks stay."""
    poll = _poll(session, actor, poll_id, at)
    batch = _batch(session, poll, number)
    if len(ballots) > PAPERS_MAX:
        raise Invalid(TOO_MANY, most=PAPERS_MAX)
    packed = [_read(poll, ballot) for ballot in ballots]
    _remove(session, poll, number)
    _put(session, poll, number, packed)
    batch.papers, batch.second_by_id = len(packed), None
    batch.made_by_id = str(actor.person_id)
    session.flush()
    _emit(session, actor, poll, events.PaperBatchEntered, batch, at)


def discard_batch(session: Session, actor: Actor, poll_id: Id, number: int, *, at: datetime) -> None:
    """Take a heap that is not closed away, with its ticks; its voters may vote again."""
    poll = _poll(session, actor, poll_id, at)
    batch = _batch(session, poll, number)
    _remove(session, poll, number)
    session.execute(
        update(RollRow)
        .where(RollRow.poll_id == poll.id, RollRow.batch_number == number)
        .values(ticked=None, ticked_by_id=None, ticked_at=None, batch_number=None)
        .execution_options(synchronize_session="fetch")
    )
    session.delete(batch)
    session.flush()


def enter_again(
    session: Session, actor: Actor, poll_id: Id, number: int, ballots: Sequence[Any], *, at: datetime
) -> Compared:
    """A second person enters the same papers; what differs is answered, and nothing of it is kept."""
    poll = _poll(session, actor, poll_id, at)
    batch = _batch(session, poll, number)
    if batch.made_by_id == actor.person_id:
        raise Forbidden(SECOND_SELF, code="entered_by_two")
    if len(ballots) > PAPERS_MAX:
        raise Invalid(TOO_MANY, most=PAPERS_MAX)
    second = Counter(_read(poll, ballot) for ballot in ballots)
    first = Counter(_papers(session, poll, number))
    found = Compared(_said(poll, first - second), _said(poll, second - first))
    batch.second_by_id = actor.person_id if found.equal else None
    session.flush()
    return found


def close_batch(session: Session, actor: Actor, poll_id: Id, number: int, *, at: datetime) -> None:
    """Close a heap, from which on it counts: only with as many papers as ticks, and entered twice where that is agreed."""
    poll = _poll(session, actor, poll_id, at)
    batch = _batch(session, poll, number)
    ticks = ticks_of(session, poll, number)
    if ticks != batch.papers:
        raise Conflict(UNEQUAL, code="batch_unequal", papers=batch.papers, ticks=ticks)
    if not batch.papers:
        raise Conflict(EMPTY, code="batch_empty")
    if poll.config.get("double_entry") and batch.second_by_id is None:
        raise Conflict(SECOND_MISSING, code="second_entry_missing")
    batch.closed_at, batch.closed_by_id = at, actor.person_id
    session.flush()
    _emit(session, actor, poll, events.PaperBatchClosed, batch, at)


def ticks_of(session: Session, poll: Poll, number: int) -> int:
    """How many voters of the roll are ticked for a heap."""
    wanted = select(func.count()).select_from(RollRow)
    wanted = wanted.where(RollRow.poll_id == poll.id, RollRow.batch_number == number)
    return session.scalar(wanted) or 0


def _poll(session: Session, actor: Actor, poll_id: Id, at: datetime) -> Poll:
    poll = poll_to_enter_in(session, actor, poll_id, at=at)
    require(session, actor, ENTER_PAPER, poll.community_id, at=at)
    require_channel(poll, Channel.PAPER)
    if not is_secret(poll):
        raise Conflict(ONLY_SECRET, code="channel_shut")
    return poll


def _batch(session: Session, poll: Poll, number: int) -> PaperBatch:
    wanted = select(PaperBatch).where(PaperBatch.poll_id == poll.id, PaperBatch.number == number)
    found = session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound()
    if found.closed_at is not None:
        raise Conflict(ALREADY_CLOSED, code="batch_closed")
    return found


def _read(poll: Poll, ballot: Any) -> tuple[bytes | None, str]:
    """A paper as it is read; where an answer needs a reason the paper has it beside: `[answer, reason]`."""
    form = form_of(poll.config)
    reason = ""
    if form.method in WITH_REASON and isinstance(ballot, list) and len(ballot) == 2:
        ballot, reason = ballot[0], str(ballot[1])
    return read_for(form, ballot, reason, secret=True)


def _put(session: Session, poll: Poll, number: int, papers: Sequence[tuple[bytes | None, str]]) -> None:
    form = form_of(poll.config)
    sealed = poll.secrecy is Secrecy.SEALED
    cipher = poll_cipher(session, poll) if sealed else None
    reasons = form.method in WITH_REASON
    for packed, reason in papers:
        made = LooseBallot(poll_id=poll.id, key=secrets.token_hex(32), batch_number=number)
        if cipher is not None:
            plain = sealed_plain(os.urandom(NONCE_BYTES), packed, reason, form, reasons=reasons)
            made.sealed = cipher.seal(plain, LOOSE)
        else:
            made.packed, made.reason = packed, reason
        session.add(made)
    session.flush()


def _papers(session: Session, poll: Poll, number: int) -> list[tuple[bytes | None, str]]:
    form = form_of(poll.config)
    rows = session.execute(
        select(LooseBallot.packed, LooseBallot.sealed, LooseBallot.reason).where(
            LooseBallot.poll_id == poll.id, LooseBallot.batch_number == number
        )
    ).all()
    if poll.secrecy is not Secrecy.SEALED:
        return [(packed, reason) for packed, _, reason in rows]
    cipher = poll_cipher(session, poll)
    return [opened_plain(cipher.open(sealed or b"", LOOSE), form)[1:] for _, sealed, _ in rows]


def _said(poll: Poll, counted: Counter[tuple[bytes | None, str]]) -> tuple[tuple[Any, int], ...]:
    form = form_of(poll.config)
    return tuple(
        (None if packed is None else unpack(packed, form), many)
        for (packed, _), many in sorted(counted.items(), key=lambda pair: (pair[0][0] or b"", pair[0][1]))
    )


def _remove(session: Session, poll: Poll, number: int) -> None:
    session.execute(
        delete(LooseBallot)
        .where(LooseBallot.poll_id == poll.id, LooseBallot.batch_number == number)
        .execution_options(synchronize_session="fetch")
    )


def _emit(
    session: Session,
    actor: Actor,
    poll: Poll,
    event: type[events.PaperBatchEntered] | type[events.PaperBatchClosed],
    batch: PaperBatch,
    at: datetime,
) -> None:
    told = event(poll_id=poll.id, proposal_id=poll.proposal_id, number=batch.number, papers=batch.papers)
    emit(session, actor, told, at=at, community_id=poll.community_id)
