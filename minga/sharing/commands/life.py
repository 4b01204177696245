"""The life of a listing: published, looked at, paused, closed, opened again, kept true, put on top, thrown away."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, delete, exists, func, select

from minga.communities.access import policies, register_policy, require, standing_of
from minga.communities.models import Community
from minga.communities.rules import PolicyKind, Standing, Whole
from minga.identity import Actor
from minga.kit.db import Instant, Session
from minga.kit.errors import Conflict, Refused
from minga.kit.events import Event, emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.questions import Question
from minga.sharing import rules
from minga.sharing.access import is_open, is_theirs, listing_to_edit
from minga.sharing.commands import levels
from minga.sharing.commands.binding import begin_draw
from minga.sharing.commands.writing import kept, written
from minga.sharing.events import (
    ListingClosed,
    ListingConfirmed,
    ListingDiscarded,
    ListingPaused,
    ListingPinned,
    ListingPublished,
    ListingReopened,
    ListingResumed,
    ListingSent,
)
from minga.sharing.models import HANGS_ON, OWN_TABLES, DispatchCase, Listing
from minga.sharing.rules import CloseReason, Content, Direction, Own, State, Term
from minga.sharing.rules.life import (
    LOOKED_AT_FIRST,
    NOT_DRAFT,
    NOT_OPEN,
    OPEN_MAX,
    PINS_FULL,
    PINS_MAX,
    TOO_MANY_OPEN,
)

register_policy(
    PolicyKind(
        key="listing.open_max",
        sentence=N_("How many open listings somebody may have at a time."),
        bounds=Whole(1, 5_000, "lower"),
        default=OPEN_MAX,
        theme="sharing",
    )
)
NOT_PENDING = N_("Somebody has looked at this already.")
NOT_CLOSED_BY_HAND = N_("Say whether it is done or withdrawn.")


def post(
    session: Session, actor: Actor, community_id: Id, direction: Direction, content: Content, *, at: datetime
) -> Listing:
    """Write a listing and publish it in one step."""
    made = written(session, actor, community_id, direction, content, at=at)
    _require_room(session, made.listing, at)
    sent = _sent(session, actor, made.listing, made.content.own, at)
    listing = kept(session, actor, made, sent, at=at)
    begin_draw(session, listing, at=at)
    return listing


def publish(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """Show a draft to those it is for, or to stewards first when it should be looked at."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if rules.state(listing, at) is not State.DRAFT:
        raise Refused(NOT_DRAFT, code="not_draft")
    community = session.get_one(Community, listing.community_id)
    levels.require_level(session, actor, community, listing.level, at=at)
    _require_room(session, listing, at)
    _tell(session, actor, listing, _sent(session, actor, listing, own_of(session, listing), at), at)
    begin_draw(session, listing, at=at)
    return listing


def _sent(session: Session, actor: Actor, listing: Listing, own: Own, at: datetime) -> Event:
    """Send a draft out, or to stewards first when it should be looked at; what to say of it."""
    listing.version += 1
    listing.changed_at = listing.sent_at = at
    if _should_be_looked_at(session, actor, listing, at):
        return ListingSent(**_common(listing))
    return _opened(listing, own, at)


