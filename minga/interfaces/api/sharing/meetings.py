"""Meetings, who did not come and how it went, by REST; every answer is the whole exchange."""

from datetime import datetime
from typing import Literal

from fastapi import Request
from fastapi.responses import Response
from pydantic import Field

from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit
from minga.interfaces.api.sharing.exchange_shapes import NAIVE, AmountIn, ExchangeShown
from minga.interfaces.api.sharing.exchanges import exchange_answer
from minga.interfaces.http import write_unit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import parse_id
from minga.sharing import commands
from minga.sharing.rules.feedback import Mark, Said
from minga.sharing.rules.handovers import Reply

router = frame.router("sharing")
WHEN = N_("Say when: an instant with its zone, like 2026-11-22T18:00Z.")


class HandoverIn(In):
    """A meeting to propose, or with `answer` the word about the one that was proposed."""

    answer: Literal["propose", "agree", "end"] = "propose"
    meets_at: datetime | None = None
    place: str = Field("", max_length=200)
    note: str = Field("", max_length=500)


class NoShowIn(In):
    """Without `answer`: the other did not come. With it: the answer of whom that is said of."""

    answer: Reply | None = None
    words: str = Field("", max_length=500)


class FeedbackIn(In):
    """How it went, or `take_back`, `show`, `hide` for what was said before."""

    answer: Literal["give", "take_back", "show", "hide"] = "give"
    as_agreed: Mark | None = None
    care: Mark | None = None
    talking: Mark | None = None
    note: str = Field("", max_length=1_000)
    thanks: str = Field("", max_length=280)
    public: bool = False


@router.post("/exchanges/{id}/handovers", response_model=ExchangeShown)
@limit("write")
def arrange_handover(request: Request, id: str, body: HandoverIn) -> Response:
    """Propose when and where to meet, say yes to it, or take it back."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body.answer == "agree":
            commands.agree_to_handover(unit.session, unit.actor, key, at=unit.now)
        elif body.answer == "end":
            commands.end_handover(unit.session, unit.actor, key, at=unit.now)
        else:
            if body.meets_at is None or body.meets_at.tzinfo is None:
                sentence = WHEN if body.meets_at is None else NAIVE
                raise Invalid(sentence, fields={"meets_at": sentence})
            commands.propose_handover(
                unit.session,
                unit.actor,
                key,
                meets_at=body.meets_at,
                place=body.place,
                note=body.note,
                at=unit.now,
            )
        return exchange_answer(unit, key)


@router.post("/exchanges/{id}/no-show", response_model=ExchangeShown)
@limit("write")
def say_no_show(request: Request, id: str, body: NoShowIn | None = None) -> Response:
    """Say that the other did not come, or answer that."""
    with write_unit(request) as unit:
        unit.signed_in()
        key, said = parse_id(id), body or NoShowIn.model_validate({})
        if said.answer is not None:
            commands.answer_no_show(unit.session, unit.actor, key, said.answer, words=said.words, at=unit.now)
        else:
            commands.say_no_show(unit.session, unit.actor, key, words=said.words, at=unit.now)
        return exchange_answer(unit, key)


@router.post("/exchanges/{id}/feedback", response_model=ExchangeShown)
@limit("write")
def give_feedback(request: Request, id: str, body: FeedbackIn) -> Response:
    """Say how it went, take it back, or let thanks stand on both profiles."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body.answer == "take_back":
            commands.take_feedback_back(unit.session, unit.actor, key, at=unit.now)
        elif body.answer in ("show", "hide"):
            commands.show_thanks(unit.session, unit.actor, key, shown=body.answer == "show", at=unit.now)
        else:
            said = Said(body.as_agreed, body.care, body.talking, body.note, body.thanks)
            commands.give_feedback(unit.session, unit.actor, key, said, public=body.public, at=unit.now)
        return exchange_answer(unit, key)


@router.post("/exchanges/{id}/amount", response_model=ExchangeShown)
@limit("write")
def change_amount(request: Request, id: str, body: AmountIn) -> Response:
    """Propose another amount before anything is settled, or agree to the one that was proposed."""
    with write_unit(request) as unit:
        unit.signed_in()
        key = parse_id(id)
        if body.answer == "agree":
            commands.agree_to_amount(unit.session, unit.actor, key, at=unit.now)
        else:
            commands.propose_amount(unit.session, unit.actor, key, body.amount, at=unit.now)
        return exchange_answer(unit, key)
