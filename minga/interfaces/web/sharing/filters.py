"""The filters of a list as they stand in an address: read, shown again as they were chosen, and their choices."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from starlette.datastructures import QueryParams

from minga.interfaces.http import Unit
from minga.interfaces.http.meaning import read_meaning
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.sharing import queries
from minga.sharing.rules import (
    BANDS_KM,
    OWN_WORDS,
    USUAL_ORIGINS,
    Direction,
    Kind,
    Order,
    Origin,
    TermKind,
    Wish,
)
from minga.sharing.rules.kinds import Compensation
from minga.sharing.rules.places import NEAR_WHAT, read_cell, read_radius

ORIGINS = {"own": Origin.OWN, "partners": Origin.PARTNER, "network": Origin.NETWORK}
BAND_WORDS = (*(N_("under {km} km") for _ in BANDS_KM), N_("further"))
WRONG_DAY = N_("Write a day like 2026-11-22.")
EVERYTHING = Wish()
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Chosen:
    """The filters as they were chosen, for showing them again."""

    direction: str
    kind: list[str]
    term: list[str]
    category: str
    origin: list[str]
    near: str
    point: str
    radius: str
    free_from: str
    free_until: str
    compensation: str
    due_until: str
    skill: str
    order: str
    n_set: int


def wish_of(params: QueryParams) -> Wish:
    """The filters in an address; what nobody knows is as if it were not there."""
    if not params:
        return EVERYTHING
    chosen = frozenset(ORIGINS[one] for one in params.getlist("origin") if one in ORIGINS)
    return Wish(
        search=read_meaning(params.get("q", "")),
        direction=next(iter(_known(params, "direction", Direction)), None),
        kinds=frozenset(_known(params, "kind", Kind)),
        category=params.get("category", "")[:64],
        terms=frozenset(_known(params, "term", TermKind)),
        origins=chosen or USUAL_ORIGINS,
        cell=read_cell(params["cell"]) if params.get("cell") else None,
        free_from=_day(params, "free_from"),
        free_until=_day(params, "free_until"),
        skill=params.get("skill", "")[:64],
        compensation=next(iter(_known(params, "compensation", Compensation)), None),
        due_until=_day(params, "due_until"),
        order=next(iter(_known(params, "sort", Order)), Order.NEWEST),
    )


def placed(unit: Unit, wish: Wish, params: QueryParams) -> Wish:
    """The wish with what is near found out; asked for a place when there is none, never silently given everything."""
    near = params.get("point", "").strip() or params.get("near", "").strip()
    if not near:
        if wish.order is Order.NEAREST or params.get("radius_km"):
            raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})
        return wish
    here = queries.near_cell(unit.session, unit.actor, near, at=unit.now)
    radius = read_radius(params.get("radius_km", ""))
    order = wish.order if params.get("sort") else Order.NEAREST
    return replace(wish, near=here, radius_km=radius, order=order)


def chosen(wish: Wish, params: QueryParams) -> Chosen:
    """What the form shows as chosen; a radius without a place is no filter."""
    near, point = params.get("near", ""), params.get("point", "")[:100]
    placed = bool(near or point)
    days = (wish.free_from, wish.free_until, wish.due_until)
    filters = (wish.direction, wish.kinds, wish.terms, wish.category, wish.skill, wish.compensation, *days)
    n_set = sum(map(bool, (*filters, placed, wish.cell, wish.origins != USUAL_ORIGINS)))
    return Chosen(
        direction=wish.direction.value if wish.direction else "",
        kind=[kind.value for kind in wish.kinds],
        term=[kind.value for kind in wish.terms],
        category=wish.category,
        origin=[name for name, origin in ORIGINS.items() if origin in wish.origins],
        near=near,
        point=point,
        radius=params.get("radius_km", "") if placed else "",
        free_from=_iso(wish.free_from),
        free_until=_iso(wish.free_until),
        compensation=wish.compensation.value if wish.compensation else "",
        due_until=_iso(wish.due_until),
        skill=wish.skill,
        order=params.get("sort", ""),
        n_set=n_set,
    )


def choices(unit: Unit, community_id: str | None, say: Callable[[str], str]) -> dict[str, Any]:
    """What can be chosen besides what a list has always offered."""
    mine, named = queries.near_choices(unit.session, unit.actor, community_id)
    places = [*([("me", say(N_("Where I am")))] if mine else []), *named]
    return {
        "places": places,
        "radii": [(str(km), f"{km} km") for km in BANDS_KM],
        "skills": _skills(unit, community_id),
        "orders": [
            (Order.NEWEST.value, say(N_("Newest first"))),
            (Order.NEAREST.value, say(N_("Nearest first"))),
            (Order.URGENT.value, say(N_("Most urgent first"))),
        ],
        "compensations": [(one.value, say(word)) for one, word in OWN_WORDS[Compensation].items()],
    }


def _skills(unit: Unit, community_id: str | None) -> list[tuple[str, str]]:
    """Skills to choose from, when the list is already about skills or work; other lists do without the question."""
    params = unit.request.query_params
    about = {"skill", "service", "job"} & set(params.getlist("kind"))
    if community_id is None or not (about or params.get("skill")):
        return []
    return [(one.id, one.name) for one in queries.skills(unit.session, unit.actor, community_id, at=unit.now)]


def _known(params: QueryParams, name: str, kind: type[E]) -> list[E]:
    values = {one.value for one in kind}
    return [kind(said) for said in params.getlist(name) if said in values]


def _day(params: QueryParams, name: str) -> date | None:
    said = params.get(name, "").strip()
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid(WRONG_DAY, fields={name: WRONG_DAY}) from None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
