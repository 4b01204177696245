"""What follows when reputation speaks: who is asked whether something was so is told, and so is who hears the answer."""

from datetime import datetime

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref
from minga.reputation.events import (
    BadgeAwarded,
    ConnectionAgreed,
    ConnectionAsked,
    ContestDeclined,
    EndorsementGiven,
    FactContested,
    FactEvent,
    FactStruck,
    SkillLapsed,
)


@on(FactContested, name="communication.ask_whether_it_was_so")
def ask_whether_it_was_so(session: Session, event: FactContested, *, at: datetime) -> None:
    """Who contests is not named: with whom it was, the other side sees where they may see it."""
    if event.asked_id is not None:
        _tell(
            session, event, event.asked_id, N_("Somebody says that something you shared went otherwise."), at
        )


@on(FactStruck, name="communication.tell_struck")
def tell_struck(session: Session, event: FactStruck, *, at: datetime) -> None:
    _tell(session, event, event.subject_id, N_("What you contested is struck. It counts no more."), at)


@on(ContestDeclined, name="communication.tell_contest_declined")
def tell_contest_declined(session: Session, event: ContestDeclined, *, at: datetime) -> None:
    sentence = N_("What you contested stays. A mediator of your community can look at it.")
    _tell(session, event, event.subject_id, sentence, at)


@on(EndorsementGiven, name="communication.tell_endorsed")
def tell_endorsed(session: Session, event: EndorsementGiven, *, at: datetime) -> None:
    sentence = N_("Somebody says what you can. You decide whether it is shown.")
    _notify(session, event, event.endorsee_id, Ref("endorsement", event.endorsement_id), sentence, at)


@on(SkillLapsed, name="communication.tell_lapsed")
def tell_lapsed(session: Session, event: SkillLapsed, *, at: datetime) -> None:
    sentence = N_(
        "A skill of yours is not verified any more. A new paper, or other members, can change that."
    )
    _notify(session, event, event.person_id, Ref("own_skills", event.person_id), sentence, at)


@on(ConnectionAsked, name="communication.tell_connection_asked")
def tell_connection_asked(session: Session, event: ConnectionAsked, *, at: datetime) -> None:
    sentence = N_("Somebody would like to be connected with you.")
    _notify(session, event, event.to_id, Ref("connection", event.connection_id), sentence, at)


@on(ConnectionAgreed, name="communication.tell_connected")
def tell_connected(session: Session, event: ConnectionAgreed, *, at: datetime) -> None:
    sentence = N_("You are connected with somebody you asked.")
    _notify(session, event, event.from_id, Ref("connection", event.connection_id), sentence, at)


@on(BadgeAwarded, name="communication.tell_badge")
def tell_badge(session: Session, event: BadgeAwarded, *, at: datetime) -> None:
    sentence = N_("You earned a badge. You choose whether others see it.")
    _notify(session, event, event.person_id, Ref("own_badges", event.person_id), sentence, at)


def _tell(session: Session, event: FactEvent, person_id: Id, sentence: str, at: datetime) -> None:
    _notify(session, event, person_id, Ref("fact", event.fact_id), sentence, at)


def _notify(session: Session, event: Event, person_id: Id, ref: Ref, sentence: str, at: datetime) -> None:
    communication.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.ANSWER,
        ref=ref,
        sentence=sentence,
        facts={},
        community_id=event.community_id,
        at=at,
    )
