"""One's own ballot in a poll: whether it is there, and while the poll lets it be read what it says."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.governance.access.polls import poll_to_see, voter_of
from minga.governance.access.sealing import poll_cipher
from minga.governance.access.voting import BALLOT_SCOPES
from minga.governance.models import Ballot
from minga.governance.rules.forms import form_of
from minga.governance.rules.kinds import Channel, Secrecy, Tick
from minga.governance.rules.packing import unpack
from minga.governance.rules.secrecy import opened_plain
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id


@dataclass(frozen=True, slots=True)
class OwnBallot:
    """`state`: `none`, `cast`, `entered` (by `entered_by`), `ticked` (in the heap, nothing joins it), `paper`.

    `readable` says whether `ballot` and `reason` hold what was said; a blank ballot is None.
    """

    state: str
    readable: bool = False
    ballot: Any = None
    reason: str = ""
    version: int = 0
    channel: Channel | None = None
    entered_by: str = ""
    on_roll: bool = True


def own_ballot(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> OwnBallot:
    """What the actor has cast; whoever is not on the roll has none."""
    poll = poll_to_see(session, actor, poll_id, at=at)
    row = voter_of(session, actor, poll)
    if row is None:
        return OwnBallot("none", on_roll=False)
    if row.ticked is not None:
        return OwnBallot("paper" if row.ticked is Tick.PAPER else "ticked")
    found = session.get(Ballot, (poll.id, row.voter_id))
    if found is None:
        return OwnBallot("none")
    form = form_of(poll.config)
    packed, reason, readable = found.packed, found.reason, True
    if poll.secrecy is Secrecy.SEALED:
        _, packed, reason = opened_plain(
            poll_cipher(session, poll).open(found.sealed or b"", row.voter_id), form
        )
    name = session.scalar(select(Person.name).where(Person.id == (found.entered_by_id or ""))) or ""
    return OwnBallot(
        "entered" if found.entered_by_id else "cast",
        readable,
        None if packed is None else unpack(packed, form),
        reason,
        found.version,
        found.channel,
        name,
    )


def own_ballot_by_token(session: Session, actor: Actor, poll_id: Id, *, at: datetime) -> OwnBallot:
    """The same for a program: of a secret poll only a ballot token reads what was said."""
    ballots = actor.token_scopes == BALLOT_SCOPES
    person = replace(actor, token_scopes=None) if ballots else actor
    poll = poll_to_see(session, person, poll_id, at=at)
    if actor.token_community_id not in (None, poll.community_id):
        raise NotFound()
    found = own_ballot(session, person, poll_id, at=at)
    if poll.secrecy is Secrecy.OPEN or ballots:
        return found
    return replace(found, readable=False, ballot=None, reason="")
