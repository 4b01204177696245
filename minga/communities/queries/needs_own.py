"""What waits for somebody about themselves alone; asked here, with everything else, by one statement."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, null, select

from minga.communities.queries.needs_columns import columns
from minga.identity import Actor
from minga.identity.models import DataRequest
from minga.identity.rules.data import RequestKind
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref


def erasures(actor: Actor) -> Select[Any]:
    """One's own erasure that is on its way; there is at most one."""
    nothing = cast(null(), Text)
    shown = columns(
        "erasure", DataRequest.id, nothing, DataRequest.asked_at, DataRequest.due_at, nothing, nothing
    )
    return select(*shown).where(
        DataRequest.person_id == actor.person_id,
        DataRequest.kind == RequestKind.ERASURE,
        DataRequest.done_at.is_(None),
        DataRequest.cancelled_at.is_(None),
    )


def erasure_line(row: Any, _at: datetime) -> NeedLine:
    """Whoever is being erased reads it on every visit, with the way to stop it."""
    return NeedLine(
        kind="erasure",
        ref=Ref("data_request", row.id),
        title=N_("Your account is erased on {day}."),
        why=N_("You asked for it. Until then you can take it back."),
        facts={"day": row.due_at.date()},
        since_at=row.since_at,
        due_at=row.due_at,
        weight=3,
        acts=(Act(N_("Look at it"), None, "/me/data"),),
    )
