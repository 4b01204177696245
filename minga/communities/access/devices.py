"""Devices that a community does not know yet (policy `sign_in.approval = new_device`): it stays locked for them.

Asked within the question that finds the actor of a sign-in; what is found goes with the actor (`Actor.locked`), so that
lists and single checks cannot disagree. Tokens, the shell and the worker are no devices: nothing is locked for them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, cast, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from minga.communities.access import reach
from minga.communities.access.filters import communities_where
from minga.communities.access.sign_ins import APPROVE
from minga.communities.models import Community, DeviceAdmission, Lineage, Membership, Policy
from minga.identity import Actor
from minga.identity.access import locked_by
from minga.identity.models import Device, Person, SignIn
from minga.kit.db import Instant, Session
from minga.kit.ids import Id
from minga.kit.questions import Question

KEY = "sign_in.approval"
_ASKED = '"new_device"'


@dataclass(frozen=True)
class Lock:
    """A community that is locked for a device, and the one whose rule it is: itself or one above."""

    community_id: Id
    asked_by_id: Id


@dataclass(frozen=True)
class LockedPlace:
    """A community of one's own that does not know this device."""

    slug: str
    name: str


def locks_of(session: Session, actor: Actor, *, at: datetime) -> list[Lock]:
    """What is locked for the device of this sign-in, by one question; a browser without a device is known nowhere."""
    rows = _LOCKS.plain(session, me=actor.person_id, device=actor.device_id or "", at=at)
    return [Lock(*row) for row in rows]


def locked_places(session: Session, actor: Actor) -> list[LockedPlace]:
    """The locked communities by name, for those who are members of them."""
    if not actor.locked:
        return []
    rows = session.execute(
        select(Community.slug, Community.name)
        .where(Community.id.in_(tuple(actor.locked)))
        .order_by(Community.name, Community.id)
    )
    return [LockedPlace(*row) for row in rows]


def communities_to_admit(
    session: Session, approver_id: Id, person_id: Id, candidates: Collection[Id], *, at: datetime
) -> list[Id]:
    """Those of the candidates in which this approver's word counts for the person: by a role, or as their sponsor."""
    approver, wanted = Actor(approver_id), tuple(candidates)
    if not wanted or approver_id == person_id:
        return []
    by_role = communities_where(approver, APPROVE, at=at).where(Lineage.community_id.in_(wanted))
    theirs = aliased(Membership)
    as_sponsor = (
        select(theirs.community_id)
        .join(Membership, Membership.id == theirs.sponsor_id)
        .where(
            theirs.person_id == person_id,
            theirs.ended_on.is_(None),
            theirs.community_id.in_(wanted),
            reach.is_theirs(approver),
            ~reach.is_on_trial(at),
        )
    )
    found = {*session.scalars(by_role), *session.scalars(as_sponsor)}
    return [one for one in wanted if one in found]


def _locks(me: Any, device: Any, at: Any, *shown: Any) -> Select[Any]:
    """Communities that the person's memberships reach, where a rule of their line asks and the device is not admitted.

    Devices known before the rule began are admitted, and those known when the person came in.
    """
    above = aliased(Lineage)
    known = (
        exists()
        .where(Device.id == device, Device.person_id == Membership.person_id, _before(at))
        .correlate(Policy, Membership, SignIn)
    )
    admitted = (
        exists()
        .where(DeviceAdmission.device_id == device, DeviceAdmission.community_id == Policy.community_id)
        .correlate(Policy, SignIn)
    )
    return (
        select(*shown)
        .select_from(Lineage)
        .join(Membership, reach.reaches())
        .join(above, above.community_id == Lineage.community_id)
        .join(Policy, Policy.community_id == above.above_id)
        .where(
            reach.is_theirs(Actor(me)),
            Policy.key == KEY,
            Policy.since_at <= at,
            cast(Policy.value, String) == _ASKED,
            ~_overruled(at),
            ~known,
            ~admitted,
        )
        .correlate(Person, SignIn)
    )


def _overruled(at: Any) -> ColumnElement[bool]:
    later = aliased(Policy)
    return (
        exists()
        .where(
            later.community_id == Policy.community_id,
            later.key == KEY,
            later.since_at <= at,
            tuple_(later.since_at, later.id) > tuple_(Policy.since_at, Policy.id),
        )
        .correlate(Policy)
    )


def _before(_at: Any) -> ColumnElement[bool]:
    """The device was there when the rule began, or when the person came into the community whose rule it is."""
    came = aliased(Membership)
    with_them = (
        exists()
        .where(
            came.person_id == Device.person_id,
            came.community_id == Policy.community_id,
            came.ended_on.is_(None),
            came.made_at >= Device.first_at,
        )
        .correlate(Policy, Device)
    )
    return (Device.first_at <= Policy.since_at) | with_them


def _locked_for(person_id: Any, device_id: Any, at: Any) -> ColumnElement[str]:
    """The ids of what is locked, in one text, for the question that finds a sign-in's actor."""
    ids = func.aggregate_strings(Lineage.community_id, " ")
    found = _locks(person_id, device_id, at, ids).scalar_subquery()
    anywhere = exists().where(Policy.key == KEY)  # mostly no community asks, and then nobody looks further
    return case((anywhere, found))


_ONE = Lineage.community_id, Policy.community_id.label("asked_by_id")
_LOCKS = Question(
    lambda: _locks(bindparam("me"), bindparam("device"), bindparam("at", type_=Instant), *_ONE).distinct()
)
locked_by(_locked_for)
