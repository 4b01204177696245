"""Who acts from the machine's shell: whoever has it may act as anybody here, and the log says through which door."""

from datetime import datetime

from sqlalchemy import select

from minga.identity.models import Person
from minga.identity.rules import Actor, Via
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_


def actor_by_handle(session: Session, handle: str, *, at: datetime) -> Actor:
    """The actor for `--as HANDLE`, confirmed just now. Raises NotFound for nobody, suspended and erased people."""
    person = session.scalar(
        select(Person).where(
            Person.handle_key == handle.strip().removeprefix("@").casefold(),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    )
    if person is None:
        raise NotFound(N_("Nobody here is called {handle}."), handle=handle[:40])
    return Actor(person.id, Via.CLI, confirmed_at=at)
