"""Connections: asked for by one, agreed by the other, hidden or ended by either at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from minga.identity import Actor
from minga.identity.models import Connection
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.reputation.access import connection_of, may_write, person_to_see
from minga.reputation.events import ConnectionAgreed, ConnectionAsked, ConnectionEnded, ConnectionEvent
from minga.reputation.rules import connecting as rules

OVER = N_("This was ended. Ask anew.")


def connect(
    session: Session,
    actor: Actor,
    handle: str,
    purposes: Sequence[str],
    *,
    weight: int = 1,
    named: bool = False,
    at: datetime,
) -> Connection:
    """Ask somebody to be connected; the weight is seen by the asker alone."""
    may_write(actor)
    other = person_to_see(session, actor, handle, at=at)
    live = select(Connection.id).where(
        Connection.from_id == actor.person_id, Connection.to_id == other, Connection.ended_at.is_(None)
    )
    mine = select(func.count()).where(Connection.from_id == actor.person_id, Connection.ended_at.is_(None))
    refused = select(Connection.id).where(
        Connection.from_id == actor.person_id,
        Connection.to_id == other,
        Connection.agreed_at.is_(None),
        Connection.ended_at > at - rules.ASK_AGAIN,
    )
    rules.check_asking(
        oneself=other == actor.person_id,
        again=session.scalar(live) is not None,
        many=session.scalar(mine) or 0,
        weight=weight,
        said_no=session.scalar(refused.limit(1)) is not None,
    )
    made = Connection(
        from_id=actor.person_id,
        to_id=other,
        purposes=[one.value for one in rules.read_purposes(purposes)],
        weight=weight,
        asked_at=at,
        named_by_from=named,
    )
    session.add(made)
    session.flush()
    _tell(session, actor, made, ConnectionAsked, at)
    return made


def agree_to_connect(
    session: Session, actor: Actor, connection_id: Id, *, named: bool = False, at: datetime
) -> Connection:
    """The other agrees. Twice changes nothing."""
    found = connection_of(session, actor, connection_id, lock=True)
    if found.to_id != actor.person_id:
        raise Forbidden(N_("Only whom you asked can agree."), code="not_your_side")
    if found.ended_at is not None:
        raise Conflict(OVER, code="ended")
    if found.agreed_at is None:
        found.agreed_at, found.named_by_to = at, named
        _tell(session, actor, found, ConnectionAgreed, at)
    return found


def end_connection(session: Session, actor: Actor, connection_id: Id, *, at: datetime) -> Connection:
    """Either ends it, or says no, at once. Twice changes nothing."""
    found = connection_of(session, actor, connection_id, lock=True)
    if found.ended_at is None:
        found.ended_at = at
        _tell(session, actor, found, ConnectionEnded, at)
    return found


def hide_connection(session: Session, actor: Actor, connection_id: Id, *, hidden: bool) -> Connection:
    """Either hides it from everybody else, or shows it again; the other is not told."""
    found = connection_of(session, actor, connection_id, lock=True)
    if found.ended_at is not None:
        raise Conflict(OVER, code="ended")
    if found.from_id == actor.person_id:
        found.hidden_by_from = hidden
    else:
        found.hidden_by_to = hidden
    return found


def _tell(session: Session, actor: Actor, one: Connection, kind: type[ConnectionEvent], at: datetime) -> None:
    other = one.to_id if actor.person_id == one.from_id else one.from_id
    event = kind(connection_id=one.id, from_id=one.from_id, to_id=one.to_id)
    emit(session, actor, event, person_id=other, at=at)
