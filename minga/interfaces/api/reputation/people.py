"""Endorsements, skills and connections by REST, with the rights and sentences of the pages."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from minga.interfaces.api import frame
from minga.interfaces.api.frame import In, limit, nothing, ok
from minga.interfaces.http import Unit, read_unit, write_unit
from minga.kit.errors import NotFound
from minga.kit.ids import parse_id
from minga.reputation import commands, queries
from minga.reputation.rules.connecting import Purpose
from minga.reputation.rules.endorsing import SKILL_MAX, WORDS_MAX, Wish

router = frame.router("reputation")


class EndorsementIn(In):
    skill: str = Field(min_length=1, max_length=SKILL_MAX)
    words: str = Field("", max_length=WORDS_MAX)


class AcceptanceIn(In):
    accept: bool = True


class ConnectionIn(In):
    """The weight is seen by the asker alone; `named` lets the asker be named as who is in between."""

    purposes: list[Purpose] = Field(min_length=1, max_length=6)
    weight: int = Field(1, ge=1, le=3)
    named: bool = False


class AgreeIn(In):
    named: bool = False


class HidingIn(In):
    hidden: bool = True


class EndorsementShown(BaseModel):
    id: str
    skill: str
    words: str
    given_at: datetime
    accepted: bool
    ended: bool


class ConnectionShown(BaseModel):
    id: str
    purposes: list[str]
    asked_at: datetime
    agreed: bool
    ended: bool


class NearLine(BaseModel):
    name: str
    handle: str | None
    steps: int


class NearShown(BaseModel):
    items: list[NearLine]


class PersonSkills(BaseModel):
    """Skills with by what they are verified, what is said, and over how many people one is connected."""

    skills: list[dict[str, Any]]
    said: list[dict[str, Any]]
    connected: dict[str, Any] | None


def _endorsement(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "skill": one.skill,
        "words": one.words,
        "given_at": one.given_at,
        "accepted": one.accepted_at is not None,
        "ended": one.ended_at is not None,
    }


def _connection(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "purposes": one.purposes,
        "asked_at": one.asked_at,
        "agreed": one.agreed_at is not None,
        "ended": one.ended_at is not None,
    }


@router.get("/people/{handle}/skills", response_model=PersonSkills)
@limit("read")
def person_skills(request: Request, handle: str) -> Response:
    """What somebody can, as members of common communities see it."""
    with read_unit(request) as unit:
        unit.signed_in()
        seen = queries.person_seen(unit.session, unit.actor, handle, at=unit.now)
        if seen is None:
            raise NotFound()
        near = seen.near
        body = {
            "skills": [
                {"skill": one.skill, "stated": one.stated, "endorsed": one.endorsed, "verified_by": one.by}
                for one in seen.skills
            ],
            "said": [
                {"skill": one.skill, "words": one.words, "by": one.endorser_handle, "shown": one.accepted}
                for one in seen.said
            ],
            "connected": {"degree": near.degree, "through": near.through} if near else None,
        }
        return ok(unit, body)


class SkillIn(In):
    skill: str = Field(min_length=1, max_length=SKILL_MAX)
    wish: Wish
    drop: bool = False


class SkillsShown(BaseModel):
    """What one says of oneself, and who teaches what one would like to learn."""

    items: list[dict[str, Any]]
    teachers: list[dict[str, Any]]


def _own_skills(unit: Unit) -> Response:
    stated = queries.own_skills(unit.session, unit.actor)
    teachers = queries.teachers(unit.session, unit.actor, at=unit.now)
    body = {
        "items": [{"skill": skill, "wish": wish} for wish, skill in stated],
        "teachers": [
            {"handle": one.handle, "name": one.name, "skill": one.skill, "mutual": one.mutual}
            for one in teachers
        ],
    }
    return ok(unit, body)


@router.get("/me/skills", response_model=SkillsShown)
@limit("read")
def own_skills(request: Request) -> Response:
    """What one can, teaches and would like to learn, and who teaches that."""
    with read_unit(request) as unit:
        unit.signed_in()
        return _own_skills(unit)


@router.post("/me/skills", response_model=SkillsShown)
@limit("write")
def change_skills(request: Request, body: SkillIn) -> Response:
    """Add a skill, or take one off."""
    with write_unit(request) as unit:
        unit.signed_in()
        if body.drop:
            commands.drop_skill(unit.session, unit.actor, body.skill, body.wish)
        else:
            commands.state_skill(unit.session, unit.actor, body.skill, body.wish, at=unit.now)
        return _own_skills(unit)


@router.post("/people/{handle}/endorsements", status_code=201, response_model=EndorsementShown)
@limit("write")
def endorse(request: Request, handle: str, body: EndorsementIn) -> Response:
    """Say what somebody can; it shows once they accept."""
    with write_unit(request) as unit:
        unit.signed_in()
        made = commands.endorse(unit.session, unit.actor, handle, body.skill, body.words, at=unit.now)
        return ok(unit, _endorsement(made), status=201)


@router.post("/endorsements/{id}/acceptance", response_model=EndorsementShown)
@limit("write")
def accept_endorsement(request: Request, id: str, body: AcceptanceIn) -> Response:
    """The endorsed person lets it be shown, or not."""
    with write_unit(request) as unit:
        unit.signed_in()
        found = commands.accept_endorsement(
            unit.session, unit.actor, parse_id(id), accept=body.accept, at=unit.now
        )
        return ok(unit, _endorsement(found))


@router.delete("/endorsements/{id}", status_code=204)
@limit("write")
def end_endorsement(request: Request, id: str) -> Response:
    """Either of the two takes it back."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_endorsement(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)


