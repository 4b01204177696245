"""The program that counts a poll again off the node: one file, a bare Python, no network. See `records`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minga.governance.rules.records import Checked, Unreadable, check_record

USE = "Use: python3 verify.pyz poll FILE [--roll FILE] [--receipt NONCE] [--key KEY]"
BYTES_MAX = 2_000_000_000
SHOWN_MAX = 400
SAME, WRONG_USE, DIFFERENT, UNREADABLE = 0, 2, 7, 9


def main(words: Sequence[str]) -> int:
    """Say what was recomputed; 0 equal, 7 different, 9 unreadable.

    >>> main(["poll"])
    Use: python3 verify.pyz poll FILE [--roll FILE] [--receipt NONCE] [--key KEY]
    2
    """
    given = dict[str, str]()
    files, rest = list[str](), list(words[1:])
    while rest:
        word = rest.pop(0)
        if word in ("--roll", "--receipt", "--key") and rest:
            given[word] = rest.pop(0)
        else:
            files.append(word)
    if words[:1] != ["poll"] or len(files) != 1 or files[0].startswith("--"):
        sys.stdout.write(f"{USE}\n")
        return WRONG_USE
    roll = Path(given["--roll"]) if "--roll" in given else None
    code, said = verify_poll(
        Path(files[0]), roll=roll, receipt=given.get("--receipt"), key=given.get("--key")
    )
    sys.stdout.write(f"{said}\n")
    return code


def verify_poll(
    path: Path, *, roll: Path | None = None, receipt: str | None = None, key: str | None = None
) -> tuple[int, str]:
    """The code and what to say about the record in a file."""
    here = path
    try:
        content = _read(path)
        here = roll or path
        rows: Any = None if roll is None else json.loads(_read(roll).decode("utf-8"))
        here = path
        nonce = None if receipt is None else bytes.fromhex(receipt)
        found = check_record(content, roll=rows, nonce=nonce, key=key)
    except OSError as error:
        return UNREADABLE, f"{here} cannot be read: {error.strerror}."
    except Unreadable as error:
        return UNREADABLE, f"{here} cannot be read: {error}."
    except (ValueError, RecursionError):
        what = "it is no JSON" if here == roll else "the receipt is not written in hexadecimal"
        return UNREADABLE, f"{here} cannot be checked: {what}."
    return _said(found, content)


def _read(path: Path) -> bytes:
    if path.stat().st_size > BYTES_MAX:
        raise Unreadable("it is too large for a record")
    return path.read_bytes()


def _said(found: Checked, content: bytes) -> tuple[int, str]:
    if found.difference is not None:
        one = found.difference
        return (
            DIFFERENT,
            f"DIFFERENT in {one.where}:\n  the record says {one.said[:SHOWN_MAX]}\n  computed is     {one.found[:SHOWN_MAX]}",
        )
    record = json.loads(content)
    said = f"SAME: {len(record['ballots'])} ballots counted again, outcome {record['result']['outcome']} ({', '.join(found.checks)})."
    if found.receipt_line is not None:
        line = record["ballots"][found.receipt_line - 1]
        said += (
            f"\nYour ballot is line {found.receipt_line}: {json.dumps(line['ballot'], ensure_ascii=False)}"
        )
    said += (
        f"\nSigned with the key {record['signature']['key']}; compare it with the one your community shows."
    )
    return SAME, said
