"""Telling people what is new for the searches they keep: looked for every five minutes, with their eyes of that moment."""

from typing import Any

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.kit import schedule
from minga.kit.crypto import digest
from minga.kit.i18n import N_
from minga.kit.jobs import Run
from minga.kit.refs import Ref
from minga.sharing import commands

ONE = N_("New for your search “{name}”: “{title}”.")
SEVERAL = N_("New for your search “{name}”: “{title}”, and {n} more.")


@schedule.every("sharing.saved_searches", lane="heavy", minutes=5)
def look_for_searches(run: Run, _args: dict[str, Any]) -> None:
    """Each search in a transaction of its own, so that a fault in one keeps nobody waiting."""
    now = run.clock()
    with run.database.read() as session:
        due = commands.searches_to_look(session, at=now)
    for search_id in due:
        with run.database.write() as session:
            found = commands.look_again(session, search_id, at=now)
            if found is None:
                continue
            communication.notify(
                session,
                found.person_id,
                event_id=digest(f"saved {search_id} {found.example.id}")[:32],
                notice_class=NoticeClass.ANSWER,
                ref=Ref("listing", found.example.id),
                sentence=SEVERAL if found.more else ONE,
                facts={"name": found.name, "title": found.example.title, "n": found.more},
                community_id=found.example.community_id,
                at=now,
            )


@schedule.every("sharing.feed_uses", minutes=10)
def write_feeds(run: Run, _args: dict[str, Any]) -> None:
    """Write on which days feeds were read."""
    days = commands.last_feed_uses.take()
    if days:
        with run.database.write() as session:
            commands.write_feed_uses(session, days)
