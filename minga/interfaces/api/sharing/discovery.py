"""Communities to be found, over REST."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from minga.communities.access import require_scope
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, page
from minga.interfaces.http import read_unit
from minga.kit.errors import Invalid
from minga.sharing import queries
from minga.sharing.queries import Sought
from minga.sharing.rules.places import NEAR_WHAT, read_radius

router = frame.router("sharing")
Words = Annotated[str, Query(max_length=80)]


@router.get("/discovery/communities")
@limit("read")
def discovery(
    request: Request,
    q: Words = "",
    kind: Words = "",
    language: Words = "",
    category: Words = "",
    near: Words = "",
    radius_km: Words = "",
    after: Annotated[str | None, Query(max_length=1000)] = None,
    limit: int | None = None,
) -> Response:
    """The caller's communities, partners of these, then those that show themselves.

    Offers and needs are counted over what the caller may see; `member_count` is null where it is not told. `near`
    means: shares something near, and asks for a place (`me`, the id of a place, or latitude, longitude).
    """
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        if radius_km and not near:
            raise Invalid(NEAR_WHAT, code="near_what", fields={"near": NEAR_WHAT})
        here = queries.near_cell(unit.session, unit.actor, near, at=unit.now) if near else None
        sought = Sought(q, kind, language, category, here, read_radius(radius_km))
        found = queries.discovery(unit.session, unit.actor, sought, at=unit.now, after=after, limit=limit)
        return page(unit, found)
