"""The filters of lists by REST that few calls carry: read only when they are there, told in the API's description."""

from dataclasses import replace
from datetime import date
from typing import Any

from starlette.datastructures import QueryParams

from minga.interfaces.http import Unit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing import queries
from minga.sharing.rules import BANDS_KM, Order, Wish
from minga.sharing.rules.kinds import Compensation
from minga.sharing.rules.places import NEAR_WHAT, read_cell, read_radius

WRONG_DAY = N_("Write a day like 2026-11-22.")
WRONG_CHOICE = N_("Choose one of: {choices}.")
_DAY = {"type": "string", "format": "date"}
_TEXT = {"type": "string", "maxLength": 64}
_SCHEMAS: dict[str, tuple[dict[str, Any], str]] = {
    "near": (
        _TEXT,
        "me, the id of a named place, or latitude, longitude; it is made coarse before it is compared",
    ),
    "radius_km": ({"type": "integer", "enum": list(BANDS_KM), "default": 10}, "How near"),
    "cell": (_TEXT, "A cell of the map, as the map names it"),
    "free_from": (_DAY, "Free on or after this day"),
    "free_until": (_DAY, "Free on or before this day"),
    "skill": (_TEXT, "The id of a skill"),
    "compensation": ({"type": "string", "enum": [one.value for one in Compensation]}, "How work is paid"),
    "due_until": (_DAY, "Work that has to be done by this day"),
    "sort": ({"type": "string", "enum": [one.value for one in Order]}, "nearest when near is given"),
    "group": (
        {"type": "string", "enum": ["community", "facets"]},
        "community adds total, communities and by_community over all that fits; facets adds how the newest 1,000 "
        "that fit divide by direction, kind and category",
    ),
}
PARAMETERS: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": schema, "description": words}
        for name, (schema, words) in _SCHEMAS.items()
    ]
}


def narrowed(unit: Unit, wish: Wish, params: QueryParams) -> Wish:
    """The wish with these filters. A distance without a place is refused, never silently everything."""
    if _SCHEMAS.keys().isdisjoint(params.keys()):
        return wish
    near, sort = params.get("near", ""), _one_of(params, "sort", [one.value for one in Order])
    order = Order(sort) if sort else Order.NEAREST if near else Order.NEWEST
    if not near and (order is Order.NEAREST or params.get("radius_km")):
        raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})
    compensation = _one_of(params, "compensation", [one.value for one in Compensation])
    return replace(
        wish,
        near=queries.near_cell(unit.session, unit.actor, near, at=unit.now) if near else None,
        radius_km=read_radius(params.get("radius_km", "")),
        cell=read_cell(params["cell"]) if params.get("cell") else None,
        free_from=_day(params, "free_from"),
        free_until=_day(params, "free_until"),
        skill=params.get("skill", "")[:64],
        compensation=Compensation(compensation) if compensation else None,
        due_until=_day(params, "due_until"),
        order=order,
    )


def grouped(params: QueryParams) -> str:
    """What is wanted besides the list: nothing, totals by community, or how it divides."""
    return _one_of(params, "group", ["community", "facets"])


def _one_of(params: QueryParams, name: str, choices: list[str]) -> str:
    said = params.get(name, "")
    if said and said not in choices:
        fault = Invalid(WRONG_CHOICE, choices=", ".join(choices))
        raise Invalid(WRONG_CHOICE, choices=", ".join(choices), fields={name: fault})
    return said


def _day(params: QueryParams, name: str) -> date | None:
    said = params.get(name, "")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid(WRONG_DAY, fields={name: WRONG_DAY}) from None
