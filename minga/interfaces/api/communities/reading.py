"""What of communities can be read over REST."""

from datetime import date
from typing import Annotated

from fastapi import Query, Request, Response

from minga.communities import queries
from minga.communities.access import require_scope
from minga.communities.queries import CommunityPage, LogFilter
from minga.interfaces.api import frame
from minga.interfaces.api.frame import limit, ok, page
from minga.interfaces.http import Unit, read_unit
from minga.kit.errors import NotFound

router = frame.router("communities")
Words = Annotated[str, Query(max_length=80)]
Cursor = Annotated[str | None, Query(max_length=1000)]


def inside(unit: Unit, c: str) -> CommunityPage:
    """The community of the path, for those who are inside and whose token reaches it."""
    unit.signed_in()
    require_scope(unit.actor, writing=False)
    found = queries.community(unit.session, unit.actor, c, at=unit.now)
    if not found.is_inside:
        raise NotFound()
    return found


@router.get("/communities")
@limit("read")
def communities(
    request: Request, q: Words = "", kind: Words = "", after: Cursor = None, limit: int | None = None
) -> Response:
    """The caller's communities first, then those that show themselves on this node."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        found = queries.communities(
            unit.session, unit.actor, at=unit.now, q=q, kind=kind, after=after, limit=limit
        )
        return page(unit, found)


@router.get("/communities/{c}")
@limit("read")
def community(request: Request, c: str) -> Response:
    """One community: in full for its members, as a card where it shows itself."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        found = queries.community(unit.session, unit.actor, c, at=unit.now)
        return ok(unit, found, etag=str(found.version))


@router.get("/me/communities")
@limit("read")
def my_communities(request: Request) -> Response:
    """The caller's memberships with standing and roles."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        found = queries.my_communities(unit.session, unit.actor, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/memberships/{id}")
@limit("read")
def membership(request: Request, id: str) -> Response:
    """One membership: standing, sponsor, roles."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        return ok(unit, queries.member(unit.session, unit.actor, id, at=unit.now))


@router.get("/communities/{c}/subgroups")
@limit("read")
def subgroups(request: Request, c: str) -> Response:
    """The groups of a community that the caller may know of."""
    with read_unit(request) as unit:
        found = queries.subgroups(unit.session, unit.actor, inside(unit, c).id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/communities/{c}/roles")
@limit("read")
def roles(request: Request, c: str) -> Response:
    """Roles and who holds them. They are changed on pages only."""
    with read_unit(request) as unit:
        found = queries.roles(unit.session, unit.actor, inside(unit, c).id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/roles/{id}")
@limit("read")
def role(request: Request, id: str) -> Response:
    """One role with what it may do and how that changed."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        found = queries.role(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, found, etag=str(found.version))


@router.get("/communities/{c}/policies")
@limit("read")
def policies(request: Request, c: str) -> Response:
    """Every rule with its value, since when, and who set it."""
    with read_unit(request) as unit:
        found = queries.rules(unit.session, unit.actor, inside(unit, c).id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/communities/{c}/policies/{key}")
@limit("read")
def policy(request: Request, c: str, key: str) -> Response:
    """One rule with bounds and history; its ETag goes back with a change."""
    with read_unit(request) as unit:
        found = queries.rule(unit.session, unit.actor, inside(unit, c).id, key, at=unit.now)
        return ok(unit, found, etag=found.line.seen or "none")


@router.get("/communities/{c}/applications")
@limit("read")
def applications(
    request: Request, c: str, ended: bool = False, after: Cursor = None, limit: int | None = None
) -> Response:
    """Applications that wait, or those that are over."""
    with read_unit(request) as unit:
        found = queries.applications(
            unit.session,
            unit.actor,
            inside(unit, c).id,
            at=unit.now,
            ended=ended,
            after=after,
            limit=limit,
        )
        return page(unit, found)


@router.get("/applications/{id}")
@limit("read")
def application(request: Request, id: str) -> Response:
    """One application, for the applicant and those who read applications."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        return ok(unit, queries.application(unit.session, unit.actor, id, at=unit.now))


@router.get("/applications/{id}/answers")
@limit("read")
def answers(request: Request, id: str) -> Response:
    """What an applicant answered, each with the question as it was asked."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        found = queries.answers_of(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/applications/{id}/notes")
@limit("read")
def notes(request: Request, id: str) -> Response:
    """What passed between applicant and welcomers; welcomers also read their own notes."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        found = queries.notes_of(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, {"items": found, "next": None})


@router.get("/communities/{c}/questions")
@limit("read")
def questions(request: Request, c: str) -> Response:
    """What whoever applies is asked; also for those who may ask to join."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        here = queries.community(unit.session, unit.actor, c, at=unit.now)
        if here.is_inside:
            found = queries.questions(unit.session, unit.actor, here.id, at=unit.now)
        else:
            found = queries.to_join(unit.session, unit.actor, here.id, at=unit.now).questions
        return ok(unit, {"items": found, "next": None})


@router.get("/communities/{c}/log")
@limit("read")
def log(
    request: Request,
    c: str,
    name: Words = "",
    handle: Words = "",
    since: date | None = None,
    until: date | None = None,
    after: Cursor = None,
    limit: int | None = None,
) -> Response:
    """The log, newest first, as far as the caller may read it."""
    with read_unit(request) as unit:
        only = LogFilter(name=name, handle=handle, since_on=since, until_on=until)
        found = queries.log(
            unit.session, unit.actor, inside(unit, c).id, at=unit.now, only=only, after=after, limit=limit
        )
        return page(unit, found)


@router.get("/communities/{c}/log/head")
@limit("read")
def log_head(request: Request, c: str) -> Response:
    """Where the chain of the log stands, and the last head that the node signed."""
    with read_unit(request) as unit:
        return ok(unit, queries.log_head(unit.session, unit.actor, inside(unit, c).id, at=unit.now))


@router.get("/seconds/{id}")
@limit("read")
def second(request: Request, id: str) -> Response:
    """An act that waits for a second person."""
    with read_unit(request) as unit:
        unit.signed_in()
        require_scope(unit.actor, writing=False)
        return ok(unit, queries.second(unit.session, unit.actor, id, at=unit.now))
