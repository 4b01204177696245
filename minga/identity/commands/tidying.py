"""What identity clears away by itself, and the dates of last use that it writes."""

from datetime import timedelta
from typing import Any

from minga.identity.commands.invites import forget_old_words
from minga.identity.commands.passkeys import forget_old_challenges
from minga.identity.commands.seen import last_uses, write_last_uses
from minga.identity.commands.sign_ins import Span
from minga.identity.commands.tries import forget_old_tries
from minga.identity.commands.words import forget_stale
from minga.kit.jobs import Run
from minga.kit.schedule import every


@every("identity.seen", minutes=10)
def write_seen(run: Run, _args: dict[str, Any]) -> None:
    """Write the days on which sign-ins and tokens were used; pages only note them in memory."""
    days = last_uses.take()
    if not days:
        return
    span = Span(idle=timedelta(days=run.settings.sign_in_idle_days))
    with run.database.write() as session:
        write_last_uses(session, days, span=span, at=run.clock())


@every("identity.tidy", hours=1)
def tidy(run: Run, _args: dict[str, Any]) -> None:
    """End what waited for a day, forget traces after 30 days, words of old invites, answered challenges."""
    now = run.clock()
    with run.database.write() as session:
        forget_stale(session, at=now)
        forget_old_tries(session, at=now)
        forget_old_words(session, at=now)
        forget_old_challenges(session, at=now)
