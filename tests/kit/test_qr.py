"""QR codes."""

import re
from xml.etree import ElementTree

import pytest
import segno

from minga.kit.errors import TooLarge
from minga.kit.qr import qr_svg

ADDRESS = "https://valley.example/join/9KQ4-T7ZC-2M"
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_has_a_title_and_nothing_the_policy_forbids() -> None:
    svg = qr_svg(ADDRESS, 'Join <Valley> & "friends"')
    tree = ElementTree.fromstring(svg)
    assert tree.get("role") == "img"
    assert tree.findtext(f"{SVG}title") == 'Join <Valley> & "friends"'
    assert "style" not in svg
    assert "script" not in svg


def test_the_dark_squares_are_those_of_the_code_within_a_light_border() -> None:
    code = segno.make(ADDRESS, error="m", micro=False)
    expected = [[bool(square) for square in row] for row in code.matrix_iter(border=4)]
    assert dark_squares(qr_svg(ADDRESS, "Join"), len(expected)) == expected


def dark_squares(svg: str, size: int) -> list[list[bool]]:
    """What a camera would see: the path is rows of strokes one square high."""
    path = ElementTree.fromstring(svg).findall(f".//{SVG}path")[1].get("d", "")
    grid = [[False] * size for _ in range(size)]
    x, y = 0, 0.0
    for step, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path):
        if step == "h":
            for n in range(int(first)):
                grid[int(y)][x + n] = True
            x += int(first)
        else:
            x, y = (int(first), float(second)) if step == "M" else (x + int(first), y + float(second))
    return grid


def test_what_no_camera_would_read_is_refused() -> None:
    with pytest.raises(TooLarge, match="too long for a QR code"):
        qr_svg("x" * 1_001)
    assert qr_svg("x" * 1_000)
