"""What happens in every domain when a person goes: what stands in the way, what is done first, what more they take.

Domains register here; nobody who erases or exports has to know them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from minga.kit.ids import Id


@dataclass(frozen=True)
class InTheWay:
    """Something that is still open: an English sentence with {named} facts, and the page where it can be settled."""

    sentence: str
    address: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Farewell:
    """Who goes, and what they chose."""

    person_id: Id
    keep_words: bool
    known: tuple[str, ...]
    """Name, handle and ways to reach them: what has to be in no row afterwards."""


Ask = Callable[[Session, Id], Iterable[InTheWay]]
AskNow = Callable[[Session, Id, datetime], Iterable[InTheWay]]
Do = Callable[[Session, Farewell, datetime], None]
More = Callable[[Session, Id], Iterable[Mapping[str, Any]]]

_asks: list[Ask] = []
_asks_now: list[AskNow] = []
_does: list[Do] = []
_more: dict[tuple[str, str], More] = {}


def stands_in_the_way(ask: Ask) -> Ask:
    """Register what a domain has to say before somebody may be erased; `ask(session, person_id)`."""
    if ask not in _asks:
        _asks.append(ask)
    return ask


def stands_in_the_way_for_now(ask: AskNow) -> AskNow:
    """The same for what is in the way until a day; `ask(session, person_id, at)`."""
    if ask not in _asks_now:
        _asks_now.append(ask)
    return ask


def at_farewell(do: Do) -> Do:
    """Register what a domain does in the transaction that erases, before rows go; `do(session, farewell, at)`."""
    if do not in _does:
        _does.append(do)
    return do


def takes_along(domain: str, table: str) -> Callable[[More], More]:
    """Register something readable that is no plain row, for the own export; it stands there as a table of that name."""

    def register(more: More) -> More:
        _more[domain, table] = more
        return more

    return register


def in_the_way(session: Session, person_id: Id, *, at: datetime) -> list[InTheWay]:
    """Everything that is still open, in the order of the domains."""
    found = [one for ask in _asks for one in ask(session, person_id)]
    return [*found, *(one for ask in _asks_now for one in ask(session, person_id, at))]


def say_farewell(session: Session, farewell: Farewell, *, at: datetime) -> None:
    """Let every domain do its part."""
    for do in _does:
        do(session, farewell, at)


def more_of(session: Session, person_id: Id) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
    """Domain, table and row of everything that was registered beside plain rows."""
    for (domain, table), more in sorted(_more.items()):
        for row in more(session, person_id):
            yield domain, table, row
