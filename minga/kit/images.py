"""Photos that people send: decoded within limits and written anew, so that nothing but the picture is kept."""

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from struct import error as StructError
from typing import TYPE_CHECKING, Literal

from minga.kit.errors import Invalid, TooLarge
from minga.kit.i18n import N_
from minga.kit.later import Later

if TYPE_CHECKING:
    import PIL
    from PIL import Image, ImageOps
else:
    PIL, Image, ImageOps = Later("PIL"), Later("PIL.Image"), Later("PIL.ImageOps")

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 20_000_000
SCALED_PIXELS_MAX = 110_000_000  # a baseline JPEG is decoded at a fraction of its size, so it may be larger
EDGE_MAX = 20_000

TOO_HEAVY = N_("This photo has {size} MB. Please send one with at most {most} MB.")
TOO_MANY_PIXELS = N_(
    "This picture is {width} × {height} dots large. Please make it smaller and send it again."
)
NO_SVG = N_(
    "Drawings in SVG are not taken, because they can carry scripts. Please save it as PNG and send that."
)
NO_HEIC = N_(
    "This photo is in the HEIC format, which browsers cannot show. Please save it as JPEG and send that."
)
NO_IMAGE = N_("This is no picture that we can show. Please send a JPEG, PNG, WebP or GIF.")
DAMAGED = N_("This picture is damaged or not complete. Please send it again.")

_FAULTS = (OSError, EOFError, SyntaxError, ValueError, OverflowError, StructError, zlib.error)

Media = Literal["image/webp", "image/jpeg"]


@dataclass(frozen=True)
class Size:
    """The longest edge of a picture; `square` cuts the middle out."""

    edge: int
    square: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture of ours: its bytes, its size in dots, its media type."""

    data: bytes
    width: int
    height: int
    media_type: Media


def reencode(
    data: bytes, sizes: Mapping[str, Size], *, media_type: Media = "image/webp", bytes_max: int = BYTES_MAX
) -> dict[str, Picture]:
    """The picture in each of the sizes, upright, first frame only, without any metadata; never made larger.

    Raises TooLarge or Invalid with what to do instead.
    """
    if len(data) > bytes_max:
        raise TooLarge(TOO_HEAVY, size=round(len(data) / 1_048_576, 1), most=bytes_max // 1_048_576)
    _refuse_by_beginning(data)
    longest = max(size.edge for size in sizes.values())
    try:
        with _opened(data) as image:
            _refuse_too_large(image)
            if image.format in {"JPEG", "MPO"}:
                image.draft("RGB", (longest, longest))
            image.load()
            upright = ImageOps.exif_transpose(image) or image
            plain = _plain(upright, media_type)
    except PIL.UnidentifiedImageError as fault:
        raise Invalid(NO_IMAGE) from fault
    except _FAULTS as fault:
        raise Invalid(DAMAGED) from fault
    return {name: _written(plain, size, media_type) for name, size in sizes.items()}


def _opened(data: bytes) -> "Image.Image":
    from PIL import Image as pillow  # noqa: PLC0415  (loaded with the first photo)

    pillow.MAX_IMAGE_PIXELS = None  # Pillow would warn where we refuse; nothing else of ours opens images
    return pillow.open(io.BytesIO(data), formats=FORMATS)


def media_type_of(data: bytes) -> Media:
    """The media type of a picture of ours, by its first bytes."""
    return "image/webp" if data[8:12] == b"WEBP" else "image/jpeg"


def _refuse_by_beginning(data: bytes) -> None:
    beginning = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if (
        beginning.startswith((b"<svg", b"<?xml", b"<!doctype svg"))
        or b"<svg" in beginning
        or data[:2] == b"\x1f\x8b"
    ):
        raise Invalid(NO_SVG)
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"}:
        raise Invalid(NO_HEIC)


def _refuse_too_large(image: "Image.Image") -> None:
    width, height = image.size
    scaled = image.format in {"JPEG", "MPO"} and "progressive" not in image.info
    most = SCALED_PIXELS_MAX if scaled else PIXELS_MAX
    if width * height > most or max(width, height) > EDGE_MAX:
        raise Invalid(TOO_MANY_PIXELS, width=width, height=height)


def _plain(image: "Image.Image", media_type: Media) -> "Image.Image":
    """Only colour and, where the format can hold it, transparency."""
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if not clear:
        return image.convert("RGB")
    if media_type == "image/webp":
        return image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image.convert("RGBA"), mask=image.convert("RGBA").getchannel("A"))
    return ground


def _written(image: "Image.Image", size: Size, media_type: Media) -> Picture:
    if size.square:
        edge = min(size.edge, *image.size)
        shown = ImageOps.fit(image, (edge, edge))
    else:
        shown = image.copy()
        shown.thumbnail((size.edge, size.edge))
    bare = Image.frombytes(shown.mode, shown.size, shown.tobytes())
    file = io.BytesIO()
    if media_type == "image/webp":
        bare.save(file, "WEBP", quality=80, method=4)
    else:
        bare.save(file, "JPEG", quality=85, optimize=True)
    return Picture(file.getvalue(), *bare.size, media_type)
