"""The photo of an invitation: its file goes as soon as no invitation shows it any more."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from minga.identity.models import InviteWords
from minga.kit.blobs import files_of
from minga.kit.db import Session
from minga.kit.images import Picture, Size, reencode
from minga.kit.jobs import Run, enqueue, job

EDGE = 960


def make_invite_photo(data: bytes, *, bytes_max: int) -> Picture:
    """The photo written anew. As JPEG: every other photo of ours is WebP, so nothing else shares the file."""
    return reencode(data, {"one": Size(EDGE)}, media_type="image/jpeg", bytes_max=bytes_max)["one"]


def let_photo_go(session: Session, file: str | None, *, at: datetime) -> None:
    """Have the file removed once the change is kept, unless another invitation shows it too."""
    if file:
        enqueue(session, "identity.drop_invite_photo", {"file": file}, at=at)


@job("identity.drop_invite_photo", lane="files")
def drop_invite_photo(run: Run, args: dict[str, Any]) -> None:
    """Remove the file of a photo that no invitation shows."""
    with run.database.write() as session:
        if not session.scalar(select(exists().where(InviteWords.photo == args["file"]))):
            files_of(run.settings.home).remove(args["file"])
