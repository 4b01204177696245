"""What somebody gave and received between two days, by REST, with the rights of the pages."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.http import Unit, read_unit
from minga.kit.errors import NotFound
from minga.reputation import queries

router = frame.router("reputation")
FromOn = Annotated[date | None, Query(alias="from")]


class ContributionShown(BaseModel):
    """Times and whole minutes; `shown` says who else sees it. Without days the last year, both days counted."""

    community: dict[str, str]
    from_on: date
    until_on: date
    times: dict[str, int]
    gave: int
    received: int
    given_minutes: int
    received_minutes: int
    thanked_minutes: int
    thanks_minutes: int
    care_minutes: int
    care_extra: int
    rest_days: int
    rest_extra: int
    counted_minutes: int
    shown: str


def _answer(
    unit: Unit, handle: str | None, community: str | None, from_on: date | None, until_on: date | None
) -> Response:
    found = queries.contribution(
        unit.session,
        unit.actor,
        handle=handle,
        community=community,
        from_on=from_on,
        until_on=until_on,
        at=unit.now,
    )
    if found is None:
        raise NotFound()
    sums = ("gave", "received", "given_minutes", "received_minutes", "thanked_minutes", "thanks_minutes")
    counting = ("care_minutes", "care_extra", "rest_days", "rest_extra", "counted_minutes", "shown")
    body: dict[str, Any] = {name: getattr(found, name) for name in (*sums, *counting)}
    body["community"] = {"slug": found.slug, "name": found.name}
    body["from_on"], body["until_on"] = found.period.from_on, found.period.until_on
    body["times"] = {what.value: n for what, n in found.times.items()}
    return ok(unit, body)


@router.get("/me/contribution", response_model=ContributionShown)
@limit("read")
def own_contribution(
    request: Request, community: str | None = None, from_on: FromOn = None, until: date | None = None
) -> Response:
    """One's own sums, in one community, between two days."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _answer(unit, None, community, from_on, until)


@router.get("/people/{handle}/contribution", response_model=ContributionShown)
@limit("read")
def others_contribution(
    request: Request,
    handle: str,
    community: str | None = None,
    from_on: FromOn = None,
    until: date | None = None,
) -> Response:
    """Another member's sums, where the community shows them."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _answer(unit, handle, community, from_on, until)
