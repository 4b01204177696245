"""Listings as rows of a table: the columns that an import reads, so that what goes out comes in the same again."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from minga.kit.csvfiles import defused as defused
from minga.kit.csvfiles import undefused as undefused
from minga.kit.formats import clock
from minga.sharing.rules.content import Content
from minga.sharing.rules.kinds import kind_of, own_names
from minga.sharing.rules.maps import COMMON, OTHERS, TERM_FIELDS
from minga.sharing.rules.terms import Term
from minga.sharing.rules.words import Direction, Kind

COLUMNS = (
    "number",
    *COMMON,
    *OTHERS,
    *TERM_FIELDS,
    *dict.fromkeys(name for kind in Kind for name in own_names(kind)),
    "photos",
    "url",
)


def cells_of(content: Content, direction: Direction, *, hidden: bool) -> dict[str, str]:
    """What somebody would have to write into a table to get this listing; `hidden` says whether all of it."""
    own = content.own
    cells = {
        "title": content.title,
        "direction": direction.value,
        "kind": kind_of(own).value,
        "description": content.description,
        "language": content.language,
        "category": content.category,
        "quantity": _decimal(content.quantity_milli, 3),
        "quantity_unit": _said("", content.quantity_unit) if content.quantity_milli else "",
        "terms": ",".join(term.kind.value for term in content.terms),
        "level": _said("", content.level),
        "place": content.place,
        "available_from_on": _said("", content.available_from_on),
        "available_until_on": _said("", content.available_until_on),
        "expires_on": _said("", content.expires_on),
        "answers": content.answers.value,
        "collect_until": _said("", content.collect_until),
        "name_shown": content.name_shown.value,
        "extra": json.dumps(dict(content.extra), ensure_ascii=False) if content.extra else "",
    }
    for term in content.terms:
        cells |= _term_cells(term)
    in_time = getattr(own, "amount_unit", None) == "minute"
    for name, value in vars(own).items():
        if hidden or name not in own.hidden:
            said = (
                clock(value)
                if in_time and name == "amount_minor" and value is not None
                else _said(name, value)
            )
            cells[name] = said
    return {name: cells.get(name, "") for name in COLUMNS}


def _term_cells(term: Term) -> Mapping[str, str]:
    if f"{term.kind}_rule" not in TERM_FIELDS:
        return {}
    in_time = term.unit == "minute"

    def amount(value: int | None) -> str:
        return clock(value) if in_time and value is not None else _decimal(value, 2)

    said = {
        "rule": term.rule.value,
        "amount": amount(term.amount_minor),
        "most": amount(term.most_minor),
        "per": _said("", term.per),
        "unit": "" if in_time else term.unit or "",
    }
    return {f"{term.kind}_{part}": value for part, value in said.items()}


def _said(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if isinstance(value, int) and name.startswith("minutes"):
        return clock(value)
    return _decimal(value, 2) if name.endswith("_minor") else str(value)


def _decimal(value: int | None, decimals: int) -> str:
    if value is None:
        return ""
    return f"{(Decimal(value).scaleb(-decimals)).normalize():f}"
