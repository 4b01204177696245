"""Reports over REST: making one, the list of handlers, taking, answering, appealing, the open book."""

from typing import Annotated

from fastapi import Query, Request, Response

from minga.communities import commands, queries
from minga.communities.rules.moderation import Measure
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import Cursor, inside
from minga.interfaces.api.frame import In, limit, ok, page
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id
from minga.kit.refs import Ref

router = frame.router("communities")
About = Annotated[str, Query(max_length=80)]


class ReportIn(In):
    about: str
    words: str
    clause: str = ""
    concerns_me: bool = False


class ReportAnswerIn(In):
    measure: Measure
    words: str


class AppealIn(In):
    words: str


@router.post("/reports", status_code=201)
@limit("write")
def make(request: Request, body: ReportIn) -> Response:
    """Report a thing, named as `kind:id`; the same thing again adds words to the report that is open."""
    with write_unit(request) as unit:
        made = commands.report(
            unit.session,
            unit.actor,
            Ref.parse(body.about),
            words=body.words,
            clause=body.clause,
            concerns_me=body.concerns_me,
            at=unit.now,
        )
        return _shown(unit, made.id, 201)


@router.get("/communities/{c}/reports")
@limit("read")
def reports(
    request: Request, c: str, ended: bool = False, after: Cursor = None, limit: int | None = None
) -> Response:
    """Reports that wait, or those that were answered, for handlers; never any about themselves."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        found = queries.reports(
            unit.session, unit.actor, here.id, at=unit.now, ended=ended, after=after, limit=limit
        )
        return page(unit, found)


@router.get("/reports/{id}")
@limit("read")
def report(request: Request, id: str) -> Response:
    """One report as the caller may see it."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shown(unit, id)


@router.post("/reports/{id}/taking")
@limit("write")
def take(request: Request, id: str) -> Response:
    """Look after a report; who is near whoever it concerns may not."""
    with write_unit(request) as unit:
        commands.take_report(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.post("/reports/{id}/return")
@limit("write")
def give_back(request: Request, id: str) -> Response:
    """Let somebody else take it."""
    with write_unit(request) as unit:
        commands.give_back(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.post("/reports/{id}/answer")
@limit("write")
def answer(request: Request, id: str, body: ReportAnswerIn) -> Response:
    """Answer with a measure and a reason."""
    with write_unit(request) as unit:
        commands.answer_report(unit.session, unit.actor, id, body.measure, words=body.words, at=unit.now)
        return _shown(unit, id)


@router.post("/reports/{id}/appeal")
@limit("write")
def appeal(request: Request, id: str, body: AppealIn) -> Response:
    """Ask that somebody else looks once more."""
    with write_unit(request) as unit:
        commands.appeal_report(unit.session, unit.actor, id, words=body.words, at=unit.now)
        return _shown(unit, id)


@router.post("/reports/{id}/withdrawal")
@limit("write")
def withdraw(request: Request, id: str) -> Response:
    """Take one's own report back."""
    with write_unit(request) as unit:
        commands.withdraw_report(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)


@router.get("/communities/{c}/moderation")
@limit("read")
def moderation(request: Request, c: str, after: Cursor = None, limit: int | None = None) -> Response:
    """What moderators have done, without names and ids."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        return page(
            unit,
            queries.moderation_log(unit.session, unit.actor, here.id, at=unit.now, after=after, limit=limit),
        )


def _shown(unit: Unit, id: Id, status: int = 200) -> Response:
    return ok(unit, queries.report(unit.session, unit.actor, id, at=unit.now), status=status)
