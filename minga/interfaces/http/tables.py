"""Tables that leave the node: CSV whose cells no program takes for formulas, and one document a line."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from minga.kit.csvfiles import defused

BOM = "\ufeff"


def as_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str], *, bom: bool = False) -> bytes:
    """The table in UTF-8; the mark at its beginning is for programs that guess otherwise."""
    text = io.StringIO(BOM if bom else "", newline="")
    text.seek(0, io.SEEK_END)
    table = csv.writer(text)
    table.writerow(columns)
    for row in rows:
        table.writerow([defused(row[name]) for name in columns])
    return text.getvalue().encode()


def as_lines(rows: Iterable[Mapping[str, str]]) -> bytes:
    """One JSON document a line, with the same keys; what is empty is left out."""
    return b"".join(
        json.dumps({name: cell for name, cell in row.items() if cell}, ensure_ascii=False).encode() + b"\n"
        for row in rows
    )
