"""Taking listings in from a file by page: looked through first, taken in on a second yes, undone for seven days."""

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from starlette.requests import Request
from starlette.responses import Response

from minga.communities.access import community_to_see, require
from minga.interfaces.http import Unit, read_form, read_unit, write_unit
from minga.interfaces.http.packed_photos import kept_photos
from minga.interfaces.web.page import PageRouter, render, voice_of
from minga.kit.csvfiles import Table, digest_of
from minga.kit.errors import Invalid, Refused, TooLarge
from minga.kit.i18n import N_, Translator
from minga.kit.ids import parse_id
from minga.kit.images import BYTES_MAX as PHOTO_MAX
from minga.kit.zips import Packed
from minga.sharing import commands, queries
from minga.sharing.rules import own_columns

router = PageRouter()
BYTES_MAX = 8 * 1024 * 1024
ZIP_MAX = 60 * 1024 * 1024
ROWS_MAX = 5_000
FAULTS_SHOWN = 100
CHUNK = 250
NO_FILE = N_("Choose a file.")
TOO_HEAVY = N_("A file for this page has at most 8 MB. Larger ones are taken in on the command line.")
ZIP_TOO_HEAVY = N_(
    "A ZIP file for this page has at most 60 MB. Larger ones are taken in on the command line."
)
TOO_MANY_ROWS = N_(
    "A file for this page has at most {most} rows. Larger ones are taken in on the command line."
)


@dataclass(frozen=True)
class Looked:
    """What was found in a file: how many rows fit, which do not, and the name under which it is kept."""

    kept: str
    name: str
    good: int
    bad: int
    faults: list[tuple[int, str]]
    packed: str = ""


@router.get("/c/{c}/imports/listings", limit="read")
def show_imports(request: Request, c: str) -> Response:
    """The form, and what was taken in before."""
    with read_unit(request) as unit:
        return _page(request, unit, _community(unit, c))


@router.post("/c/{c}/imports/listings", limit="upload")
def look_through(request: Request, c: str) -> Response:
    """Look through a file, or take in one that was looked through."""
    form = read_form(request)
    with read_unit(request) as unit:
        community = _community(unit, c)
    if form.has("kept"):
        return _take_in(request, community, form.get("kept"), form.get("name"), form.get("packed"))
    try:
        upload = form.file("file")
        data = upload.file.read(BYTES_MAX + 1) if upload else b""
        photos = form.file("photos")
        zipped = photos.file.read(ZIP_MAX + 1) if photos else b""
        _close(form.files)
        if upload is None or not data:
            raise Invalid(NO_FILE, fields={"file": NO_FILE})
        if len(data) > BYTES_MAX:
            raise TooLarge(TOO_HEAVY, fields={"file": TOO_HEAVY})
        if len(zipped) > ZIP_MAX:
            raise TooLarge(ZIP_TOO_HEAVY, fields={"photos": ZIP_TOO_HEAVY})
        packed = _packed(zipped)
        with read_unit(request) as unit:
            voice = voice_of(request, unit, community.language)
            good, bad, faults = _look(unit, community, io.BytesIO(data), voice, packed)
            blobs = unit.node.blobs
            kept, beside = blobs.put(data), blobs.put(zipped) if zipped else ""
            looked = Looked(kept, (upload.filename or "")[:200], good, bad, faults, beside)
            return _page(request, unit, community, looked=looked)
    except (Invalid, TooLarge) as refusal:
        with read_unit(request) as unit:
            return _page(request, unit, community, refusal=refusal)


@router.post("/imports/{id}/undoing", limit="write")
def undo_import(request: Request, id: str) -> Response:
    """Take all listings of a file back."""
    with write_unit(request) as unit:
        unit.signed_in()
        batch = commands.undo_import(unit.session, unit.actor, parse_id(id), at=unit.now)
        community = community_to_see(unit.session, unit.actor, batch.community_id, at=unit.now)
        said = N_("{n} listings are taken back.")
        return unit.go_to(f"/c/{community.slug}/imports/listings", said=said, n=batch.rows_done)


