"""Dispatch by REST: the list, rounds, contacts, assignment, merging and splitting, with the rights of the page."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id, parse_id
from minga.kit.paging import limit_of
from minga.sharing import commands, queries
from minga.sharing.queries import CaseRow
from minga.sharing.rules import CloseReason, Kind, Level
from minga.sharing.rules.contact_shares import ShareField
from minga.sharing.rules.dispatch import ASKED_MAX, ContactKind, RoundAnswer, Step
from minga.sharing.rules.kinds import Urgency

router = frame.router("sharing")


class CaseShown(BaseModel):
    """One need of the list. Numbers stand on the call sheet only; that one has no operation."""

    id: str
    number: int
    title: str
    kind: Kind
    place: str
    urgency: Urgency
    needed_by_at: datetime | None
    published_at: datetime
    who: str
    by_phone: bool
    dispatcher: str | None
    step: Step
    last: str
    last_at: datetime
    unanswered: bool


class DispatchShown(BaseModel):
    items: list[CaseShown]
    done: list[CaseShown]
    next: str | None


class TakenInIn(In):
    """A need taken in by telephone; the consent sentence was read and agreed to."""

    caller: str = Field("", max_length=80)
    member: str = Field("", max_length=31)
    reach: str = Field("", max_length=200)
    what: str = Field(min_length=1, max_length=200)
    place: str = Field("", max_length=120)
    needed_by_at: AwareDatetime | None = None
    urgency: Urgency = Urgency.NORMAL
    people_needed: int = Field(1, ge=1, le=50)
    level: Level = Level.PRIVATE
    consent: bool
    apart: bool = False
    keep: bool = False


class RoundIn(In):
    """The people to ask, by id."""

    people: Annotated[list[Annotated[str, Field(max_length=32)]], Field(min_length=1, max_length=ASKED_MAX)]


class ContactIn(In):
    kind: ContactKind = ContactKind.CALL
    note: str = Field("", max_length=1_000)


class AssignmentIn(In):
    """The short name of the member who said yes."""

    member: str = Field(min_length=1, max_length=31)


class CaseOwnerIn(In):
    """The dispatcher who looks after it, by id; null for nobody."""

    to: str | None = Field(None, max_length=32)


class MergeIn(In):
    into: str = Field(max_length=32)


class SplitIn(In):
    what: str = Field(min_length=1, max_length=200)


class EndIn(In):
    reason: Literal["fulfilled", "withdrawn"]


class AnswerIn(In):
    answer: RoundAnswer


class ShareIn(In):
    """What is opened to the other side, or taken back."""

    field: ShareField
    answer: Literal["share", "end"] = "share"


def case_out(row: CaseRow) -> dict[str, Any]:
    """A line of the list in JSON; of whoever has no account the name, as dispatchers read it on the page."""
    names = tuple(CaseShown.model_fields)
    plain = {name: getattr(row, name) for name in names if name != "who"}
    return {**plain, "who": row.caller or row.owner}


@router.get("/communities/{c}/dispatch", response_model=DispatchShown)
@limit("read")
def show_dispatch(
    request: Request,
    c: str,
    whose: Literal["", "mine", "nobody"] = "",
    area: Annotated[str, Query(max_length=120)] = "",
    kind: Kind | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> Response:
    """Open needs by urgency, then the day, then age; for dispatchers."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.dispatch(
            unit.session,
            unit.actor,
            c,
            at=unit.now,
            wanted=queries.Wanted(whose=whose, area=area, kind=kind),
            after=after,
            limit=limit_of(limit),
        )
        done = [case_out(row) for row in found.done]
        return ok(unit, {"items": [case_out(row) for row in found.cases], "done": done, "next": found.next})


@router.post("/communities/{c}/dispatch", status_code=201, response_model=CaseShown)
@limit("write")
def take_call(request: Request, c: str, body: TakenInIn) -> Response:
    """Take a need in for somebody who called."""
    with write_unit(request) as unit:
        unit.signed_in()
        community_to_read(unit.session, unit.actor, c, at=unit.now)
        given = commands.TakenIn(**body.model_dump())
        made = commands.take_call(unit.session, unit.actor, c, given, at=unit.now)
        return _case(unit, made.id, status=201)


