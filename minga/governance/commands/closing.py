"""Closing a poll, counting it once, and making the outcome final. None commits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, update

from minga.communities.access import require
from minga.governance.access import OPEN, poll_to_change
from minga.governance.access.polls import locked_poll
from minga.governance.commands.ballots import ballots_at_close
from minga.governance.commands.telling import tell_poll
from minga.governance.events import PollClosed, PollTallied
from minga.governance.models import Ballot, Challenge, Poll, PollResult, PollSecret, RollRow, Scrutiny
from minga.governance.queries.candidates import members_now, people_of_voters
from minga.governance.queries.cast import cast_of, present_weight
from minga.governance.queries.states import state_of_poll
from minga.governance.rules.counts import Cast, count_poll
from minga.governance.rules.fixed import is_fixed
from minga.governance.rules.kinds import Leavers, Secrecy
from minga.governance.rules.life import REVEAL_WITHIN, PollState, not_now
from minga.governance.rules.polls import returns
from minga.governance.rules.results import Lots, Result
from minga.governance.rules.roll import dropped_of
from minga.governance.rules.secrecy import lots_of, missing_reveal, seed_of
from minga.identity import Actor
from minga.kit.canonical import canonical_json
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.lots import digest

NOT_EARLY = N_("The charter does not let this poll close before its time.")
NOT_FIXED = N_("Those who have not voted could still change the outcome, so that the poll stays open.")


def close_poll(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> Poll:
    """Close a poll before its time: only where the charter allows it and nothing can change the outcome any more."""
    poll = poll_to_change(session, actor, poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    state = state_of_poll(poll, at)
    if state is not PollState.OPEN:
        if poll.closed_at is None and state is PollState.CLOSED:
            close_now(session, actor, poll, at=at)
            return poll
        raise not_now(state)
    if not poll.config["early_close"]:
        raise Conflict(NOT_EARLY, code="not_early")
    if not _is_fixed(session, poll):
        raise Conflict(NOT_FIXED, code="not_fixed")
    close_now(session, actor, poll, at=at)
    return poll


def _is_fixed(session: Session, poll: Poll) -> bool:
    """Of a secret poll nobody counts before the close: it is fixed when everybody has cast."""
    cast = exists().where(Ballot.poll_id == RollRow.poll_id, Ballot.voter_id == RollRow.voter_id)
    rows, weight = session.execute(
        select(func.count(), func.coalesce(func.sum(RollRow.weight), 0)).where(
            RollRow.poll_id == poll.id, RollRow.dropped.is_(False), RollRow.ticked.is_(None), ~cast
        )
    ).one()
    if poll.secrecy is not Secrecy.OPEN:
        return bool(rows == 0)
    return is_fixed(poll.config, cast_of(session, poll), (int(weight), rows))


def close_due(session: Session, poll_id: Id, *, at: datetime) -> None:
    """What the clock does when a poll's time is over; nothing when somebody was first."""
    poll = locked_poll(session, poll_id)
    if poll is not None and poll.closed_at is None and state_of_poll(poll, at) is PollState.CLOSED:
        close_now(session, Actor.machine(), poll, at=at)


def close_now(session: Session, actor: Actor, poll: Poll, *, at: datetime) -> None:
    """Take no ballot any more, bring those that came into the form in which they count, and count if no lot is missing.

    The caller holds the poll's row, so that no ballot comes in between.
    """
    early = at < poll.closes_at
    poll.closed_at = at
    poll.version += 1
    if poll.config["leavers"] == Leavers.DROP:
        poll.dropped = _drop_leavers(session, poll)
    session.flush()
    found = ballots_at_close(session, poll)
    poll.ballots_root = found.ballots_root
    poll.closing = {
        "number": found.number,
        "channels": found.channels,
        "reasons": found.reasons,
        "unfinished": found.unfinished,
    }
    session.flush()
    told = PollClosed(
        poll_id=poll.id,
        proposal_id=poll.proposal_id,
        early=early,
        ballots=found.number,
        ballots_root=found.ballots_root,
    )
    tell_poll(session, actor, poll, told, at=at)
    tally_now(session, actor, poll, at=at)


