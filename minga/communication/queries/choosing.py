"""What one chose: how each class of notice comes by mail, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from minga.communication import access
from minga.communication.models import (
    NoticeChoice,
    NoticeTimes,
)
from minga.communication.rules import (
    CLASSES,
    DIGEST_HOUR,
    QUIET,
    Every,
    Mode,
    NoticeClass,
)
from minga.identity import Actor
from minga.identity.models import Contact
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody chose: how each class comes by mail, and when."""

    modes: Mapping[NoticeClass, Mode]
    quiet: tuple[int, int]
    every: Every
    weekday: int
    hour: int
    paused_until: datetime | None
    has_address: bool


def choices(session: Session, actor: Actor, *, at: datetime) -> Choices:
    """One's own choices, with the defaults where nothing was chosen."""
    if not actor.signed_in:
        raise NotSignedIn()
    access.require_scope(actor, "read")
    rows = session.execute(
        select(NoticeChoice.notice_class, NoticeChoice.mode).where(NoticeChoice.person_id == actor.person_id)
    )
    chosen = {row[0]: row[1] for row in rows}
    modes = {
        one: chosen[one] if chosen.get(one) in fixed.modes else fixed.default
        for one, fixed in CLASSES.items()
    }
    times = session.get(NoticeTimes, actor.person_id)
    address = session.scalar(
        select(Contact.id).where(
            Contact.person_id == actor.person_id,
            Contact.kind == "mail",
            Contact.verified_at.is_not(None),
            Contact.ended_at.is_(None),
        )
    )
    paused = times.paused_until if times and times.paused_until and times.paused_until > at else None
    return Choices(
        modes=modes,
        quiet=(times.quiet_from, times.quiet_until) if times else QUIET,
        every=times.every if times else Every.WEEKLY,
        weekday=times.weekday if times else 0,
        hour=times.hour if times else DIGEST_HOUR,
        paused_until=paused,
        has_address=address is not None,
    )
