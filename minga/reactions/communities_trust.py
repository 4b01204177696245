"""What follows when communities speak of trust: whoever a cut concerns hears of it and can answer; vouches are told."""

from datetime import datetime

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communication.rules import NoticeClass
from minga.communities import access
from minga.communities.events import BranchCut, BranchCutPlanned, BranchCutUndone, SponsorChanged, VouchGiven
from minga.communities.models import BranchCutPerson, Community, Membership, Vouch
from minga.communities.rules.cutting import Fate
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.events import Event
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Ref

FATES = {
    Fate.PAUSE: N_("Your membership in {community} rests. Read why, until when, and how to answer."),
    Fate.REMOVE: N_("Your membership in {community} has ended. Read why, and how to answer."),
    Fate.KEEP: N_("Somebody else stands for you in {community} now. Read why."),
}
UNDONE = N_("What was decided about you in {community} was undone.")
PLANNED = N_("Cutting a branch is planned in {community}. A second yes is needed.")
STANDS = N_("{name} stands for you in {community} now. Read why.")
YOU_STAND = N_("You stand for {name} in {community} now. Read why.")
VOUCHED = N_("{name} vouches for you in {community}.")


@on(BranchCutPlanned, name="communication.tell_cut_planned")
def tell_cut_planned(session: Session, event: BranchCutPlanned, *, at: datetime) -> None:
    for holder in access.holders_of(session, "branch.cut", event.community_id or "", at=at):
        if holder.person_id != event.actor_id:
            _tell(session, event, holder.person_id, Ref("branch_cut", event.cut_id), PLANNED, {}, at)


@on(BranchCut, name="communication.tell_those_cut")
def tell_those_cut(session: Session, event: BranchCut, *, at: datetime) -> None:
    """Who is kept and stands as before has nothing to read."""
    for row, person_id in _concerned(session, event.cut_id):
        if row.fate is not Fate.KEEP or "sponsor" in row.kept:
            _tell(session, event, person_id, Ref("branch_cut", event.cut_id), FATES[row.fate], {}, at)


@on(BranchCutUndone, name="communication.tell_those_back")
def tell_those_back(session: Session, event: BranchCutUndone, *, at: datetime) -> None:
    for row, person_id in _concerned(session, event.cut_id):
        if row.undone_at == event.happened_at and (row.fate is not Fate.KEEP or "sponsor" in row.kept):
            _tell(session, event, person_id, Ref("branch_cut", event.cut_id), UNDONE, {}, at)


@on(VouchGiven, name="communication.tell_vouched")
def tell_vouched(session: Session, event: VouchGiven, *, at: datetime) -> None:
    found = session.get_one(Vouch, event.vouch_id)
    name = session.get_one(Person, found.from_id).name
    _tell(session, event, found.to_id, Ref("vouch", found.id), VOUCHED, {"name": name}, at)


@on(SponsorChanged, name="communication.tell_sponsor_changed")
def tell_sponsor_changed(session: Session, event: SponsorChanged, *, at: datetime) -> None:
    """The member and whoever stands for them now, where somebody named them; what a cut changes is told with the cut."""
    if event.why != "named":
        return
    found = session.get_one(Membership, event.membership_id)
    stands = session.get(Membership, found.sponsor_id) if found.sponsor_id else None
    if stands is None:
        return
    ref = Ref("membership", found.id)
    names = {one: session.get_one(Person, one).name for one in (found.person_id, stands.person_id)}
    _tell(session, event, found.person_id, ref, STANDS, {"name": names[stands.person_id]}, at)
    if stands.person_id != event.actor_id:
        _tell(session, event, stands.person_id, ref, YOU_STAND, {"name": names[found.person_id]}, at)


def _concerned(session: Session, cut_id: Id) -> list[tuple[BranchCutPerson, Id]]:
    rows = session.execute(
        select(BranchCutPerson, Membership.person_id)
        .join(Membership, Membership.id == BranchCutPerson.membership_id)
        .where(BranchCutPerson.cut_id == cut_id, BranchCutPerson.done_at.is_not(None))
        .order_by(Membership.id)
    )
    return [(row[0], row[1]) for row in rows]


def _tell(
    session: Session,
    event: Event,
    person_id: Id,
    ref: Ref,
    sentence: str,
    facts: dict[str, object],
    at: datetime,
) -> None:
    community = session.get_one(Community, event.community_id).name
    communication.notify(
        session,
        person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.DUTY,
        ref=ref,
        sentence=sentence,
        facts={"community": community, **facts},
        community_id=event.community_id,
        at=at,
    )
