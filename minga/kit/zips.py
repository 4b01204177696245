"""Files that people bring packed together: found by their names, read one by one, never more than was allowed."""

import zipfile
import zlib
from typing import BinaryIO

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

FILES_MAX = 40_000
NO_ZIP = N_("That is no ZIP file, or it is damaged. Pack it again.")
TOO_MANY = N_("A ZIP file for this has at most {most} files.")


class Packed:
    """A ZIP file whose files are named without their folders, whatever case they are written in."""

    def __init__(self, file: BinaryIO, *, each_max: int) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, RuntimeError, ValueError):
            raise Invalid(NO_ZIP) from None
        entries = self._zip.infolist()
        if len(entries) > FILES_MAX:
            raise Invalid(TOO_MANY, most=FILES_MAX)
        self._each_max = each_max
        self._by_name = {
            _plain(entry.filename): entry
            for entry in entries
            if not entry.is_dir() and 0 < entry.file_size <= each_max
        }

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _plain(name) in self._by_name

    def read(self, name: str) -> bytes | None:
        """What is in a file; None when it cannot be unpacked or holds more than it says."""
        try:
            with self._zip.open(self._by_name[_plain(name)]) as opened:
                data = opened.read(self._each_max + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            ValueError,
        ):
            return None
        return data if len(data) <= self._each_max else None


def _plain(name: str) -> str:
    """The name of a file without its folders.

    >>> _plain("Photos/Drill.JPG"), _plain("..\\\\x.png")
    ('drill.jpg', 'x.png')
    """
    return name.replace("\\", "/").rsplit("/", 1)[-1].strip().casefold()
