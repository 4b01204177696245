"""Photos that come packed with a file of listings: made anew and kept as files before anything is written."""

from collections.abc import Iterable
from typing import Any

from minga.kit.errors import Refused
from minga.kit.images import Size, reencode
from minga.kit.zips import Packed
from minga.sharing.commands import PhotoKept

SIZES = {"large": Size(1_600), "small": Size(480)}


def kept_photos(blobs: Any, packed: Packed | None, names: Iterable[str]) -> dict[str, PhotoKept]:
    """Those of the named photos that are pictures, by name; what is none is left out."""
    found: dict[str, PhotoKept] = {}
    for name in dict.fromkeys(names) if packed else ():
        data = packed.read(name) if packed else None
        if data is None:
            continue
        try:
            made = reencode(data, SIZES)
        except Refused:
            continue
        large, small = made["large"], made["small"]
        found[name] = PhotoKept(blobs.put(large.data), blobs.put(small.data), large.width, large.height)
    return found
