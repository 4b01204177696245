"""Long lists in pages: a cursor names the last row shown, so that nothing is skipped or shown twice."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, literal, tuple_

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

LIMIT = 25
LIMIT_MAX = 100
GONE = N_("That page does not exist any more. Start again.")
WRONG_LIMIT = N_("A page holds 1 to {most} lines.")

T = TypeVar("T")
Key = datetime | date | int | str
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LENGTH_MAX = 1_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows and, when there are more, the cursor of the next page."""

    items: tuple[T, ...]
    next: str | None = None


@dataclass(frozen=True)
class Cursor:
    """The keys of the last row that was shown, in the order the list is sorted by; the last one is the id."""

    keys: tuple[Key, ...]

    def encode(self) -> str:
        """The cursor as it stands in an address: opaque, not secret.

        >>> Cursor.decode(Cursor((_EPOCH, 7, "a")).encode(), datetime, int, str).keys[1:]
        (7, 'a')
        """
        plain = json.dumps([_write(key) for key in self.keys], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, *kinds: type[Key]) -> "Cursor":
        """The cursor in an address; Invalid when it is damaged or belongs to a list of another order."""
        try:
            if len(text) > _LENGTH_MAX:
                raise ValueError("too long")
            plain = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
            keys = tuple(_read(part, kind) for part, kind in zip(plain, kinds, strict=True))
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as fault:
            raise Invalid(GONE) from fault
        return cls(keys)


def limit_of(wanted: int | None) -> int:
    """How many rows a page holds; Invalid outside 1 to 100.

    >>> limit_of(None), limit_of(100)
    (25, 100)
    """
    if wanted is None:
        return LIMIT
    if not 1 <= wanted <= LIMIT_MAX:
        raise Invalid(WRONG_LIMIT, most=LIMIT_MAX)
    return wanted


def page_of(rows: Sequence[T], limit: int, keys: Callable[[T], tuple[Key, ...]]) -> Page[T]:
    """The page of rows asked for with one more than the limit; that one only shows that there is more."""
    shown = tuple(rows[:limit])
    return Page(shown, Cursor(keys(shown[-1])).encode() if len(rows) > limit else None)


def beyond(columns: Sequence[Any], cursor: Cursor, *, descending: bool = False) -> ColumnElement[bool]:
    """The condition "after that row" for a list sorted by these columns, in one direction, none null."""
    here = tuple_(*columns)
    there = tuple_(*(literal(key, column.type) for column, key in zip(columns, cursor.keys, strict=True)))
    return here < there if descending else here > there


def _write(key: Key) -> int | str:
    if isinstance(key, datetime):
        return (key - _EPOCH) // timedelta(microseconds=1)
    return key.isoformat() if isinstance(key, date) else key


def _read(part: Any, kind: type[Key]) -> Key:
    if kind is datetime or kind is int:
        if type(part) is not int or not -(2**63) <= part < 2**63:
            raise ValueError("not a number")
        return _EPOCH + timedelta(microseconds=part) if kind is datetime else part
    if type(part) is not str:
        raise ValueError("not a text")
    return date.fromisoformat(part) if kind is date else part