def _drop_leavers(session: Session, poll: Poll) -> int:
    """Mark the rows of those who are members no longer; answers how many."""
    gone = dropped_of(people_of_voters(session, poll.id), members_now(session, poll.community_id))
    for first in range(0, len(gone), 500):
        some = gone[first : first + 500]
        session.execute(
            update(RollRow)
            .where(RollRow.poll_id == poll.id, RollRow.voter_id.in_(some))
            .values(dropped=True)
            .execution_options(synchronize_session=False)
        )
    return len(gone)


class _LotsMissing(Exception):
    """A lot decides, and what its seed is made of is not all told yet."""


def _no_lots(_context: str, _options: Iterable[int]) -> list[int]:
    raise _LotsMissing


def tally_due(session: Session, poll_id: Id, *, at: datetime) -> None:
    """What the clock does with a closed poll that waits for lots."""
    poll = locked_poll(session, poll_id)
    if poll is not None and poll.closed_at is not None and poll.tallied_at is None and not poll.voided_at:
        tally_now(session, Actor.machine(), poll, at=at)


def tally_now(session: Session, actor: Actor, poll: Poll, *, at: datetime) -> PollResult | None:
    """Count and keep the one Result; None while a lot decides and somebody still has to tell their secret.

    At once when no lot is needed; else when all have told, or a day after the close.
    """
    cast = cast_of(session, poll)
    given = _seed(session, poll)
    waits = given["waits"] and poll.closed_at is not None and at < poll.closed_at + REVEAL_WITHIN
    try:
        found = _count(poll, cast, _no_lots if waits else lots_of(bytes.fromhex(given["lots"]["seed"])))
    except _LotsMissing:
        return None
    content = found.as_json()
    kept = PollResult(
        poll_id=poll.id,
        content=content,
        lots=given["lots"],
        counted_with={
            "present": present_weight(session, poll),
            "vetoes": cast.vetoes,
            "objections": dict(cast.objections),
            "roll": cast.roll,
            "dropped": poll.dropped,
        },
        digest=digest("minga-poll-result/1", canonical_json(content)).hex(),
        made_at=at,
    )
    session.add(kept)
    poll.tallied_at, poll.returns = at, returns(content)
    poll.version += 1
    session.flush()
    told = PollTallied(
        poll_id=poll.id,
        proposal_id=poll.proposal_id,
        outcome=found.outcome,
        reason=found.reason,
        result_digest=kept.digest,
    )
    tell_poll(session, actor, poll, told, at=at)
    return kept


def _count(poll: Poll, cast: Cast, lots: Lots) -> Result:
    return count_poll(poll.config, cast, lots)


def _seed(session: Session, poll: Poll) -> dict[str, Any]:
    """What the lots are made of. `waits`: a scrutineer or the named public number is still missing."""
    secret = session.get_one(PollSecret, poll.id)
    rows = session.scalars(
        select(Scrutiny)
        .where(Scrutiny.poll_id == poll.id, Scrutiny.commitment != "")
        .order_by(Scrutiny.person_id)
    ).all()
    parts = [bytes.fromhex(one.reveal) if one.reveal else missing_reveal(one.commitment) for one in rows]
    seed = seed_of(poll.id, poll.roll_root, poll.ballots_root, secret.r_node, parts, poll.beacon)
    return {
        "waits": any(not one.reveal for one in rows) or bool(poll.beacon_name and not poll.beacon),
        "lots": {
            "commitment": poll.r_node_commitment,
            "secret": secret.r_node.hex(),
            "scrutineers": [
                {"person": one.person_id, "commit": one.commitment, "reveal": one.reveal or None}
                for one in rows
            ],
            "beacon_name": poll.beacon_name,
            "beacon": poll.beacon,
            "seed": seed.hex(),
        },
    }


def is_window_over(session: Session, poll: Poll, at: datetime) -> bool:
    """Whether the time for challenges has passed and none waits for its answer."""
    if poll.tallied_at is None:
        return False
    waiting = select(Challenge.id).where(Challenge.poll_id == poll.id, Challenge.answered_at.is_(None))
    over = poll.tallied_at + timedelta(hours=int(poll.config["challenge_hours"])) <= at
    return over and session.scalar(waiting.limit(1)) is None
