"""Whose word lets a person in: stewards and welcomers of a common community, the sponsor, recovery contacts, and
those with whom they vouch for each other (one side alone would let anybody choose whom they let in).

Never oneself, and never somebody who is on trial. The same source answers for one sign-in and for the list.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased

from minga.communities.access import policies
from minga.communities.access.filters import communities_where
from minga.communities.access.reach import is_on_trial, is_theirs
from minga.communities.models import DeviceAsk, Membership, Role, RoleGrant, Vouch
from minga.identity import Actor
from minga.identity.models import RecoveryContact, SignIn
from minga.identity.rules.sign_ins import WAITING, How, self_approval
from minga.kit import refs
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id

APPROVE = "sign_in.approve"


@dataclass(frozen=True)
class Authority:
    """In which community somebody gives their word, and whether they are a steward there."""

    community_id: Id | None
    steward: bool


def approvable(actor: Actor, *, at: datetime) -> ColumnElement[bool]:
    """The filter of sign-ins for which the actor's word counts."""
    if not actor.signed_in or actor.token_id:
        return false()
    own_trial = exists().where(
        Membership.person_id == actor.person_id, Membership.ended_on.is_(None), ~is_on_trial(at)
    )
    contacts = select(RecoveryContact.person_id).where(
        RecoveryContact.contact_id == actor.person_id, own_trial
    )
    let_in = or_(
        SignIn.person_id.in_(_by_capability(actor, at)),
        SignIn.person_id.in_(_sponsored(actor, at)),
        SignIn.person_id.in_(_vouched(actor, at)),
        SignIn.person_id.in_(contacts),
    )
    by_device = SignIn.how == How.DEVICE
    return and_(
        SignIn.person_id != actor.person_id,
        or_(and_(~by_device, let_in), and_(by_device, _knows_devices(actor, at))),
    )


def _knows_devices(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """The word for a device is given in one of the communities that it was asked of, and by nobody else."""
    asked = select(DeviceAsk.sign_in_id).where(
        DeviceAsk.community_id.in_(communities_where(actor, APPROVE, at=at))
    )
    theirs = aliased(Membership)
    sponsored = (
        exists()
        .where(
            DeviceAsk.sign_in_id == SignIn.id,
            theirs.community_id == DeviceAsk.community_id,
            theirs.person_id == SignIn.person_id,
            theirs.ended_on.is_(None),
            Membership.id == theirs.sponsor_id,
            is_theirs(actor),
            ~is_on_trial(at),
            _is_unlocked(actor),
        )
        .correlate(SignIn)
    )
    return or_(SignIn.id.in_(asked), sponsored)


def _is_unlocked(actor: Actor) -> ColumnElement[bool]:
    return Membership.community_id.not_in(tuple(actor.locked)) if actor.locked else true()


def _by_capability(actor: Actor, at: datetime) -> Select[str]:
    theirs = aliased(Membership)
    return select(theirs.person_id).where(
        theirs.ended_on.is_(None), theirs.community_id.in_(communities_where(actor, APPROVE, at=at))
    )


def _sponsored(actor: Actor, at: datetime) -> Select[str]:
    theirs = aliased(Membership)
    return (
        select(theirs.person_id)
        .join(Membership, Membership.id == theirs.sponsor_id)
        .where(
            theirs.ended_on.is_(None),
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            ~is_on_trial(at),
            _is_unlocked(actor),
        )
    )


def _vouched(actor: Actor, at: datetime) -> Select[str]:
    """People for whom the actor vouches and who vouch for the actor, where the actor is a full member."""
    back = aliased(Vouch)
    return (
        select(Vouch.to_id)
        .join(
            back,
            and_(
                back.community_id == Vouch.community_id,
                back.from_id == Vouch.to_id,
                back.to_id == Vouch.from_id,
            ),
        )
        .join(
            Membership,
            and_(Membership.community_id == Vouch.community_id, Membership.person_id == Vouch.from_id),
        )
        .where(
            Vouch.from_id == actor.person_id,
            Vouch.ended_at.is_(None),
            Vouch.until_at > at,
            back.ended_at.is_(None),
            back.until_at > at,
            is_theirs(actor),
            ~is_on_trial(at),
            _is_unlocked(actor),
        )
    )


def waits(at: datetime) -> ColumnElement[bool]:
    """The filter of sign-ins that wait for a word right now; decoys wait for nobody."""
    return and_(
        SignIn.live_at.is_(None),
        SignIn.ended_at.is_(None),
        SignIn.asked_at > at - WAITING,
        SignIn.person_id.is_not(None),
    )


def sign_in_to_answer(session: Session, actor: Actor, sign_in_id: Id, *, at: datetime) -> SignIn:
    """The waiting sign-in, for those whose word counts; its own person is told to ask others; else it is not there."""
    found = session.scalar(select(SignIn).where(SignIn.id == sign_in_id, waits(at)))
    if found is None or not actor.signed_in:
        raise NotFound()
    if found.person_id == actor.person_id:
        raise self_approval()
    if not session.scalar(select(exists().where(SignIn.id == sign_in_id, approvable(actor, at=at)))):
        raise NotFound()
    return found


def authority(session: Session, actor: Actor, person_id: Id, *, at: datetime) -> Authority:
    """In which common community the word is given: one where the actor is a steward first, then any."""
    theirs = aliased(Membership)
    stewards = exists().where(
        RoleGrant.membership_id == Membership.id,
        RoleGrant.ended_at.is_(None),
        RoleGrant.since_at <= at,
        or_(RoleGrant.until_at.is_(None), RoleGrant.until_at > at),
        RoleGrant.role_id == Role.id,
        Role.key == "steward",
        Role.ended_at.is_(None),
    )
    found = session.execute(
        select(Membership.community_id, stewards.label("steward"))
        .join(theirs, theirs.community_id == Membership.community_id)
        .where(
            Membership.person_id == actor.person_id,
            Membership.ended_on.is_(None),
            theirs.person_id == person_id,
            theirs.ended_on.is_(None),
            _is_unlocked(actor),
        )
        .order_by(stewards.desc(), Membership.community_id)
        .limit(1)
    ).first()
    return Authority(found.community_id, bool(found.steward)) if found else Authority(None, False)


def recovery_wait_hours(session: Session, person_id: Id | None, *, at: datetime) -> int:
    """How long a recovery is held where another device was used lately: the longest of the person's communities."""
    theirs = session.scalars(
        select(Membership.community_id).where(
            Membership.person_id == (person_id or ""), Membership.ended_on.is_(None)
        )
    )
    hours = [policies.value(session, one, "sign_in.recovery_wait_hours", at=at) for one in theirs]
    return max(hours, default=24)


def without_number(session: Session, actor: Actor, person_id: Id | None, *, at: datetime) -> Id | None:
    """The community whose rule lets this actor, a steward there, confirm in person without a number; else None."""
    given = authority(session, actor, person_id or "", at=at)
    if not given.steward or given.community_id is None:
        return None
    rule = policies.value(session, given.community_id, "sign_in.without_number", at=at)
    return given.community_id if rule == "stewards_in_person" else None


refs.register("waiting_sign_in", see=sign_in_to_answer, address=lambda id: f"/sign-ins/{id}")
