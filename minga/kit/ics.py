"""Appointments as a calendar file (RFC 5545), read by every calendar program."""

from datetime import UTC, datetime, timedelta

_LINE_MAX = 75


def appointment(
    uid: str, title: str, begins_at: datetime, minutes: int, *, place: str = "", note: str = ""
) -> str:
    """One appointment; the same `uid` replaces an earlier one in the calendar of whoever opens it.

    >>> from datetime import UTC
    >>> print(appointment("7@minga", "Drill, handed over", datetime(2026, 11, 22, 18, tzinfo=UTC), 15).replace(chr(13), ""))
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//minga//EN
    BEGIN:VEVENT
    UID:7@minga
    DTSTAMP:20261122T180000Z
    DTSTART:20261122T180000Z
    DTEND:20261122T181500Z
    SUMMARY:Drill\\, handed over
    END:VEVENT
    END:VCALENDAR
    <BLANKLINE>
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//minga//EN",
        "BEGIN:VEVENT",
        f"UID:{_plain(uid)}",
        f"DTSTAMP:{_moment(begins_at)}",
        f"DTSTART:{_moment(begins_at)}",
        f"DTEND:{_moment(begins_at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_plain(title)}",
        *([f"LOCATION:{_plain(place)}"] if place else []),
        *([f"DESCRIPTION:{_plain(note)}"] if note else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _plain(text: str) -> str:
    """Text as values take it: signs of the format escaped, nothing that could begin another line."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(escaped.splitlines())


def _folded(line: str) -> str:
    """Lines of at most 75 bytes; what is longer goes on in the next, which begins with a space.

    >>> [len(part.encode()) for part in _folded("é" * 100).split(chr(13) + chr(10))]
    [74, 75, 53]
    """
    parts, current, room = [], "", _LINE_MAX
    for sign in line:
        if len((current + sign).encode()) > room:
            parts.append(current)
            current, room = "", _LINE_MAX - 1
        current += sign
    return "\r\n ".join([*parts, current])