def look(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """Let a listing that waited go out."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    require(session, actor, "listing.edit_any", listing.community_id, at=at, concerning=listing.owner_id)
    if rules.state(listing, at) is not State.PENDING:
        raise Conflict(NOT_PENDING, code="not_pending")
    listing.version += 1
    listing.changed_at = listing.looked_at = at
    begin_draw(session, listing, at=at)
    _tell(session, actor, listing, _opened(listing, own_of(session, listing), at), at)
    return listing


def pause(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """Take an open listing out of all lists for a while. Twice changes nothing."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if rules.state(listing, at) is State.PAUSED:
        return listing
    _require_open(listing, at)
    return pause_now(session, actor, listing, at=at)


def pause_now(session: Session, actor: Actor, listing: Listing, *, at: datetime) -> Listing:
    """Pause a listing that the caller was allowed to pause."""
    listing.paused_at = at
    return _changed(session, actor, listing, ListingPaused(**_common(listing)), at)


def resume(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """Put a paused listing back into the lists. Twice changes nothing."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if rules.state(listing, at) is State.OPEN:
        return listing
    if rules.state(listing, at) is not State.PAUSED:
        raise Refused(NOT_OPEN, code="not_open")
    listing.paused_at, listing.confirmed_at = None, at
    return _changed(session, actor, listing, ListingResumed(**_common(listing)), at)


def close(session: Session, actor: Actor, listing_id: Id, reason: CloseReason, *, at: datetime) -> Listing:
    """End a listing: done or withdrawn by its owner, removed by stewards. Twice changes nothing."""
    listing = listing_to_edit(session, actor, listing_id, at=at, name="listing.close_any")
    if listing.closed_at is not None:
        return listing
    if reason is CloseReason.EXPIRED:
        raise Refused(NOT_CLOSED_BY_HAND, code="bad_reason")
    if reason is CloseReason.REMOVED:
        require(session, actor, "listing.close_any", listing.community_id, at=at)
    close_now(session, actor, listing, reason, at=at)
    return listing


def close_now(session: Session, actor: Actor, listing: Listing, reason: CloseReason, *, at: datetime) -> None:
    """Write the end of a listing that the caller was allowed to end."""
    listing.closed_at, listing.close_reason, listing.pin_rank = at, reason, None
    _changed(session, actor, listing, ListingClosed(**_common(listing), reason=reason), at)


def reopen(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """Open a closed listing again; it lasts as long as a new one, and what was asked before stays closed."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    by_steward = not is_theirs(actor, listing)
    rules.reopening(listing, by_steward=by_steward, at=at)
    _require_room(session, listing, at)
    listing.closed_at = listing.close_reason = listing.paused_at = listing.archived_at = None
    if listing.expires_on is not None and listing.expires_on <= at.date():
        listing.expires_on = None
    if listing.published_at is None:
        listing.sent_at = None
    else:
        _renew(listing, own_of(session, listing), at)
    return _changed(session, actor, listing, ListingReopened(**_common(listing)), at)


def keep(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> Listing:
    """Say that a listing is still true: it lasts as long again as when it was new."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if rules.state(listing, at) not in (State.OPEN, State.PAUSED):
        raise Refused(NOT_OPEN, code="not_open")
    listing.expires_on = None
    _renew(listing, own_of(session, listing), at)
    return _changed(session, actor, listing, ListingConfirmed(**_common(listing)), at)


def pin(session: Session, actor: Actor, listing_id: Id, rank: int, *, at: datetime) -> Listing:
    """Put an open listing on top of its community's list, at rank 1 to 3, or take it down with 0."""
    listing = listing_to_edit(session, actor, listing_id, at=at, name="listing.pin")
    require(session, actor, "listing.pin", listing.community_id, at=at)
    if not 0 <= rank <= PINS_MAX:
        raise Refused(PINS_FULL, code="bad_rank")
    if rank:
        _require_open(listing, at)
    wanted = rank or None
    if listing.pin_rank == wanted:
        return listing
    there = select(Listing.id).where(Listing.community_id == listing.community_id, Listing.pin_rank == wanted)
    if wanted and session.scalar(there):
        raise Conflict(PINS_FULL, code="pins_full")
    listing.pin_rank = wanted
    return _changed(session, actor, listing, ListingPinned(**_common(listing), rank=rank), at)


def discard(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> None:
    """Throw a draft away; what was ever published is closed instead."""
    listing = listing_to_edit(session, actor, listing_id, at=at)
    if rules.state(listing, at) is not State.DRAFT:
        raise Refused(NOT_DRAFT, code="not_draft")
    _tell(session, actor, listing, ListingDiscarded(**_common(listing)), at)
    erase(session, listing)


def erase(session: Session, listing: Listing) -> None:
    """Delete a listing that nothing refers to, with all that hangs on it."""
    for table in (OWN_TABLES[listing.kind], *HANGS_ON):
        session.execute(delete(table).where(table.listing_id == listing.id))
    session.delete(listing)
    session.flush()


def own_of(session: Session, listing: Listing) -> Own:
    """The fields of the listing's kind."""
    stored = session.get_one(OWN_TABLES[listing.kind], listing.id)
    names = rules.own_names(listing.kind)
    return rules.own_from(rules.OWN[listing.kind], {name: getattr(stored, name) for name in names})


def open_now(session: Session, actor: Actor, listing: Listing, *, at: datetime) -> None:
    """Show a listing that the caller was allowed to show."""
    _tell(session, actor, listing, _opened(listing, own_of(session, listing), at), at)


def _opened(listing: Listing, own: Own, at: datetime) -> Event:
    listing.published_at = at
    _renew(listing, own, at)
    return ListingPublished(
        **_common(listing), direction=listing.direction, kind=listing.kind, level=listing.level
    )


def _renew(listing: Listing, own: Own, at: datetime) -> None:
    terms = tuple(Term.read(term) for term in listing.terms)
    listing.expires_at = rules.expires_at(own, listing.direction, terms, listing.expires_on, at=at)
    listing.confirmed_at = at


def _require_open(listing: Listing, at: datetime) -> None:
    if rules.state(listing, at) is not State.OPEN:
        raise Refused(NOT_OPEN, code="not_open")


def _require_room(session: Session, listing: Listing, at: datetime) -> None:
    """Refuse one more open listing than the community allows; files and what a dispatcher took in do not count."""
    most = policies.value(session, listing.community_id, "listing.open_max", at=at)
    values = {"owner": listing.owner_id, "community": listing.community_id, "at": at, "most": most}
    count = _OPEN_OF_OWNER.plain(session, **values)[0][0]
    if count >= most:
        raise Refused(TOO_MANY_OPEN, code="too_many_open", n=count)


def _open_of_owner() -> Select[int]:
    at: Any = bindparam("at", type_=Instant)
    theirs = (
        select(Listing.id)
        .where(
            Listing.owner_id == bindparam("owner"),
            Listing.community_id == bindparam("community"),
            Listing.batch_id.is_(None),
            ~exists().where(DispatchCase.listing_id == Listing.id, DispatchCase.caller != ""),
            is_open(at),
        )
        .limit(bindparam("most", type_=BigInteger))
    )
    return select(func.count()).select_from(theirs.subquery())


_OPEN_OF_OWNER = Question(_open_of_owner)


def _should_be_looked_at(session: Session, actor: Actor, listing: Listing, at: datetime) -> bool:
    """The first three listings of somebody on trial wait when they hold a link or a telephone number."""
    if standing_of(session, actor, listing.community_id, at=at) is not Standing.TRIAL:
        return False
    if not rules.has_contact(f"{listing.title}\n{listing.description}\n{listing.place}"):
        return False
    before = select(func.count()).where(
        Listing.owner_id == listing.owner_id,
        Listing.community_id == listing.community_id,
        Listing.published_at.is_not(None),
    )
    return (session.scalar(before) or 0) < LOOKED_AT_FIRST


def _common(listing: Listing) -> dict[str, Any]:
    return {"listing_id": listing.id, "owner_id": listing.owner_id}


def _changed(session: Session, actor: Actor, listing: Listing, event: Event, at: datetime) -> Listing:
    listing.version += 1
    listing.changed_at = at
    _tell(session, actor, listing, event, at)
    return listing


def _tell(session: Session, actor: Actor, listing: Listing, event: Event, at: datetime) -> None:
    emit(session, actor, event, at=at, community_id=listing.community_id, person_id=listing.owner_id)
