"""Letters: what people without a device were told, passed on by whoever looks after them."""

from datetime import datetime

from minga.communication.access import letter_to_tell
from minga.communication.events import LetterTold
from minga.communication.models import Notice
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id

HOW = ("phone", "printed")
BAD_HOW = N_("Say whether you told them or printed it.")


def tell_letter(session: Session, actor: Actor, notice_id: Id, how: str, *, at: datetime) -> Notice:
    """The person has heard it by telephone, or has it on paper. Twice changes nothing."""
    found = letter_to_tell(session, actor, notice_id)
    if how not in HOW:
        raise Invalid(BAD_HOW, fields={"how": BAD_HOW})
    if found.seen_at is None:
        found.seen_at = at
        session.flush()
        event = LetterTold(notice_id=found.id, how=how)
        emit(session, actor, event, at=at, community_id=found.community_id, person_id=found.person_id)
    return found
