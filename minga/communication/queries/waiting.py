"""What waits for one."""

from datetime import datetime

from sqlalchemy import select, tuple_

from minga.communication.models import (
    PutOff,
)
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.refs import NeedLine, needs


def waiting_for(session: Session, actor: Actor, *, at: datetime) -> tuple[NeedLine, ...]:
    """All that waits for one, most urgent first, without what one has put off."""
    lines = needs.of(session, actor, at=at)
    if not lines:
        return ()
    keys = [(line.kind, line.ref.kind, line.ref.id) for line in lines]
    hidden = {
        tuple(row)
        for row in session.execute(
            select(PutOff.kind, PutOff.ref_kind, PutOff.ref_id).where(
                PutOff.person_id == actor.person_id,
                PutOff.until_at > at,
                tuple_(PutOff.kind, PutOff.ref_kind, PutOff.ref_id).in_(keys),
            )
        )
    }
    return tuple(line for line, key in zip(lines, keys, strict=True) if line.weight >= 3 or key not in hidden)
