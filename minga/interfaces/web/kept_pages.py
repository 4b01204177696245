"""Pages that many read alike: rendered once for all that their template was given, and put together anew for each reader.

What is shown is asked of the database in every request, as always; only the words made of it are kept. The template gets
nothing but what is in the key – no actor, no form, no clock –, so nothing else can be in the page. What differs from
reader to reader stands in slots, which are filled for each answer. A page that needs more is rendered as every other.
"""

import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, runtime_checkable

from jinja2 import Environment, UndefinedError
from markupsafe import Markup
from msgspec import Struct

from minga.interfaces.web.templating import fill
from minga.kit.ids import Id, new_id
from minga.kit.kept import Kept

PAGES_MAX = 100
_MARK = secrets.token_hex(16)  # nobody outside this process ever sees it, so no text can imitate a slot
_kept: Kept[Hashable, list[tuple[str, bytes]]] = Kept("pages of lists", PAGES_MAX)
Fill = Callable[[], str]
Freeze = Callable[[Any], Hashable]
_ways: dict[type, Freeze] = {}
_simple: set[type] = set()
"""Kinds whose values are part of a key as they are."""


class NotKeepable(Exception):
    """A value of which nobody can say whether it is the same for the next reader."""


@runtime_checkable
class Keyed(Protocol):
    """Something that itself says all that its words depend on."""

    def kept_key(self) -> Hashable: ...


class CommunityShown(NamedTuple):
    """What pages say of their community; the same for all its readers."""

    id: Id
    slug: str
    name: str


def slots(nonce: str, face: Fill, token: Fill) -> dict[str, Fill]:
    """What is filled in for each reader."""
    return {"nonce": lambda: nonce, "face": face, "form_token": token, "form_id": new_id}


def put_together(
    environment: Environment,
    template: str,
    values: Mapping[str, Any],
    beside: Mapping[str, Any],
    filled: Mapping[str, Fill],
) -> bytes | None:
    """The page, or None when it cannot be kept.

    `values` are in the key. `beside` is what they already say in another way: a translator beside its language.
    """
    try:
        key = template, _named(values)
        pieces = _kept.get(key)
    except (NotKeepable, TypeError):
        return None
    if pieces is None:
        try:
            text = fill(environment, template, {**values, **beside, **_empty()})
        except (UndefinedError, KeyError):
            return None
        pieces = _kept.put(key, _cut(text))
    made = [pieces[0][1]]
    for name, rest in pieces[1:]:
        made += (filled[name]().encode(), rest)
    return b"".join(made)


def face_slot() -> Markup:
    return _slot("face")


def frozen(value: Any) -> Hashable:
    """The value as part of a key; NotKeepable when it could change under the key, or belongs to one reader."""
    kind = type(value)
    how = _ways.get(kind)
    if how is None:
        how = _ways[kind] = _way(kind)
    return how(value)


def _way(kind: type) -> Freeze:
    """How values of this kind become part of a key."""
    if issubclass(kind, (str, int, date, Enum, type(None), CommunityShown)):
        _simple.add(kind)
        return _itself
    if issubclass(kind, (list, tuple)):
        return _each
    if issubclass(kind, dict):
        return _named
    if issubclass(kind, Keyed):
        return kind.kept_key
    if is_dataclass(kind):
        parts = attrgetter(*(field.name for field in fields(kind)), "__class__.__name__")
        return lambda value: _each(parts(value))
    if issubclass(kind, Struct) and kind.__struct_config__.frozen:
        _simple.add(kind)
        return _itself  # found by its place in memory: the key holds it there, and it does not change
    raise NotKeepable(kind.__name__)


def _itself(value: Any) -> Hashable:
    return value  # type: ignore[no-any-return]


def _each(value: Sequence[Any]) -> Hashable:
    if _simple.issuperset(map(type, value)):
        return tuple(value)
    return tuple(map(frozen, value))


def _named(value: Mapping[Any, Any]) -> Hashable:
    return *value, *map(frozen, value.values())


def _slot(name: str) -> Markup:
    return Markup("{}{};").format(_MARK, name)


def _empty() -> dict[str, Any]:
    return {
        "nonce": _slot("nonce"),
        "form_token": lambda: _slot("form_token"),
        "form_id": lambda: _slot("form_id"),
    }


def _cut(text: str) -> list[tuple[str, bytes]]:
    """The page as pieces, each after the slot before it."""
    first, *rest = text.split(_MARK)
    return [
        ("", first.encode()),
        *((name, piece.encode()) for name, _, piece in (one.partition(";") for one in rest)),
    ]
