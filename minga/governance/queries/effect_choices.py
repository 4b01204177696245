"""What can be chosen when somebody says what follows from a proposal: kinds, and for each field what the community has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from minga.communities.models import Application, Community, Membership, Partnership, Role
from minga.communities.rules import POLICIES
from minga.governance.access import proposal_to_edit
from minga.governance.queries.charter import charter_of
from minga.governance.rules.effects import EffectKind, kinds_for
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id

MOST = 500
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class FieldChoice:
    """One field of the form. `options` empty: it is written, not chosen; `marked`: the words of options are translated."""

    name: str
    label: str
    required: bool
    options: Options = ()
    marked: bool = False
    value: str = ""


@dataclass(frozen=True)
class EffectForm:
    """The kinds a proposal may choose from and, once one is chosen, its fields."""

    community_id: Id
    kinds: tuple[EffectKind, ...]
    chosen: EffectKind | None
    fields: tuple[FieldChoice, ...]
    charter: list[dict[str, Any]]


def effect_form(
    session: Session, actor: Actor, proposal_id: Id, kind: str = "", *, at: datetime
) -> EffectForm:
    """The form for those who make the proposal; one statement for each field that offers a choice."""
    found = proposal_to_edit(session, actor, proposal_id, at=at)
    kinds = tuple(kinds_for(found.kind.value))
    chosen = next((one for one in kinds if one.name == kind), None)
    if kind and chosen is None:
        raise NotFound()
    here, fields, charter = found.community_id, [], []
    for one in chosen.fields if chosen else ():
        options, marked, value = _options(session, here, one.about, found.subject_id), False, ""
        if one.about == "policy":
            options, marked = tuple((key, kind.sentence) for key, kind in sorted(POLICIES.items())), True
        fields.append(FieldChoice(one.name, one.label, one.required, options, marked, value))
        if one.name == "rules":
            charter = [rule.as_json() for rule in charter_of(session, here, at=at).rules]
    return EffectForm(here, kinds, chosen, tuple(fields), charter)


def _options(session: Session, here: Id, about: str, subject_id: Id | None) -> Options:
    if about == "person":
        wanted = (
            select(Person.id, Person.name)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.community_id == here, Membership.ended_on.is_(None))
            .order_by(Person.name, Person.id)
        )
        if subject_id is not None:
            wanted = wanted.where(Person.id == subject_id)
    elif about == "role":
        wanted = (
            select(Role.id, Role.name)
            .where(Role.community_id == here, Role.ended_at.is_(None), Role.built_in.is_(False))
            .order_by(Role.name)
        )
    elif about == "application":
        wanted = (
            select(Application.id, Person.name)
            .join(Person, Person.id == Application.person_id)
            .where(
                Application.community_id == here,
                Application.answered_at.is_(None),
                Application.withdrawn_at.is_(None),
                Application.lapsed_at.is_(None),
            )
            .order_by(Application.sent_at)
        )
    elif about == "partnership":
        wanted = (
            select(Partnership.id, Community.name)
            .join(
                Community,
                Community.id.in_((Partnership.low_id, Partnership.high_id)) & (Community.id != here),
            )
            .where(
                or_(Partnership.low_id == here, Partnership.high_id == here),
                Partnership.ended_at.is_(None),
                Partnership.declined_at.is_(None),
                Partnership.withdrawn_at.is_(None),
                Partnership.lapsed_at.is_(None),
            )
            .order_by(Community.name)
        )
    else:
        return ()
    return tuple((row[0], row[1]) for row in session.execute(wanted.limit(MOST)))
