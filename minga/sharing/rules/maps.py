"""How the columns of a foreign file become the fields of listings: a small TOML file that people can read and write."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing.rules.kinds import own_names
from minga.sharing.rules.terms import TermKind
from minga.sharing.rules.words import Direction, Kind, Level

COMMON = (
    *("title", "direction", "kind", "description", "language", "category", "quantity", "quantity_unit"),
    *("terms", "level", "place", "available_from_on", "available_until_on", "expires_on", "owner"),
)
OTHERS = ("answers", "collect_until", "name_shown", "extra")
PRICED = (TermKind.PAYMENT, TermKind.TIME_CREDIT, TermKind.PURCHASE)
TERM_FIELDS = tuple(f"{term}_{part}" for term in PRICED for part in ("rule", "amount", "most", "per", "unit"))
FIELDS = frozenset(
    {*COMMON, *OTHERS, *TERM_FIELDS, "photo", *(name for kind in Kind for name in own_names(kind))}
)
ALIASES = {"unit": "quantity_unit"}
IGNORED = frozenset({"number", "photos", "url", ""})

NO_TOML = N_("The map is no TOML: {why}")
UNKNOWN_PART = N_("The map has parts called columns, fixed, words and ignored, not “{name}”.")
UNKNOWN_FIELD = N_("A listing has no field “{name}”.")
NO_TEXT = N_("“{name}” in the map has to be a text.")
UNKNOWN_COLUMNS = N_(
    "The file has columns that the map does not know: {names}. Name them there, or under ignored."
)
MISSING_COLUMNS = N_("The file lacks columns that the map names: {names}.")
NO_EXTRA = N_('Write the fields of the category as JSON, like {{"pages": "120"}}.')
EXTRA_MAX = 24
NO_TITLE = N_("Something has to become the title: map a column to it.")
NO_DIRECTION = N_("Say offer or need.")
NO_KIND = N_("Say which kind: item, service, job, help, skill, time or space.")
_COLUMN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True)
class ListingMap:
    """`columns`: field → column, or a text with {column} in it; `fixed`: field → value; `words`: column → value → word."""

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    ignored: frozenset[str] = IGNORED

    def sources(self) -> set[str]:
        """The columns that are read.

        >>> sorted(ListingMap(columns={"title": "what", "description": "{when}, {who}"}).sources())
        ['what', 'when', 'who']
        """
        return {name for said in self.columns.values() for name in (_COLUMN.findall(said) or [said])}

    def fit(self, columns: Iterable[str]) -> None:
        """Raise unless the file has what the map names, and nothing that it does not know."""
        there = set(columns)
        if missing := self.sources() - there:
            raise Invalid(MISSING_COLUMNS, names=", ".join(sorted(missing)))
        if unknown := there - self.sources() - self.ignored:
            raise Invalid(UNKNOWN_COLUMNS, names=", ".join(sorted(unknown)[:20]))
        if "title" not in self.columns and "title" not in self.fixed:
            raise Invalid(NO_TITLE)

    def fields(self, cells: Mapping[str, str]) -> dict[str, str]:
        """The fields of one row.

        >>> plan = ListingMap({"title": "what"}, {"kind": "item"}, {"what": {"a": "Apple"}})
        >>> plan.fields({"what": "a"}), plan.fields({"what": "b"})
        ({'kind': 'item', 'title': 'Apple'}, {'kind': 'item', 'title': 'b'})
        """
        said = {name: self.words.get(name, {}).get(value.strip(), value) for name, value in cells.items()}
        found = dict(self.fixed)
        for name, source in self.columns.items():
            value = (
                _COLUMN.sub(lambda part: said.get(part[1], ""), source)
                if "{" in source
                else said.get(source, "")
            )
            if value.strip():
                found[name] = value
        return found


def read_map(text: str) -> ListingMap:
    """The map that a TOML file says; Invalid names the first thing that does not fit.

    >>> read_map('[columns]\\ntitle = "what"\\n[fixed]\\nkind = "item"').columns
    {'title': 'what'}
    """
    try:
        plain = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise Invalid(NO_TOML, why=str(fault)[:200]) from None
    for name in plain:
        if name not in ("columns", "fixed", "words", "ignored"):
            raise Invalid(UNKNOWN_PART, name=name)
    ignored = plain.get("ignored", {})
    names = ignored.get("columns", []) if isinstance(ignored, dict) else ignored
    words = plain.get("words", {})
    return ListingMap(
        _texts("columns", plain.get("columns", {}), fields=True),
        _texts("fixed", plain.get("fixed", {}), fields=True),
        {column: _texts(column, said) for column, said in _table("words", words).items()},
        IGNORED | {str(name) for name in names},
    )


def own_columns(columns: Iterable[str]) -> ListingMap:
    """The map of a file whose columns are called like our fields."""
    known = {name for name in columns if ALIASES.get(name, name) in FIELDS}
    return ListingMap({ALIASES.get(name, name): name for name in known})


def extra_in(said: str) -> dict[str, list[str]]:
    """The values of a category's fields, written in one cell as a JSON object, as they would be typed.

    >>> extra_in('{"pages": "120"}'), extra_in("")
    ({'extra_pages': ['120']}, {})
    """
    if not said.strip():
        return {}
    try:
        found = json.loads(said[:10_000])
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or any(type(value) is not str for value in found.values()):
        raise Invalid(NO_EXTRA, fields={"extra": NO_EXTRA})
    return {f"extra_{key}": [value] for key, value in list(found.items())[:EXTRA_MAX]}


def reach_of(fields: Mapping[str, str]) -> Level | None:
    """How far an imported listing reaches; an import never shows anything wider than to partners.

    >>> reach_of({"level": "public"}), reach_of({"level": "private"}), reach_of({})
    (<Level.PARTNERS: 'partners'>, <Level.PRIVATE: 'private'>, None)
    """
    said = fields.get("level", "").strip()
    if said not in {level.value for level in Level}:
        return None
    return min(Level(said), Level.PARTNERS, key=lambda level: level.rank)


def sort_of(fields: Mapping[str, str]) -> tuple[Direction, Kind]:
    """Which way the listing points and of what kind it is; Invalid when the row does not say it."""
    direction, kind = fields.get("direction", "").strip().lower(), fields.get("kind", "item").strip().lower()
    if direction not in {one.value for one in Direction}:
        raise Invalid(NO_DIRECTION, fields={"direction": NO_DIRECTION})
    if kind not in {one.value for one in Kind}:
        raise Invalid(NO_KIND, fields={"kind": NO_KIND})
    return Direction(direction), Kind(kind)


def _table(name: str, plain: Any) -> Mapping[str, Any]:
    if not isinstance(plain, dict):
        raise Invalid(NO_TEXT, name=name)
    return plain


def _texts(part: str, plain: Any, *, fields: bool = False) -> Mapping[str, str]:
    for name, value in _table(part, plain).items():
        if fields and name not in FIELDS:
            raise Invalid(UNKNOWN_FIELD, name=name)
        if not isinstance(value, str):
            raise Invalid(NO_TEXT, name=name)
    return dict(plain)
