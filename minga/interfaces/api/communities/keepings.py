"""People without e-mail or device over REST: who is kept, what they agreed to. Cards to take over are made on pages only.

Calls that may be entered for somebody take the header `Minga-For` with their id or short name.
"""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.rules.keeping import CONSENT_DAYS_MAX, ActScope, ConsentHow
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, nothing, ok, page
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id

router = frame.router("communities")
Cursor = Annotated[str | None, Query(max_length=1000)]


class KeptIn(In):
    name: str = Field(max_length=80)
    phone: str = Field(default="", max_length=30)
    address: str = Field(default="", max_length=300)


class ConsentIn(In):
    how: ConsentHow
    scopes: list[ActScope] = Field(max_length=6)
    days: int = Field(ge=1, le=CONSENT_DAYS_MAX)


@router.get("/communities/{c}/keepings")
@limit("read")
def keepings(request: Request, c: str, after: Cursor = None, limit: int | None = None) -> Response:
    """Those whom the caller keeps, or all who are kept, for those who may keep people."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        return page(
            unit, queries.keepings(unit.session, unit.actor, here.id, at=unit.now, after=after, limit=limit)
        )


@router.post("/communities/{c}/keepings", status_code=201)
@limit("write")
def keep_person(request: Request, c: str, body: KeptIn) -> Response:
    """Make a member of somebody without e-mail or device."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        given = commands.Kept(name=body.name, phone=body.phone, address=body.address)
        made = commands.keep_person(unit.session, unit.actor, here.id, given, at=unit.now)
        return _shown(unit, made.id, 201)


@router.get("/keepings/{id}")
@limit("read")
def keeping(request: Request, id: str) -> Response:
    """The sheet of one person, without what was entered for them."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shown(unit, id, 200)


@router.get("/keepings/{id}/entered")
@limit("read")
def entered(request: Request, id: str, after: Cursor = None, limit: int | None = None) -> Response:
    """What was entered for the person, newest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.entered(unit.session, unit.actor, id, at=unit.now, after=after, limit=limit)
        return page(unit, found)


@router.post("/keepings/{id}/consents", status_code=201)
@limit("write")
def take_consent(request: Request, id: str, body: ConsentIn) -> Response:
    """Write down what the person agreed to; what they agreed to before ends."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.take_consent(
            unit.session, unit.actor, id, how=body.how, scopes=body.scopes, days=body.days, at=unit.now
        )
        return _shown(unit, id, 201)


@router.delete("/keepings/{id}/consents", status_code=204)
@limit("write")
def end_consent(request: Request, id: str) -> Response:
    """The person does not want to be acted for any more."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_consent(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


def _shown(unit: Unit, id: Id, status: int) -> Response:
    sheet = queries.keeping(unit.session, unit.actor, id, at=unit.now)
    shown = {name: getattr(sheet.line, name) for name in sheet.line.__struct_fields__}
    shown |= {"how": sheet.how, "agreed_at": sheet.agreed_at, "phone": sheet.phone, "address": sheet.address}
    return ok(unit, shown, status=status)
