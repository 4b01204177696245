"""Decisions over REST: the archive, one decision, what follows from it, who looks after it; and the charter."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import create_model

from minga.governance.commands import choosing
from minga.governance.commands import decisions as commands
from minga.governance.queries import charters, effects
from minga.governance.queries import decisions as queries
from minga.governance.queries.decisions import Sought
from minga.governance.queries.practice import practice
from minga.governance.rules.decisions import Progress
from minga.governance.rules.effects import KINDS
from minga.interfaces.api import frame
from minga.interfaces.api.communities.reading import inside
from minga.interfaces.api.frame import In, limit, ok, page
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id

router = frame.router("governance")
Words = Annotated[str, Query(max_length=100)]
Cursor = Annotated[str | None, Query(max_length=1000)]
Year = Annotated[int | None, Query(ge=2000, le=9999)]
Number = Annotated[int | None, Query(ge=1, le=99_999)]


class StatementIn(In):
    statement: str


class OwnerIn(In):
    owner: str = ""
    deadline_on: date | None = None
    review_on: date | None = None


class ImplementedIn(In):
    on: date | None = None


EffectIn: type[In] = create_model(  # type: ignore[call-overload]  # its fields are those of all kinds of effects
    "EffectIn",
    __base__=In,
    kind=(str, ...),
    **{one.name: (Any, None) for kind in KINDS.values() for one in kind.fields},
)


@router.get("/communities/{c}/decisions")
@limit("search")
def decisions(
    request: Request,
    c: str,
    q: Words = "",
    kind: Words = "",
    method: Words = "",
    outcome: Words = "",
    year: Year = None,
    progress: Progress | None = None,
    after: Cursor = None,
    limit: int | None = None,
) -> Response:
    """The archive of decisions, newest first."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        sought = Sought(q=q, kind=kind, method=method, outcome=outcome, year=year, progress=progress)
        found = queries.decisions(
            unit.session, unit.actor, here.id, sought, at=unit.now, after=after, limit=limit
        )
        return page(unit, found)


@router.get("/communities/{c}/decisions/figures")
@limit("search")
def figures(request: Request, c: str, since_on: date | None = None, until_on: date | None = None) -> Response:
    """How it is decided here, in figures by class and method and by month, with the way each is computed."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        found = practice(unit.session, unit.actor, here.id, since_on=since_on, until_on=until_on, at=unit.now)
        return ok(unit, found)


@router.get("/communities/{c}/decisions/{number}")
@limit("read")
def decision_by_number(request: Request, c: str, number: str) -> Response:
    """One decision by its number, such as 2026-014."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        return ok(unit, queries.decision_by_number(unit.session, unit.actor, here.id, number, at=unit.now))


@router.get("/decisions/{id}")
@limit("read")
def decision(request: Request, id: str) -> Response:
    """One decision with its words, its count, and what followed."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shown(unit, id)


@router.get("/proposals/{id}/outcome")
@limit("read")
def outcome(request: Request, id: str) -> Response:
    """What was decided about a proposal; not there while nothing is."""
    with read_unit(request) as unit:
        unit.signed_in()
        return ok(unit, queries.decision_of_proposal(unit.session, unit.actor, id, at=unit.now))


@router.get("/proposals/{id}/effects")
@limit("read")
def effects_of_proposal(request: Request, id: str) -> Response:
    """What follows if a proposal passes, as sentences with their facts."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = effects.effects_of_proposal(unit.session, unit.actor, id, at=unit.now)
        return ok(unit, {"items": found})


@router.post("/proposals/{id}/effects")
@limit("write")
def add_effect(request: Request, id: str, body: EffectIn) -> Response:  # type: ignore[valid-type]
    """Let one more thing follow if a proposal passes: `kind`, and the fields of that kind."""
    with write_unit(request) as unit:
        wish = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
        choosing.add_effect(unit.session, unit.actor, id, wish, at=unit.now)
        return ok(unit, {"items": effects.effects_of_proposal(unit.session, unit.actor, id, at=unit.now)})


@router.delete("/proposals/{id}/effects/{n}")
@limit("write")
def drop_effect(request: Request, id: str, n: int) -> Response:
    """Let the n-th thing not follow any more."""
    with write_unit(request) as unit:
        choosing.drop_effect(unit.session, unit.actor, id, n, at=unit.now)
        return ok(unit, {"items": effects.effects_of_proposal(unit.session, unit.actor, id, at=unit.now)})


@router.put("/decisions/{id}/statement")
@limit("write")
def write_statement(request: Request, id: str, body: StatementIn) -> Response:
    """Say below the outcome what it means; the outcome itself stays."""
    with write_unit(request) as unit:
        commands.write_statement(unit.session, unit.actor, id, body.statement, at=unit.now)
        return _shown(unit, id)


@router.put("/decisions/{id}/owner")
@limit("write")
def hand_on(request: Request, id: str, body: OwnerIn) -> Response:
    """Say who looks after it, until when it is to be done, and when it is looked at again."""
    with write_unit(request) as unit:
        commands.hand_on(
            unit.session,
            unit.actor,
            id,
            owner=body.owner,
            deadline_on=body.deadline_on,
            review_on=body.review_on,
            at=unit.now,
        )
        return _shown(unit, id)


@router.post("/decisions/{id}/implementation")
@limit("write")
def say_implemented(request: Request, id: str, body: ImplementedIn) -> Response:
    """Say that a decision is carried out."""
    with write_unit(request) as unit:
        commands.say_implemented(unit.session, unit.actor, id, on=body.on, at=unit.now)
        return _shown(unit, id)


@router.post("/effects/{id}/done")
@limit("write")
def say_done(request: Request, id: str) -> Response:
    """Say that one thing that only a person can do is done."""
    with write_unit(request) as unit:
        return _shown(unit, commands.say_done(unit.session, unit.actor, id, at=unit.now).id)


@router.post("/effects/{id}/attempts")
@limit("write")
def try_again(request: Request, id: str) -> Response:
    """Let the node try an effect once more that it could not carry out."""
    with write_unit(request) as unit:
        return _shown(unit, commands.try_again(unit.session, unit.actor, id, at=unit.now).id)


@router.get("/communities/{c}/charter")
@limit("read")
def charter(request: Request, c: str, version: Number = None) -> Response:
    """The rules of deciding as data and in sentences; `version` shows an earlier one."""
    with read_unit(request) as unit:
        here = inside(unit, c)
        return ok(unit, charters.charter_page(unit.session, unit.actor, here.id, n=version, at=unit.now))


def _shown(unit: Unit, decision_id: Id) -> Response:
    return ok(unit, queries.decision(unit.session, unit.actor, decision_id, at=unit.now))
