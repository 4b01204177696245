"""Closing a community for good over REST: the notice, objections, taking it back. Only pages ask to close or reopen."""

from fastapi import Request, Response

from minga.communities import commands, queries
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id

router = frame.router("communities")


class ObjectionIn(In):
    words: str = ""


@router.get("/communities/{c}/closing")
@limit("read")
def closing(request: Request, c: str) -> Response:
    """Whether a community is open, about to close, or closed, and what was said."""
    with read_unit(request) as unit:
        return _shown(unit, inside(unit, c).id)


@router.put("/communities/{c}/closing/objection")
@limit("write")
def object_to_closing(request: Request, c: str, body: ObjectionIn) -> Response:
    """A full member's no. Saying it again only changes the words."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        commands.object_to_closing(unit.session, unit.actor, here.id, words=body.words, at=unit.now)
        return _shown(unit, here.id)


@router.delete("/communities/{c}/closing/objection")
@limit("write")
def take_objection_back(request: Request, c: str) -> Response:
    """No longer mind."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        commands.take_objection_back(unit.session, unit.actor, here.id, at=unit.now)
        return _shown(unit, here.id)


def _shown(unit: Unit, community_id: Id) -> Response:
    return ok(unit, queries.closing(unit.session, unit.actor, community_id, at=unit.now))
