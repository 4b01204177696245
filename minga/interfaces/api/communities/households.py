"""Households over REST: the list, one of them, founding, asking people in, answering, leaving."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.rules.households import NAME_MAX, SeatKind
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, nothing, ok, page
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id

router = frame.router("communities")
Cursor = Annotated[str | None, Query(max_length=1000)]


class HouseholdIn(In):
    name: str = Field(max_length=NAME_MAX)


class SeatIn(In):
    """Whom to ask, by short name, and as what."""

    handle: str = Field(max_length=31)
    kind: SeatKind = SeatKind.ADULT


class AnswerIn(In):
    accept: bool


@router.get("/communities/{c}/households")
@limit("read")
def households(request: Request, c: str, after: Cursor = None, limit: int | None = None) -> Response:
    """The households of a community, with numbers."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        found = queries.households(unit.session, unit.actor, here.id, at=unit.now, after=after, limit=limit)
        return page(unit, found)


@router.post("/communities/{c}/households", status_code=201)
@limit("write")
def found_household(request: Request, c: str, body: HouseholdIn) -> Response:
    """Found the caller's household."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        made = commands.found_household(unit.session, unit.actor, here.id, body.name, at=unit.now)
        return _shown(unit, made.id, 201)


@router.get("/households/{id}")
@limit("read")
def household(request: Request, id: str) -> Response:
    """One household; children have names for those who live there, and for stewards."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shown(unit, id, 200)


@router.post("/households/{id}/seats", status_code=201)
@limit("write")
def ask_in(request: Request, id: str, body: SeatIn) -> Response:
    """Ask a member to join; they live there from their yes on."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.ask_into_household(unit.session, unit.actor, id, body.handle, body.kind, at=unit.now)
        return _shown(unit, id, 201)


@router.post("/household-seats/{id}/answer")
@limit("write")
def answer(request: Request, id: str, body: AnswerIn) -> Response:
    """Say yes or no to living there."""
    with write_unit(request) as unit:
        unit.signed_in()
        seat = commands.answer_household(unit.session, unit.actor, id, accept=body.accept, at=unit.now)
        return _shown(unit, seat.household_id, 200)


@router.delete("/household-seats/{id}", status_code=204)
@limit("write")
def end_seat(request: Request, id: str) -> Response:
    """Leave, or take a question back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_seat(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


def _shown(unit: Unit, id: Id, status: int) -> Response:
    found = queries.household(unit.session, unit.actor, id, at=unit.now)
    return ok(unit, found, status=status, etag=str(found.version) if status == 200 else None)
