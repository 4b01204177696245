"""Who stands for a member: named when an application is accepted, or changed later, with a reason and never silently."""

from datetime import datetime

from sqlalchemy import select

from minga.communities.access import membership_to_see, require
from minga.communities.access.holders import holds
from minga.communities.access.reach import is_live, is_on_trial
from minga.communities.access.vouches import lives
from minga.communities.events import SponsorChanged
from minga.communities.models import Membership, Vouch
from minga.communities.rules.standing import REASON_MAX
from minga.identity import Actor
from minga.identity.models import Person
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

NO_SPONSOR = N_("A full member stands for somebody: write the short name of one.")
NOT_THIS_ONE = N_(
    "Welcomers stand for whom they let in, and members who vouched for them. Name one of these."
)
IN_A_CIRCLE = N_("Nobody stands for somebody who stands for them.")
THE_SAME = N_("This member stands for them already.")
WELCOME = "application.answer"


def sponsor_named(
    session: Session, community_id: Id, handle: str, applicant_id: Id, *, at: datetime
) -> Membership:
    """Who is to stand for an applicant: somebody who answers applications there, or a member who vouched for them."""
    found = _full_member(session, community_id, handle, at)
    vouched = select(Vouch.id).where(
        Vouch.community_id == community_id,
        Vouch.from_id == found.person_id,
        Vouch.to_id == applicant_id,
        Vouch.until_at > at,
        lives(),
    )
    welcomes = holds(session, found.person_id, WELCOME, community_id, at=at)
    if not welcomes and session.execute(vouched.limit(1)).first() is None:
        raise Invalid(NOT_THIS_ONE, fields={"sponsor": NOT_THIS_ONE})
    return found


def change_sponsor(
    session: Session, actor: Actor, membership_id: Id, handle: str, *, reason: str, at: datetime
) -> Membership:
    """Somebody else stands for this member from now on; the reason is read by the member and by those who welcome."""
    one = membership_to_see(session, actor, membership_id, at=at)
    require(session, actor, WELCOME, one.community_id, at=at, concerning=one.person_id)
    if one.ended_on is not None:
        raise Conflict(N_("This membership has ended."))
    words = clean_text(reason, REASON_MAX, field="reason", required=True)
    found = _full_member(session, one.community_id, handle, at)
    if found.id == one.sponsor_id:
        raise Conflict(THE_SAME, code="same_sponsor")
    if stands_above(session, one, found):
        raise Invalid(IN_A_CIRCLE, fields={"sponsor": IN_A_CIRCLE})
    one.sponsor_id, one.sponsor_words = found.id, words
    one.version += 1
    session.flush()
    told = SponsorChanged(membership_id=one.id, why="named")
    emit(session, actor, told, at=at, community_id=one.community_id, person_id=one.person_id)
    return one


def _full_member(session: Session, community_id: Id, handle: str, at: datetime) -> Membership:
    found = session.scalar(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.handle_key == handle_key(handle),
            Membership.community_id == community_id,
            Membership.guest_until_at.is_(None),
            is_live(),
            ~is_on_trial(at),
        )
    )
    if found is None:
        raise Invalid(NO_SPONSOR, fields={"sponsor": NO_SPONSOR})
    return found


def stands_above(session: Session, member: Membership, sponsor: Membership) -> bool:
    """Whether the member is the sponsor, or the sponsor's sponsor, however far above."""
    above: Membership | None = sponsor
    while above is not None:
        if above.id == member.id:
            return True
        above = session.get(Membership, above.sponsor_id) if above.sponsor_id else None
    return False
