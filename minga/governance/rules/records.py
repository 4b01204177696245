"""The record of a poll: everything that its count needs, and counting again from it alone, without node or network.

A record is one line of canonical JSON, signed as a whole. Checking recomputes every hash, the seed, and the Result by the
same function that made it, and compares byte for byte.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from minga.governance.rules.counting import NotAParameter
from minga.governance.rules.counts import Cast, count_poll
from minga.governance.rules.forms import BallotRefused, Form, NoForm, form_of
from minga.governance.rules.packing import pack
from minga.governance.rules.secrecy import (
    ballots_root,
    config_hash,
    leaf_of,
    lots_of,
    missing_reveal,
    receipt,
    roll_root,
    seed_of,
)
from minga.governance.rules.signatures import is_signed
from minga.governance.rules.voting import read_ballot
from minga.kit.canonical import canonical_json
from minga.kit.lots import commitment

FORMAT = "minga-poll-record/1"
KEYS = (
    *(
        "format",
        "config",
        "config_hash",
        "charter",
        "roll",
        "ballots",
        "ballots_root",
        "lots",
        "counted_with",
    ),
    *("result", "events", "software", "verifier_sha256", "signature"),
)

ON_THE_ROLL = "all are on the roll"
FITTING = "all fit their form, one for each voter"


class Unreadable(ValueError):
    """The file is no record of a poll, or of a kind this program does not know."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where a record does not fit what is computed from it, and both values."""

    where: str
    said: str
    found: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was recomputed, the line that belongs to a receipt (from 1), and the first difference if there is one."""

    checks: tuple[str, ...]
    receipt_line: int | None = None
    difference: Difference | None = None


def signed_bytes(record: Mapping[str, Any]) -> bytes:
    """What a signature is over: the record without it."""
    return canonical_json({key: value for key, value in record.items() if key != "signature"})


def check_record(
    content: bytes, *, roll: Any = None, nonce: bytes | None = None, key: str | None = None
) -> Checked:
    """Recompute a record from its bytes. `roll`: the rows, where they are not in the record; `nonce`: of a receipt."""
    record = read_record(content)
    try:
        return _check(record, content, roll, nonce, key)
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, OverflowError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"something in it is not as a record has it ({error})") from error


def read_record(content: bytes) -> dict[str, Any]:
    """The record in a file; Unreadable for anything else and for versions that are not known."""
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is no JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("it is no record")
    record = cast("dict[str, Any]", found)
    if record.get("format") != FORMAT:
        raise Unreadable(f"this is no record of the kind {FORMAT}")
    if missing := [name for name in KEYS if name not in record]:
        raise Unreadable(f"it has no {missing[0]}")
    return record


def _check(
    record: dict[str, Any], content: bytes, roll: Any, nonce: bytes | None, key: str | None
) -> Checked:
    done = list[str]()
    line: int | None = None
    for where, said, found in _comparisons(record, content, roll, key):
        if said != found:
            return Checked(tuple(done), None, Difference(where, said, found))
        done.append(where)
    if nonce is not None:
        line = _line_of_receipt(record, nonce)
        if line is None:
            return Checked(tuple(done), None, Difference("receipt", nonce.hex(), "no ballot in the list"))
        done.append("receipt")
    return Checked(tuple(done), line)


def _comparisons(
    record: dict[str, Any], content: bytes, roll: Any, key: str | None
) -> Iterator[tuple[str, str, str]]:
    """What is compared, in order: name, what the record says, what was computed."""
    config, lots = record["config"], record["lots"]
    canonical = canonical_json(record)
    if canonical != content.rstrip(b"\n"):
        at = next(
            (at for at, (one, other) in enumerate(zip(canonical, content, strict=False)) if one != other), 0
        )
        yield "form", f"byte {at + 1}: {content[at : at + 20]!r}", f"{canonical[at : at + 20]!r}"
    yield "config_hash", record["config_hash"], config_hash(config)
    rows = record["roll"].get("rows") if roll is None else roll
    if rows is not None:
        yield "roll_root", record["roll"]["root"], roll_root(rows)
        yield "roll_weight", str(record["roll"]["weight"]), str(sum(int(row[1]) for row in rows))
        yield "voters", ON_THE_ROLL, _off_the_roll(record, rows)
    form = form_of(config)
    yield "ballots", FITTING, _faults(record, form)
    yield "ballots_root", record["ballots_root"], ballots_root(leaf_of(line) for line in record["ballots"])
    yield "commitment", lots["commitment"], commitment(bytes.fromhex(lots["secret"]))
    secrets = list[bytes]()
    for number, one in enumerate(lots["scrutineers"], start=1):
        if one["reveal"] is None:
            secrets.append(missing_reveal(one["commit"]))
        else:
            secrets.append(bytes.fromhex(one["reveal"]))
            yield f"scrutineer {number}", one["commit"], commitment(secrets[-1])
    seed = seed_of(
        config["poll"],
        record["roll"]["root"],
        record["ballots_root"],
        bytes.fromhex(lots["secret"]),
        secrets,
        lots["beacon"],
    )
    yield "seed", lots["seed"], seed.hex()
    yield "result", _text(record["result"]), _text(recount(record, seed))
    yield "signature", "right", _signature(record, key)


def _off_the_roll(record: dict[str, Any], rows: Sequence[Sequence[Any]]) -> str:
    """Every named voter is on the roll, with the weight that the line says; there are no more ballots than rows."""
    weights = {str(row[0]): int(row[1]) for row in rows}
    for number, line in enumerate(record["ballots"], start=1):
        if "voter" in line and weights.get(line["voter"]) != line.get("weight", 1):
            return f"ballot {number} is not on the roll with this weight"
    if len(record["ballots"]) > len(weights):
        return f"{len(record['ballots'])} ballots of {len(weights)} voters"
    return ON_THE_ROLL


def _faults(record: dict[str, Any], form: Form) -> str:
    voters = [line["voter"] for line in record["ballots"] if "voter" in line]
    if len(voters) != len(set(voters)):
        return "somebody has two ballots"
    receipts = [line["receipt"] for line in record["ballots"] if "receipt" in line]
    if len(receipts) != len(set(receipts)):
        return "two ballots have the same receipt"
    for number, line in enumerate(record["ballots"], start=1):
        try:
            if read_ballot(line["ballot"], form) != line["ballot"]:
                return f"ballot {number} is not in its one form"
        except BallotRefused as refusal:
            return f"ballot {number}: {refusal}"
    return FITTING


def cast_of(record: Mapping[str, Any]) -> Cast:
    """What the lines and figures of a record say was cast."""
    form, packed, blank = form_of(record["config"]), Counter[bytes](), 0
    for line in record["ballots"]:
        weight = int(line.get("weight", 1))
        if line["ballot"] is None:
            blank += weight
        else:
            packed[pack(line["ballot"], form)] += weight
    with_it = record["counted_with"]
    return Cast(
        packed,
        blank,
        len(record["ballots"]),
        int(record["roll"]["weight"]) - int(record["roll"]["dropped"]["weight"]),
        int(with_it["present"]),
        int(with_it["vetoes"]),
        {str(name): int(many) for name, many in with_it["objections"].items()},
    )


def recount(record: Mapping[str, Any], seed: bytes) -> dict[str, Any]:
    """The Result as the lines give it."""
    try:
        return count_poll(record["config"], cast_of(record), lots_of(seed)).as_json()
    except (NotAParameter, NoForm) as error:
        raise Unreadable(str(error)) from error


def _signature(record: dict[str, Any], key: str | None) -> str:
    signature = record["signature"]
    if key is not None and signature["key"] != key:
        return f"of another key, {signature['key']}"
    if set(signature) != {"key", "value"}:
        return "not written as signatures are"
    value, public = bytes.fromhex(signature["value"]), bytes.fromhex(signature["key"])
    if value.hex() != signature["value"] or public.hex() != signature["key"]:
        return "not written as signatures are"
    return "right" if is_signed(signed_bytes(record), value, public) else "wrong"


def _text(value: Any) -> str:
    return canonical_json(value).decode()


def _line_of_receipt(record: Mapping[str, Any], nonce: bytes) -> int | None:
    poll = record["config"]["poll"]
    for number, line in enumerate(record["ballots"], start=1):
        if "receipt" in line and line["receipt"] == receipt(poll, nonce, line["ballot"]):
            return number
    return None
