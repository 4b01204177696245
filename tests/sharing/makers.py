"""Listings as tests want them: one call, sensible words, any field by name."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.sharing import commands
from minga.sharing.models import Listing
from minga.sharing.rules import (
    OWN,
    USUAL,
    Content,
    Direction,
    Kind,
    Own,
    Skill,
    Term,
)

SAMPLES: dict[Kind, Own] = {
    **{kind: own() for kind, own in OWN.items() if kind is not Kind.SKILL},
    Kind.SKILL: Skill(skill="Knitting"),
}


def said(title: str = "Drill", kind: Kind = Kind.ITEM, **fields: Any) -> Content:
    """What somebody fills in; `own` fields by their names as well."""
    own = fields.pop("own", SAMPLES[kind])
    inner = {name: fields.pop(name) for name in list(fields) if name in vars(own)}
    terms = fields.pop("terms", (Term(kind=USUAL[kind][0]),))
    return Content(title=title, own=replace(own, **inner), terms=terms, **fields)


def post(
    session: Session,
    actor: Actor,
    community_id: Id,
    title: str = "Drill",
    *,
    at: datetime,
    direction: Direction = Direction.OFFER,
    **fields: Any,
) -> Listing:
    """A published listing."""
    return commands.post(session, actor, community_id, direction, said(title, **fields), at=at)
