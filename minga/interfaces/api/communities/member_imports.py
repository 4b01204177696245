"""Members from a list over REST: looked through here; applied where somebody shows that it is them, so not by a token."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, nothing, ok, page
from minga.interfaces.http import read_unit, write_unit

router = frame.router("communities")
Cursor = Annotated[str | None, Query(max_length=1000)]


class ListIn(In):
    """The text of a CSV file; its first line names the columns."""

    name: str = Field(default="", max_length=200)
    csv: str = Field(max_length=5_000_000)


@router.post("/communities/{c}/imports", status_code=201)
@limit("upload")
def look_through(request: Request, c: str, body: ListIn) -> Response:
    """Look a list through; nothing is written but the list itself."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        made = commands.look_through(
            unit.session, unit.actor, here.id, body.name, body.csv.encode(), at=unit.now
        )
        found = queries.member_import(unit.session, unit.actor, made.id, at=unit.now)
        return ok(unit, found, status=201)


@router.get("/imports/{id}")
@limit("read")
def member_import(request: Request, id: str) -> Response:
    """One list in numbers."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.member_import(unit.session, unit.actor, id, at=unit.now))


@router.get("/imports/{id}/rows")
@limit("read")
def import_rows(
    request: Request,
    id: str,
    verdict: Literal["", "new", "same", "maybe", "fault"] = "",
    after: Cursor = None,
    limit: int | None = None,
) -> Response:
    """The rows of a list in their order."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.import_rows(
            unit.session, unit.actor, id, at=unit.now, verdict=verdict, after=after, limit=limit
        )
        return page(unit, found)


@router.post("/imports/{id}/application")
@limit("write")
def apply_import(request: Request, id: str) -> Response:
    """Apply what fits. Refused (403 `confirm`) for a token: open the list on its page."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.apply_import(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, queries.member_import(unit.session, unit.actor, id, at=unit.now))


@router.delete("/imports/{id}", status_code=204)
@limit("write")
def discard_import(request: Request, id: str) -> Response:
    """Leave a list that was only looked through."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.discard_import(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)
