"""Who is at an assembly, where the rule counts those who are present: "I am here", or a tick at the desk."""

from datetime import datetime

from minga.communities.access import require
from minga.governance.access.capabilities import ENTER_PAPER
from minga.governance.access.voting import poll_to_enter, poll_to_vote
from minga.governance.models import Presence
from minga.governance.rules.kinds import RollUnit
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id

NOT_COUNTED = N_("This vote does not count who is present, so that nobody has to check in.")
HOUSEHOLDS = N_("Each household checks in itself in this vote.")


def check_in(
    session: Session, actor: Actor, poll_id: Id, *, voter_id: Id | None = None, at: datetime
) -> bool:
    """Say that one is here, or at the desk that somebody is; True when it is new. It ends with the poll."""
    if voter_id is None:
        poll, _row = poll_to_vote(session, actor, poll_id, at=at)
        person, by = str(actor.person_id), None
    else:
        poll, row = poll_to_enter(session, actor, poll_id, voter_id, at=at)
        require(session, actor, ENTER_PAPER, poll.community_id, at=at)
        if poll.roll_unit is RollUnit.HOUSEHOLD:
            raise Conflict(HOUSEHOLDS, code="channel_shut")
        person, by = row.voter_id, actor.person_id
    if (poll.config.get("threshold") or {}).get("base") != "present":
        raise Conflict(NOT_COUNTED, code="presence_not_counted")
    if session.get(Presence, (poll.id, person)) is not None:
        return False
    session.add(Presence(poll_id=poll.id, person_id=person, at=at, entered_by_id=by))
    session.flush()
    return True
