"""T24: 120 tools from a file with photos beside it, two with faults: looked through, taken in, labelled, taken back."""

import io
import re
import zipfile
from collections.abc import Callable

from PIL import Image
from sqlalchemy import func, select

from minga.kit.errors import Invalid
from minga.kit.zips import Packed
from minga.sharing.models import Listing, Photo
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def picture(shade: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 6), (shade, 80, 40)).save(made, "JPEG")
    return made.getvalue()


def packed() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for n in range(5):
            file.writestr(f"photos/Tool-{n}.JPG", picture(n * 40))
        file.writestr("broken.jpg", b"no picture at all")
        file.writestr("../../etc/up.jpg", picture(9))
    return made.getvalue()


def table() -> bytes:
    lines = ["title,direction,kind,category,terms,condition,photo"]
    lines += [
        f"Tool {n},offer,item,tools,loan,4,{f'tool-{n}.jpg; up.jpg' if n < 5 else ''}" for n in range(117)
    ]
    lines += [
        "Saw,offer,item,tools,loan,4,broken.jpg",
        "Vice,offer,item,tools,loan,9,",
        "Rope,offer,item,tools,loan,4,nowhere.jpg",
    ]
    return "\n".join(lines).encode()


def counted(village: Village) -> tuple[int, int]:
    with village.database.read() as session:
        return (
            session.scalar(select(func.count()).select_from(Listing)) or 0,
            session.scalar(select(func.count()).select_from(Photo)) or 0,
        )


def test_t24_tools_with_photos_from_a_file(visit: Visit, village: Village) -> None:
    ana, zoe = visit("ana"), visit("zoe")
    files = {"file": ("tools.csv", table(), "text/csv"), "photos": ("p.zip", packed(), "application/zip")}
    zoe.post("/c/valley/imports/listings", files=files, status=404)
    page = ana.post("/c/valley/imports/listings", files=files, status=200).text
    assert "118 rows fit." in page
    assert "2 rows have faults." in page
    assert "There is no photo called “nowhere.jpg”" in page
    assert counted(village) == (0, 0)
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("kept", "name", "packed")}
    hidden = {name: match[1] for name, match in found.items() if match}
    ana.post("/c/valley/imports/listings", hidden)
    assert counted(village) == (118, 10)
    with village.database.read() as session:
        tool = session.scalars(select(Listing).where(Listing.title == "Tool 3")).one()
        saw = session.scalars(select(Listing).where(Listing.title == "Saw")).one()
        assert (tool.photo_count, saw.photo_count) == (2, 0)
    assert f"/listings/{tool.id}/photos/" in ana.get(f"/listings/{tool.id}").text
    assert str(tool.number) in ana.get(f"/listings/{tool.id}/label").text
    batch = re.search(r"/imports/([0-9a-f]{32})/undoing", ana.get("/c/valley/imports/listings").text)
    assert batch is not None
    ana.post(f"/imports/{batch[1]}/undoing")
    assert counted(village) == (0, 0)


def test_what_is_no_zip_is_refused_at_its_field(visit: Visit, village: Village) -> None:
    files = {"file": ("tools.csv", table(), "text/csv"), "photos": ("p.zip", b"PK no", "application/zip")}
    page = visit("ana").post("/c/valley/imports/listings", files=files, status=422).text
    assert "That is no ZIP file" in page


def test_a_file_that_grows_beyond_its_limit_is_not_read() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("large.jpg", b"\0" * 2_000)
        file.writestr("small.jpg", b"abc")
    found = Packed(io.BytesIO(made.getvalue()), each_max=1_000)
    assert "large.jpg" not in found
    assert found.read("small.jpg") == b"abc"
    try:
        Packed(io.BytesIO(b""), each_max=1)
    except Invalid:
        return
    raise AssertionError("an empty file was taken for a ZIP")