@router.get("/me/connections", response_model=NearShown)
@limit("read")
def near_people(request: Request, steps: int = 2) -> Response:
    """Who lies within one, two or three steps of trust, over connections that nobody hid; the nearest first."""
    with read_unit(request) as unit:
        unit.signed_in()
        found = queries.people_near(unit.session, unit.actor, steps=steps, at=unit.now)
        lines = [{"name": one.name, "handle": one.handle, "steps": one.degree} for one in found]
        return ok(unit, {"items": lines})


@router.post("/people/{handle}/connections", status_code=201, response_model=ConnectionShown)
@limit("write")
def connect(request: Request, handle: str, body: ConnectionIn) -> Response:
    """Ask somebody to be connected."""
    with write_unit(request) as unit:
        unit.signed_in()
        purposes = [one.value for one in body.purposes]
        made = commands.connect(
            unit.session, unit.actor, handle, purposes, weight=body.weight, named=body.named, at=unit.now
        )
        return ok(unit, _connection(made), status=201)


@router.post("/connections/{id}/agreement", response_model=ConnectionShown)
@limit("write")
def agree_to_connect(request: Request, id: str, body: AgreeIn) -> Response:
    """The other agrees."""
    with write_unit(request) as unit:
        unit.signed_in()
        found = commands.agree_to_connect(
            unit.session, unit.actor, parse_id(id), named=body.named, at=unit.now
        )
        return ok(unit, _connection(found))


@router.post("/connections/{id}/hiding", response_model=ConnectionShown)
@limit("write")
def hide_connection(request: Request, id: str, body: HidingIn) -> Response:
    """Hide it from everybody else, or show it again."""
    with write_unit(request) as unit:
        unit.signed_in()
        found = commands.hide_connection(unit.session, unit.actor, parse_id(id), hidden=body.hidden)
        return ok(unit, _connection(found))


@router.delete("/connections/{id}", status_code=204)
@limit("write")
def end_connection(request: Request, id: str) -> Response:
    """Either of the two ends it at once."""
    with write_unit(request) as unit:
        unit.signed_in()
        commands.end_connection(unit.session, unit.actor, parse_id(id), at=unit.now)
        return nothing(unit)
