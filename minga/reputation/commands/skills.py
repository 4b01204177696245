"""What somebody says of themselves: that they can, teach or would like to learn something."""

from datetime import datetime

from sqlalchemy import delete, func, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.i18n import N_
from minga.reputation.access import may_write
from minga.reputation.models import PersonSkill
from minga.reputation.rules.endorsing import Wish, read_skill, skill_key

SKILLS_MAX = 60
TOO_MANY = N_("That is a long list. Take something off first.")


def state_skill(session: Session, actor: Actor, skill: str, wish: Wish, *, at: datetime) -> PersonSkill:
    """Say that one can, teaches or would like to learn something. Twice is once."""
    may_write(actor)
    said, key = read_skill(skill), skill_key(skill)
    found = session.get(PersonSkill, (actor.person_id, key, wish))
    if found is not None:
        return found
    mine = select(func.count()).where(PersonSkill.person_id == actor.person_id)
    if (session.scalar(mine) or 0) >= SKILLS_MAX:
        raise Refused(TOO_MANY, code="too_many")
    made = PersonSkill(person_id=actor.person_id, skill_key=key, wish=wish, skill=said, stated_at=at)
    session.add(made)
    session.flush()
    return made


def drop_skill(session: Session, actor: Actor, skill: str, wish: Wish) -> None:
    """Take it off again. Twice changes nothing."""
    may_write(actor)
    session.execute(
        delete(PersonSkill).where(
            PersonSkill.person_id == actor.person_id,
            PersonSkill.skill_key == skill_key(skill),
            PersonSkill.wish == wish,
        )
    )
