"""Giving or refusing a word for a sign-in that waits. Whether somebody may is asked by the domain above.

A number is derived from the node's secret and the row, shown to the approver alone, and stored nowhere.
"""

from datetime import datetime

from sqlalchemy import select

from minga.identity import events
from minga.identity.commands.sign_ins import (
    FULL_SPAN,
    Span,
)
from minga.identity.models import SignIn, SignInApproval
from minga.identity.rules.actor import Actor
from minga.identity.rules.sign_ins import (
    CODE_DIGITS,
    CODE_LASTS,
    CODES_PER_SIGN_IN,
    MEANS_ONLY,
    REASON_MAX,
    TRIES_PER_CODE,
    WAITING,
    Ended,
    How,
    Known,
    self_approval,
)
from minga.kit.crypto import derive, mac
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, new_id
from minga.kit.secrets import Secret
from minga.kit.text import clean_line


def waiting_sign_in(session: Session, sign_in_id: Id, *, at: datetime) -> SignIn:
    """A sign-in that waits for a word right now; else NotFound."""
    found = session.get(SignIn, sign_in_id)
    if (
        found is None
        or found.person_id is None
        or found.live_at
        or found.ended_at
        or found.asked_at <= at - WAITING
    ):
        raise NotFound(N_("This sign-in does not wait any more."))
    return found


def give_number(
    session: Session,
    actor: Actor,
    sign_in: SignIn,
    *,
    how_known: Known,
    community_id: Id | None,
    steward: bool,
    secret: Secret,
    at: datetime,
) -> str:
    """The 8 digits for an approver to tell by voice. Whether they may approve is asked by the domain above."""
    if sign_in.person_id is None or actor.person_id is None:
        raise NotFound()
    if actor.person_id == sign_in.person_id:
        raise self_approval()
    approval = approval_of(session, sign_in, actor.person_id)
    if approval.entered_at:
        raise Conflict(
            N_("You confirmed this one already. Somebody else has to agree as well."), code="same_person"
        )
    if not (number_open(approval, at) and approval.how_known is how_known):
        if sign_in.numbers >= CODES_PER_SIGN_IN:
            raise Conflict(N_("Three numbers were given for this sign-in. Ask them to start again."))
        sign_in.numbers += 1
        sign_in.tries = 0
        approval.serial = sign_in.numbers
        approval.tries = 0
        approval.given_at = at
        approval.code_until = at + CODE_LASTS
    approval.how_known = how_known
    approval.community_id = community_id
    approval.steward = steward
    event = events.NumberShown(sign_in_id=sign_in.id, how_known=how_known)
    emit(session, actor, event, at=at, community_id=community_id, person_id=sign_in.person_id)
    return number_of(secret, approval)


def approval_of(session: Session, sign_in: SignIn, approver_id: Id) -> SignInApproval:
    """The row of one approver for one sign-in, made when it is new."""
    found = session.scalar(
        select(SignInApproval).where(
            SignInApproval.sign_in_id == sign_in.id, SignInApproval.approver_id == approver_id
        )
    )
    if found is None:
        found = SignInApproval(id=new_id(), sign_in_id=sign_in.id, approver_id=approver_id, tries=0, serial=0)
        session.add(found)
    return found


def number_open(approval: SignInApproval, at: datetime) -> bool:
    return (
        approval.code_until is not None
        and approval.code_until > at
        and approval.tries < TRIES_PER_CODE
        and approval.entered_at is None
    )


def number_of(secret: Secret, approval: SignInApproval) -> str:
    """The digits of one approver's word: 8 of them, from a keyed code over the row and its serial."""
    code = mac(
        derive(secret.reveal(), "sign-in number"), approval.sign_in_id, approval.approver_id, approval.serial
    )
    return f"{int.from_bytes(code[:16], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def open_number(
    session: Session, actor: Actor, sign_in_id: Id, *, secret: Secret, at: datetime
) -> tuple[str, datetime] | None:
    """The number that this approver was shown and that still holds, with its end; only ever to them."""
    approval = session.scalar(
        select(SignInApproval).where(
            SignInApproval.sign_in_id == sign_in_id, SignInApproval.approver_id == (actor.person_id or "")
        )
    )
    if approval is None or approval.code_until is None or not number_open(approval, at):
        return None
    return number_of(secret, approval), approval.code_until


def deny(
    session: Session, actor: Actor, sign_in: SignIn, *, reason: str, community_id: Id | None, at: datetime
) -> None:
    """ "Not them": one word is enough to end a sign-in that waits. The reason stays with the approval."""
    if actor.person_id is None:
        raise NotFound()
    if actor.person_id == sign_in.person_id:
        raise self_approval()
    said = clean_line(reason, REASON_MAX, field="reason", required=True)
    approval = approval_of(session, sign_in, actor.person_id)
    approval.denied_at, approval.reason, approval.code_until = at, said, None
    sign_in.ended_at, sign_in.ended_why = at, Ended.DENIED
    event = events.SignInDenied(sign_in_id=sign_in.id, approver_id=actor.person_id)
    emit(session, actor, event, at=at, community_id=community_id, person_id=sign_in.person_id)


def approve_by_machine(
    session: Session,
    actor: Actor,
    sign_in_id: Id,
    *,
    by_uid: int | None = None,
    span: Span = FULL_SPAN,
    at: datetime,
) -> None:
    """Let somebody in without a number, on the machine; the log says so, with the operating system's user."""
    if not actor.operator:
        raise NotFound()
    sign_in = waiting_sign_in(session, sign_in_id, at=at)
    if sign_in.how is How.DEVICE:
        raise Conflict(N_("Only members of the community that asks can confirm a device."))
    sign_in.live_at, sign_in.seen_on = at, at.date()
    sign_in.absolute_until = at + (MEANS_ONLY if sign_in.means_only else span.absolute)
    sign_in.idle_until = sign_in.absolute_until if sign_in.means_only else at + span.idle
    if sign_in.means_only:
        sign_in.confirmed_at = sign_in.absolute_until
    event = events.SignInApproved(sign_in_id=sign_in.id, approver_id=None, how_known=None, by_uid=by_uid)
    emit(session, actor, event, at=at, person_id=sign_in.person_id)


def deny_by_machine(
    session: Session, actor: Actor, sign_in_id: Id, *, by_uid: int | None = None, at: datetime
) -> None:
    """End a waiting sign-in on the machine."""
    if not actor.operator:
        raise NotFound()
    sign_in = waiting_sign_in(session, sign_in_id, at=at)
    sign_in.ended_at, sign_in.ended_why = at, Ended.DENIED
    event = events.SignInDenied(sign_in_id=sign_in.id, approver_id=None, by_uid=by_uid)
    emit(session, actor, event, at=at, person_id=sign_in.person_id)
