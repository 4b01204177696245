"""Who lies within a few steps of trust of the reader: only people whose page they may open, by no other order than name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, literal, select

from minga.communities.access.people import people_to_see
from minga.identity import Actor
from minga.identity.access.connections import people_within
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.reputation.access import may_read
from minga.reputation.rules.connecting import DEGREE_MAX, check_steps

NEAR_MAX = 200


@dataclass(frozen=True, slots=True)
class NearPerson:
    """Somebody and how many steps away they are."""

    id: Id
    name: str
    handle: str | None
    degree: int


def people_near(
    session: Session, actor: Actor, *, steps: int = DEGREE_MAX, at: datetime
) -> tuple[NearPerson, ...]:
    """The people at most so many steps away, the nearest first; at most 200, in one statement.

    An edge that either end hides is walked by nobody but its own two people, so that without it the answer is the same.
    """
    may_read(actor)
    check_steps(steps)
    nearer = [(Person.id.in_(people_within(actor, n)), n) for n in range(1, steps)]
    degree = (case(*nearer, else_=steps) if nearer else literal(1)).label("degree")
    rows = session.execute(
        select(Person.id, Person.name, Person.handle, degree)
        .where(
            Person.id != actor.person_id,
            Person.id.in_(people_within(actor, steps)),
            Person.id.in_(people_to_see(session, actor, at=at)),
        )
        .order_by(degree, Person.name, Person.id)
        .limit(NEAR_MAX)
    )
    return tuple(NearPerson(*row) for row in rows)
