"""Which connections others may walk, and who lies within a few steps of somebody; one definition for all who ask."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select

from minga.identity import Actor
from minga.identity.access.fields import not_blocked
from minga.identity.models import Block, Connection, Person


def open_edges() -> ColumnElement[bool]:
    """Connections that others may walk: agreed, not ended, hidden by neither end, and no block lies between."""
    blocked = exists().where(
        Block.ended_at.is_(None),
        or_(
            and_(Block.blocker_id == Connection.from_id, Block.blocked_id == Connection.to_id),
            and_(Block.blocker_id == Connection.to_id, Block.blocked_id == Connection.from_id),
        ),
    )
    return and_(
        Connection.agreed_at.is_not(None),
        Connection.ended_at.is_(None),
        ~Connection.hidden_by_from,
        ~Connection.hidden_by_to,
        ~blocked,
    )


def people_within(actor: Actor, steps: int) -> Select[Any]:
    """Ids of the people at most so many steps from the actor, over connections that nobody hid.

    The actor's own connections count for them also when they are hidden from others; nobody walks on over these.
    """
    own = select(_other(actor.person_id)).where(
        or_(Connection.from_id == actor.person_id, Connection.to_id == actor.person_id),
        Connection.agreed_at.is_not(None),
        Connection.ended_at.is_(None),
        not_blocked(actor, _other(actor.person_id)),
    )
    if steps == 1:
        return own
    near = (
        select(Person.id.label("id"), literal(0).label("steps"))
        .where(Person.id == actor.person_id)
        .cte(recursive=True)
    )
    next_one = _other(near.c.id)
    near = near.union(
        select(next_one, near.c.steps + 1)
        .join(Connection, or_(Connection.from_id == near.c.id, Connection.to_id == near.c.id))
        .where(near.c.steps < steps, open_edges(), not_blocked(actor, next_one))
    )
    return select(near.c.id).where(near.c.steps > 0).union(own)  # type: ignore[return-value]


def _other(one: Any) -> ColumnElement[str]:
    """The end of a connection that is not this one."""
    return case((Connection.from_id == one, Connection.to_id), else_=Connection.from_id)
