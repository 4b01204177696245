"""Sign-ins that wait for a member's word, as an approver reads them. Numbers are not among the columns."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import aliased

from minga.communities.access import sign_ins as rights
from minga.communities.access.decisions import require
from minga.communities.models import Membership
from minga.identity import Actor
from minga.identity.models import Device, Person, SignIn, SignInApproval
from minga.identity.rules.sign_ins import How, shown_prefix
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Act, NeedLine, Ref, needs

LINES_MAX = 50


class WaitingLine(msgspec.Struct, frozen=True):
    """One sign-in that waits: who says so, since when, from where."""

    id: Id
    handle: str
    name: str
    photo: str | None
    asked_at: datetime
    line: str
    browser: str
    network: str
    device_since: datetime | None
    recovery: bool
    others_lately: int
    given: int
    mine_given: bool
    device: bool = False
    without_number: bool = False


def waiting_in(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[WaitingLine]:
    """What waits in a community, for those who may approve there; oldest first."""
    require(session, actor, rights.APPROVE, community_id, at=at)
    members = select(Membership.person_id).where(
        Membership.community_id == community_id, Membership.ended_on.is_(None)
    )
    return _lines(session, actor, at, SignIn.person_id.in_(members))


def waiting_for(session: Session, actor: Actor, *, at: datetime) -> list[WaitingLine]:
    """Everything that waits for the actor's word, in any community."""
    return _lines(session, actor, at)


def waiting_one(session: Session, actor: Actor, sign_in_id: Id, *, at: datetime) -> WaitingLine:
    """One that waits; raises NotFound, or tells its own person to ask somebody else."""
    sign_in = rights.sign_in_to_answer(session, actor, sign_in_id, at=at)
    found = _lines(session, actor, at, SignIn.id == sign_in_id)
    if not found:
        raise NotFound()
    rule = rights.without_number(session, actor, sign_in.person_id, at=at)
    by_number = found[0].recovery or found[0].device
    return msgspec.structs.replace(found[0], without_number=rule is not None and not by_number)


def _lines(session: Session, actor: Actor, at: datetime, *only: ColumnElement[bool]) -> list[WaitingLine]:
    other = aliased(SignIn)
    others = _count(
        other.person_id == SignIn.person_id,
        other.id != SignIn.id,
        other.asked_key.is_not(None),
        other.asked_at > at - timedelta(hours=1),
    )
    entered = SignInApproval.sign_in_id == SignIn.id, SignInApproval.entered_at.is_not(None)
    rows = session.execute(
        select(
            SignIn.id,
            Person.handle,
            Person.name,
            Person.photo,
            SignIn.asked_at,
            SignIn.line,
            SignIn.browser,
            SignIn.prefix,
            Device.first_at,
            SignIn.how,
            others.label("others"),
            _count(*entered).label("given"),
            _count(*entered, SignInApproval.approver_id == actor.person_id).label("mine"),
        )
        .join(Person, Person.id == SignIn.person_id)
        .outerjoin(Device, Device.id == SignIn.device_id)
        .where(rights.waits(at), rights.approvable(actor, at=at), *only)
        .order_by(SignIn.asked_at, SignIn.id)
        .limit(LINES_MAX)
    )
    return [_line(row) for row in rows]


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*which).correlate(SignIn).scalar_subquery()


def _line(row: Any) -> WaitingLine:
    return WaitingLine(
        id=row.id,
        handle=row.handle,
        name=row.name,
        photo=row.photo,
        asked_at=row.asked_at,
        line=row.line,
        browser=row.browser,
        network=shown_prefix(row.prefix),
        device_since=row.first_at,
        recovery=row.how is How.RECOVERY,
        others_lately=row.others,
        given=row.given,
        mine_given=bool(row.mine),
        device=row.how is How.DEVICE,
    )


@needs.register
def sign_ins_to_confirm(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """A line for each sign-in that waits for the actor's word and does not have it yet."""
    return tuple(
        NeedLine(
            kind="sign_in_waiting",
            ref=Ref("waiting_sign_in", line.id),
            title=N_("{name} has a new device. Is it really theirs?")
            if line.device
            else N_("{name} wants to sign in. Is it really them?"),
            why=N_("Somebody who knows them has to say so. Call them, or wait for their call."),
            facts={"name": line.name},
            since_at=line.asked_at,
            weight=3,
            acts=(Act(N_("Look"), None, f"/sign-ins/{line.id}"),),
        )
        for line in waiting_for(session, actor, at=at)
        if not line.mine_given
    )
