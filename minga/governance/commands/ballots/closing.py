"""What becomes of ballots when a poll opens and when it closes: a key is made; links to voters and the key go.

Called by whoever opens and closes polls, the clock too. Nothing here casts or changes a ballot.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from minga.governance.access.sealing import LOOSE, PollCipher, poll_cipher, wrapped_key
from minga.governance.models import Ballot, LooseBallot, PaperBatch, Poll, PollKey, RollRow
from minga.governance.queries.cast import lines_of
from minga.governance.rules.forms import Form, form_of
from minga.governance.rules.kinds import Secrecy, Tick
from minga.governance.rules.packing import unpack
from minga.governance.rules.secrecy import (
    TOTALS_FROM,
    ballots_root,
    leaf_of,
    line_of,
    opened_plain,
    receipt,
)
from minga.kit import repeat
from minga.kit.db import Session
from minga.kit.ids import Id

ROWS_AT_ONCE = 2_000
_LOOSE: Any = LooseBallot.__table__


@dataclass(frozen=True, slots=True)
class Closed:
    """A poll's ballots once nothing is cast any more.

    `channels`: how many came by each way, those of fewer than five left out; `reasons`: what was said with ballots, by
    answer, without names in secret polls; `unfinished`: numbers of paper batches that were not closed and do not count.
    """

    ballots_root: str
    number: int
    channels: dict[str, int] = field(default_factory=dict)
    reasons: list[dict[str, str]] = field(default_factory=list)
    unfinished: list[int] = field(default_factory=list)


def prepare_ballots(session: Session, poll: Poll) -> None:
    """What a poll needs before the first ballot comes: of a sealed one the key."""
    if poll.secrecy is Secrecy.SEALED and session.get(PollKey, poll.id) is None:
        session.add(PollKey(poll_id=poll.id, wrapped=wrapped_key(session, poll.id)))
        session.flush()


def ballots_at_close(session: Session, poll: Poll) -> Closed:
    """Bring a poll's ballots into the form in which they are counted, in the transaction that closes it.

    The caller holds the poll's row and has marked who was dropped. Sealed ballots are opened, ordered by the hash of their
    line, and keep neither voter nor way nor time; then the links and the key go, and what forms left behind.
    """
    unfinished = _drop_open_batches(session, poll)
    channels = _channels(session, poll)
    if poll.secrecy is Secrecy.OPEN:
        reasons = _open_reasons(session, poll)
    else:
        loose = list(_opened(session, poll)) if poll.secrecy is Secrecy.SEALED else _detached(session, poll)
        _tick(session, poll)
        reasons = [
            {"ballot": str(unpack(one["packed"], form_of(poll.config))), "reason": one["reason"]}
            for one in loose
            if one["reason"] and one["packed"] is not None
        ]
        _rewrite(session, poll, loose)
    session.expire_all()
    lines = lines_of(session, poll)
    leaves = [leaf_of(line) for line in lines]
    return Closed(ballots_root(leaves), len(leaves), channels, reasons, unfinished)


def _channels(session: Session, poll: Poll) -> dict[str, int]:
    rows = session.execute(
        select(Ballot.channel, func.count()).where(Ballot.poll_id == poll.id).group_by(Ballot.channel)
    )
    found = {channel.value: many for channel, many in rows}
    paper = session.scalar(
        select(func.count())
        .select_from(RollRow)
        .where(RollRow.poll_id == poll.id, RollRow.ticked == Tick.PAPER)
    )
    if paper:
        found["paper"] = found.get("paper", 0) + paper
    return {name: many for name, many in sorted(found.items()) if many >= TOTALS_FROM}


def _open_reasons(session: Session, poll: Poll) -> list[dict[str, str]]:
    form = form_of(poll.config)
    rows = session.execute(
        select(Ballot.packed, Ballot.voter_id, Ballot.reason)
        .where(Ballot.poll_id == poll.id, Ballot.reason != "")
        .order_by(Ballot.voter_id)
    )
    return [
        {"ballot": str(unpack(packed, form)), "voter": voter, "reason": reason}
        for packed, voter, reason in rows
        if packed is not None
    ]


def _opened(session: Session, poll: Poll) -> Iterator[dict[str, Any]]:
    """Every sealed ballot of somebody who is still on the roll, and those of paper batches, in clear and without a name."""
    cipher, form = poll_cipher(session, poll), form_of(poll.config)
    linked = session.execute(
        select(Ballot.sealed, Ballot.voter_id, RollRow.weight)
        .join(RollRow, (RollRow.poll_id == Ballot.poll_id) & (RollRow.voter_id == Ballot.voter_id))
        .where(Ballot.poll_id == poll.id, RollRow.dropped.is_(False))
    )
    for sealed, voter, weight in linked:
        yield _loose(poll, form, _plain(cipher, sealed, voter, form), weight)
    papers = session.execute(
        select(LooseBallot.sealed, LooseBallot.weight).where(LooseBallot.poll_id == poll.id)
    )
    for sealed, weight in papers:
        yield _loose(poll, form, _plain(cipher, sealed, LOOSE, form), weight)


def _plain(
    cipher: PollCipher, sealed: bytes | None, voter: str, form: Form
) -> tuple[bytes, bytes | None, str]:
    return opened_plain(cipher.open(sealed or b"", voter), form)


def _loose(poll: Poll, form: Form, plain: tuple[bytes, bytes | None, str], weight: int) -> dict[str, Any]:
    nonce, packed, reason = plain
    ballot = None if packed is None else unpack(packed, form)
    marked = receipt(poll.id, nonce, ballot)
    line = line_of(ballot, receipt=marked, weight=weight)
    return {
        "poll_id": poll.id,
        "key": leaf_of(line).hex(),
        "packed": packed,
        "receipt": marked,
        "weight": weight,
        "reason": reason,
    }


def _detached(session: Session, poll: Poll) -> list[dict[str, Any]]:
    """Loose ballots once more under new keys of chance, so that their places on the disk tell no order."""
    rows = session.execute(
        select(LooseBallot.packed, LooseBallot.weight, LooseBallot.reason).where(
            LooseBallot.poll_id == poll.id
        )
    )
    return [
        {
            "poll_id": poll.id,
            "key": os.urandom(32).hex(),
            "packed": packed,
            "receipt": None,
            "weight": weight,
            "reason": reason,
        }
        for packed, weight, reason in rows
    ]


def _tick(session: Session, poll: Poll) -> None:
    """Who took part stays known, what they said does not."""
    cast = select(Ballot.voter_id).where(Ballot.poll_id == poll.id)
    session.execute(
        update(RollRow)
        .where(RollRow.poll_id == poll.id, RollRow.ticked.is_(None), RollRow.voter_id.in_(cast))
        .values(ticked=Tick.DETACHED)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(RollRow)
        .where(RollRow.poll_id == poll.id, RollRow.ticked.is_not(None))
        .values(ticked_at=None, ticked_by_id=None, batch_number=None)
        .execution_options(synchronize_session=False)
    )


def _rewrite(session: Session, poll: Poll, loose: list[dict[str, Any]]) -> None:
    """Links, keys and copies go; what is left is written anew in the order of its keys."""
    session.flush()
    without: dict[str, Any] = {"synchronize_session": False}
    for table in (Ballot, LooseBallot):
        session.execute(delete(table).where(table.poll_id == poll.id).execution_options(**without))
    session.execute(
        update(PaperBatch)
        .where(PaperBatch.poll_id == poll.id)
        .values(second=None)
        .execution_options(**without)
    )
    blank = "0" * 8
    key = update(PollKey).where(PollKey.poll_id == poll.id)
    session.execute(key.values(wrapped=blank).execution_options(**without))
    session.execute(delete(PollKey).where(PollKey.poll_id == poll.id).execution_options(**without))
    loose.sort(key=lambda one: str(one["key"]))
    for at in range(0, len(loose), ROWS_AT_ONCE):
        session.execute(insert(_LOOSE), loose[at : at + ROWS_AT_ONCE])
    for path in _paths(poll.id):
        repeat.forget_path(session, path)


def _paths(poll_id: Id) -> tuple[str, ...]:
    return tuple(
        f"{before}/polls/{poll_id}/{what}" for before in ("", "/api/v1") for what in ("ballot", "paper")
    )


def _drop_open_batches(session: Session, poll: Poll) -> list[int]:
    """Heaps of paper in which ticks and papers do not agree, or that nobody closed: neither ballots nor ticks stay."""
    open_ones = list(
        session.scalars(
            select(PaperBatch.number)
            .where(PaperBatch.poll_id == poll.id, PaperBatch.closed_at.is_(None))
            .order_by(PaperBatch.number)
        )
    )
    if open_ones:
        session.execute(
            delete(LooseBallot)
            .where(LooseBallot.poll_id == poll.id, LooseBallot.batch_number.in_(open_ones))
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(RollRow)
            .where(RollRow.poll_id == poll.id, RollRow.batch_number.in_(open_ones))
            .values(ticked=None, ticked_by_id=None, ticked_at=None, batch_number=None)
            .execution_options(synchronize_session=False)
        )
    return open_ones
