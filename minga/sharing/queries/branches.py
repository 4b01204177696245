"""What sharing knows about people of a branch that may be cut, and the loans that are open once it was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import places_of, require
from minga.communities.models import BranchCutPerson, Lineage, Membership
from minga.communities.rules.cutting import Fate
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.refs import Act, NeedLine, Ref, needs
from minga.sharing.models.exchanges import Exchange
from minga.sharing.models.listings import Listing
from minga.sharing.models.loans import Loan

SEE_ALL, CUT = "tree.see_all", "branch.cut"
LINES_MAX = 20


@dataclass(frozen=True, slots=True)
class Outside:
    """How often somebody completed something with people outside a branch, and what they have on loan."""

    completed: int = 0
    loans: tuple[str, ...] = ()


def known_outside(
    session: Session,
    actor: Actor,
    community_id: Id,
    people: Collection[Id],
    inside: Collection[Id],
    *,
    at: datetime,
) -> dict[Id, Outside]:
    """For these people of a branch (`inside`: all of it) what they did with others in this community, for stewards."""
    require(session, actor, SEE_ALL, community_id, at=at)
    here = select(Lineage.community_id).where(Lineage.above_id == community_id)
    wanted, branch = tuple(people), set(inside)
    rows = session.execute(
        select(Exchange.provider_id, Exchange.receiver_id, func.count().label("n"))
        .where(
            Exchange.completed_at.is_not(None),
            Exchange.community_id.in_(here),
            or_(Exchange.provider_id.in_(wanted), Exchange.receiver_id.in_(wanted)),
        )
        .group_by(Exchange.provider_id, Exchange.receiver_id)
    )
    completed: dict[Id, int] = {}
    for row in rows:
        for one, other in ((row.provider_id, row.receiver_id), (row.receiver_id, row.provider_id)):
            if one in branch and other not in branch:
                completed[one] = completed.get(one, 0) + row.n
    loans: dict[Id, list[str]] = {}
    for borrower_id, title in session.execute(
        select(Loan.borrower_id, Listing.title)
        .join(Listing, Listing.id == Loan.listing_id)
        .where(
            Loan.borrower_id.in_(wanted),
            Loan.community_id.in_(here),
            Loan.returned_on.is_(None),
            Loan.lost_at.is_(None),
        )
        .order_by(Loan.due_on, Loan.leg_id)
    ):
        loans.setdefault(borrower_id, []).append(title)
    return {
        one: Outside(completed.get(one, 0), tuple(loans.get(one, ())))
        for one in people
        if one in completed or one in loans
    }


@needs.register
def loans_after_cuts(session: Session, actor: Actor, /, *, at: datetime) -> tuple[NeedLine, ...]:
    """A line for each thing that somebody still has whose membership rests or ended by a cut, for stewards."""
    places = places_of(session, actor, at=at).values()
    own = tuple(one.community_id for one in places if CUT in one.capabilities)
    if not own or actor.token_id is not None:
        return ()
    lender = aliased(Person)
    rows = session.execute(
        select(
            Loan.community_id,
            BranchCutPerson.cut_id,
            BranchCutPerson.membership_id,
            BranchCutPerson.done_at,
            Person.name,
            Listing.title,
            lender.name.label("lender"),
        )
        .select_from(BranchCutPerson)
        .join(Membership, Membership.id == BranchCutPerson.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Loan, Loan.borrower_id == Membership.person_id)
        .join(
            Lineage,
            (Lineage.community_id == Loan.community_id) & (Lineage.above_id == Membership.community_id),
        )
        .join(Listing, Listing.id == Loan.listing_id)
        .join(lender, lender.id == Loan.lender_id)
        .where(
            Membership.community_id.in_(own),
            BranchCutPerson.fate != Fate.KEEP,
            BranchCutPerson.done_at.is_not(None),
            BranchCutPerson.undone_at.is_(None),
            Loan.returned_on.is_(None),
            Loan.lost_at.is_(None),
        )
        .order_by(BranchCutPerson.done_at, Loan.leg_id)
        .limit(LINES_MAX)
    )
    return tuple(
        NeedLine(
            kind="cut_loan",
            ref=Ref("membership", row.membership_id),
            title=N_("{name}, whose branch was cut, still has “{title}” from {lender}."),
            why=N_("Help both to bring it back."),
            facts={"name": row.name, "title": row.title, "lender": row.lender},
            community_id=row.community_id,
            since_at=row.done_at,
            weight=0,
            acts=(Act(N_("Look"), None, f"/cuts/{row.cut_id}"),),
        )
        for row in rows
    )
