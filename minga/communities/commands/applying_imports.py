"""Bringing in the rows of a list that fit: new members without a way in, and what members lack; nothing is overwritten."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import policies
from minga.communities.access.imports import import_to_work
from minga.communities.commands import households
from minga.communities.commands import membership as memberships
from minga.communities.commands.imports import OVER, TRIAL_DAYS, Known, check_row, known_of
from minga.communities.commands.keeping import Kept, make_card, place_person
from minga.communities.commands.sponsors import stands_above
from minga.communities.events import MembersImported, RoleGranted
from minga.communities.models import (
    Household,
    HouseholdSeat,
    Keeping,
    MemberImport,
    MemberImportRow,
    Membership,
    RoleGrant,
    Verdict,
)
from minga.communities.rules import CameBy
from minga.communities.rules import imports as rules
from minga.communities.rules.imports import MemberRow
from minga.communities.rules.time import today
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.models import Contact, Person
from minga.kit.db import Session
from minga.kit.errors import Conflict, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import fold


def apply_import(session: Session, actor: Actor, import_id: Id, *, at: datetime) -> MemberImport:
    """Bring the rows in that fit, in one transaction; faults and open choices stay in the list. No mail leaves."""
    found = import_to_work(session, actor, import_id, at=at)
    if found.discarded_at or found.undone_at:
        raise Conflict(OVER, code="over")
    mine = memberships.live_membership(session, found.community_id, actor.person_id or "")
    if mine is None:
        raise NotFound()
    known = known_of(session, actor, found.community_id, found.digest, at)
    rows = session.scalars(
        select(MemberImportRow)
        .where(
            MemberImportRow.import_id == found.id,
            MemberImportRow.verdict != Verdict.FAULT,
            MemberImportRow.applied_at.is_(None),
        )
        .order_by(MemberImportRow.n)
    ).all()
    day, new, changed = today(at, known.community.zone), 0, 0
    done: list[tuple[MemberRow, Membership]] = []
    for row in rows:
        if row.verdict is Verdict.MAYBE and not row.choice:
            continue
        one = rules.read_row(row.cells, day)
        check_row(known, row.n, one, {}, {one.sponsor.lower().lstrip("@")})
        is_new = row.verdict is Verdict.NEW or row.choice == "new"
        member = _new(session, actor, mine, row, one, at) if is_new else _same_member(session, found, row)
        row.before = _beside(session, actor, known, member, one, is_new=is_new, at=at)
        row.person_id, row.applied_at = member.person_id, at
        new, changed = new + is_new, changed + (not is_new)
        done.append((one, member))
    _sponsors(session, found.community_id, done)
    if done:
        found.applied_at = found.applied_at or at
        session.flush()
        event = MembersImported(batch_id=found.id, new=new, changed=changed)
        emit(session, actor, event, at=at, community_id=found.community_id)
    return found


def _new(
    session: Session, actor: Actor, mine: Membership, row: MemberImportRow, one: MemberRow, at: datetime
) -> Membership:
    days = int(policies.value(session, mine.community_id, "joining.trial_days", at=at)) or TRIAL_DAYS
    given = Kept(
        name=one.name, phone=one.phone, mail=one.mail, language=one.language or "en", handle=one.handle
    )
    kept = place_person(
        session, actor, mine, given, came_by=CameBy.IMPORT, trial_days=days if one.trial else 0, at=at
    )
    make_card(session, actor, kept, at=at)
    member = memberships.live_membership(session, mine.community_id, kept.person_id)
    assert member is not None
    if one.joined_on:
        member.joined_on = one.joined_on
        member.full_on = one.joined_on if member.full_on else None
    session.flush()
    return member


def _same_member(session: Session, found: MemberImport, row: MemberImportRow) -> Membership:
    member = memberships.live_membership(session, found.community_id, row.same_id or "")
    if member is None:
        raise Conflict(
            N_("Somebody in row {row} has left meanwhile. Look through the list again."), row=row.n
        )
    return member


def _beside(
    session: Session,
    actor: Actor,
    known: Known,
    member: Membership,
    one: MemberRow,
    *,
    is_new: bool,
    at: datetime,
) -> dict[str, Any]:
    """Groups, roles and household of a member; answers what was added, to take it back by. Nothing is overwritten."""
    added: dict[str, Any] = {"contacts": [], "groups": [], "roles": [], "seat": None, "household": None}
    if not is_new:
        added["contacts"] = _missing_contacts(session, member.person_id, one, at)
    for group in one.subgroups:
        group_id = known.groups[fold(group)]
        if not memberships.live_membership(session, group_id, member.person_id):
            made = memberships.begin(
                session, actor, group_id, member.person_id, at=at, came_by=CameBy.IMPORT, trial_days=0
            )
            added["groups"].append(made.id)
    for role in one.roles:
        added["roles"] += _granted(session, actor, known.roles[fold(role)], member, at)
    if one.household:
        added |= _housed(session, actor, known.community.id, member, one.household, at)
    return added


def _missing_contacts(session: Session, person_id: Id, one: MemberRow, at: datetime) -> list[str]:
    """Mail and number where the person has none; what they wrote themselves stands."""
    has = set(
        session.scalars(
            select(Contact.kind).where(Contact.person_id == person_id, Contact.ended_at.is_(None))
        )
    )
    kept = session.scalar(
        select(func.count())
        .select_from(Keeping)
        .where(Keeping.person_id == person_id, Keeping.until_at.is_(None))
    )
    wanted = {kind: value for kind in ("mail", "phone") if kind not in has and (value := getattr(one, kind))}
    if not kept or not wanted:
        return []
    identity.change_profile(session, Actor(person_id), values=wanted, audiences={}, at=at)
    return sorted(wanted)


def _granted(session: Session, actor: Actor, role_id: Id, member: Membership, at: datetime) -> list[Id]:
    live = select(RoleGrant.id).where(
        RoleGrant.role_id == role_id, RoleGrant.membership_id == member.id, RoleGrant.ended_at.is_(None)
    )
    if session.execute(live).first() is not None:
        return []
    grant = RoleGrant(role_id=role_id, membership_id=member.id, since_at=at, granted_by_id=actor.person_id)
    session.add(grant)
    session.flush()
    told = RoleGranted(grant_id=grant.id, role_id=role_id)
    emit(session, actor, told, at=at, community_id=member.community_id, person_id=member.person_id)
    return [grant.id]


def _housed(
    session: Session, actor: Actor, community_id: Id, member: Membership, name: str, at: datetime
) -> dict[str, Any]:
    """Their seat in the household of that name, which is founded where it is not there."""
    lives = select(HouseholdSeat.id).where(
        HouseholdSeat.membership_id == member.id, HouseholdSeat.until_on.is_(None)
    )
    if session.execute(lives.limit(1)).first() is not None:
        return {}
    household = session.scalars(
        select(Household).where(
            Household.community_id == community_id,
            Household.name_key == fold(name),
            Household.ended_at.is_(None),
        )
    ).first()
    founded = None
    if household is None:
        household = households.make_household(session, actor, community_id, name, at=at)
        founded = household.id
    seat = households.seat_in(session, actor, household, member, contact=founded is not None, at=at)
    return {"seat": seat.id, "household": founded}


def _sponsors(session: Session, community_id: Id, done: list[tuple[MemberRow, Membership]]) -> None:
    """Who brought whom in, once everybody is there; nobody sponsors themselves, and no circle is made."""
    by_key = {key: member for one, member in done for key in (one.handle, one.mail.lower()) if key}
    for one, member in done:
        said = one.sponsor.lower().lstrip("@")
        if not said or member.sponsor_id is not None:
            continue
        sponsor = by_key.get(said) or _member_called(session, community_id, said)
        if sponsor is not None and not stands_above(session, member, sponsor):
            member.sponsor_id = sponsor.id
            session.flush()


def _member_called(session: Session, community_id: Id, said: str) -> Membership | None:
    by_mail = select(Contact.person_id).where(
        Contact.kind == "mail", func.lower(Contact.value) == said, Contact.ended_at.is_(None)
    )
    return session.scalars(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            (Person.handle_key == said) | Person.id.in_(by_mail),
        )
    ).first()
