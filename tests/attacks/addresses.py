"""What to put for the names in an address, so that attacks come to something that exists."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from minga.communication.models import Notice, Post, Thread
from minga.communities.models import (
    Agreement,
    Application,
    BranchCut,
    Closing,
    CommunityExport,
    Hidden,
    Household,
    HouseholdSeat,
    Keeping,
    Mandate,
    MemberImport,
    Membership,
    Partnership,
    PersonMerge,
    QuestionVersion,
    Report,
    Role,
    Seat,
    Second,
    TieTerms,
    Vouch,
)
from minga.governance.models import Advice, Amendment, Challenge, Decision, Effect, Objection, Poll, Proposal
from minga.identity.models import Connection, Incident, Invite, SignIn, Token
from minga.intelligence.models import Suggestion
from minga.kit.db import Session
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Job
from minga.ledger.models import Account, Entry, PaymentAsk
from minga.reputation.models import Badge, Endorsement, Fact, SkillProof
from minga.sharing.models import (
    Ask,
    Category,
    DispatchQuestion,
    Dispute,
    Exchange,
    Feed,
    Hold,
    Intake,
    Lesson,
    Listing,
    ListingRepeat,
    Loan,
    Photo,
    Place,
    Reservation,
    SavedSearch,
)
from minga.sharing.models.pools import Pool, PoolGift
from minga.sharing.models.rounds import PoolShare

IDS: dict[str, Any] = {
    "exports": CommunityExport.id,
    "incident": Incident.id,
    "listings": Listing.id,
    "asks": Ask.id,
    "exchanges": Exchange.id,
    "disputes": Dispute.id,
    "loans": Loan.leg_id,
    "reservations": Reservation.group_id,
    "holds": Hold.id,
    "lessons": Lesson.id,
    "threads": Thread.id,
    "posts": Post.id,
    "invites": Invite.id,
    "applications": Application.id,
    "memberships": Membership.id,
    "roles": Role.id,
    "seconds": Second.id,
    "tokens": Token.id,
    "sign-ins": SignIn.id,
    "jobs": Job.id,
    "questions": DispatchQuestion.id,
    "intakes": Intake.id,
    "repeats": ListingRepeat.id,
    "facts": Fact.id,
    "badges": Badge.id,
    "matches": Suggestion.id,
    "keepings": Keeping.id,
    "letters": Notice.id,
    "households": Household.id,
    "household-seats": HouseholdSeat.id,
    "imports": MemberImport.id,
    "places": Place.id,
    "endorsements": Endorsement.id,
    "connections": Connection.id,
    "skill-proofs": SkillProof.id,
    "categories": Category.id,
    "feeds": Feed.id,
    "searches": SavedSearch.id,
    "partnerships": Partnership.id,
    "tie-terms": TieTerms.id,
    "person-merges": PersonMerge.id,
    "closings": Closing.id,
    "seats": Seat.id,
    "mandates": Mandate.id,
    "reports": Report.id,
    "hidden": Hidden.id,
    "agreements": Agreement.id,
    "joining-questions": QuestionVersion.id,
    "accounts": Account.id,
    "entries": Entry.id,
    "payment-asks": PaymentAsk.id,
    "members": Membership.id,
    "pools": Pool.id,
    "pool-gifts": PoolGift.id,
    "shares": PoolShare.id,
    "vouches": Vouch.id,
    "cuts": BranchCut.id,
    "proposals": Proposal.id,
    "polls": Poll.id,
    "amendments": Amendment.id,
    "advice": Advice.id,
    "challenges": Challenge.id,
    "objections": Objection.id,
    "decisions": Decision.id,
    "effects": Effect.id,
}


OTHERS: dict[str, Any] = {
    "loan": Loan.leg_id,
    "pool_id": Pool.id,
    "listing": Listing.id,
    "photo": Photo.id,
    "job_id": Job.id,
    "sign_in_id": SignIn.id,
    "membership": Membership.id,
}
"""What stands in an address under a name of its own."""


def names_in(session: Session, path: str, skipping: frozenset[Id] = frozenset()) -> Mapping[str, str]:
    """What to put for the names in an address, so that it leads to something that exists."""
    names = {"c": "valley", "handle": "bruno", "key": "joining.way", "n": "1", "size": "96"}
    names["number"] = "2026-001"
    if "/fields/" in path:
        names["key"] = "phone"
    for name, own in OTHERS.items():
        if f"{{{name}}}" in path:
            names[name] = session.scalar(select(own).order_by(own.desc()).limit(1)) or new_id()
    before, _, _ = path.partition("/{id}")
    column = IDS.get(before.rsplit("/", 1)[-1])
    if column is not None:
        ids = session.scalars(select(column).order_by(column.desc()).limit(3)).all()
        names["id"] = next((one for one in ids if one not in skipping), new_id())
    return names
