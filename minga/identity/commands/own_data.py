"""Asking for a file of one's own data, and the job that writes it."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from minga.identity.commands.means import require_confirmed
from minga.identity.commands.own_file import write_own_file
from minga.identity.events import DataAsked, DataReady
from minga.identity.models import DataRequest
from minga.identity.rules.actor import Actor
from minga.identity.rules.data import EXPORT_MADE_OFTEN, EXPORTS_PER_DAY, LINK_LASTS, RequestKind
from minga.kit import jobs
from minga.kit.blobs import BlobStore, files_of
from minga.kit.db import Session
from minga.kit.errors import NotSignedIn, TooMany
from minga.kit.events import emit
from minga.kit.ids import Id, is_id
from minga.kit.schedule import every

FOLDER = "exports"
DAY = timedelta(days=1)


def export_path(home: Path, request_id: Id) -> Path:
    """Where the file of a request lies, whether it is there or not."""
    if not is_id(request_id):
        raise ValueError(request_id)
    return Path(home) / FOLDER / f"{request_id}.zip"


def new_file(path: Path) -> IO[bytes]:
    """A file that nobody else on the machine reads, in a folder of its own; an earlier try is replaced."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def ask_for_own_data(session: Session, actor: Actor, *, at: datetime) -> DataRequest:
    """Ask for a file of everything that is one's own; asked while one is being made, it is that one.

    On a page the person has just shown that it is them. A token may ask, and never gets the file.
    """
    if actor.person_id is None or not actor.signed_in:
        raise NotSignedIn()
    if actor.token_id is None:
        require_confirmed(session, actor, at=at)
    own = (DataRequest.person_id == actor.person_id, DataRequest.kind == RequestKind.EXPORT)
    waiting = session.scalar(select(DataRequest).where(*own, DataRequest.done_at.is_(None)))
    if waiting is not None:
        return waiting
    today = select(func.count()).select_from(DataRequest).where(*own, DataRequest.asked_at > at - DAY)
    if (session.scalar(today) or 0) >= EXPORTS_PER_DAY:
        raise TooMany(EXPORT_MADE_OFTEN, retry_after=int(DAY.total_seconds()))
    request = DataRequest(
        person_id=actor.person_id, kind=RequestKind.EXPORT, asked_at=at, due_at=at + LINK_LASTS
    )
    session.add(request)
    session.flush()
    told = DataAsked(person_id=actor.person_id, kind=RequestKind.EXPORT)
    emit(session, actor, told, at=at, person_id=actor.person_id)
    jobs.enqueue(session, "identity.own_data", {"request_id": request.id}, at=at)
    return request


def own_data(
    session: Session, actor: Actor, out: IO[bytes], blobs: BlobStore, *, site: str, at: datetime
) -> int:
    """Write one's file straight into an open one, for the command line; answers how many rows are in it."""
    if actor.person_id is None:
        raise NotSignedIn()
    told = DataAsked(person_id=actor.person_id, kind=RequestKind.EXPORT)
    emit(session, actor, told, at=at, person_id=actor.person_id)
    return write_own_file(session, actor.person_id, out, blobs, site=site, at=at)


@jobs.job("identity.own_data", lane="heavy", seconds_max=600)
def make_own_data(run: jobs.Run, args: dict[str, Any]) -> None:
    """Write the file of a request, then say that it is there; a second run writes it again."""
    now = run.clock()
    with run.database.snapshot() as session:
        request = session.get(DataRequest, args["request_id"])
        if request is None or request.done_at is not None or request.cancelled_at is not None:
            return
        path, person_id = export_path(run.settings.home, request.id), request.person_id
        with new_file(path) as out:
            blobs = files_of(run.settings.home)
            write_own_file(session, person_id, out, blobs, site=run.settings.site_url, at=now)
    with run.database.write() as session:
        _ready(session, args["request_id"], path.stat().st_size, at=now)


def _ready(session: Session, request_id: Id, size: int, *, at: datetime) -> None:
    done = session.get_one(DataRequest, request_id)
    done.done_at, done.due_at, done.size = at, at + LINK_LASTS, size
    told = DataReady(request_id=done.id, person_id=done.person_id)
    emit(session, Actor(done.person_id), told, at=at, person_id=done.person_id)


@every("identity.old_exports", hours=1)
def forget_exports(run: jobs.Run, _args: dict[str, Any]) -> None:
    """Remove files whose seven days are over; the request stays, without them."""
    with run.database.read() as session:
        kept = session.scalars(
            select(DataRequest.id).where(DataRequest.done_at.is_not(None), DataRequest.due_at > run.clock())
        ).all()
        waiting = session.scalars(select(DataRequest.id).where(DataRequest.done_at.is_(None))).all()
    there = {*kept, *waiting}
    for path in (Path(run.settings.home) / FOLDER).glob("*.zip"):
        if path.stem not in there:
            path.unlink(missing_ok=True)
