"""The people of a node as whoever runs it sees them: that they are here and can sign in, not what they do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select

from minga.identity.models import OperatorGrant, Person, SignIn
from minga.identity.rules import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of


@dataclass(frozen=True)
class NodePerson:
    """One account."""

    id: Id
    handle: str
    name: str
    made_at: datetime
    suspended_at: datetime | None
    operator: bool
    sign_ins: int


def node_people(
    session: Session, actor: Actor, *, q: str = "", after: str | None = None, limit: int | None = None
) -> Page[NodePerson]:
    """Accounts, the newest first, for the operator only; `q` is the beginning of a handle or part of a name."""
    if not actor.operator:
        raise NotFound()
    most = limit_of(limit)
    live = select(func.count()).where(
        SignIn.person_id == Person.id, SignIn.live_at.is_not(None), SignIn.ended_at.is_(None)
    )
    grants = exists().where(OperatorGrant.person_id == Person.id, OperatorGrant.ended_at.is_(None))
    columns = (Person.id, Person.handle, Person.name, Person.made_at, Person.suspended_at)
    query = (
        select(*columns, grants.label("operator"), live.scalar_subquery().label("sign_ins"))
        .where(Person.erased_at.is_(None))
        .order_by(Person.made_at.desc(), Person.id.desc())
        .limit(most + 1)
    )
    words = q.strip().lower()[:80]
    if words:
        begins = Person.handle_key.startswith(words.lstrip("@"), autoescape=True)
        query = query.where(or_(begins, func.lower(Person.name).contains(words, autoescape=True)))
    if after:
        keys = (Person.made_at, Person.id)
        query = query.where(beyond(keys, Cursor.decode(after, datetime, str), descending=True))
    rows = [
        NodePerson(r.id, r.handle, r.name, r.made_at, r.suspended_at, bool(r.operator), r.sign_ins)
        for r in session.execute(query)
    ]
    return page_of(rows, most, lambda person: (person.made_at, person.id))
