"""What follows when somebody writes: those who take part are told, once until they have looked."""

from datetime import datetime

from minga.communication import commands, queries
from minga.communication.events import PostWritten
from minga.communication.rules import NoticeClass
from minga.identity import Actor, Via
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.i18n import N_
from minga.kit.refs import Ref

TO_YOU = N_("Somebody wrote to you about something you share.")
IN_DISCUSSION = N_("Somebody wrote in a discussion that you take part in.")


@on(PostWritten, name="communication.tell_of_message")
def tell_of_message(session: Session, event: PostWritten, *, at: datetime) -> None:
    """Who has an unread notice about the same conversation is not told again."""
    ref = Ref(event.ref_kind, event.ref_id)
    discussed = refs.is_discussed(ref.kind)
    told = queries.writers(session, ref) if discussed else refs.people_of(session, ref).people
    for person_id in told:
        reader = Actor(person_id, Via.WORKER)
        if person_id == event.author_id or not refs.may_see(session, reader, ref, at=at):
            continue
        if queries.unseen_about(session, reader, ref, NoticeClass.TALK):
            continue
        commands.notify(
            session,
            person_id,
            event_id=event.event_id,
            notice_class=NoticeClass.TALK,
            ref=ref,
            sentence=IN_DISCUSSION if discussed else TO_YOU,
            facts={},
            community_id=event.community_id,
            at=at,
        )
