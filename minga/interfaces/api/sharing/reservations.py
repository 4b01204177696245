"""The calendar of a listing and reserving by REST, with the rights and sentences of the pages."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.communities.rules.time import end_of
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.api.sharing.exchange_shapes import NAIVE, Milli
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.interfaces.http.acting import EXCHANGES, acting
from minga.kit.errors import Invalid, NotFound
from minga.kit.ids import new_id, parse_id
from minga.sharing import commands, queries
from minga.sharing.queries import ReservationLine
from minga.sharing.rules.exchanges import ExchangeKind
from minga.sharing.rules.reservations import ReservationState
from minga.sharing.rules.windows import Window

router = frame.router("sharing")
SPAN_DAYS_MAX = 400


class ReservationIn(In):
    """Days where the listing lies, or instants; `quantity_milli` for several of the same."""

    from_: date | datetime = Field(alias="from")
    until: date | datetime
    quantity_milli: Milli | None = None
    words: str = Field("", max_length=1_000)
    term: ExchangeKind | None = None


class WindowShown(BaseModel):
    from_at: datetime
    until_at: datetime


class CalendarShown(BaseModel):
    """When something is free; `by_days` says whether it goes by whole days."""

    listing: str
    zone: str
    copies: int
    by_days: bool
    free: list[WindowShown]


class ReservationShown(BaseModel):
    """Copies that were reserved together."""

    id: str
    listing: dict[str, str]
    copies: int
    from_at: datetime
    until_at: datetime
    state: ReservationState
    kept_until: datetime | None
    ask: str | None
    exchange: str | None


class ReservationsShown(BaseModel):
    items: list[ReservationShown]


def reservation_out(line: ReservationLine) -> dict[str, Any]:
    """A reservation as JSON wants it."""
    return {
        "id": line.id,
        "listing": {"id": line.listing_id, "title": line.title},
        "copies": line.copies,
        "from_at": line.from_at,
        "until_at": line.until_at,
        "state": line.state,
        "kept_until": line.kept_until,
        "ask": line.ask_id,
        "exchange": line.exchange_id,
    }


@router.get("/listings/{id}/calendar", response_model=CalendarShown)
@limit("read")
@acting(*EXCHANGES)
def show_calendar(
    request: Request,
    id: str,
    from_: Annotated[date | None, Query(alias="from")] = None,
    until: date | None = None,
    copies: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """The times in which so many copies are free at once; it never says who has the others."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.calendar(unit.session, unit.actor, parse_id(id), month=from_, at=unit.now)
        if found is None:
            raise NotFound()
        begins = max(unit.now, end_of(from_ - timedelta(days=1), found.zone)) if from_ else unit.now
        latest = begins + timedelta(days=SPAN_DAYS_MAX)
        ends = min(end_of(until, found.zone), latest) if until else begins + timedelta(days=31)
        free: tuple[Window, ...] = ()
        if ends > begins:
            free = queries.free_windows(
                unit.session,
                unit.actor,
                parse_id(id),
                from_at=begins,
                until_at=ends,
                wanted=copies,
                at=unit.now,
            )
        return ok(
            unit,
            {
                "listing": found.listing_id,
                "zone": found.zone,
                "copies": found.copies,
                "by_days": found.by_days,
                "free": [{"from_at": one.from_at, "until_at": one.until_at} for one in free],
            },
        )


@router.post("/listings/{id}/reservations", status_code=201, response_model=ReservationShown)
@limit("write")
@acting(*EXCHANGES)
def reserve(request: Request, id: str, body: ReservationIn) -> Response:
    """Ask for days or hours; they are held until the owner answers. With an `Idempotency-Key` it is done once."""
    with write_unit(request) as unit:
        unit.signed_in()
        form_id = request.headers.get("idempotency-key") or new_id()
        ask = commands.reserve(
            unit.session, unit.actor, parse_id(id), _wish(body), form_id=form_id, at=unit.now
        )
        found = queries.reservation_of_ask(unit.session, unit.actor, ask.id, at=unit.now)
        if found is None:
            raise NotFound()
        return ok(unit, reservation_out(found), status=201)


def _wish(body: ReservationIn) -> commands.Wish:
    days: dict[str, Any] = {}
    for name, value in (("from", body.from_), ("until", body.until)):
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise Invalid(NAIVE, fields={name: NAIVE})
            days[f"{name}_at"] = value
        else:
            days[f"{name}_on"] = value
    return commands.Wish(words=body.words, quantity_milli=body.quantity_milli, term=body.term, **days)


@router.get("/reservations", response_model=ReservationsShown)
@limit("read")
def my_reservations(request: Request) -> Response:
    """What one has reserved and not fetched yet, the next first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.reservations_of(unit.session, unit.actor, at=unit.now)
        return ok(unit, {"items": [reservation_out(one) for one in found]})


@router.get("/reservations/{id}", response_model=ReservationShown)
@limit("read")
@acting(*EXCHANGES)
def show_reservation(request: Request, id: str) -> Response:
    """One reservation, for whose it is and for the owner."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _one(unit, id)


def _one(unit: Unit, id: str) -> Response:
    return ok(unit, reservation_out(queries.reservation(unit.session, unit.actor, id, at=unit.now)))


@router.delete("/reservations/{id}", status_code=204)
@limit("write")
@acting(*EXCHANGES)
def cancel_reservation(request: Request, id: str) -> Response:
    """Give the days back, before anything is fetched."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.cancel_reservation(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)
