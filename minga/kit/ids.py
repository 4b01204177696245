"""Identifiers: UUIDv7 (RFC 9562 §5.7) as 32 lower-case hex digits, so that they sort by time."""

import os
import re
import threading
import time

from minga.kit.errors import NotFound

Id = str
_HEX = re.compile(r"[0-9a-f]{32}")
_lock = threading.Lock()
_last = 0


def new_id() -> Id:
    """A fresh identifier, greater than every one this process made before, also when the clock goes back.

    48 bits of milliseconds, then a counter in the next bits when two fall into one millisecond (RFC 9562 §6.2).
    """
    global _last
    with _lock:
        stamp = (time.time_ns() // 1_000_000) << 12
        _last = stamp = max(stamp, _last + 1)
    random = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    milliseconds, counter = stamp >> 12, stamp & 0xFFF
    return f"{(milliseconds << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | random:032x}"


def is_id(text: str) -> bool:
    """Whether the text has the form of an identifier.

    >>> is_id("0192f0c1d2e37abc8def0123456789ab"), is_id("drill")
    (True, False)
    """
    return _HEX.fullmatch(text) is not None


def parse_id(text: str) -> Id:
    """The identifier in an address, hyphens and capitals forgiven; anything else is not found.

    >>> parse_id("0192F0C1-D2E3-7ABC-8DEF-0123456789AB")
    '0192f0c1d2e37abc8def0123456789ab'
    """
    plain = text.replace("-", "").lower() if len(text) <= 36 else ""
    if not is_id(plain):
        raise NotFound()
    return plain
