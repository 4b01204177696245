"""Dates of last use: noted in memory while pages are read, written by the worker. A GET never writes."""

import threading
from datetime import date, datetime

from sqlalchemy import update

from minga.identity.commands.sign_ins import FULL_SPAN, Span
from minga.identity.models import SignIn, Token
from minga.identity.rules.actor import Actor, Me
from minga.kit.db import Session
from minga.kit.ids import Id

KEPT_MAX = 100_000


class LastUses:
    """Which sign-ins and tokens were used on a new day since the worker last wrote; one of them per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._days: dict[tuple[str, Id], date] = {}

    def note(self, actor: Actor, me: Me, at: datetime) -> None:
        """Remember the use when it is the first of its day."""
        today = at.date()
        if me.seen_on == today or len(self._days) >= KEPT_MAX:
            return
        key = ("token", actor.token_id) if actor.token_id else ("sign_in", actor.sign_in_id or "")
        with self._lock:
            self._days[key] = today

    def take(self) -> dict[tuple[str, Id], date]:
        """What is noted, to be written; the memory is empty afterwards."""
        with self._lock:
            days, self._days = self._days, {}
        return days


last_uses = LastUses()


def write_last_uses(
    session: Session, days: dict[tuple[str, Id], date], *, span: Span = FULL_SPAN, at: datetime
) -> None:
    """Write the days; a used sign-in lasts for another idle span, never beyond its absolute end."""
    for (kind, key), day in days.items():
        if kind == "token":
            session.execute(update(Token).where(Token.id == key).values(used_on=day))
        else:
            session.execute(
                update(SignIn)
                .where(SignIn.id == key, SignIn.ended_at.is_(None), SignIn.means_only.is_(False))
                .values(seen_on=day, idle_until=at + span.idle)
            )
