"""Tables that people bring as files: read row by row in constant memory, packed or not, whatever is wrong with them."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

CELL_MAX = 131_072
COLUMNS_MAX = 100
LINE_MAX = 2_000_000
_FORMULA = "=+-@\t\r"

NOT_UTF8 = N_("Line {line} is not UTF-8. Save the file as CSV in UTF-8 and try again.")
NO_HEADER = N_("The first line has to name the columns.")
TWICE = N_("Two columns are called “{name}”.")
TOO_WIDE = N_("A file has at most {most} columns.")
NO_TABLE = N_("Line {line} cannot be read as a table: a quotation mark is not closed, or a cell is too long.")
BAD_GZIP = N_("The packed file is damaged. Pack it again.")


@dataclass(frozen=True)
class Row:
    """One row: where it stands in the file, and its cells by the names of the columns."""

    number: int
    cells: dict[str, str]
    too_many: bool = False


class Table:
    """A CSV file with a line of column names. `columns` is there at once, the rows come one by one."""

    def __init__(self, file: BinaryIO) -> None:
        self._lines = 0
        self._reader = csv.reader(self._texts(_unpacked(file)), dialect="excel", strict=True)
        csv.field_size_limit(CELL_MAX)
        self.columns = self._header()

    def rows(self) -> Iterator[Row]:
        """The rows after the header; empty lines are left out."""
        number = 0
        while (cells := self._next()) is not None:
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            yield Row(number, dict(zip(self.columns, cells, strict=False)), len(cells) > len(self.columns))

    def _header(self) -> list[str]:
        names = [name.strip() for name in self._next() or []]
        if not any(names):
            raise Invalid(NO_HEADER)
        if len(names) > COLUMNS_MAX:
            raise Invalid(TOO_WIDE, most=COLUMNS_MAX)
        for name in names:
            if name and names.count(name) > 1:
                raise Invalid(TWICE, name=name)
        return names

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error:
            raise Invalid(NO_TABLE, line=self._lines) from None

    def _texts(self, file: BinaryIO) -> Iterator[str]:
        while True:
            try:
                line = file.readline(LINE_MAX + 1)
            except (OSError, EOFError, zlib.error):
                raise Invalid(BAD_GZIP) from None
            if not line:
                return
            self._lines += 1
            if len(line) > LINE_MAX:
                raise Invalid(NO_TABLE, line=self._lines)
            try:
                yield line.decode("utf-8-sig" if self._lines == 1 else "utf-8")
            except UnicodeDecodeError:
                raise Invalid(NOT_UTF8, line=self._lines) from None


def plain_table(data: bytes) -> bytes:
    """The same table in UTF-8 with commas: UTF-16 is known by its mark, semicolons and tabs by the first line.

    >>> plain_table("name;note\\nAna;\\"a;b\\"\\n".encode("utf-16")).decode()
    'name,note\\r\\nAna,a;b\\r\\n'
    """
    text = _decoded(data)
    first = text.partition("\n")[0]
    between = max(",;\t", key=first.count)
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    csv.field_size_limit(CELL_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    try:
        for row in reader:
            writer.writerow(row)
    except csv.Error:
        raise Invalid(NO_TABLE, line=reader.line_num) from None
    return written.getvalue().encode()


def _decoded(data: bytes) -> str:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(NOT_UTF8, line=line) from None


def digest_of(file: BinaryIO, *more: str) -> str:
    """What names a file and how it is read; the file is left at its beginning."""
    found = hashlib.sha256("\0".join(more).encode())
    while chunk := file.read(1 << 20):
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def defused(cell: str) -> str:
    """A cell that no program of tables takes for a formula.

    >>> defused("=1+1"), defused("Drill"), undefused(defused("-5 °C"))
    ("'=1+1", 'Drill', '-5 °C')
    """
    return f"'{cell}" if cell[:1] in _FORMULA and cell else cell


def undefused(cell: str) -> str:
    """The cell before it was defused."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA and len(cell) > 1 else cell


def _unpacked(file: BinaryIO) -> BinaryIO:
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return io.BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file
