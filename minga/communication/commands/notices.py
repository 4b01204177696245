"""Telling people, once each, on their pages and by mail; and putting off what can wait."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select, update

from minga.communication import rules
from minga.communication.access import require_scope
from minga.communication.models import Notice, PutOff
from minga.identity import Actor, Via
from minga.identity.models import Contact, Person
from minga.kit import jobs, mail, refs
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotSignedIn
from minga.kit.i18n import N_, translator
from minga.kit.ids import Id
from minga.kit.refs import NeedLine, Ref, needs

WHY = N_("You get this because it concerns something you share.")


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
    if notice_class in rules.MAILED:
        key = f"communication.mail_notice:{notice.id}"
        jobs.enqueue(session, "communication.mail_notice", {"notice_id": notice.id}, at=at, unique_key=key)
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


@jobs.job("communication.mail_notice", lane="fast")
def mail_notice(run: jobs.Run, args: dict[str, Any]) -> None:
    """Write the letter of a notice, once, if mail works and the person has an address they have confirmed.

    What was read on a page needs no letter, except about the account: somebody else may have read it there.
    """
    if not mail.mail_works(run.settings):
        return
    now = run.clock()
    with run.database.write() as session:
        notice = session.get(Notice, args["notice_id"], with_for_update=True)
        if notice is None or notice.mailed_at is not None:
            return
        if notice.seen_at is not None and notice.notice_class is not rules.NoticeClass.SECURITY:
            return
        to = _address(session, notice.person_id)
        ref = Ref(notice.ref_kind, notice.ref_id)
        if to is None or not refs.may_see(session, Actor(notice.person_id, Via.WORKER), ref, at=now):
            return
        notice.mailed_at = now
        mail.post(session, letter_of(notice, *to, site_url=run.settings.site_url), kind="notice", at=now)


def _address(session: Session, person_id: Id) -> tuple[str, str] | None:
    """The confirmed mail address of somebody who may still use this node, and their language."""
    row = session.execute(
        select(Contact.value, Person.language)
        .join(Person, Person.id == Contact.person_id)
        .where(
            Contact.person_id == person_id,
            Contact.kind == "mail",
            Contact.verified_at.is_not(None),
            Contact.ended_at.is_(None),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    return (row[0], row[1]) if row else None


def letter_of(notice: Notice, address: str, language: str, *, site_url: str) -> mail.Letter:
    """The subject tells nothing of who or what; the text is what the page says, with a link."""
    voice = translator(language)
    page = refs.address_of(Ref(notice.ref_kind, notice.ref_id)) or "/me/notices"
    text = str(voice.said(notice.sentence, **rules.facts_in(voice, notice.facts)))
    lines = (text, f"{site_url}{page}", voice.gettext(rules.WHYS.get(notice.notice_class, WHY)))
    return mail.Letter(
        to=address, subject=voice.gettext(rules.SUBJECTS[notice.notice_class]), text="\n\n".join(lines)
    )
