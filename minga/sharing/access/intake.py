"""The door for people without an account: open where the community has switched it on, else there is nothing."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import policies, register_policy
from minga.communities.models import Community
from minga.communities.rules import PolicyKind, YesNo
from minga.kit.crypto import digest
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.sharing.models import Intake

TOKEN_MAX = 100
register_policy(
    PolicyKind(
        key="intake.public",
        sentence=N_("Whether people without an account may write what they need."),
        bounds=YesNo(strict_when=False),
        default=False,
        theme="sharing",
    )
)


def open_desk(session: Session, slug: str, *, at: datetime) -> Community:
    """The community at an address, if anybody may write to its dispatchers; for everybody else it is not there."""
    found = session.scalar(select(Community).where(Community.slug == slug[:64])) if len(slug) <= 64 else None
    if found is None or found.archived_at is not None or found.paused_at is not None:
        raise NotFound()
    if not policies.value(session, found.id, "intake.public", at=at):
        raise NotFound()
    return found


def intake_of_token(session: Session, token: str, *, lock: bool = False) -> Intake:
    """What was written, for whoever holds its link; only the link's digest is kept."""
    wanted = select(Intake).where(Intake.token == digest(token[:TOKEN_MAX]))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted)
    if found is None:
        raise NotFound()
    return found
