"""Taking back what was entered for somebody: which acts can be, and by which command of their domain."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from minga.communities import access, commands, queries
from minga.communities.queries import Entered
from minga.communities.rules.keeping import ActScope, may_undo
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.sharing import commands as sharing
from minga.sharing import queries as asking
from minga.sharing.rules import CloseReason

CANNOT = N_("This cannot be taken back here any more. Look at it where it stands.")


def _close(session: Session, actor: Actor, about_id: Id, at: datetime) -> None:
    sharing.close(session, actor, about_id, CloseReason.WITHDRAWN, at=at)


def _withdraw(session: Session, actor: Actor, about_id: Id, at: datetime) -> None:
    sharing.withdraw(session, actor, about_id, at=at)


def _cancel(session: Session, actor: Actor, about_id: Id, at: datetime) -> None:
    sharing.cancel_reservation(session, actor, about_id, at=at)


_BACK: dict[str, tuple[ActScope, Callable[[Session, Actor, Id, datetime], None]]] = {
    "ListingPublished": (ActScope.LISTINGS, _close),
    "AskSent": (ActScope.EXCHANGES, _withdraw),
    "Reserved": (ActScope.EXCHANGES, _cancel),
}
UNDOABLE = frozenset(_BACK)


def undo(session: Session, by: Actor, keeping_id: Id, event_id: Id, *, at: datetime) -> None:
    """Take one act back by the person's word, within 14 days; the domain says whether it still can be."""
    keeping = access.keeping_to_see(session, by, keeping_id, at=at)
    row = queries.act_entered(session, by, keeping_id, event_id, at=at)
    if row.undone or row.name not in _BACK or not may_undo(row.happened_at, at) or row.about_id is None:
        raise Conflict(CANNOT, code="cannot_undo")
    scope, back = _BACK[row.name]
    if keeping.person_id == by.person_id:
        actor = by
    else:
        acting = access.acting_for(session, by, keeping.person_id, (scope,), at=at)
        commands.note_acting(session, acting, at=at)
        actor = acting.actor
    back(session, actor, row.about_id, at)
    commands.note_undone(session, actor, keeping, event_id, at=at)


def what_it_was(session: Session, person_id: Id, lines: Sequence[Entered]) -> dict[Id, str]:
    """The title of what each line is about, where it is a listing of the person or asked by them."""
    about = {one.id: one.about_id for one in lines if one.about_id}
    titles: dict[Any, str] = asking.titles_of(session, Actor(person_id), sorted(set(about.values())))
    return {line: titles[thing] for line, thing in about.items() if thing in titles}
