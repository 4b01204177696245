"""What went between a community and others, over REST."""

from datetime import date
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from minga.communities.access import community_to_read
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok
from minga.interfaces.http import read_unit
from minga.sharing import queries

router = frame.router("sharing")


@router.get("/communities/{c}/flow")
@limit("read")
def flow(
    request: Request,
    c: str,
    since: Annotated[date | None, Query(alias="from")] = None,
    until: date | None = None,
) -> Response:
    """Completed exchanges with other communities, given (`out`) and received (`back`), by partner and month.

    Figures are null where they are too small for the caller; money and minutes are whole numbers of their unit.
    """
    with read_unit(request) as unit:
        unit.signed_in()
        community = community_to_read(unit.session, unit.actor, c, at=unit.now)
        found = queries.flow(
            unit.session, unit.actor, community.id, from_on=since, until_on=until, at=unit.now
        )
        return ok(unit, found)
