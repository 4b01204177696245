"""What a cut does to one person of a branch, and how that is given back. Ledger, ballots and events are never touched.

Whatever is ended is noted with the person (`BranchCutPerson.kept`), so that undoing opens that again and nothing
else, and leaves alone what others did meanwhile. Sign-ins that ended stay ended: whoever is back signs in anew.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from minga.communities.access.reach import is_live
from minga.communities.access.tree import branch_below
from minga.communities.access.vouches import is_open_application
from minga.communities.commands import roles
from minga.communities.commands.keepers import tell_left_alone
from minga.communities.commands.membership import below, live_membership
from minga.communities.events import (
    MembershipEnded,
    MembershipPaused,
    MembershipResumed,
    SponsorChanged,
)
from minga.communities.events import RoleGranted as RoleGrantedEvent
from minga.communities.events import VouchEnded as VouchEndedEvent
from minga.communities.models import (
    Application,
    BranchCut,
    BranchCutPerson,
    Community,
    DeviceAdmission,
    InviteGrant,
    Membership,
    Pause,
    Role,
    RoleGrant,
    Vouch,
)
from minga.communities.rules import EndedWhy
from minga.communities.rules.cutting import RESTS, Fate
from minga.communities.rules.time import today
from minga.communities.rules.vouches import VouchEnded
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Device, Invite
from minga.identity.rules.sign_ins import Ended
from minga.kit.db import Session
from minga.kit.events import emit
from minga.kit.ids import Id

Kept = dict[str, Any]


def take(
    session: Session, actor: Actor, cut: BranchCut, row: BranchCutPerson, one: Membership, at: datetime
) -> None:
    """Do to one person what two people agreed on. Somebody who has left meanwhile is left in peace."""
    if one.ended_on is not None:
        return
    row.done_at = at
    if row.fate is Fate.KEEP:
        row.kept = _keep(session, actor, row, one, at)
        return
    reached = below(session, one.community_id, one.person_id)
    places = [each.community_id for each in reached]
    for each in reached[1:]:
        roles.must_leave_a_steward(session, each, at)
    kept: Kept = {
        "invites": end_invites(session, actor, one.person_id, places, at),
        "vouches": _end_vouches(session, actor, cut, row.fate, one.person_id, places, at),
        "devices": _end_devices(session, one.person_id, places),
        "rests": _end_rests(session, reached, at),
    }
    if row.fate is Fate.PAUSE:
        kept["pauses"] = [_rest(session, actor, cut, each, at) for each in reached]
    else:
        kept |= _remove(session, actor, cut, reached, at)
    row.kept = kept
    session.flush()
    if not _lives_elsewhere(session, one.person_id):
        identity.end_all_sign_ins(session, one.person_id, why=Ended.SUSPENDED, at=at)


def give_back(session: Session, actor: Actor, cut: BranchCut, row: BranchCutPerson, at: datetime) -> None:
    """Open again what the cut ended for one person, as far as nobody did something else about it since."""
    one, kept = session.get_one(Membership, row.membership_id), row.kept
    row.undone_at = at
    if row.fate is Fate.KEEP:
        _sponsor_back(session, actor, row, one, at)
        return
    for membership_id in kept.get("memberships", ()):
        _membership_back(session, actor, membership_id, at)
    for pause_id in kept.get("pauses", ()):
        _pause_back(session, actor, pause_id, at)
    for pause_id in kept["rests"]:
        _rest_back(session, pause_id, at)
    for grant_id in kept.get("grants", ()):
        _grant_back(session, actor, grant_id, one.person_id, at)
    for invite_id in kept["invites"]:
        invite = session.get(Invite, invite_id)
        if invite is not None and invite.revoked_at == cut.agreed_at:
            invite.revoked_at = None
            invite.version += 1
    for device in kept["devices"]:
        if session.get(DeviceAdmission, (device["device_id"], device["community_id"])) is None:
            when = datetime.fromisoformat(device["admitted_at"])
            session.add(DeviceAdmission(**{**device, "admitted_at": when}))
    session.flush()


def give_vouches_back(
    session: Session, cut: BranchCut, people: Collection[BranchCutPerson], at: datetime
) -> None:
    """Once people are back: vouches that the cut ended, unless it still holds for the voucher, or removed the other."""
    still = {one.membership_id: one.fate for one in people if one.done_at and not one.undone_at}
    for one in session.scalars(select(Vouch).where(Vouch.cut_id == cut.id).order_by(Vouch.id)).all():
        giver = live_membership(session, cut.community_id, one.from_id)
        subject = live_membership(session, cut.community_id, one.to_id)
        rests = giver is not None and still.get(giver.id, Fate.KEEP) is not Fate.KEEP
        removed = subject is not None and still.get(subject.id) is Fate.REMOVE
        if not rests and not removed:
            _vouch_back(session, one, at)


def _keep(session: Session, actor: Actor, row: BranchCutPerson, one: Membership, at: datetime) -> Kept:
    new = session.get(Membership, row.sponsor_id) if row.sponsor_id else None
    if new is None or new.ended_on is not None or new.id == one.sponsor_id:
        return {}
    kept = {"sponsor": one.sponsor_id}
    _stand_for(session, actor, one, new.id, "cut", at)
    return kept


def _sponsor_back(
    session: Session, actor: Actor, row: BranchCutPerson, one: Membership, at: datetime
) -> None:
    before = row.kept.get("sponsor")
    if "sponsor" not in row.kept or one.sponsor_id != row.sponsor_id:
        return
    circle = branch_below(one.id, with_top=True)
    if before is None or session.scalar(select(circle.c.id).where(circle.c.id == before)) is None:
        _stand_for(session, actor, one, before, "undone", at)


def _stand_for(
    session: Session, actor: Actor, one: Membership, sponsor_id: Id | None, why: str, at: datetime
) -> None:
    one.sponsor_id = sponsor_id
    one.version += 1
    session.flush()
    told = SponsorChanged(membership_id=one.id, why=why)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


def end_invites(session: Session, actor: Actor, person_id: Id, places: list[Id], at: datetime) -> list[Id]:
    """Revoke the open invitations of somebody into these communities; which ones."""
    found = session.execute(
        select(Invite, InviteGrant.community_id)
        .join(InviteGrant, InviteGrant.invite_id == Invite.id)
        .where(
            Invite.maker_id == person_id,
            InviteGrant.community_id.in_(places),
            Invite.revoked_at.is_(None),
        )
        .order_by(Invite.id)
    ).all()
    for invite, community_id in found:
        identity.revoke_invite(session, actor, invite, community_id=community_id, at=at)
    return [invite.id for invite, _ in found]


def _end_vouches(
    session: Session, actor: Actor, cut: BranchCut, fate: Fate, person_id: Id, places: list[Id], at: datetime
) -> list[Id]:
    """The vouches of somebody who rests; of somebody removed also those for them."""
    theirs = Vouch.from_id == person_id
    if fate is Fate.REMOVE:
        theirs |= Vouch.to_id == person_id
    found = session.scalars(
        select(Vouch)
        .where(theirs, Vouch.community_id.in_(places), Vouch.ended_at.is_(None))
        .order_by(Vouch.id)
    ).all()
    for one in found:
        one.ended_at, one.ended_why, one.cut_id = at, VouchEnded.CUT, cut.id
        told = VouchEndedEvent(vouch_id=one.id, why=VouchEnded.CUT)
        emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.to_id)
    return [one.id for one in found]


def _end_devices(session: Session, person_id: Id, places: list[Id]) -> list[Kept]:
    found = session.scalars(
        select(DeviceAdmission)
        .join(Device, Device.id == DeviceAdmission.device_id)
        .where(Device.person_id == person_id, DeviceAdmission.community_id.in_(places))
        .order_by(DeviceAdmission.device_id, DeviceAdmission.community_id)
    ).all()
    kept = [
        {
            "device_id": one.device_id,
            "community_id": one.community_id,
            "sign_in_id": one.sign_in_id,
            "approver_id": one.approver_id,
            "admitted_at": one.admitted_at.isoformat(),
        }
        for one in found
    ]
    for one in found:
        session.delete(one)
    return kept


def _end_rests(session: Session, reached: list[Membership], at: datetime) -> list[Id]:
    found = session.scalars(
        select(Pause).where(Pause.membership_id.in_([one.id for one in reached]), Pause.ended_at.is_(None))
    ).all()
    for pause in found:
        pause.ended_at = at
    session.flush()
    return [pause.id for pause in found]


def _rest(session: Session, actor: Actor, cut: BranchCut, one: Membership, at: datetime) -> Id:
    until_at = at + RESTS
    pause = Pause(
        membership_id=one.id,
        since_at=at,
        until_at=until_at,
        by_id=cut.asked_by_id,
        by_self=False,
        reason=cut.reason,
    )
    session.add(pause)
    session.flush()
    told = MembershipPaused(membership_id=one.id, by_self=False, until_at=until_at)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)
    return pause.id


def _remove(session: Session, actor: Actor, cut: BranchCut, reached: list[Membership], at: datetime) -> Kept:
    grants = session.scalars(
        select(RoleGrant.id).where(
            RoleGrant.membership_id.in_([one.id for one in reached]), RoleGrant.ended_at.is_(None)
        )
    ).all()
    for one in reversed(reached):
        roles.end_all_grants(session, actor, one, at=at)
        one.ended_on = today(at, session.get_one(Community, one.community_id).zone)
        top = one.community_id == cut.community_id
        one.ended_why = EndedWhy.REMOVED if top else EndedWhy.ROOT_LEFT
        one.version += 1
        session.flush()
        tell_left_alone(session, actor, one, at=at)
        told = MembershipEnded(membership_id=one.id, why=one.ended_why)
        emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)
    return {"memberships": [one.id for one in reached], "grants": sorted(grants)}


def _lives_elsewhere(session: Session, person_id: Id) -> bool:
    return bool(session.scalar(select(exists().where(Membership.person_id == person_id, is_live()))))


def _membership_back(session: Session, actor: Actor, membership_id: Id, at: datetime) -> None:
    """Unless they came in again meanwhile, or the community above did not take them back."""
    one = session.get_one(Membership, membership_id)
    community = session.get_one(Community, one.community_id)
    above_gone = (
        community.parent_id is not None and live_membership(session, community.root_id, one.person_id) is None
    )
    if one.ended_on is None or above_gone or live_membership(session, one.community_id, one.person_id):
        return
    one.ended_on = one.ended_why = None
    one.version += 1
    session.flush()
    told = MembershipResumed(membership_id=one.id)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


def _pause_back(session: Session, actor: Actor, pause_id: Id, at: datetime) -> None:
    """The rest is taken out as if it had never been; one that is over already stays as it was."""
    pause = session.get(Pause, pause_id)
    if pause is None or pause.ended_at is not None:
        return
    one = session.get_one(Membership, pause.membership_id)
    session.delete(pause)
    session.flush()
    told = MembershipResumed(membership_id=one.id)
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)


def _rest_back(session: Session, pause_id: Id, at: datetime) -> None:
    pause = session.get_one(Pause, pause_id)
    one = session.get_one(Membership, pause.membership_id)
    other = select(exists().where(Pause.membership_id == one.id, Pause.ended_at.is_(None)))
    if one.ended_on is None and (pause.until_at is None or pause.until_at > at) and not session.scalar(other):
        pause.ended_at = None
        session.flush()


def _grant_back(session: Session, actor: Actor, grant_id: Id, person_id: Id, at: datetime) -> None:
    grant = session.get_one(RoleGrant, grant_id)
    role, holder = session.get_one(Role, grant.role_id), session.get_one(Membership, grant.membership_id)
    over = grant.until_at is not None and grant.until_at <= at
    if (
        over
        or role.ended_at is not None
        or holder.ended_on is not None
        or not roles.has_seat(session, role, at)
    ):
        return
    grant.ended_at = grant.ended_by_id = None
    session.flush()
    told = RoleGrantedEvent(grant_id=grant.id, role_id=role.id, until_at=grant.until_at)
    emit(session, actor, told, at=at, community_id=role.community_id, person_id=person_id)


def _vouch_back(session: Session, one: Vouch, at: datetime) -> None:
    """Unless it would be over by now, was given anew, or one of the two is not there any more."""
    again = select(Vouch.id).where(
        Vouch.community_id == one.community_id,
        Vouch.from_id == one.from_id,
        Vouch.to_id == one.to_id,
        Vouch.ended_at.is_(None),
    )
    applicant = select(Application.id).where(
        Application.community_id == one.community_id,
        Application.person_id == one.to_id,
        is_open_application(),
    )
    there = live_membership(session, one.community_id, one.to_id) or session.scalar(applicant)
    giver = live_membership(session, one.community_id, one.from_id)
    if one.until_at > at and there and giver and session.scalar(again) is None:
        one.ended_at = one.ended_why = one.cut_id = None
        session.flush()
