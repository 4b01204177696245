"""The program that draws a round again off the node: one file, a bare Python, no network. See `records`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from minga.sharing.rules.allocation.records import Unreadable, check_record

USE = "Use: python3 verify.pyz lot FILE"
BYTES_MAX = 200_000_000
SAME, WRONG_USE, DIFFERENT, UNREADABLE = 0, 2, 7, 9


def main(words: Sequence[str]) -> int:
    """Say what was recomputed; 0 equal, 7 different, 9 unreadable.

    >>> main(["lot"])
    Use: python3 verify.pyz lot FILE
    2
    """
    if len(words) != 2 or words[0] != "lot":
        sys.stdout.write(f"{USE}\n")
        return WRONG_USE
    code, said = verify_lot(Path(words[1]))
    sys.stdout.write(f"{said}\n")
    return code


def verify_lot(path: Path) -> tuple[int, str]:
    """The code and what to say about the record in a file."""
    try:
        if path.stat().st_size > BYTES_MAX:
            return UNREADABLE, f"{path} is too large for a record."
        found = check_record(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        return UNREADABLE, f"{path} cannot be read: {error.strerror}."
    except (ValueError, RecursionError) as error:
        kind = str(error) if isinstance(error, Unreadable) else "it is no JSON"
        return UNREADABLE, f"{path} cannot be read: {kind}."
    if found.difference is not None:
        one = found.difference
        return (
            DIFFERENT,
            f"DIFFERENT in {one.where}:\n  the record says {one.said}\n  computed is     {one.found}",
        )
    scope = "the whole record, with every share" if found.whole else "commitment, seed and order"
    return SAME, f"SAME: {scope} ({', '.join(found.checks)})."
