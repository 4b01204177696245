"""Needs taken in by telephone and seen through: who looks after one, whom they called, what is one need and what two."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import holds
from minga.communities.commands import Kept, keep_person
from minga.communities.models import Membership
from minga.identity import Actor
from minga.identity.access.fields import is_there
from minga.identity.models import Person
from minga.identity.rules.fields import FIELDS, clean_value
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.sealed import field_key
from minga.kit.text import clean_line, clean_text
from minga.sharing.access.dispatch import ASSIGN, case_to_work, desk_to_see
from minga.sharing.commands import agreeing
from minga.sharing.commands.life import close_now, open_now
from minga.sharing.commands.writing import draft
from minga.sharing.events.dispatch import (
    CallSheetRead,
    CaseHandedOver,
    ContactLogged,
    NeedTakenIn,
    StillNeededAsked,
)
from minga.sharing.models import DispatchCase, DispatchContact, Exchange, Intake, Listing
from minga.sharing.queries.doubles import doubles, tail_mark
from minga.sharing.rules import CloseReason, Content, Direction, Help, Level, NameShown, Term, TermKind, state
from minga.sharing.rules import dispatch as rules
from minga.sharing.rules.dispatch import ContactKind
from minga.sharing.rules.kinds import Urgency
from minga.sharing.rules.words import State

OVER = N_("This is closed already.")
NOT_A_DISPATCHER = N_("Choose somebody who may take needs in here.")
THEIRS_TO_CLOSE = N_("This was posted by its owner. Ask them whether it is still needed; they close it.")
ARRANGED_ALREADY = N_("Somebody is on it already. Close it when it is done, or call that off first.")
NO_ACCOUNT = N_("They have no account here. Call them, and write down what they say.")


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What a dispatcher writes down on the telephone. `member` is a short name, or empty for somebody without account."""

    caller: str
    what: str
    reach: str = ""
    place: str = ""
    needed_by_at: datetime | None = None
    urgency: Urgency = Urgency.NORMAL
    people_needed: int = 1
    member: str = ""
    level: Level = Level.PRIVATE
    consent: bool = False
    apart: bool = False
    """It was looked at whether this is the same as another, and it is not."""
    keep: bool = False
    """They agreed to be a member whom the dispatcher looks after, with this as their first need."""


def take_call(session: Session, actor: Actor, community_id: Id, given: TakenIn, *, at: datetime) -> Listing:
    """Write a need down for somebody who called: a member's own, or one kept for somebody without an account."""
    desk = desk_to_see(session, actor, community_id, at=at, name=ASSIGN)
    found = getattr(desk, "community_id", desk.id)
    owner_id = member_of(session, found, given.member, at=at) if given.member.strip() else None
    given = _checked(given, known=owner_id is not None, at=at)
    tail = tail_mark(session, given.reach)
    if tail and not given.apart and doubles(session, found, tail):
        raise Conflict(rules.MAYBE_SAME, code="maybe_same")
    if given.keep and owner_id is None:
        owner_id = keep_caller(session, actor, found, given, at=at)
    listing = listed(session, actor, found, given, owner_id, at)
    return keep_case(session, actor, listing, given, owner_id, tail=tail, intake=None, at=at)


def keep_caller(session: Session, actor: Actor, community_id: Id, given: TakenIn, *, at: datetime) -> Id:
    """A member without a device of whoever called, looked after by the dispatcher; what is no number is an address."""
    try:
        phone, address = clean_value(FIELDS["phone"], given.reach), ""
    except Invalid:
        phone, address = "", given.reach
    kept = Kept(name=given.caller, phone=phone, address=address)
    return keep_person(session, actor, community_id, kept, at=at).person_id


def keep_case(
    session: Session,
    actor: Actor,
    listing: Listing,
    given: TakenIn,
    owner_id: Id | None,
    *,
    tail: str,
    intake: Intake | None,
    at: datetime,
) -> Listing:
    """The case beside a need that was just written down; name and number are sealed under its id."""
    key = field_key(session)
    session.add(
        DispatchCase(
            listing_id=listing.id,
            community_id=listing.community_id,
            dispatcher_id=actor.person_id,
            since_at=at,
            taken_in_by_id=actor.person_id,
            consent_at=intake.consent_at if intake else at,
            caller="" if owner_id else key.seal(given.caller, f"caller {listing.id}"),
            reach=key.seal(given.reach, f"reach {listing.id}") if given.reach else "",
            phone_tail=tail,
        )
    )
    session.flush()
    event = NeedTakenIn(
        listing_id=listing.id, for_member_id=owner_id, intake_id=intake.id if intake else None
    )
    tell(session, for_owner(actor, listing), listing, event, at=at)
    return listing


