"""What went wrong, by REST: the steps of the pages, with their rights and sentences."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.ids import parse_id
from minga.sharing import commands, queries
from minga.sharing.rules.disputes import About, Effect, read_end

router = frame.router("sharing")


class DisputeIn(In):
    about: About
    words: str = Field(min_length=1, max_length=2_000)


class EndIn(In):
    """What shall happen; `amount` in the smallest part of the exchange's unit when something is paid."""

    effects: list[Effect] = Field(min_length=1, max_length=7)
    amount: int = Field(0, ge=0, le=10**11)
    words: str = Field("", max_length=2_000)


class AgreementIn(In):
    """The end that one agrees to; `decision` for the second who looks at it again."""

    end: str = Field(max_length=64)
    decision: bool = False


class MediationIn(In):
    """`ask` for help, `name` somebody, or answer `yes` or `no` about them."""

    answer: Literal["ask", "name", "yes", "no"] = "ask"
    person: str = Field("", max_length=64)


class DisputeShown(BaseModel):
    """A dispute as its two sides and whoever helps read it."""

    id: str
    exchange_id: str
    title: str
    provider_name: str
    receiver_name: str
    about: str
    words: str
    opened_by_name: str
    opened_at: datetime
    state: str
    next_at: datetime | None
    closed_how: str | None
    unit: str
    ends: list[dict[str, Any]]
    mediators: list[dict[str, Any]]
    may_propose: bool
    may_ask_for_help: bool
    may_name: list[Any]
    may_decide: bool
    may_appeal: bool
    is_side: bool


def _shown(unit: Unit, dispute_id: str, status: int = 200) -> Response:
    view = queries.dispute(unit.session, unit.actor, dispute_id, at=unit.now)
    return ok(unit, msgspec.to_builtins(view, builtin_types=(datetime,)), status=status)


@router.post("/exchanges/{id}/disputes", status_code=201, response_model=DisputeShown)
@limit("write")
def open_dispute(request: Request, id: str, body: DisputeIn) -> Response:
    """Say that something went wrong; nothing moves by itself until that is settled."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.open_dispute(
            unit.session, unit.actor, parse_id(id), body.about, body.words, at=unit.now
        )
        return _shown(unit, made.id, 201)


@router.get("/disputes/{id}", response_model=DisputeShown)
@limit("read")
def show_dispute(request: Request, id: str) -> Response:
    """One dispute, for its two sides and whoever helps."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _shown(unit, id)


@router.post("/disputes/{id}/proposals", response_model=DisputeShown)
@limit("write")
def propose_end(request: Request, id: str, body: EndIn) -> Response:
    """Propose how it shall end."""
    with write_unit(request) as unit:
        unit.signed_in()
        end = read_end([one.value for one in body.effects], body.amount)
        commands.propose_end(unit.session, unit.actor, id, end, body.words, at=unit.now)
        return _shown(unit, id)


@router.post("/disputes/{id}/agreement", response_model=DisputeShown)
@limit("write")
def agree(request: Request, id: str, body: AgreementIn) -> Response:
    """Say yes to what was proposed or, as the second who looks at it again, decided."""
    with write_unit(request) as unit:
        unit.signed_in()
        agree_to = commands.agree_to_decision if body.decision else commands.agree_to_end
        agree_to(unit.session, unit.actor, id, body.end, at=unit.now)
        return _shown(unit, id)


@router.post("/disputes/{id}/mediation", response_model=DisputeShown)
@limit("write")
def mediation(request: Request, id: str, body: MediationIn) -> Response:
    """Ask for help, name somebody, or answer about somebody who was named."""
    with write_unit(request) as unit:
        unit.signed_in()
        if body.answer == "ask":
            commands.ask_for_mediation(unit.session, unit.actor, id, at=unit.now)
        elif body.answer == "name":
            commands.propose_mediator(unit.session, unit.actor, id, body.person, at=unit.now)
        else:
            yes = body.answer == "yes"
            commands.answer_mediator(unit.session, unit.actor, id, body.person, yes=yes, at=unit.now)
        return _shown(unit, id) if body.answer != "no" else frame.nothing(unit)


@router.post("/disputes/{id}/decision", response_model=DisputeShown)
@limit("write")
def decide(request: Request, id: str, body: EndIn) -> Response:
    """Who mediates decides."""
    with write_unit(request) as unit:
        unit.signed_in()
        end = read_end([one.value for one in body.effects], body.amount)
        commands.decide(unit.session, unit.actor, id, end, body.words, at=unit.now)
        return _shown(unit, id)


@router.post("/disputes/{id}/appeal", response_model=DisputeShown)
@limit("write")
def appeal(request: Request, id: str) -> Response:
    """Ask two others to look at it again, once."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.appeal(unit.session, unit.actor, id, at=unit.now)
        return _shown(unit, id)
