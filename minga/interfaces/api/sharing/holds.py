"""Queues by REST, with the rights and sentences of the pages."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id, parse_id
from minga.sharing import commands, queries
from minga.sharing.queries import HoldView
from minga.sharing.rules.queues import HoldState

router = frame.router("sharing")


class HoldIn(In):
    """For how many days it is wished; as long as it is lent, if left out."""

    wished_days: int | None = Field(None, ge=1, le=365)


class HoldShown(BaseModel):
    """One's own place in a queue."""

    id: str
    listing: dict[str, str]
    position: int
    waiting: int
    wished_days: int
    state: HoldState
    ready_until: datetime | None
    placed_at: datetime


class HoldsShown(BaseModel):
    items: list[HoldShown]


def hold_out(view: HoldView) -> dict[str, Any]:
    """A place in a queue as JSON wants it."""
    return {
        "id": view.id,
        "listing": {"id": view.listing_id, "title": view.title},
        "position": view.position,
        "waiting": view.waiting,
        "wished_days": view.wished_days,
        "state": view.state,
        "ready_until": view.ready_until,
        "placed_at": view.placed_at,
    }


def _one(unit: Unit, hold_id: Id, status: int = 200) -> Response:
    return ok(unit, hold_out(queries.hold(unit.session, unit.actor, hold_id, at=unit.now)), status=status)


@router.post("/listings/{id}/holds", status_code=201, response_model=HoldShown)
@limit("write")
def join_queue(request: Request, id: str, body: HoldIn | None = None) -> Response:
    """Stand in the queue for something; twice is one place."""
    with write_unit(request) as unit:
        unit.signed_in()
        days = body.wished_days if body else None
        hold = commands.join(unit.session, unit.actor, parse_id(id), wished_days=days, at=unit.now)
        return _one(unit, hold.id, 201)


@router.get("/holds", response_model=HoldsShown)
@limit("read")
def my_holds(request: Request) -> Response:
    """All places in queues, what is ready first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.holds_of(unit.session, unit.actor, at=unit.now)
        return ok(unit, {"items": [hold_out(one) for one in found]})


@router.get("/holds/{id}", response_model=HoldShown)
@limit("read")
def show_hold(request: Request, id: str) -> Response:
    """One's own place in a queue."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _one(unit, id)


@router.post("/holds/{id}/letting-next", response_model=HoldShown)
@limit("write")
def let_next(request: Request, id: str) -> Response:
    """Let whoever stands behind go first."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.let_next(unit.session, unit.actor, parse_id(id), at=unit.now)
        return _one(unit, id)


@router.delete("/holds/{id}", status_code=204)
@limit("write")
def leave_queue(request: Request, id: str) -> Response:
    """Give one's place up."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.leave(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)
