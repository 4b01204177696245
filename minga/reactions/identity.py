"""What follows when somebody tries, or is let, into an account: its person is told, with the way to stop it."""

from datetime import datetime

from minga.communication import commands
from minga.communication.rules import NoticeClass, Urgency
from minga.communities.events import DeviceAdmitted
from minga.identity import queries
from minga.identity.events import (
    MeansChanged,
    NumberRefused,
    RecoveryCompleted,
    RecoveryStarted,
    SignInApproved,
    SignInDenied,
    SignInStarted,
)
from minga.identity.rules.sign_ins import How
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref

DEVICE_CONFIRMED = N_("Somebody confirmed a new device of yours. Not you? End it under your ways in.")
WAYS_BACK = {How.RECOVERY_CODE, How.LINK}
WAY_BACK = N_(
    "Somebody asks for a new way into your account. Not you? Press “That is not me” under your ways in."
)
CHANGED = {
    "password": N_("Your password was changed. Not you? End the other sign-ins under your ways in."),
    "password_ended": N_("Your password was removed. Not you? Look at your ways in."),
    "passkey_added": N_("A passkey was added to your account. Not you? End it under your ways in."),
    "passkey_ended": N_("A passkey of yours was removed. Not you? Look at your ways in."),
    "passkey_doubtful": N_(
        "A passkey of yours seems to exist twice, so it let nobody in. End it under your ways in, and make a new one."
    ),
    "codes": N_(
        "New recovery codes were made for your account; the earlier ones ended. Not you? Make new ones."
    ),
    "contacts": N_("Who may confirm you in a recovery was changed. Not you? Look at your ways in."),
    "word": N_("Whether members may let you in was changed. Not you? Look at your ways in."),
    "ballot_token_made": N_(
        "A ballot token was made; with it a program votes in your name for 15 minutes. Not you? Sign out everywhere."
    ),
    "token_made": N_("A token was made that acts in your name. Not you? End it on your page of tokens."),
}
"""What a person reads when one of their means changed, by the event's own word."""


@on(SignInApproved, name="identity.tell_of_approval")
def tell_of_approval(session: Session, event: SignInApproved, *, at: datetime) -> None:
    _tell(
        session,
        event,
        event.sign_in_id,
        DEVICE_CONFIRMED,
        at,
    )


@on(DeviceAdmitted, name="identity.tell_of_device")
def tell_of_device(session: Session, event: DeviceAdmitted, *, at: datetime) -> None:
    person_id = queries.person_of_device(session, event.device_id)
    if person_id is not None:
        _notify(session, event, person_id, Ref("means", person_id), DEVICE_CONFIRMED, at)


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
    _tell(session, event, event.sign_in_id, WAY_BACK, at)


@on(SignInStarted, name="identity.tell_of_way_back")
def tell_of_way_back(session: Session, event: SignInStarted, *, at: datetime) -> None:
    """A recovery code or a link from whoever runs the machine opens the page of means without anybody's word."""
    if event.how in WAYS_BACK:
        _tell(session, event, event.sign_in_id, WAY_BACK, at)


@on(RecoveryCompleted, name="identity.tell_of_recovered")
def tell_of_recovered(session: Session, event: RecoveryCompleted, *, at: datetime) -> None:
    _tell(
        session,
        event,
        event.sign_in_id,
        N_("Your account has new ways in after a recovery. Not you? Talk to your stewards at once."),
        at,
    )


@on(MeansChanged, name="identity.tell_of_means")
def tell_of_means(session: Session, event: MeansChanged, *, at: datetime) -> None:
    """Except for what comes with a new account, in the same moment."""
    sentence = CHANGED.get(event.what)
    if sentence and not queries.began_at(session, event.person_id, event.happened_at):
        _notify(session, event, event.person_id, Ref("means", event.person_id), sentence, at)


def _tell(session: Session, event: Event, sign_in_id: Id, sentence: str, at: datetime) -> None:
    person_id = queries.person_of_sign_in(session, sign_in_id)
    if person_id is not None:
        _notify(session, event, person_id, Ref("sign_in", sign_in_id), sentence, at)


def _notify(session: Session, event: Event, person_id: Id, ref: Ref, sentence: str, at: datetime) -> None:
    commands.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.SECURITY,
        ref=ref,
        sentence=sentence,
        facts={},
        community_id=None,
        at=at,
        urgency=Urgency.URGENT,
    )
