"""What comes by mail, and when: each person's choice."""

from collections.abc import Mapping
from datetime import datetime

from minga.communication import rules
from minga.communication.access import require_scope
from minga.communication.commands.mailing import plan_digest, times_of
from minga.communication.models import NoticeChoice
from minga.communication.rules import CLASSES, Every, Mode, NoticeClass
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid, NotSignedIn
from minga.kit.i18n import N_

NOT_OFF = N_("This cannot be switched off. Choose one of the others.")
TOO_LONG = N_("At most 90 days, please.")


def choose_notices(
    session: Session,
    actor: Actor,
    modes: Mapping[NoticeClass, Mode],
    *,
    quiet: tuple[int, int],
    every: Every,
    weekday: int,
    hour: int,
    paused_until: datetime | None = None,
    at: datetime,
) -> None:
    """Keep the whole page of choices. Quiet hours are minutes after midnight; both alike means none."""
    if actor.person_id is None:
        raise NotSignedIn()
    require_scope(actor, "write")
    for notice_class, mode in modes.items():
        if mode not in CLASSES[notice_class].modes:
            raise Invalid(NOT_OFF, fields={f"mode-{notice_class}": NOT_OFF})
    if paused_until is not None and not at < paused_until <= at + rules.PAUSE_MAX:
        raise Invalid(TOO_LONG, fields={"paused_until": TOO_LONG})
    for notice_class, mode in modes.items():
        row = session.get(NoticeChoice, (actor.person_id, notice_class))
        if row is not None:
            row.mode = mode
        elif mode is not CLASSES[notice_class].default:
            session.add(NoticeChoice(person_id=actor.person_id, notice_class=notice_class, mode=mode))
    times = times_of(session, actor.person_id)
    times.quiet_from, times.quiet_until = quiet
    times.every, times.weekday, times.hour = every, weekday, hour
    times.paused_until = paused_until
    session.flush()
    if times.next_digest_at is not None:
        plan_digest(session, actor.person_id, at=at, anew=True)
