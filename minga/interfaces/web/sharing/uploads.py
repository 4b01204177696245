"""Photos that come with a form: made anew before the unit of work begins, so that nobody waits for them."""

from dataclasses import dataclass

from starlette.requests import Request

from minga.interfaces.http import Unit, read_form
from minga.interfaces.http.forms import Form
from minga.kit.errors import Invalid, TooLarge
from minga.kit.images import BYTES_MAX, Picture, Size, reencode
from minga.sharing import commands

SIZES = {"large": Size(1_600), "small": Size(480)}


@dataclass(frozen=True)
class Upload:
    """A photo whose files are kept already."""

    large: str
    small: str
    width: int
    height: int
    alt: str


def read_photos(request: Request, name: str) -> list[Upload]:
    """The photos of a form field, re-encoded and kept as files; what is no photo is refused at the field."""
    form, blobs = read_form(request), request.app.state.node.blobs
    alts, sent = form.all("photo_alt"), [upload for _, upload in form.files]
    found = []
    try:
        for place, upload in enumerate(form.all_files(name)):
            made = _reencoded(upload.file.read(BYTES_MAX + 1), name)
            large, small = made["large"], made["small"]
            alt = alts[place] if place < len(alts) else ""
            found.append(Upload(blobs.put(large.data), blobs.put(small.data), large.width, large.height, alt))
    finally:
        for upload in sent:
            upload.file.close()
    return found


def _reencoded(data: bytes, name: str) -> dict[str, Picture]:
    try:
        return reencode(data, SIZES)
    except (Invalid, TooLarge) as refusal:
        raise type(refusal)(refusal.text, fields={name: refusal}, **refusal.facts) from None


def add_photos(unit: Unit, listing_id: str, uploads: list[Upload]) -> None:
    """Hang the photos on the listing."""
    for one in uploads:
        commands.add_photo(
            unit.session,
            unit.actor,
            listing_id,
            large=one.large,
            small=one.small,
            width=one.width,
            height=one.height,
            alt=one.alt,
            at=unit.now,
        )


def arrange_photos(unit: Unit, listing_id: str, form: Form) -> None:
    """Words, order and removal of the photos that are there, as the form says."""
    alts = {name.removeprefix("alt_"): value for name, value in form.fields if name.startswith("alt_")}
    if alts or form.has("remove_photo") or form.has("cover"):
        commands.arrange_photos(
            unit.session,
            unit.actor,
            listing_id,
            alts=alts,
            remove=form.all("remove_photo"),
            order=form.all("cover"),
            at=unit.now,
        )
