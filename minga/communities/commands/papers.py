"""The photo of a sheet on which somebody agreed to be acted for: made small enough to keep, gone with the person."""

from typing import Any

from sqlalchemy import exists, select

from minga.communities.models import ActConsent
from minga.communities.rules.keeping import PAPER_EDGE
from minga.kit.blobs import files_of
from minga.kit.images import Size, reencode
from minga.kit.jobs import Run, job

OURS = b"sheet"
"""Written after the end of the picture, where nothing reads it: so no other photo shares the file and goes with it."""


def make_paper(data: bytes, *, bytes_max: int) -> bytes:
    """The photo written anew, large enough to read handwriting."""
    made = reencode(data, {"one": Size(PAPER_EDGE)}, media_type="image/jpeg", bytes_max=bytes_max)
    return made["one"].data + OURS


@job("communities.drop_paper", lane="files")
def drop_paper(run: Run, args: dict[str, Any]) -> None:
    """Remove the file of a sheet that no row names any more."""
    with run.database.write() as session:
        if not session.scalar(select(exists().where(ActConsent.paper == args["file"]))):
            files_of(run.settings.home).remove(args["file"])
