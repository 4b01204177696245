"""Two cases that are one need, and one case that is two: linked, so that both histories stay."""

from datetime import datetime

from sqlalchemy import select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.kit.text import clean_line
from minga.sharing.access.dispatch import case_to_see, case_to_work
from minga.sharing.commands.dispatch import case_of, for_owner, require_open, tell
from minga.sharing.commands.life import close_now, open_now
from minga.sharing.commands.writing import draft
from minga.sharing.events.dispatch import CasesMerged, CaseSplit
from minga.sharing.models import DispatchCase, Exchange, Listing, ListingHelp
from minga.sharing.queries.narrowing import narrowing_of
from minga.sharing.rules import CloseReason, Content, Direction, Help, Kind, Term
from minga.sharing.rules import dispatch as rules

SAME_ONE = N_("Choose another case than this one.")
OTHER_COMMUNITY = N_("Both have to be of the same community.")
ARRANGED = N_("Somebody is on this one already. Merge the other one into it instead.")
HELP_ONLY = N_("Only needs for help can be split.")


def merge(session: Session, actor: Actor, listing_id: Id, into_id: Id, *, at: datetime) -> Listing:
    """Close a case as the same as another one, where it goes on. Twice changes nothing."""
    listing = case_to_work(session, actor, listing_id, at=at)
    if listing_id == into_id:
        raise Refused(SAME_ONE, code="same_case", fields={"into": SAME_ONE})
    into = case_to_see(session, actor, into_id, at=at, lock=True)
    case = case_of(session, listing, at)
    if case.merged_into_id == into.id:
        return into
    if into.community_id != listing.community_id:
        raise Refused(OTHER_COMMUNITY, code="other_community", fields={"into": OTHER_COMMUNITY})
    require_open(listing, at)
    require_open(into, at)
    running = select(Exchange.id).where(
        Exchange.listing_id == listing.id, Exchange.completed_at.is_(None), Exchange.cancelled_at.is_(None)
    )
    if session.scalar(running.limit(1)) is not None:
        raise Conflict(ARRANGED, code="arranged")
    kept = case_of(session, into, at)
    key = field_key(session)
    if case.reach and not kept.reach:
        plain = key.open(case.reach, f"reach {listing.id}")
        kept.reach, kept.phone_tail = key.seal(plain, f"reach {into.id}"), case.phone_tail
    case.merged_into_id = into.id
    close_now(session, for_owner(actor, listing), listing, CloseReason.WITHDRAWN, at=at)
    tell(session, actor, listing, CasesMerged(listing_id=listing.id, into_id=into.id), at=at)
    return into


def split(
    session: Session,
    actor: Actor,
    listing_id: Id,
    what: str,
    *,
    people_needed: int | None = None,
    at: datetime,
) -> Listing:
    """Let a part of a need stand on its own, for the same person, with the same way to reach them."""
    listing = case_to_work(session, actor, listing_id, at=at)
    require_open(listing, at)
    if listing.kind is not Kind.HELP:
        raise Refused(HELP_ONLY, code="help_only")
    title = clean_line(what, rules.WHAT_MAX, field="what", required=True)
    help_ = session.get_one(ListingHelp, listing.id)
    own = Help(urgency=help_.urgency, needed_by_at=help_.needed_by_at, people_needed=people_needed or 1)
    content = Content(
        title=title,
        own=own,
        terms=tuple(Term.read(term) for term in listing.terms),
        level=listing.level,
        place=listing.place,
        name_shown=listing.name_shown,
        narrowing=narrowing_of(session, listing),
        reach_known=True,
    )
    acting = for_owner(actor, listing)
    part = draft(session, acting, listing.community_id, Direction.NEED, content, at=at)
    part.entered_by_id, part.sent_at, part.category_id = actor.person_id, at, listing.category_id
    session.get_one(ListingHelp, part.id).reach = help_.reach
    open_now(session, acting, part, at=at)
    _copy_case(session, case_of(session, listing, at), part, at)
    tell(session, actor, listing, CaseSplit(listing_id=listing.id, part_id=part.id), at=at)
    return part


def _copy_case(session: Session, case: DispatchCase, part: Listing, at: datetime) -> None:
    """Name and number again, sealed under the new id."""
    key, old = field_key(session), case.listing_id
    caller = key.open(case.caller, f"caller {old}") if case.caller else ""
    reach = key.open(case.reach, f"reach {old}") if case.reach else ""
    session.add(
        DispatchCase(
            listing_id=part.id,
            community_id=part.community_id,
            dispatcher_id=case.dispatcher_id,
            since_at=at,
            taken_in_by_id=case.taken_in_by_id,
            consent_at=case.consent_at,
            caller=key.seal(caller, f"caller {part.id}") if caller else "",
            reach=key.seal(reach, f"reach {part.id}") if reach else "",
            phone_tail=case.phone_tail,
            split_from_id=old,
        )
    )
    session.flush()
