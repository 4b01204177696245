"""Taking a whole community out: asked by one, agreed by another, written by a job, taken by those who may."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import select

from minga.communities.commands import seconds
from minga.communities.commands.taking_out import Written, write_community
from minga.communities.events import CommunityExported
from minga.communities.models import Community, CommunityExport, Second
from minga.communities.rules.moving import GROUP, LIES_HERE
from minga.identity import Actor
from minga.identity import commands as identity
from minga.kit import chains, jobs
from minga.kit.blobs import BlobStore, files_of
from minga.kit.db import Session
from minga.kit.dids import community_key
from minga.kit.errors import Invalid, NotFound
from minga.kit.events import emit
from minga.kit.ids import Id, is_id
from minga.kit.schedule import every
from minga.kit.secrets import Secret

ACT = "community.export"
FOLDER = "exports"


@dataclass(frozen=True)
class Moved:
    """What was written: the DID it is signed with, and how many rows of each kind and photos."""

    did: str
    counts: dict[str, int]
    photos: int


def export_file(home: Path, export_id: Id) -> Path:
    """Where the file of an export lies, whether it is there or not."""
    if not is_id(export_id):
        raise ValueError(export_id)
    return Path(home) / FOLDER / f"{export_id}.minga"


def ask_to_take_out(session: Session, actor: Actor, community_id: Id, *, words: str, at: datetime) -> Second:
    """Ask for the file of a whole community, with its groups; somebody else has to agree."""
    return seconds.ask(session, actor, ACT, _root(session, community_id).id, wish={}, words=words, at=at)


@seconds.applies(ACT)
def _agreed(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    """Two want it: it stands in everybody's log before it is written, and in the file."""
    export = CommunityExport(
        community_id=second.community_id,
        second_id=second.id,
        asked_by_id=second.asked_by_id,
        agreed_by_id=second.answered_by_id,
        asked_at=at,
    )
    session.add(export)
    session.flush()
    told = CommunityExported(subject_id=second.community_id)
    emit(session, actor, told, at=at, community_id=second.community_id)
    jobs.enqueue(session, "communities.take_out", {"export_id": export.id}, at=at)


@jobs.job("communities.take_out", lane="heavy", seconds_max=1_800)
def write_export(run: jobs.Run, args: dict[str, Any]) -> None:
    """Write the file; a second run writes it again."""
    now = run.clock()
    with run.database.write() as session:
        chains.seal_open(session)
    with run.database.snapshot() as session:
        export = session.get(CommunityExport, args["export_id"])
        if export is None or export.done_at is not None:
            return
        path = export_file(run.settings.home, export.id)
        with _new_file(path) as out:
            _write(session, export.community_id, out, run.settings, at=now)
    with run.database.write() as session:
        done = session.get_one(CommunityExport, args["export_id"])
        done.done_at, done.until_at, done.size = now, now + LIES_HERE, path.stat().st_size


def _write(session: Session, community_id: Id, out: IO[bytes], settings: Any, *, at: datetime) -> Written:
    root, secret = session.get_one(Community, community_id), settings.secret
    key = community_key(secret, root.id)
    return write_community(session, root, out, files_of(settings.home), key, at=at)


def _new_file(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _root(session: Session, community_id: Id) -> Community:
    return session.get_one(Community, session.get_one(Community, community_id).root_id)


def community_for_file(session: Session, actor: Actor, slug: str) -> Community:
    """The community of that address, for whoever has the machine."""
    identity.require_operator(actor)
    found = session.scalar(select(Community).where(Community.slug == slug))
    if found is None:
        raise NotFound()
    if found.parent_id is not None:
        raise Invalid(GROUP, slug=session.get_one(Community, found.root_id).slug)
    return found


def take_out(
    session: Session,
    actor: Actor,
    slug: str,
    out: IO[bytes],
    blobs: BlobStore,
    secret: Secret,
    *,
    at: datetime,
) -> Moved:
    """Write a community's file into an open one, for whoever has the machine; nothing is told in the community's
    log, for this reads and does not write. Raises NotFound for everybody else."""
    found = community_for_file(session, actor, slug)
    written = write_community(session, found, out, blobs, community_key(secret, found.id), at=at)
    return Moved(written.did, written.counts, len(written.files))


@every("communities.old_exports", hours=1)
def forget_exports(run: jobs.Run, _args: dict[str, Any]) -> None:
    """Remove files whose seven days are over."""
    with run.database.read() as session:
        there = set(
            session.scalars(
                select(CommunityExport.id).where(
                    (CommunityExport.until_at > run.clock()) | CommunityExport.done_at.is_(None)
                )
            )
        )
    for path in (Path(run.settings.home) / FOLDER).glob("*.minga"):
        if path.stem not in there:
            path.unlink(missing_ok=True)
