"""Photos that people send."""

import io
import random
import re
import struct
import zlib

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from minga.kit.errors import Invalid, TooLarge
from minga.kit.images import Size, media_type_of, reencode

SIZES = {"page": Size(1600), "card": Size(400), "face": Size(96, square=True)}


def photo(width: int = 800, height: int = 600, format: str = "JPEG", **options: object) -> bytes:
    image = Image.new("RGB", (width, height), "navy")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill="gold")
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def colour_at(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    colour = picture.convert("RGB").getpixel((x, y))
    assert isinstance(colour, tuple)
    return colour


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_size_fits_and_nothing_is_made_larger(format: str) -> None:
    pictures = reencode(photo(format=format), SIZES)
    assert [(p.width, p.height) for p in pictures.values()] == [(800, 600), (400, 300), (96, 96)]
    for picture in pictures.values():
        assert picture.media_type == media_type_of(picture.data) == "image/webp"
        assert opened(picture.data).size == (picture.width, picture.height)


def test_jpeg_can_be_asked_for_and_has_a_white_ground() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(file, "PNG")
    picture = reencode(file.getvalue(), {"page": Size(50)}, media_type="image/jpeg")["page"]
    assert picture.media_type == media_type_of(picture.data) == "image/jpeg"
    assert opened(picture.data).getpixel((9, 9)) == (255, 255, 255)


def test_where_and_with_what_it_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Marked Camera"
    exif.get_ifd(0x8825)[1] = "N"
    notes = PngInfo()
    notes.add_text("Comment", "Marked Comment")
    for data in (photo(exif=exif, comment=b"Marked Comment"), photo(format="PNG", pnginfo=notes, exif=exif)):
        assert b"Marked" in data
        for media_type in ("image/webp", "image/jpeg"):
            kept = reencode(data, SIZES, media_type=media_type)["page"].data
            assert b"Marked" not in kept
            assert b"Exif" not in kept
            assert not opened(kept).getexif()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_stands_upright(orientation: int) -> None:
    turns = {
        *(
            (2, Image.Transpose.FLIP_LEFT_RIGHT),
            (3, Image.Transpose.ROTATE_180),
            (4, Image.Transpose.FLIP_TOP_BOTTOM),
        ),
        *((5, Image.Transpose.TRANSPOSE), (6, Image.Transpose.ROTATE_90), (7, Image.Transpose.TRANSVERSE)),
        (8, Image.Transpose.ROTATE_270),
    }
    lying = opened(photo(400, 300))
    for number, turn in turns:
        if number == orientation:
            lying = lying.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    lying.save(file, "JPEG", exif=exif)
    picture = reencode(file.getvalue(), {"page": Size(400)})["page"]
    assert (picture.width, picture.height) == (400, 300)
    red, _, blue = colour_at(opened(picture.data), 20, 20)
    assert red > blue, "the gold corner is at the top left"


def test_of_an_animation_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("gold", "navy")]
    for format in ("GIF", "WEBP"):
        file = io.BytesIO()
        frames[0].save(file, format, save_all=True, append_images=frames[1:])
        kept = opened(reencode(file.getvalue(), {"page": Size(40)})["page"].data)
        assert getattr(kept, "n_frames", 1) == 1
        assert colour_at(kept, 5, 5)[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "gold").convert("I" if mode == "I;16" else mode).convert(mode).save(
        file, "PNG"
    )
    assert reencode(file.getvalue(), {"page": Size(20)})["page"].width == 20


def test_print_colours_are_read() -> None:
    file = io.BytesIO()
    Image.new("CMYK", (20, 20)).save(file, "JPEG")
    assert reencode(file.getvalue(), {"page": Size(20)})["page"].width == 20


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SVG, "Please save it as PNG"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>" + SVG, "Please save it as PNG"),
        (b"<!-- hello -->" + SVG, "Please save it as PNG"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "Please save it as JPEG"),
        (b"", "Please send a JPEG, PNG, WebP or GIF"),
        (b"GIF89a", "Please send a JPEG, PNG, WebP or GIF"),
        (b"%PDF-1.7 hello", "Please send a JPEG, PNG, WebP or GIF"),
        (b"BM" + bytes(100), "Please send a JPEG, PNG, WebP or GIF"),
        (b"<html><script>", "Please send a JPEG, PNG, WebP or GIF"),
        (photo()[:2_000], "damaged"),
        (photo(format="PNG")[:-200], "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_to_send(data: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=re.escape(said)):
        reencode(data, SIZES)


def test_a_heavy_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge, match=r"This photo has 8\.5 MB. Please send one with at most 8 MB"):
        reencode(bytes(8_912_896), SIZES)


def png_claiming(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(100_000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(50_000, 50_000), (5_000, 5_000), (30_000, 10), (2**31 - 1, 2**31 - 1)]
)
def test_a_bomb_is_refused_by_its_claim_before_decoding(width: int, height: int) -> None:
    with pytest.raises(Invalid, match=r"Please make it smaller|damaged"):
        reencode(png_claiming(width, height), SIZES)


def test_a_large_camera_photo_is_taken() -> None:
    pictures = reencode(photo(9_000, 7_000, quality=30), {"page": Size(1600)})
    assert (pictures["page"].width, pictures["page"].height) == (1600, 1244)


def test_damaged_bytes_are_refused_kindly_or_shown() -> None:
    lot = random.Random(7)
    for format in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = photo(64, 48, format)
        for _ in range(150):
            damaged = bytearray(whole)
            for _ in range(lot.randint(1, 6)):
                damaged[lot.randrange(len(damaged))] = lot.randrange(256)
            try:
                kept = reencode(bytes(damaged), {"page": Size(64)})
            except Invalid:
                continue
            assert opened(kept["page"].data).format == "WEBP"
