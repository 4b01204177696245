"""How far each field of each person reaches, as SQL: what a viewer may not read never leaves the database.

A level is how near the viewer stands to the person: 0 oneself, 1 steward, 2 exchanged, 3 member, 4 partner,
5 signed in, 6 anybody. A field shows when its audience, capped by the person's scope, is at least that wide.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from minga.identity.models import Block, Contact, Detail, FieldAudience, Person
from minga.identity.rules.actor import Actor
from minga.identity.rules.fields import FIELDS, WIDTH, Audience
from minga.kit.ids import Id

EVERYWHERE = ""
Exchanged = Callable[[Actor], Select[str]]
_exchanged: list[Exchanged] = []


def exchanged_by(find: Exchanged) -> None:
    """The domain of exchanges says here with whom an actor has a running or completed exchange."""
    _exchanged[:] = [find]


def exchanged_with(actor: Actor) -> Select[str]:
    """The people whom the actor has exchanged something with."""
    return _exchanged[0](actor) if _exchanged else select(Person.id).where(false())


def not_blocked(actor: Actor, person_id: Any) -> ColumnElement[bool]:
    """Neither has blocked the other."""
    if actor.person_id is None:
        return literal(True)
    return ~exists().where(
        Block.ended_at.is_(None),
        or_(
            and_(Block.blocker_id == actor.person_id, Block.blocked_id == person_id),
            and_(Block.blocker_id == person_id, Block.blocked_id == actor.person_id),
        ),
    )


def is_there() -> ColumnElement[bool]:
    """The person was not erased and is not suspended."""
    return and_(Person.erased_at.is_(None), Person.suspended_at.is_(None))


def rank(audience: Any) -> ColumnElement[int]:
    """The width of an audience as a number."""
    return case({one.value: width for one, width in WIDTH.items()}, value=audience, else_=0)


def _default_rank(key: Any) -> ColumnElement[int]:
    return case({key_: field.audience.rank for key_, field in FIELDS.items()}, value=key, else_=0)


def field_rows() -> Subquery:
    """Every value that people have given, one row each: contacts, details and the photo."""
    contacts = select(Contact.person_id, Contact.kind.label("key"), Contact.value).where(
        Contact.ended_at.is_(None)
    )
    details = select(Detail.person_id, Detail.key, Detail.value)
    photos = select(Person.id, literal("photo"), Person.photo).where(Person.photo.is_not(None))
    return union_all(contacts, details, photos).subquery("field_row")


def visible_fields(
    people: Any, level: Callable[[Any], ColumnElement[int]], community_id: Id = EVERYWHERE
) -> Select[Any]:
    """Rows (person_id, key, value, folded) that a viewer at `level` of each person may read in that community.

    `people` filters the persons. What only stewards read stays folded: the row without its value.
    """
    rows = field_rows()
    here, everywhere = aliased(FieldAudience), aliased(FieldAudience)
    near = level(rows.c.person_id)
    width = func.coalesce(
        rank_or_none(here.audience), rank_or_none(everywhere.audience), _default_rank(rows.c.key)
    )
    scope = rank(Person.scope)
    reach = case((width > scope, scope), else_=width)
    folded = and_(reach == Audience.STEWARDS.rank, near == Audience.STEWARDS.rank)
    return (
        select(
            rows.c.person_id,
            rows.c.key,
            case((folded, null()), else_=rows.c.value).label("value"),
            folded.label("folded"),
        )
        .join(Person, Person.id == rows.c.person_id)
        .outerjoin(
            here,
            and_(
                here.person_id == rows.c.person_id,
                here.key == rows.c.key,
                here.community_id == (community_id or "-"),
            ),
        )
        .outerjoin(
            everywhere,
            and_(
                everywhere.person_id == rows.c.person_id,
                everywhere.key == rows.c.key,
                everywhere.community_id == EVERYWHERE,
            ),
        )
        .where(rows.c.person_id.in_(people), reach >= near)
    )


def rank_or_none(audience: Any) -> ColumnElement[int | None]:
    """As `rank`, and nothing for nothing."""
    return case((audience.is_(None), null()), else_=rank(audience))


def open_people(actor: Actor) -> Select[str]:
    """People whose name reaches beyond their communities: to everybody signed in, or to the web."""
    needed = (Audience.NETWORK if actor.signed_in else Audience.PUBLIC).rank
    name = select(FieldAudience.person_id).where(
        FieldAudience.key == "name",
        FieldAudience.community_id == EVERYWHERE,
        rank(FieldAudience.audience) >= needed,
    )
    return select(Person.id).where(
        Person.id.in_(name), rank(Person.scope) >= needed, is_there(), not_blocked(actor, Person.id)
    )