def _checked(given: TakenIn, *, known: bool, at: datetime) -> TakenIn:
    """The texts as they are kept; every fault of the form at once."""
    faults: dict[str, str | Refused] = {}
    texts: dict[str, Any] = {}
    limits = {
        "caller": rules.NAME_MAX,
        "what": rules.WHAT_MAX,
        "reach": rules.REACH_MAX,
        "place": rules.PLACE_MAX,
    }
    for name, most in limits.items():
        required = name == "what" or (name in ("caller", "reach") and not known)
        try:
            texts[name] = clean_line(getattr(given, name), most, field=name, required=required)
        except Invalid as fault:
            faults[name] = rules.REACH_NEEDED if name == "reach" and not given.reach.strip() else fault
    if given.needed_by_at is not None and not rules.is_near(given.needed_by_at, at):
        faults["by_day"] = rules.NOT_NEAR
    if not given.consent:
        faults["consent"] = rules.CONSENT_MISSING
    if given.level not in (Level.PRIVATE, Level.COMMUNITY):
        faults["level"] = N_("Choose who sees it from the list.")
    if faults:
        raise Invalid(N_("Some answers need another look."), fields=faults)
    return replace(given, **texts)


def listed(
    session: Session, actor: Actor, community_id: Id, given: TakenIn, owner_id: Id | None, at: datetime
) -> Listing:
    """The need itself, shown at once; of somebody without account only dispatchers read the name."""
    acting = replace(actor, person_id=owner_id, for_by=actor.person_id) if owner_id else actor
    content = Content(
        title=given.what,
        own=Help(urgency=given.urgency, needed_by_at=given.needed_by_at, people_needed=given.people_needed),
        terms=(Term(kind=TermKind.GIFT),),
        level=given.level,
        place=given.place,
        name_shown=NameShown.AGREED if owner_id else NameShown.DISPATCHERS,
        reach_known=True,
    )
    listing = draft(session, acting, community_id, Direction.NEED, content, at=at)
    listing.entered_by_id = actor.person_id
    listing.sent_at = at
    open_now(session, acting, listing, at=at)
    return listing


def member_of(session: Session, community_id: Id, handle: str, *, at: datetime) -> Id:
    """The member of that short name; refused, at the field, when there is none."""
    found = session.scalar(
        select(Person.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Person.handle_key == handle_key(handle),
            Membership.community_id == community_id,
            Membership.ended_on.is_(None),
            is_there(),
        )
    )
    if found is None:
        raise Invalid(rules.NOT_A_MEMBER, fields={"member": rules.NOT_A_MEMBER})
    return str(found)


def case_of(session: Session, listing: Listing, at: datetime) -> DispatchCase:
    """The case of a need, made when it is worked on for the first time."""
    found = session.get(DispatchCase, listing.id)
    if found is None:
        found = DispatchCase(listing_id=listing.id, community_id=listing.community_id, since_at=at)
        session.add(found)
        session.flush()
    return found


def for_owner(actor: Actor, listing: Listing) -> Actor:
    """The dispatcher as somebody who acts for the owner of a need: "for Bruno by Hana"."""
    if actor.person_id == listing.owner_id:
        return actor
    return replace(actor, person_id=listing.owner_id, for_by=actor.person_id)


def hand_over(
    session: Session, actor: Actor, listing_id: Id, to_id: Id | None, *, at: datetime
) -> DispatchCase:
    """Let another dispatcher look after a case, oneself, or nobody. Twice changes nothing."""
    listing = case_to_work(session, actor, listing_id, at=at)
    if to_id is not None and not holds(session, to_id, ASSIGN, listing.community_id, at=at):
        raise Invalid(NOT_A_DISPATCHER, fields={"to": NOT_A_DISPATCHER})
    case = case_of(session, listing, at)
    if case.dispatcher_id == to_id:
        return case
    event = CaseHandedOver(listing_id=listing.id, from_id=case.dispatcher_id, to_id=to_id)
    case.dispatcher_id, case.since_at = to_id, at
    if to_id is not None and case.caller:
        _pass_on(session, listing, to_id)
    tell(session, actor, listing, event, at=at)
    return case


