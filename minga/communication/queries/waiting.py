"""What waits for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, false, func, literal, select, tuple_, union_all

from minga.communication.models import Notice, PutOff
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.refs import NeedLine, needs

UNSEEN = "unseen"


def waiting_for(session: Session, actor: Actor, *, at: datetime) -> tuple[NeedLine, ...]:
    """All that waits for one, most urgent first, without what one has put off."""
    lines = needs.of(session, actor, at=at)
    if not lines:
        return ()
    kind_and_ref = select(PutOff.kind, PutOff.ref_kind, PutOff.ref_id)
    rows = session.execute(kind_and_ref.where(_put_off(actor, lines, at)))
    return _shown(lines, {tuple(row) for row in rows})


def waiting_and_unseen(session: Session, actor: Actor, *, at: datetime) -> tuple[tuple[NeedLine, ...], int]:
    """The same and how many notices one has not looked at, for a page that shows both: one statement for what was put off
    and that number."""
    lines = needs.of(session, actor, at=at)
    number: Any = cast(func.count(), String)
    unseen = select(literal(UNSEEN), number, literal("")).select_from(Notice)
    unseen = unseen.where(Notice.person_id == actor.person_id, Notice.seen_at.is_(None))
    off = select(PutOff.kind, PutOff.ref_kind, PutOff.ref_id).where(
        _put_off(actor, lines, at) if lines else false()
    )
    rows = [tuple(row) for row in session.execute(union_all(unseen, off))]
    (_, many, _), *hidden = sorted(rows, key=lambda row: (row[0], row[2]) != (UNSEEN, ""))
    return _shown(lines, set(hidden)), int(many)


def _put_off(actor: Actor, lines: Sequence[NeedLine], at: datetime) -> ColumnElement[bool]:
    keys = [(line.kind, line.ref.kind, line.ref.id) for line in lines]
    return and_(
        PutOff.person_id == actor.person_id,
        PutOff.until_at > at,
        tuple_(PutOff.kind, PutOff.ref_kind, PutOff.ref_id).in_(keys),
    )


def _shown(lines: Sequence[NeedLine], hidden: set[tuple[Any, ...]]) -> tuple[NeedLine, ...]:
    """What matters most stays, also when it was put off."""
    return tuple(
        line for line in lines if line.weight >= 3 or (line.kind, line.ref.kind, line.ref.id) not in hidden
    )
