"""Trust between members over REST: the tree of who brought in whom, vouches, and what became of cuts."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.rules.vouches import WORDS_MAX
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import Cursor, inside
from minga.interfaces.api.frame import In, limit, nothing, ok, page
from minga.interfaces.http import read_unit, write_unit

router = frame.router("communities")


class VouchIn(In):
    """For whom (their handle), with what words, and whether people who know the voucher may read it."""

    to: str = Field(max_length=60)
    words: str = Field(default="", max_length=WORDS_MAX)
    named: bool = False


@router.get("/communities/{c}/tree")
@limit("read")
def tree(request: Request, c: str, depth: Annotated[int | None, Query(ge=0, le=99)] = None) -> Response:
    """Who brought in whom, as lines in the order of reading, as far as the caller sees."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        return ok(unit, queries.tree(unit.session, unit.actor, here.id, depth=depth, at=unit.now))


@router.get("/communities/{c}/vouches")
@limit("read")
def vouches(request: Request, c: str, after: Cursor = None, limit: int | None = None) -> Response:
    """Live vouches: the caller's own, and all for those who see who vouches for whom."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        found = queries.vouches(unit.session, unit.actor, here.id, after=after, limit=limit, at=unit.now)
        return page(unit, found)


@router.post("/communities/{c}/vouches", status_code=201)
@limit("write")
def vouch(request: Request, c: str, body: VouchIn) -> Response:
    """Vouch for a member, or for somebody who asks to join."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        made = commands.vouch(
            unit.session, unit.actor, here.id, body.to, words=body.words, named=body.named, at=unit.now
        )
        return ok(unit, queries.vouch(unit.session, unit.actor, made.id, at=unit.now), status=201)


@router.get("/vouches/{id}")
@limit("read")
def one_vouch(request: Request, id: str) -> Response:
    """One vouch, for its two people and those who see who vouches for whom."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.vouch(unit.session, unit.actor, id, at=unit.now))


@router.post("/vouches/{id}/renewal")
@limit("write")
def renew(request: Request, id: str) -> Response:
    """Say that one still vouches."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.renew_vouch(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, queries.vouch(unit.session, unit.actor, id, at=unit.now))


@router.delete("/vouches/{id}", status_code=204)
@limit("write")
def end(request: Request, id: str) -> Response:
    """Take one's name back. Twice changes nothing."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_vouch(unit.session, unit.actor, id, at=unit.now)
        return nothing(unit)


@router.get("/cuts/{id}")
@limit("read")
def cut(request: Request, id: str) -> Response:
    """A plan to cut a branch and what became of it; whoever it concerns reads their own part. Agreeing takes a page."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.cut(unit.session, unit.actor, id, at=unit.now))
