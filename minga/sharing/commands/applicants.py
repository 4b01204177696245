"""What applicants write while they wait: it is pending, opens by itself when they are let in, and is closed when they are not."""

from datetime import datetime

from sqlalchemy import func, select

from minga.communities.access import require_scope
from minga.communities.models import Application, Community, Membership
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import NotFound, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.sharing.commands.life import close_now, open_now
from minga.sharing.commands.writing import kept, put_together
from minga.sharing.events import ListingSent
from minga.sharing.models import Listing
from minga.sharing.rules import CloseReason, Content, Direction

DRAFTS_MAX = 3
ENOUGH = N_("You have written three things already. They open as soon as you are let in.")


def write_as_applicant(
    session: Session,
    actor: Actor,
    application_id: Id,
    direction: Direction,
    content: Content,
    *,
    at: datetime,
) -> Listing:
    """Keep what somebody needs or offers who has asked to join; nobody but stewards sees it before they are let in."""
    application = own_application(session, actor, application_id)
    pending = select(func.count()).where(
        Listing.owner_id == actor.person_id,
        Listing.community_id == application.community_id,
        Listing.sent_at.is_not(None),
        Listing.published_at.is_(None),
        Listing.closed_at.is_(None),
    )
    if (session.scalar(pending.select_from(Listing)) or 0) >= DRAFTS_MAX:
        raise Refused(ENOUGH, code="enough")
    community = session.get_one(Community, application.community_id)
    made = put_together(session, actor, community, direction, content, at=at)
    listing = made.listing
    listing.sent_at = at
    listing.version += 1
    return kept(session, actor, made, ListingSent(listing_id=listing.id, owner_id=listing.owner_id), at=at)


def own_application(session: Session, actor: Actor, application_id: Id) -> Application:
    """One's own application while it waits; nobody else's."""
    found = session.get(Application, parse_id(application_id)) if actor.signed_in else None
    if found is None or found.person_id != actor.person_id or not is_waiting(found):
        raise NotFound()
    require_scope(actor, writing=True)
    return found


def is_waiting(application: Application) -> bool:
    return (
        application.answered_at is None and application.withdrawn_at is None and application.lapsed_at is None
    )


def open_pending_of(session: Session, membership_id: Id, *, at: datetime) -> int:
    """Open what somebody wrote as an applicant, now that they belong. Twice changes nothing."""
    membership = session.get(Membership, membership_id)
    if membership is None or membership.ended_on is not None:
        return 0
    found = _pending(session, membership.person_id, membership.community_id)
    for listing in found:
        listing.version += 1
        listing.changed_at = listing.looked_at = at
        open_now(session, Actor.machine(), listing, at=at)
    return len(found)


def close_pending_of(session: Session, application_id: Id, *, at: datetime) -> int:
    """Close what an applicant wrote who was not let in, or does not want to be. Twice changes nothing."""
    application = session.get(Application, application_id)
    if application is None:
        return 0
    found = _pending(session, application.person_id, application.community_id)
    for listing in found:
        close_now(session, Actor.machine(), listing, CloseReason.WITHDRAWN, at=at)
    return len(found)


def _pending(session: Session, person_id: Id, community_id: Id) -> list[Listing]:
    wanted = select(Listing).where(
        Listing.owner_id == person_id,
        Listing.community_id == community_id,
        Listing.sent_at.is_not(None),
        Listing.published_at.is_(None),
        Listing.closed_at.is_(None),
    )
    return list(session.scalars(wanted.order_by(Listing.id).with_for_update()))
