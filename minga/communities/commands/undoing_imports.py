"""Taking back what a list of members brought: rows whose person has neither signed in nor done anything since."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from minga.communities.access import forget
from minga.communities.access.imports import import_to_work
from minga.communities.events import ImportUndone
from minga.communities.models import (
    ActConsent,
    Household,
    HouseholdSeat,
    Keeping,
    MemberImport,
    MemberImportRow,
    Membership,
    RoleGrant,
    Verdict,
)
from minga.communities.rules.imports import UNDO_WITHIN
from minga.identity import Actor
from minga.identity.models import (
    Contact,
    Detail,
    FieldAudience,
    Invite,
    InviteWords,
    Person,
    SignIn,
)
from minga.kit.db import Session
from minga.kit.errors import Refused
from minga.kit.events import EventRow, emit
from minga.kit.i18n import N_
from minga.kit.ids import Id

TOO_LATE = N_("This was applied more than 7 days ago and cannot be undone any more.")


def undo_import(session: Session, actor: Actor, import_id: Id, *, at: datetime) -> MemberImport:
    """Take back what can be, row by row; whoever has come in stays. Twice changes nothing."""
    found = import_to_work(session, actor, import_id, at=at)
    if found.applied_at is None or found.undone_at is not None:
        return found
    if at >= found.applied_at + UNDO_WITHIN:
        raise Refused(TOO_LATE, code="too_late")
    rows = session.scalars(
        select(MemberImportRow)
        .where(
            MemberImportRow.import_id == found.id,
            MemberImportRow.applied_at.is_not(None),
            MemberImportRow.undone_at.is_(None),
        )
        .order_by(MemberImportRow.n.desc())
    ).all()
    undone = left = 0
    for row in rows:
        if _taken_back(session, row, at):
            undone += 1
        else:
            left += 1
    if not left:
        found.undone_at = at
    session.flush()
    forget(session)
    event = ImportUndone(batch_id=found.id, undone=undone, left=left)
    emit(session, actor, event, at=at, community_id=found.community_id)
    return found


def _taken_back(session: Session, row: MemberImportRow, at: datetime) -> bool:
    is_new = row.verdict is Verdict.NEW or row.choice == "new"
    person_id = row.person_id or ""
    if is_new and _has_come_in(session, person_id):
        return False
    try:
        with session.begin_nested():
            _take_off(session, row)
            if is_new:
                _forget_person(session, row, person_id)
            row.undone_at = at
            session.flush()
    except IntegrityError:  # something of theirs hangs elsewhere: they stay as they are
        session.expire(row)
        return False
    return True


def _has_come_in(session: Session, person_id: Id) -> bool:
    """Whether they signed in, or anything was done by them or for them."""
    acted = select(EventRow.id).where(
        EventRow.actor_id == person_id, EventRow.name.not_in(("ProfileChanged", "ScopeChanged"))
    )
    return any(
        session.execute(asked.limit(1)).first() is not None
        for asked in (select(SignIn.id).where(SignIn.person_id == person_id), acted)
    )


def _take_off(session: Session, row: MemberImportRow) -> None:
    """What the row added to a member: contacts, groups, roles, the seat and the household made for it."""
    before = row.before
    for model, ids in (
        (HouseholdSeat, [before.get("seat")]),
        (RoleGrant, before.get("roles", [])),
        (Membership, before.get("groups", [])),
    ):
        for one in filter(None, ids):
            session.execute(delete(model).where(model.id == one))
    for kind in before.get("contacts", []):
        session.execute(
            delete(Contact).where(
                Contact.person_id == row.person_id, Contact.kind == kind, Contact.made_at == row.applied_at
            )
        )
    if before.get("household"):
        lives = select(HouseholdSeat.id).where(HouseholdSeat.household_id == before["household"])
        if session.execute(lives.limit(1)).first() is None:
            session.execute(delete(Household).where(Household.id == before["household"]))


def _forget_person(session: Session, row: MemberImportRow, person_id: Id) -> None:
    """A person who has never come in, with everything that the list made for them."""
    theirs = select(Membership.id).where(Membership.person_id == person_id)
    cards = select(Invite.id).where(Invite.person_id == person_id)
    session.execute(update(Membership).where(Membership.sponsor_id.in_(theirs)).values(sponsor_id=None))
    pointing = update(MemberImportRow).where(MemberImportRow.same_id == person_id)
    session.execute(pointing.where(MemberImportRow.verdict != Verdict.MAYBE).values(same_id=None))
    session.execute(
        update(MemberImportRow).where(MemberImportRow.person_id == person_id).values(person_id=None)
    )
    row.person_id = None
    session.flush()
    for statement in (
        delete(ActConsent).where(ActConsent.person_id == person_id),
        delete(Keeping).where(Keeping.person_id == person_id),
        delete(InviteWords).where(InviteWords.invite_id.in_(cards)),
        delete(Invite).where(Invite.person_id == person_id),
        delete(RoleGrant).where(RoleGrant.membership_id.in_(theirs)),
        delete(HouseholdSeat).where(HouseholdSeat.membership_id.in_(theirs)),
        delete(Membership).where(Membership.person_id == person_id),
        delete(Contact).where(Contact.person_id == person_id),
        delete(Detail).where(Detail.person_id == person_id),
        delete(FieldAudience).where(FieldAudience.person_id == person_id),
        delete(Person).where(Person.id == person_id),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