def _community(unit: Unit, c: str) -> Any:
    unit.signed_in()
    community = community_to_see(unit.session, unit.actor, c, at=unit.now)
    require(unit.session, unit.actor, "listing.import", community.id, at=unit.now)
    return community


def _close(files: list[Any]) -> None:
    for _, upload in files:
        upload.file.close()


def _page(
    request: Request,
    unit: Unit,
    community: Any,
    *,
    looked: Looked | None = None,
    refusal: Refused | None = None,
) -> Response:
    return render(
        request,
        unit,
        "sharing/imports.html",
        status=refusal.status if refusal else 200,
        community=community,
        refusal=refusal,
        looked=looked,
        before=queries.imports(unit.session, unit.actor, community.id, at=unit.now),
        rows_max=ROWS_MAX,
    )


def _packed(data: bytes) -> Packed | None:
    if not data:
        return None
    try:
        return Packed(io.BytesIO(data), each_max=PHOTO_MAX)
    except Invalid as refusal:
        raise Invalid(refusal.text, fields={"photos": refusal}, **refusal.facts) from None


def _desk(unit: Unit, community: Any, file: BinaryIO, packed: Packed | None) -> tuple[commands.Desk, Table]:
    table = Table(file)
    plan = own_columns(table.columns)
    plan.fit(table.columns)
    photos = packed or ()
    return commands.Desk(unit.session, unit.actor, community.id, plan, at=unit.now, photos=photos), table


def _look(
    unit: Unit, community: Any, file: BinaryIO, voice: Translator, packed: Packed | None
) -> tuple[int, int, list[tuple[int, str]]]:
    """How many rows fit, how many do not, and what is wrong with the first of these."""
    good = bad = 0
    faults: list[tuple[int, str]] = []
    desk, table = _desk(unit, community, file, packed)
    for number, _ready, fault in desk.checked(table):
        if number > ROWS_MAX:
            raise Invalid(TOO_MANY_ROWS, most=ROWS_MAX, fields={"file": TOO_MANY_ROWS})
        if fault is None:
            good += 1
            continue
        bad += 1
        if len(faults) < FAULTS_SHOWN:
            said = " ".join(fault.at_fields(voice.gettext).values()) or fault.sentence(voice.gettext)
            faults.append((number, said))
    return good, bad, faults


def _take_in(request: Request, community: Any, kept: str, name: str, beside: str) -> Response:
    """Write the rows that fit, chunk by chunk, each in a unit of its own."""
    node = request.app.state.node
    data = node.blobs.read(kept)
    packed = _packed(node.blobs.read(beside)) if beside else None
    with write_unit(request) as unit:
        digest = digest_of(io.BytesIO(data))
        batch = commands.begin_import(
            unit.session, unit.actor, community.id, name=name, digest=digest, at=unit.now
        )
        batch_id, before, actor, now = batch.id, batch.rows_seen, unit.actor, unit.now
    with read_unit(request) as unit:
        desk, table = _desk(unit, community, io.BytesIO(data), packed)
        rows = [(ready, fault) for _number, ready, fault in desk.checked(table, after=before)]
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        ready = [one for one, _fault in chunk if one is not None]
        photos = kept_photos(node.blobs, packed, (name for one in ready for name in one.photos))
        with node.database.write() as session:
            commands.take_in(
                session,
                actor,
                batch_id,
                ready,
                seen=len(chunk),
                refused=len(chunk) - len(ready),
                photos=photos,
                at=now,
            )
    with write_unit(request) as unit:
        done = commands.finish_import(unit.session, unit.actor, batch_id, at=unit.now).rows_done
        said = N_("{n} listings are taken in.")
        return unit.go_to(f"/c/{community.slug}/listings", said=said, n=done)
