"""What lots are made of besides the node's secret: scrutineers' secrets, and a public number that was named before. None commits."""

from datetime import datetime

from minga.communities.access import require
from minga.governance.access import OPEN, poll_to_change
from minga.governance.commands.closing import tally_now
from minga.governance.commands.telling import tell_poll
from minga.governance.events import BeaconTold, ScrutinyCommitted, ScrutinyRevealed
from minga.governance.models import Poll, Scrutiny
from minga.governance.queries.states import state_of_poll
from minga.governance.rules.life import REVEAL_WITHIN, PollState, not_now
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.lots import commitment
from minga.kit.text import clean_line

HEX = frozenset("0123456789abcdef")
HASH = N_("A commitment is the SHA-256 of 32 bytes, as 64 hexadecimal digits.")
SECRET = N_("A secret is 32 bytes, as 64 hexadecimal digits.")
NOT_YOU = N_("You are no scrutineer of this poll.")
COMMITTED = N_("You committed to another secret; that cannot be changed.")
MISMATCH = N_("This secret does not fit what you committed to.")
LATE = N_("The day for telling secrets is over; the count went on without yours.")
NOT_CLOSED = N_("Secrets are told after the close.")
NO_BEACON = N_("No public number was named for this poll before it opened.")


def commit_secret(session: Session, actor: Actor, poll_id: Id, sha256: str, *, at: datetime) -> Scrutiny:
    """Publish the hash of one's secret, before the close. Twice the same changes nothing."""
    poll, row = _mine(session, actor, poll_id, at)
    state = state_of_poll(poll, at)
    if state is not PollState.OPEN:
        raise not_now(state)
    value = _hex(sha256, HASH)
    if row.commitment not in ("", value):
        raise Conflict(COMMITTED, code="poll_frozen")
    if not row.commitment:
        row.commitment = value
        session.flush()
        told = ScrutinyCommitted(poll_id=poll.id, proposal_id=poll.proposal_id, commitment=value)
        tell_poll(session, actor, poll, told, at=at)
    return row


def reveal_secret(session: Session, actor: Actor, poll_id: Id, value: str, *, at: datetime) -> Scrutiny:
    """Tell one's secret within a day after the close; the poll is counted when all have."""
    poll, row = _mine(session, actor, poll_id, at)
    if poll.closed_at is None:
        raise Conflict(NOT_CLOSED, code="poll_not_closed")
    said = _hex(value, SECRET)
    if row.reveal == said:
        return row
    if poll.voided_at is not None:
        raise not_now(PollState.VOID)
    if poll.tallied_at is not None or at >= poll.closed_at + REVEAL_WITHIN:
        raise Conflict(LATE, code="reveal_late")
    if not row.commitment or commitment(bytes.fromhex(said)) != row.commitment:
        raise Invalid(MISMATCH, code="reveal_mismatch", fields={"value": MISMATCH})
    row.reveal, row.revealed_at = said, at
    session.flush()
    told = ScrutinyRevealed(poll_id=poll.id, proposal_id=poll.proposal_id, reveal=said)
    tell_poll(session, actor, poll, told, at=at)
    tally_now(session, actor, poll, at=at)
    return row


def tell_beacon(session: Session, actor: Actor, poll_id: Id, value: str, *, at: datetime) -> Poll:
    """Write down the public number that was named before the close, once it is known; only once."""
    poll = poll_to_change(session, actor, poll_id, at=at)
    require(session, actor, OPEN, poll.community_id, at=at)
    said = clean_line(value, 500, field="value", required=True)
    if not poll.beacon_name:
        raise Conflict(NO_BEACON, code="no_beacon")
    if poll.closed_at is None:
        raise Conflict(NOT_CLOSED, code="poll_not_closed")
    if poll.beacon == said:
        return poll
    if poll.beacon or poll.tallied_at is not None or poll.voided_at is not None:
        raise Conflict(LATE, code="reveal_late")
    poll.beacon = said
    session.flush()
    tell_poll(session, actor, poll, BeaconTold(poll_id=poll.id, proposal_id=poll.proposal_id), at=at)
    tally_now(session, actor, poll, at=at)
    return poll


def _mine(session: Session, actor: Actor, poll_id: Id, at: datetime) -> tuple[Poll, Scrutiny]:
    poll = poll_to_change(session, actor, poll_id, at=at)
    row = session.get(Scrutiny, (poll.id, actor.person_id), populate_existing=True)
    if row is None:
        raise Forbidden(NOT_YOU, code="not_scrutineer")
    if actor.token_scopes is not None:
        require(session, actor, OPEN, poll.community_id, at=at)
    return poll, row


def _hex(text: str, sentence: str) -> str:
    said = text.strip().lower()
    if len(said) != 64 or not HEX.issuperset(said):
        raise Invalid(sentence, fields={"value": sentence})
    return said
