"""Making a device known to communities that ask for it, by the word of one of their own members."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from minga.communities.access.devices import communities_to_admit, locks_of
from minga.communities.events import DeviceAdmitted
from minga.communities.models import DeviceAdmission, DeviceAsk
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.commands import Browser
from minga.identity.models import SignIn, SignInApproval
from minga.kit.db import Session
from minga.kit.errors import Conflict
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.secrets import Secret


def ask_for_device(
    session: Session, actor: Actor, *, line: str = "", asked_key: str, browser: Browser, at: datetime
) -> Id:
    """Ask the communities that are locked for this device to know it; answers the ask's id."""
    asking = {one.asked_by_id for one in locks_of(session, actor, at=at)}
    if not asking:
        raise Conflict(N_("All your communities know this device."), code="device_known")
    ask = identity.ask_for_device(session, actor, line=line, asked_key=asked_key, browser=browser, at=at)
    known = set(session.scalars(select(DeviceAsk.community_id).where(DeviceAsk.sign_in_id == ask.id)))
    session.add_all(DeviceAsk(sign_in_id=ask.id, community_id=one) for one in sorted(asking - known))
    session.flush()
    return ask.id


def enter_device_number(
    session: Session, actor: Actor, typed: str, *, secret: Secret, at: datetime
) -> list[Id] | int | None:
    """The communities that know the device from now on, the tries left, or None when nothing waits any more."""
    outcome = identity.enter_device_number(session, actor, typed, secret=secret, at=at)
    if outcome is None or isinstance(outcome, int):
        return outcome
    return _admit(session, session.get_one(SignIn, outcome.sign_in_id), [outcome], at)


def admit_by_word(session: Session, sign_in_id: Id, *, at: datetime) -> list[Id]:
    """Who was let in by a member's word is known, with this device, where that member may give it."""
    words = session.scalars(
        select(SignInApproval).where(
            SignInApproval.sign_in_id == sign_in_id, SignInApproval.entered_at.is_not(None)
        )
    ).all()
    return _admit(session, session.get_one(SignIn, sign_in_id), words, at)


def _admit(session: Session, sign_in: SignIn, words: Iterable[SignInApproval], at: datetime) -> list[Id]:
    if sign_in.person_id is None or sign_in.device_id is None:
        return []
    asker = Actor(sign_in.person_id, sign_in_id=sign_in.id, device_id=sign_in.device_id)
    admitted: list[Id] = []
    for word in words:
        asking = sorted({one.asked_by_id for one in locks_of(session, asker, at=at)} - set(admitted))
        for community_id in communities_to_admit(session, word.approver_id, sign_in.person_id, asking, at=at):
            session.add(
                DeviceAdmission(
                    device_id=sign_in.device_id,
                    community_id=community_id,
                    sign_in_id=sign_in.id,
                    approver_id=word.approver_id,
                    admitted_at=at,
                )
            )
            told = DeviceAdmitted(
                device_id=sign_in.device_id, approver_id=word.approver_id, how_known=word.how_known
            )
            doer = Actor(word.approver_id)
            emit(session, doer, told, at=at, community_id=community_id, person_id=sign_in.person_id)
            admitted.append(community_id)
    session.flush()
    return admitted
