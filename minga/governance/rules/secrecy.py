"""What is published of ballots and rolls, and how it is bound: receipts, lines, roots, and the seed of the lots.

Hashes of canonical JSON only (`kit.lots`, `kit.canonical`); whoever has the lines computes the same roots without a node.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from minga.governance.rules.forms import Form
from minga.governance.rules.packing import unpack
from minga.governance.rules.results import Lots
from minga.kit.canonical import canonical_json
from minga.kit.lots import digest, order

NONCE_BYTES = 16
OPEN, SEALED, DETACHED = "open", "sealed", "detached"
SECRET = (SEALED, DETACHED)
TOTALS_FROM = 5
"""Totals of a channel, group or stratum are shown from that many ballots on."""

RollRow = tuple[str, int, str | None, str | None]
"""Voter, weight, group, stratum."""


def roll_root(rows: Iterable[Sequence[Any]]) -> str:
    """One hash over the roll, sorted by voter.

    >>> roll_root([("m2", 1, None, None), ("m1", 1, None, None), ("m3", 1, None, None)])[:16]
    '060c070511c3b212'
    """
    return digest("minga-roll/1", canonical_json(sorted(list(row) for row in rows))).hex()


def config_hash(config: Mapping[str, Any]) -> str:
    """One hash over everything that was fixed when a poll opened."""
    return digest("minga-poll-config/1", canonical_json(dict(config))).hex()


def receipt(poll_id: str, nonce: bytes, ballot: Any) -> str:
    """What stands beside a sealed ballot in the list: its voter, who has the nonce, finds it; nobody else can.

    >>> receipt("0190f2a0-0000-7000-8000-000000000001", bytes([7]) * 16, "yes")[:16]
    '922c5e3c93ead9b0'
    """
    return digest("minga-receipt/1", UUID(poll_id).bytes, nonce, canonical_json(ballot)).hex()


def line_of(ballot: Any, *, voter: str = "", receipt: str = "", weight: int = 1) -> dict[str, Any]:
    """A ballot as it is published. A weight is named only where it is not 1.

    >>> line_of("yes", voter="m1"), line_of("yes", weight=3)
    ({'ballot': 'yes', 'voter': 'm1'}, {'ballot': 'yes', 'weight': 3})
    """
    line: dict[str, Any] = {"ballot": ballot}
    if voter:
        line["voter"] = voter
    if receipt:
        line["receipt"] = receipt
    if weight != 1:
        line["weight"] = weight
    return line


def leaf_of(line: Mapping[str, Any]) -> bytes:
    """The hash of one published line."""
    return digest("minga-ballot/1", canonical_json(dict(line)))


def ballots_root(leaves: Iterable[bytes]) -> str:
    """One hash over all lines, whatever their order.

    >>> lines = [line_of("no", receipt=receipt("0190f2a0-0000-7000-8000-000000000001", bytes([8]) * 16, "no"))]
    >>> lines.append(line_of("yes", receipt=receipt("0190f2a0-0000-7000-8000-000000000001", bytes([7]) * 16, "yes")))
    >>> ballots_root(leaf_of(line) for line in lines)[:16]
    'd9ac67d5438894a0'
    """
    return digest("minga-ballots/1", b"".join(sorted(leaves))).hex()


def missing_reveal(commit: str) -> bytes:
    """What counts in place of a secret that its scrutineer never showed; everybody can compute it."""
    return hashlib.sha256(bytes.fromhex(commit) + b"missing").digest()


def seed_of(
    poll_id: str,
    roll: str,
    ballots: str,
    node_secret: bytes,
    scrutineers: Iterable[bytes] = (),
    beacon: str = "",
) -> bytes:
    """The seed of a poll's lots, from what nobody could aim with together.

    >>> seed = seed_of("0190f2a0-0000-7000-8000-000000000001",
    ...     "060c070511c3b212e33b4934cd43f4906d292f84539bb78d6a84ea0ac3c93e0e",
    ...     "d9ac67d5438894a0f85ee63096cbf654a0631a472868f9152b38670dad181abb", bytes(range(32)))
    >>> seed.hex()[:16], lots_of(seed)("irv/3/exclude", [1, 2, 3, 4, 5])
    ('f5852f7c14060144', [4, 3, 1, 5, 2])
    """
    parts = (UUID(poll_id).bytes, bytes.fromhex(roll), bytes.fromhex(ballots), node_secret, *scrutineers)
    return digest("minga-lot/1", *parts, beacon)


def lots_of(seed: bytes) -> Lots:
    """Lots that anybody who has the seed draws again."""

    def drawn(context: str, options: Iterable[int]) -> list[int]:
        return [int(one) for one in order(seed, context, [str(option) for option in options])]

    return drawn


def packed_line(packed: bytes | None, form: Form, **about: Any) -> dict[str, Any]:
    """The published line of a stored ballot; without bytes it is a blank one."""
    return line_of(None if packed is None else unpack(packed, form), **about)


BLANK_LENGTH = 0xFFFF
REASON_BYTES = 8_192
"""A reason has at most 2,000 characters of at most four bytes."""


def sealed_plain(nonce: bytes, packed: bytes | None, reason: str, form: Form, *, reasons: bool) -> bytes:
    """What is encrypted of a sealed ballot. All of one poll are equally long, so that length tells nothing.

    >>> form = Form("irv", "ranks", 3)
    >>> len(sealed_plain(bytes(16), b"\\x01", "", form, reasons=False)), len(sealed_plain(bytes(16), None, "", form, reasons=False))
    (23, 23)
    """
    said = reason.encode()
    room = form.packed_max
    body = nonce + (BLANK_LENGTH if packed is None else len(packed)).to_bytes(2, "big")
    body += (packed or b"").ljust(room, b"\x00") + len(said).to_bytes(2, "big")
    return body + (said.ljust(REASON_BYTES, b"\x00") if reasons else b"")


def opened_plain(plain: bytes, form: Form) -> tuple[bytes, bytes | None, str]:
    """Nonce, packed ballot and reason again.

    >>> form = Form("consensus", "word", 0)
    >>> opened_plain(sealed_plain(bytes(16), b"\\x04", "No water.", form, reasons=True), form)[1:]
    (b'\\x04', 'No water.')
    """
    nonce, at = plain[:NONCE_BYTES], NONCE_BYTES + 2
    length = int.from_bytes(plain[NONCE_BYTES:at], "big")
    packed = None if length == BLANK_LENGTH else plain[at : at + length]
    after = at + form.packed_max
    said = int.from_bytes(plain[after : after + 2], "big")
    return nonce, packed, plain[after + 2 : after + 2 + said].decode()
