"""The desk of a library by REST: the work of the day, one thing by number or name, and the acts of the page."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.reputation import queries as reputation
from minga.sharing import commands, queries
from minga.sharing.queries import DeskLine, DeskLoan, DeskThing

router = frame.router("sharing")
WHO = N_("Say to whom, by a handle that one person here has.")
WHICH = N_("Say which thing, and for what is out which loan.")


class DeskIn(In):
    """One act: a thing is lent `to` a handle; a loan is back, renewed or lost."""

    act: Literal["lend", "back", "renew", "lost"]
    listing: str | None = None
    loan: str | None = None
    to: str = Field("", max_length=200)
    until: date | None = None
    condition: int | None = Field(None, ge=1, le=5)
    words: str = Field("", max_length=1_000)
    returned_on: date | None = None


class DeskLoanShown(BaseModel):
    """A thing that is out, and with whom."""

    id: str
    listing: dict[str, Any]
    copy_no: int
    borrower: dict[str, str]
    lent_on: date
    due_on: date
    late: bool
    brought_back: bool


class DeskShown(BaseModel):
    """The work of the day; with `q` also the things that were found."""

    due_today: list[DeskLoanShown]
    overdue: list[DeskLoanShown]
    ready: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    appointments: list[dict[str, Any]]
    asks: list[dict[str, Any]]
    things: list[dict[str, Any]]


class LoanDone(BaseModel):
    """The loan after an act."""

    loan: str
    due_on: date
    returned_on: date | None
    lost: bool


class OutOfUseIn(In):
    """What is wrong, and with which copy; all of them, if left out."""

    reason: str = Field(max_length=300)
    copy_no: int | None = Field(None, ge=1, le=500)
    until: date | None = None


class OutOfUseShown(BaseModel):
    copies: list[int]


def loan_out(one: DeskLoan) -> dict[str, Any]:
    """A loan as the desk reads it."""
    return {
        "id": one.id,
        "listing": {"id": one.listing_id, "number": one.number, "title": one.title},
        "copy_no": one.copy_no,
        "borrower": {"handle": one.handle, "name": one.name},
        "lent_on": one.lent_on,
        "due_on": one.due_on,
        "late": one.late,
        "brought_back": one.brought_back,
    }


def line_out(one: DeskLine) -> dict[str, Any]:
    """A line of the day."""
    at: datetime | None = one.at
    return {
        "listing": {"id": one.listing_id, "number": one.number, "title": one.title},
        "name": one.name,
        "at": at,
        "n": one.n,
    }


def thing_out(one: DeskThing) -> dict[str, Any]:
    """A thing as it lies on the desk."""
    return {
        "id": one.id,
        "number": one.number,
        "title": one.title,
        "copies": one.copies,
        "at_home": one.at_home,
        "condition": one.condition,
        "waiting": one.waiting,
        "loans": [loan_out(loan) for loan in one.loans],
        "out_of_use": [{"copy_no": number, "reason": reason} for number, reason in one.broken],
        "next": [name for _, name in one.next_names],
    }


@router.get("/communities/{c}/desk", response_model=DeskShown)
@limit("read")
def show_desk(request: Request, c: str, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The work of the day at a desk, for librarians; `q` finds things by number, label or name."""
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        day = queries.desk_day(unit.session, unit.actor, community.id, at=unit.now)
        things: tuple[DeskThing, ...] = ()
        if q.strip():
            things = queries.things_at_desk(unit.session, unit.actor, community.id, q, at=unit.now)
        return ok(
            unit,
            {
                "due_today": [loan_out(one) for one in day.due_today],
                "overdue": [loan_out(one) for one in day.overdue],
                "ready": [line_out(one) for one in day.ready],
                "waiting": [line_out(one) for one in day.waiting],
                "appointments": [line_out(one) for one in day.appointments],
                "asks": [line_out(one) for one in day.asks],
                "things": [thing_out(one) for one in things],
            },
        )


@router.post("/communities/{c}/desk", response_model=LoanDone)
@limit("write")
def act_at_desk(request: Request, c: str, body: DeskIn) -> Response:
    """Lend, take back, renew, or say that it is lost, for the community."""
    with write_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        loan = _lend(unit, community.id, body) if body.act == "lend" else _loan(unit, body)
        return ok(
            unit,
            {
                "loan": loan.leg_id,
                "due_on": loan.due_on,
                "returned_on": loan.returned_on,
                "lost": loan.lost_at is not None,
            },
        )


def _lend(unit: Unit, community_id: Id, body: DeskIn) -> Any:
    if not body.listing:
        raise Invalid(WHICH, fields={"listing": WHICH})
    people = queries.borrowers(unit.session, unit.actor, community_id, body.to, at=unit.now)
    if len(people) != 1:
        raise Invalid(WHO, fields={"to": WHO})
    listing, borrower = parse_id(body.listing), people[0][0]
    return commands.lend_at_desk(
        unit.session,
        unit.actor,
        listing,
        borrower,
        until_on=body.until,
        condition=body.condition,
        skills=_skills(unit, listing, borrower),
        at=unit.now,
    )


def _skills(unit: Unit, listing: Id, borrower: Id) -> frozenset[str]:
    needed = queries.needed_skill(unit.session, unit.actor, listing, at=unit.now)
    if needed is None:
        return frozenset()
    return reputation.verified_skills(unit.session, borrower, needed.community_id, at=unit.now)


def _loan(unit: Unit, body: DeskIn) -> Any:
    if not body.loan:
        raise Invalid(WHICH, fields={"loan": WHICH})
    session, actor, at, loan = unit.session, unit.actor, unit.now, parse_id(body.loan)
    if body.act == "back":
        return commands.back_at_desk(
            session,
            actor,
            loan,
            condition=body.condition,
            words=body.words,
            returned_on=body.returned_on,
            at=at,
        )
    if body.act == "lost":
        return commands.lost_at_desk(session, actor, loan, at=at)
    commands.renew_at_desk(session, actor, loan, until_on=body.until, at=at)
    return commands.loan_of_desk(session, actor, loan, at=at)


@router.post("/listings/{id}/out-of-use", status_code=201, response_model=OutOfUseShown)
@limit("write")
def put_out_of_use(request: Request, id: str, body: OutOfUseIn) -> Response:
    """It is not lent for a while; it stays to be seen."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.put_out_of_use(
            unit.session,
            unit.actor,
            parse_id(id),
            reason=body.reason,
            copy_no=body.copy_no,
            until_on=body.until,
            at=unit.now,
        )
        return ok(unit, {"copies": [one.copy_no for one in made]}, status=201)


@router.delete("/listings/{id}/out-of-use", status_code=204)
@limit("write")
def put_into_use(request: Request, id: str) -> Response:
    """It can be lent again."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.put_into_use(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)
