"""A record of a poll as a node makes it, put together without one."""

from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from minga.governance.rules import records, secrecy
from minga.kit.canonical import canonical_json
from minga.kit.lots import commitment

POLL = "0190f2a0-0000-7000-8000-000000000001"
SECRET = bytes(range(32))
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))


def config(
    method: str = "irv", options: Sequence[str] = ("Flour", "Rice", "Oats"), **more: Any
) -> dict[str, Any]:
    named = [{"number": number, "title": title} for number, title in enumerate(options, start=1)]
    return {"poll": POLL, "method": method, "options": named, "parameters": {}, **more}


def record(
    fixed: dict[str, Any],
    lines: list[dict[str, Any]],
    rows: list[list[Any]],
    *,
    scrutineers: Sequence[dict[str, Any]] = (),
    present: int = 0,
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "format": records.FORMAT,
        "config": fixed,
        "config_hash": secrecy.config_hash(fixed),
        "charter": {"class": "ordinary"},
        "roll": {
            "root": secrecy.roll_root(rows),
            "weight": sum(row[1] for row in rows),
            "rows": rows,
            "dropped": {"rows": 0, "weight": 0},
        },
        "ballots": lines,
        "ballots_root": secrecy.ballots_root(map(secrecy.leaf_of, lines)),
        "counted_with": {"present": present, "vetoes": 0, "objections": {}},
        "events": [],
        "software": "minga",
        "verifier_sha256": "",
    }
    secrets = [
        secrecy.missing_reveal(one["commit"]) if one["reveal"] is None else bytes.fromhex(one["reveal"])
        for one in scrutineers
    ]
    seed = secrecy.seed_of(POLL, made["roll"]["root"], made["ballots_root"], SECRET, secrets)
    made["lots"] = {
        "commitment": commitment(SECRET),
        "secret": SECRET.hex(),
        "scrutineers": list(scrutineers),
        "beacon": "",
        "seed": seed.hex(),
    }
    made["result"] = records.recount(made, seed)
    return signed(made)


def signed(made: dict[str, Any]) -> dict[str, Any]:
    """Signed anew, as whoever holds the key could after changing something."""
    value = KEY.sign(records.signed_bytes(made)).hex()
    return {**made, "signature": {"key": KEY.public_key().public_bytes_raw().hex(), "value": value}}


def of_five() -> dict[str, Any]:
    """Five ranked ballots of six people, one weighing two."""
    choices = [[[1], [2]], [[2], [1]], [[3], [1]], [[3], [2]], None]
    lines = [secrecy.line_of(one, voter=f"m{number}") for number, one in enumerate(choices, start=1)]
    lines[0] = secrecy.line_of(choices[0], voter="m1", weight=2)
    rows = [[f"m{number}", 2 if number == 1 else 1, None, None] for number in range(1, 7)]
    return record(config(), lines, rows)


def written(made: dict[str, Any]) -> bytes:
    return canonical_json(made)
