"""Who teaches what one would like to learn: those who say so themselves, the ones who could learn from one first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from minga.communities.access.people import people_to_see
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.reputation.access import may_read
from minga.reputation.models import PersonSkill
from minga.reputation.rules.endorsing import Wish

PAIRS_MAX = 30


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who teaches what the reader would like to learn; `mutual` when it could go both ways."""

    handle: str
    name: str
    skill: str
    mutual: bool


def teachers(session: Session, actor: Actor, *, at: datetime) -> tuple[Teacher, ...]:
    """People the reader may see who teach what the reader wants to learn, mutual pairs first, then by name. One statement."""
    may_read(actor)
    mine, theirs, back, wanted = (aliased(PersonSkill) for _ in range(4))
    mutual = exists().where(
        back.person_id == actor.person_id,
        back.wish == Wish.TEACHES,
        wanted.person_id == theirs.person_id,
        wanted.wish == Wish.LEARNS,
        wanted.skill_key == back.skill_key,
    )
    rows = session.execute(
        select(Person.handle, Person.name, theirs.skill, mutual.label("mutual"))
        .join(theirs, theirs.person_id == Person.id)
        .join(mine, mine.skill_key == theirs.skill_key)
        .where(
            mine.person_id == actor.person_id,
            mine.wish == Wish.LEARNS,
            theirs.wish == Wish.TEACHES,
            theirs.person_id != actor.person_id,
            theirs.person_id.in_(people_to_see(session, actor, at=at)),
        )
        .order_by(mutual.desc(), Person.name, Person.id, theirs.skill_key)
        .limit(PAIRS_MAX)
    )
    return tuple(Teacher(row[0], row[1], row[2], bool(row[3])) for row in rows)
