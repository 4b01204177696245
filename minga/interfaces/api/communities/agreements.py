"""What is agreed, over REST: reading it, accepting, declining, asking to publish a version."""

from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import Field

from minga.communities import commands, queries
from minga.communities.rules.agreements import LANGUAGES_MAX, Text
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import Cursor, inside
from minga.interfaces.api.frame import In, limit, nothing, ok, page
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id

router = frame.router("communities")
Language = Annotated[str, Query(max_length=16)]


class TextIn(In):
    language: str
    title: str
    words: str


class VersionIn(In):
    key: str
    texts: list[TextIn] = Field(min_length=1, max_length=LANGUAGES_MAX)
    must_accept: bool = False
    change: str = ""
    decision: str = ""


class AcceptIn(In):
    version_id: str
    language: str = ""


class DeclineIn(In):
    version_id: str


@router.get("/communities/{c}/agreements")
@limit("read")
def agreements(request: Request, c: str, language: Language = "en") -> Response:
    """What holds in a community, with the caller's own acceptance."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        found = queries.agreements(unit.session, unit.actor, here.id, at=unit.now, languages=(language,))
        return ok(unit, {"items": found, "next": None})


@router.post("/communities/{c}/agreements", status_code=201)
@limit("write")
def publish(request: Request, c: str, body: VersionIn) -> Response:
    """Ask for a second yes to a new agreement or version; `agreed` says whether it holds already."""
    with write_unit(request) as unit:
        here = inside(unit, c)
        asked = commands.publish_agreement(
            unit.session,
            unit.actor,
            here.id,
            body.key,
            [Text(one.language, one.title, one.words) for one in body.texts],
            must_accept=body.must_accept,
            change=body.change,
            decision=body.decision,
            at=unit.now,
        )
        return ok(unit, {"second_id": asked.id, "agreed": bool(asked.agreed)}, status=201)


@router.get("/agreements/{id}")
@limit("read")
def agreement(request: Request, id: str, version: int | None = None, language: Language = "en") -> Response:
    """One agreement with its versions and the hash of its words."""
    with read_unit(request) as unit:
        return _shown(unit, id, version, language)


@router.post("/agreements/{id}/acceptance")
@limit("write")
def accept(request: Request, id: str, body: AcceptIn) -> Response:
    """Accept the version that holds now; an older one is refused."""
    with write_unit(request) as unit:
        commands.accept_agreement(
            unit.session, unit.actor, id, body.version_id, language=body.language, at=unit.now
        )
        return _shown(unit, id, None, body.language or "en")


@router.post("/agreements/{id}/refusal", status_code=204)
@limit("write")
def decline(request: Request, id: str, body: DeclineIn) -> Response:
    """Say no to a version; nothing is lost by it."""
    with write_unit(request) as unit:
        commands.decline_agreement(unit.session, unit.actor, id, body.version_id, at=unit.now)
        return nothing(unit)


@router.get("/agreements/{id}/acceptances")
@limit("export")
def acceptances(request: Request, id: str, after: Cursor = None, limit: int | None = None) -> Response:
    """Who accepted which words, with their hashes, for those who read all of the log."""
    with read_unit(request) as unit:
        unit.signed_in()
        return page(
            unit, queries.acceptances(unit.session, unit.actor, id, at=unit.now, after=after, limit=limit)
        )


def _shown(unit: Unit, id: Id, version: int | None, language: str) -> Response:
    unit.signed_in()
    found = queries.agreement(unit.session, unit.actor, id, n=version, languages=(language,), at=unit.now)
    return ok(unit, found)
