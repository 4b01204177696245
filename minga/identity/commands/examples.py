"""Letting an example neighbour go: a person whom nobody is and who never signed in."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id


def forget_example(session: Session, person_id: Id, *, at: datetime) -> None:
    """Delete the person; where a row still points to them, an erased one without name or handle stays.

    Whether this is an example, and who may let it go, is asked by the domain above.
    """
    try:
        with session.begin_nested():
            session.execute(delete(Person).where(Person.id == person_id))
    except IntegrityError:
        session.expire_all()
        nobody = f"gone-{person_id[-20:]}"
        session.execute(
            update(Person)
            .where(Person.id == person_id)
            .values(name="–", name_key="–", handle=nobody, handle_key=nobody, erased_at=at)
        )
