"""Ballots by REST: cast and withdrawn with a ballot token and nothing else, and the record of what was counted."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from minga.governance.commands import ballots as commands
from minga.governance.queries import own_ballots
from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import read_unit, write_unit
from minga.interfaces.http.poll_files import named, record_of, table_of
from minga.kit.ids import parse_id

router = frame.router("governance")
F = TypeVar("F", bound=Callable[..., Any])


def takes_ballots(endpoint: F) -> F:
    """Mark an operation that may be reached with a ballot token."""
    endpoint.takes_ballots = True  # type: ignore[attr-defined]
    return endpoint


class BallotIn(In):
    """A ballot in the form of its method; null is a blank one. Where it changes another, `version` is the one seen."""

    ballot: Any
    reason: str = ""
    version: int | None = None


class CastOut(BaseModel):
    """`receipt` is the nonce of a sealed ballot: told this once, and never kept."""

    version: int
    changed: bool
    receipt: str | None


class BallotOut(BaseModel):
    """`state`: none, cast, entered (by somebody), ticked (nothing joins it to you), paper."""

    state: str
    on_roll: bool
    readable: bool
    ballot: Any
    reason: str
    version: int
    entered_by: str


@router.get("/polls/{id}/ballot", response_model=BallotOut)
@limit("read")
@takes_ballots
def read_own_ballot(request: Request, id: str) -> Response:
    """One's own ballot; of a secret poll only a ballot token reads what it says."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = own_ballots.own_ballot_by_token(unit.session, unit.actor, parse_id(id), at=unit.now)
        body = {
            "state": found.state,
            "on_roll": found.on_roll,
            "readable": found.readable,
            "ballot": found.ballot,
            "reason": found.reason,
            "version": found.version,
            "entered_by": found.entered_by,
        }
        return ok(unit, body)


@router.put("/polls/{id}/ballot", response_model=CastOut)
@limit("ballot")
@takes_ballots
def cast_ballot(request: Request, id: str, sent: BallotIn) -> Response:
    """Cast or change one's ballot, with a ballot token."""
    with write_unit(request) as unit:
        unit.signed_in()
        done = commands.cast_ballot(
            unit.session,
            unit.actor,
            parse_id(id),
            sent.ballot,
            reason=sent.reason,
            version=sent.version,
            at=unit.now,
        )
        body: dict[str, Any] = {"version": done.version, "changed": done.changed, "receipt": done.nonce}
        return ok(unit, body, again={**body, "receipt": None})


@router.delete("/polls/{id}/ballot", status_code=204, response_class=Response)
@limit("ballot")
@takes_ballots
def withdraw_ballot(request: Request, id: str) -> Response:
    """Take one's ballot back, with a ballot token; it can be cast again until the close."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.withdraw_ballot(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.get("/polls/{id}/record.json", response_class=Response)
@limit("export")
def read_record(request: Request, id: str) -> Response:
    """The signed record of a counted poll: everything that counting it again needs."""
    with read_unit(request) as unit:
        unit.signed_in()
        return Response(record_of(unit, id), headers=named(id, "json"), media_type="application/json")


@router.get("/polls/{id}/ballots.csv", response_class=Response)
@limit("export")
def read_ballots(request: Request, id: str) -> Response:
    """The published ballots as a table."""
    with read_unit(request) as unit:
        unit.signed_in()
        return Response(table_of(unit, id), headers=named(id, "csv"), media_type="text/csv; charset=utf-8")