def _case(unit: Unit, listing_id: Id, *, status: int = 200) -> Response:
    unit.session.flush()
    view = queries.case(unit.session, unit.actor, listing_id, at=unit.now)
    return ok(unit, case_out(view.row), status=status)


@router.post("/listings/{id}/rounds", status_code=201, response_model=CaseShown)
@limit("write")
def ask_people(request: Request, id: str, body: RoundIn) -> Response:
    """Ask some people at the same time whether they can."""
    with write_unit(request) as unit:
        unit.signed_in()
        people = tuple(parse_id(one) for one in body.people)
        commands.ask_people(unit.session, unit.actor, parse_id(id), people, at=unit.now)
        return _case(unit, parse_id(id), status=201)


@router.post("/listings/{id}/contacts", status_code=201, response_model=CaseShown)
@limit("write")
def log_contact(request: Request, id: str, body: ContactIn) -> Response:
    """Write down a call or a message."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.log_contact(unit.session, unit.actor, parse_id(id), body.kind, body.note, at=unit.now)
        return _case(unit, parse_id(id), status=201)


@router.post("/listings/{id}/assignment", response_model=CaseShown)
@limit("write")
def assign(request: Request, id: str, body: AssignmentIn) -> Response:
    """Arrange it with a member who said yes by telephone."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.assign(unit.session, unit.actor, parse_id(id), body.member, at=unit.now)
        return _case(unit, parse_id(id))


@router.post("/listings/{id}/case-owner", response_model=CaseShown)
@limit("write")
def hand_over(request: Request, id: str, body: CaseOwnerIn) -> Response:
    """Let somebody else look after it, or nobody."""
    with write_unit(request) as unit:
        unit.signed_in()
        to = parse_id(body.to) if body.to else None
        commands.hand_over(unit.session, unit.actor, parse_id(id), to, at=unit.now)
        return _case(unit, parse_id(id))


@router.post("/listings/{id}/merge", response_model=CaseShown)
@limit("write")
def merge(request: Request, id: str, body: MergeIn) -> Response:
    """Say that it is the same as another one; answers the one that goes on."""
    with write_unit(request) as unit:
        unit.signed_in()
        into = commands.merge(unit.session, unit.actor, parse_id(id), parse_id(body.into), at=unit.now)
        return _case(unit, into.id)


@router.post("/listings/{id}/split", status_code=201, response_model=CaseShown)
@limit("write")
def split(request: Request, id: str, body: SplitIn) -> Response:
    """Let a part stand on its own; answers the part."""
    with write_unit(request) as unit:
        unit.signed_in()
        part = commands.split(unit.session, unit.actor, parse_id(id), body.what, at=unit.now)
        return _case(unit, part.id, status=201)


@router.post("/listings/{id}/case-closure", response_model=CaseShown)
@limit("write")
def close_case(request: Request, id: str, body: EndIn) -> Response:
    """Close what a dispatcher took in."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.close_case(unit.session, unit.actor, parse_id(id), CloseReason(body.reason), at=unit.now)
        return _case(unit, parse_id(id))


@router.post("/questions/{id}", status_code=204)
@limit("write")
def answer_question(request: Request, id: str, body: AnswerIn) -> Response:
    """Answer a dispatcher's question."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.answer_question(unit.session, unit.actor, parse_id(id), body.answer, at=unit.now)
        return nothing(unit)


@router.get("/exchanges/{id}/contact-shares")
@limit("read")
def contact_shares(request: Request, id: str) -> Response:
    """How the other side may be reached, as far as they opened it; and what one has opened oneself."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shares(unit, parse_id(id))


@router.post("/exchanges/{id}/contact-shares")
@limit("write")
def share_contact(request: Request, id: str, body: ShareIn) -> Response:
    """Open one's number or address to the other side, or take it back."""
    with write_unit(request) as unit:
        unit.signed_in()
        act = commands.end_share if body.answer == "end" else commands.share_contact
        act(unit.session, unit.actor, parse_id(id), body.field, at=unit.now)
        return _shares(unit, parse_id(id))


def _shares(unit: Unit, exchange_id: Id) -> Response:
    found = queries.contact_shares(unit.session, unit.actor, exchange_id, at=unit.now)
    body = {"theirs": {field.value: said for field, said in found.theirs}, "mine": found.mine}
    return ok(unit, msgspec.to_builtins(body))
