"""Readings of files: how far they came, and what was read before."""

from datetime import datetime

import msgspec
from sqlalchemy import select

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id, parse_id
from minga.sharing.models import ImportBatch

SHOWN_MAX = 20


class ImportShown(msgspec.Struct, frozen=True):
    """One reading of a file."""

    id: Id
    community_id: Id
    name: str
    rows_seen: int
    rows_done: int
    rows_refused: int
    started_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None


_COLUMNS = (
    ImportBatch.id,
    ImportBatch.community_id,
    ImportBatch.name,
    ImportBatch.rows_seen,
    ImportBatch.rows_done,
    ImportBatch.rows_refused,
    ImportBatch.started_at,
    ImportBatch.finished_at,
    ImportBatch.undone_at,
)


def imports(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[ImportShown]:
    """The last readings of files into a community, newest first, for those who may import."""
    require(session, actor, "listing.import", community_id, at=at)
    found = select(*_COLUMNS).where(ImportBatch.community_id == community_id)
    newest = found.order_by(ImportBatch.started_at.desc(), ImportBatch.id.desc()).limit(SHOWN_MAX)
    return [ImportShown(*row) for row in session.execute(newest)]


def one_import(session: Session, actor: Actor, batch_id: str, *, at: datetime) -> ImportShown:
    """One reading of a file, for those who may import there."""
    row = session.execute(select(*_COLUMNS).where(ImportBatch.id == parse_id(batch_id))).first()
    if row is None:
        raise NotFound()
    require(session, actor, "listing.import", row.community_id, at=at)
    return ImportShown(*row)
