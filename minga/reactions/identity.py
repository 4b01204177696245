"""What follows when somebody tries, or is let, into an account: its person is told, with the way to stop it."""

from datetime import datetime

from minga.communication import commands
from minga.communication.rules import NoticeClass, Urgency
from minga.identity import queries
from minga.identity.events import NumberRefused, RecoveryStarted, SignInApproved, SignInDenied
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref


@on(SignInApproved, name="identity.tell_of_approval")
def tell_of_approval(session: Session, event: SignInApproved, *, at: datetime) -> None:
    _tell(
        session,
        event,
        event.sign_in_id,
        N_("Somebody confirmed a new device of yours. Not you? End it under your ways in."),
        at,
    )


@on(SignInDenied, name="identity.tell_of_denial")
def tell_of_denial(session: Session, event: SignInDenied, *, at: datetime) -> None:
    _tell(session, event, event.sign_in_id, N_("Somebody used your name to sign in and was refused."), at)


@on(NumberRefused, name="identity.tell_of_guessing")
def tell_of_guessing(session: Session, event: NumberRefused, *, at: datetime) -> None:
    _tell(
        session,
        event,
        event.sign_in_id,
        N_("Somebody typed five wrong numbers to sign in with your name. They did not get in."),
        at,
    )


@on(RecoveryStarted, name="identity.tell_of_recovery")
def tell_of_recovery(session: Session, event: RecoveryStarted, *, at: datetime) -> None:
    _tell(
        session,
        event,
        event.sign_in_id,
        N_(
            "Somebody asks for a new way into your account. Not you? Press “That is not me” under your ways in."
        ),
        at,
    )


def _tell(session: Session, event: Event, sign_in_id: Id, sentence: str, at: datetime) -> None:
    person_id = queries.person_of_sign_in(session, sign_in_id)
    if person_id is None:
        return
    commands.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.DUTY,
        ref=Ref("sign_in", sign_in_id),
        sentence=sentence,
        facts={},
        community_id=None,
        at=at,
        urgency=Urgency.NORMAL,
    )
