"""Telling people, once each, on their pages and by mail; and putting off what can wait."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select, update

from minga.communication import rules
from minga.communication.access import require_scope
from minga.communication.commands.mailing import put_on_its_way
from minga.communication.models import Notice, PutOff
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotSignedIn
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import NeedLine, Ref, needs


def notify(
    session: Session,
    person_id: Id,
    *,
    event_id: Id,
    notice_class: rules.NoticeClass,
    ref: Ref,
    sentence: str,
    facts: dict[str, Any],
    community_id: Id | None,
    at: datetime,
    urgency: rules.Urgency = rules.Urgency.NORMAL,
) -> Notice | None:
    """Tell a person about an event, once however often it is said; None when they were told before."""
    told = select(Notice.id).where(Notice.person_id == person_id, Notice.event_id == event_id)
    if session.scalar(told) is not None:
        return None
    notice = Notice(
        person_id=person_id,
        event_id=event_id,
        community_id=community_id,
        notice_class=notice_class,
        urgency=urgency,
        ref_kind=ref.kind,
        ref_id=ref.id,
        sentence=sentence,
        facts=facts,
        made_at=at,
    )
    session.add(notice)
    session.flush()
    put_on_its_way(session, notice, at=at)
    return notice


def see_notices(session: Session, actor: Actor, *, at: datetime) -> None:
    """Mark all one's notices as seen."""
    if not actor.signed_in:
        raise NotSignedIn()
    require_scope(actor, "write")
    session.execute(
        update(Notice).where(Notice.person_id == actor.person_id, Notice.seen_at.is_(None)).values(seen_at=at)
    )


def put_off(session: Session, actor: Actor, kind: str, ref: Ref, *, zone: tzinfo, at: datetime) -> None:
    """Hide a line of *Needs you* until the next morning; twice at most, and never what cannot wait."""
    if not actor.signed_in:
        raise NotSignedIn()
    line = _line(session, actor, kind, ref, at)
    if line is None:
        return
    if line.weight >= 3:
        raise Conflict(N_("This cannot wait."), code="cannot_wait")
    found = session.get(PutOff, (actor.person_id, kind, ref.kind, ref.id))
    if found is None:
        session.add(
            PutOff(
                person_id=actor.person_id,
                kind=kind,
                ref_kind=ref.kind,
                ref_id=ref.id,
                until_at=rules.next_morning(at, zone),
                times=1,
            )
        )
    elif found.until_at > at:
        return
    elif found.times >= rules.LATER_TIMES_MAX:
        raise Conflict(N_("You have put this off twice. Do it, or say no."), code="put_off_twice")
    else:
        found.times, found.until_at = found.times + 1, rules.next_morning(at, zone)


def _line(session: Session, actor: Actor, kind: str, ref: Ref, at: datetime) -> NeedLine | None:
    waiting = needs.of(session, actor, at=at)
    return next((line for line in waiting if line.kind == kind and line.ref == ref), None)
