"""One's own ballot while the poll runs, to be looked at and changed; nobody else's is ever read here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from minga.governance.access import poll_to_see, voter_of
from minga.governance.access.sealing import poll_cipher
from minga.governance.models import Ballot
from minga.governance.rules.forms import form_of
from minga.governance.rules.kinds import Channel, Secrecy
from minga.governance.rules.packing import unpack
from minga.governance.rules.secrecy import opened_plain
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id


@dataclass(frozen=True, slots=True)
class OwnBallot:
    """What one has cast. `ballot` is None for a blank one."""

    ballot: Any
    reason: str
    version: int
    channel: Channel


def own_ballot(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> OwnBallot | None:
    """The ballot under one's name; nothing where there is none, or where nothing joins it to its voter any more."""
    poll = poll_to_see(session, actor, poll_id, at=at)
    row = voter_of(session, actor, poll)
    if row is None or poll.opened_at is None:
        return None
    found = session.get(Ballot, (poll.id, row.voter_id))
    if found is None:
        return None
    form, packed, reason = form_of(poll.config), found.packed, found.reason
    if poll.secrecy is not Secrecy.OPEN:
        if found.sealed is None:
            return None
        plain = poll_cipher(session, poll).open(found.sealed, row.voter_id)
        _, packed, reason = opened_plain(plain, form)
    return OwnBallot(None if packed is None else unpack(packed, form), reason, found.version, found.channel)
