"""What is known about oneself, by REST: figures with their formula, facts with their sources, *not so*."""

from datetime import date
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import Id, parse_id
from minga.reputation import commands, queries
from minga.reputation.queries import FactLine, Standing
from minga.reputation.rules.facts import WORDS_MAX, Dimension

router = frame.router("reputation")


class ContestIn(In):
    words: str = Field(min_length=1, max_length=WORDS_MAX)


class AgreementIn(In):
    """`not_so` strikes it, `so` lets it stand; `restore` is a mediator's."""

    answer: Literal["not_so", "so", "restore"]


class FactShown(BaseModel):
    """One outcome. Counts are halves, so that *all right* is one of each; `event` is what it was read from."""

    id: str
    dimension: str
    what: str
    positive_halves: int
    negative_halves: int
    minutes: int
    happened_on: date
    community: str
    title: str
    url: str | None
    event: str
    struck: bool
    contested: str
    may: dict[str, bool]


class ReputationShown(BaseModel):
    """Figures by community, and the newest facts behind them."""

    communities: list[dict[str, Any]]
    facts: list[FactShown]
    next: str | None


def _fact(line: FactLine, **may: bool) -> dict[str, Any]:
    return {
        "id": line.id,
        "dimension": line.dimension.value,
        "what": line.what.value,
        "positive_halves": line.positive,
        "negative_halves": line.negative,
        "minutes": line.minutes,
        "happened_on": line.happened_on,
        "community": line.community,
        "title": line.title,
        "url": line.page,
        "event": line.event_id,
        "struck": line.struck,
        "contested": line.words,
        "may": may,
    }


def _standing(one: Standing) -> dict[str, Any]:
    given = one.contributions
    return {
        "community": {"slug": one.slug, "name": one.name},
        "figures": [
            {
                "dimension": each.dimension.value,
                "positive_halves": each.positive,
                "negative_halves": each.negative,
                "mean": each.figure.mean,
                "low": each.figure.low,
                "high": each.figure.high,
                "base": each.figure.base,
                "half_life_days": each.figure.half_life_days,
                "formula": each.figure.formula,
            }
            for each in one.figures
        ],
        "gave": given.gave,
        "gave_minutes": given.gave_minutes,
        "received": given.received,
        "received_minutes": given.received_minutes,
        "together": given.together,
        "counts": {what.value: count for what, count in given.counts.items()},
    }


@router.get("/me/reputation", response_model=ReputationShown)
@limit("read")
def own_reputation(
    request: Request, dimension: Dimension | None = None, after: str | None = None, limit: int | None = None
) -> Response:
    """What is known about oneself, with every source."""
    with read_unit(request) as unit:
        unit.signed_in()
        page = queries.facts(
            unit.session, unit.actor, at=unit.now, dimension=dimension, after=after, limit=limit
        )
        standings = queries.own_standing(unit.session, unit.actor, at=unit.now)
        body = {
            "communities": [_standing(one) for one in standings],
            "facts": [_fact(line, contest=not line.struck) for line in page.items],
            "next": page.next,
        }
        return ok(unit, body)


def _answer(unit: Unit, fact_id: Id, status: int = 200) -> Response:
    view = queries.fact(unit.session, unit.actor, fact_id, at=unit.now)
    may = {
        "contest": view.own and not view.waits and not view.line.struck,
        "answer": view.waits and not view.own,
        "restore": view.mediator and view.line.struck,
    }
    body = _fact(view.line, **may)
    return ok(unit, body if view.own else {**body, "event": ""}, status=status)


@router.get("/facts/{id}", response_model=FactShown)
@limit("read")
def show_fact(request: Request, id: str) -> Response:
    """One fact: for its person, and once contested for the other side and mediators."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _answer(unit, parse_id(id))


@router.post("/facts/{id}/contest", status_code=201, response_model=FactShown)
@limit("write")
def contest_fact(request: Request, id: str, body: ContestIn) -> Response:
    """*Not so*: the other side is asked."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.contest(unit.session, unit.actor, parse_id(id), body.words, at=unit.now)
        return _answer(unit, parse_id(id), 201)


@router.post("/facts/{id}/agreement", response_model=FactShown)
@limit("write")
def answer_contest(request: Request, id: str, body: AgreementIn) -> Response:
    """The other side or a mediator says whether it was so."""
    with write_unit(request) as unit:
        unit.signed_in()
        if body.answer == "restore":
            commands.restore(unit.session, unit.actor, parse_id(id), at=unit.now)
        else:
            agree = body.answer == "not_so"
            commands.answer_contest(unit.session, unit.actor, parse_id(id), agree=agree, at=unit.now)
        return _answer(unit, parse_id(id))