def _pass_on(session: Session, listing: Listing, to_id: Id) -> None:
    """What is kept for somebody without account answers to whoever looks after it now, unless it is agreed already."""
    agreed = session.scalar(select(Exchange.id).where(Exchange.listing_id == listing.id).limit(1))
    asks = agreeing.open_asks(session, listing.id)
    if agreed is not None or any(ask.person_id == to_id for ask in asks):
        return
    listing.owner_id = to_id
    listing.version += 1
    for ask in asks:
        ask.owner_id = to_id


def end_duty(session: Session, actor: Actor, community_id: Id, to_id: Id | None, *, at: datetime) -> int:
    """Hand all one's open cases on; answers how many there were."""
    desk = desk_to_see(session, actor, community_id, at=at, name=ASSIGN)
    mine = session.scalars(
        select(DispatchCase.listing_id)
        .join(Listing, Listing.id == DispatchCase.listing_id)
        .where(
            DispatchCase.dispatcher_id == actor.person_id,
            DispatchCase.community_id == getattr(desk, "community_id", desk.id),
            Listing.closed_at.is_(None),
        )
        .order_by(DispatchCase.listing_id)
    ).all()
    for listing_id in mine:
        hand_over(session, actor, listing_id, to_id, at=at)
    return len(mine)


def log_contact(
    session: Session, actor: Actor, listing_id: Id, kind: ContactKind, note: str, *, at: datetime
) -> DispatchContact:
    """Write down a call, a message, or that nobody was there; whoever does looks after the case if nobody did."""
    listing = case_to_work(session, actor, listing_id, at=at)
    case = case_of(session, listing, at)
    if case.dispatcher_id is None:
        case.dispatcher_id, case.since_at = actor.person_id, at
    made = DispatchContact(listing_id=listing.id, by_id=actor.person_id, at=at, kind=kind)
    session.add(made)
    session.flush()
    said = clean_text(note, rules.NOTE_MAX, field="note")
    made.note = field_key(session).seal(said, f"contact {made.id}") if said else ""
    tell(session, actor, listing, ContactLogged(listing_id=listing.id, kind=kind), at=at)
    return made


def ask_whether_still_needed(session: Session, actor: Actor, listing_id: Id, *, at: datetime) -> DispatchCase:
    """Ask a member whether their need still stands; who is silent twice finds it closed."""
    listing = case_to_work(session, actor, listing_id, at=at)
    require_open(listing, at)
    case = case_of(session, listing, at)
    if case.caller or listing.owner_id == actor.person_id:
        raise Refused(NO_ACCOUNT, code="no_account")
    if case.still_asked_at is not None and at - case.still_asked_at < rules.QUESTION_LASTS:
        return case
    answered = listing.confirmed_at and case.still_asked_at and listing.confirmed_at > case.still_asked_at
    case.still_asked_times = 1 if answered else case.still_asked_times + 1
    case.still_asked_at = at
    event = StillNeededAsked(listing_id=listing.id, owner_id=listing.owner_id, times=case.still_asked_times)
    tell(session, actor, listing, event, at=at)
    return case


def close_case(
    session: Session, actor: Actor, listing_id: Id, reason: CloseReason, *, at: datetime
) -> Listing:
    """Close what dispatchers took in: done, or not needed any more. Twice changes nothing."""
    listing = case_to_work(session, actor, listing_id, at=at)
    if listing.closed_at is not None:
        return listing
    case = session.get(DispatchCase, listing.id)
    if case is None or case.taken_in_by_id is None:
        raise Forbidden(THEIRS_TO_CLOSE, code="not_yours")
    if reason not in (CloseReason.FULFILLED, CloseReason.WITHDRAWN):
        raise Refused(N_("Say whether it is done or withdrawn."), code="bad_reason")
    close_now(session, for_owner(actor, listing), listing, reason, at=at)
    return listing


def read_call_sheet(session: Session, actor: Actor, community_id: Id, n: int, *, at: datetime) -> None:
    """Write down that somebody looks at the numbers of that many cases."""
    desk = desk_to_see(session, actor, community_id, at=at, name=ASSIGN)
    found = getattr(desk, "community_id", desk.id)
    emit(session, actor, CallSheetRead(n=n), at=at, community_id=found)


def require_open(listing: Listing, at: datetime) -> None:
    if state(listing, at) is not State.OPEN:
        raise Conflict(OVER, code="not_open")


def tell(session: Session, actor: Actor, listing: Listing, event: Any, *, at: datetime) -> None:
    """Say what happened to a need, in its community, to its owner's log too."""
    emit(session, actor, event, at=at, community_id=listing.community_id, person_id=listing.owner_id)
