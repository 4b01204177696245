"""Taking listings and loans out as a file: what the asker sees, and a line in the log that it happened."""

from collections.abc import Iterator
from datetime import datetime

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn
from minga.kit.events import emit
from minga.kit.ids import Id
from minga.sharing.events import ListingsExported, LoansExported
from minga.sharing.queries.desk import loans_out
from minga.sharing.queries.desk_exports import desk_rows
from minga.sharing.queries.exports import exported
from minga.sharing.rules.desk_exports import DeskTable


def export_listings(
    session: Session, actor: Actor, community_id: Id, *, at: datetime
) -> Iterator[dict[str, str]]:
    """The rows one by one; when all are taken, that is said. The caller has let the actor into the community."""
    if not actor.signed_in:
        raise NotSignedIn()
    taken = 0
    for row in exported(session, actor, community_id, at=at):
        taken += 1
        yield row
    event = ListingsExported(community_id=community_id, taken=taken)
    emit(session, actor, event, at=at, community_id=community_id)


def export_desk(
    session: Session, actor: Actor, community_id: Id, table: DeskTable, *, at: datetime
) -> list[dict[str, str]]:
    """What of a library is out, reserved, waited for or asked for, for those at its desk; that is said in the log."""
    if table is DeskTable.LOANS:
        return _loans(session, actor, community_id, at=at)
    rows = desk_rows(session, actor, community_id, table, at=at)
    event = LoansExported(community_id=community_id, taken=len(rows), table=table.value)
    emit(session, actor, event, at=at, community_id=community_id)
    return rows


def _loans(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[dict[str, str]]:
    """What of a library is out, with whom, for those who stand at its desk; that is said in the log."""
    rows = [
        {
            "loan": one.id,
            "number": str(one.number),
            "copy": str(one.copy_no),
            "title": one.title,
            "borrower": one.name,
            "handle": one.handle,
            "lent_on": one.lent_on.isoformat(),
            "due_on": one.due_on.isoformat(),
            "late": "yes" if one.late else "",
            "brought_back": "yes" if one.brought_back else "",
        }
        for one in loans_out(session, actor, community_id, at=at)
    ]
    event = LoansExported(community_id=community_id, taken=len(rows))
    emit(session, actor, event, at=at, community_id=community_id)
    return rows
