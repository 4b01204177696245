"""Keeping people without e-mail or device: making them, their yes, handing on, the card by which they take over."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from minga.communities.access import policies, require, require_scope
from minga.communities.access.keeping import (
    KEEP,
    Acting,
    OpenCard,
    keeping_to_keep,
    keeping_to_see,
    live_consent,
    open_card,
    runs,
)
from minga.communities.commands import membership as memberships
from minga.communities.events import (
    ActConsentEnded,
    ActConsentGiven,
    ActedFor,
    ActUndone,
    ClaimCardMade,
    KeepingHandedOn,
    KeepingOffered,
    PersonClaimed,
    PlaceholderMade,
)
from minga.communities.models import ActConsent, Keeping, Membership
from minga.communities.rules import CameBy
from minga.communities.rules.keeping import (
    CLAIMED,
    KEPT_AFTER_CLAIM,
    KEPT_BY_SOMEBODY,
    NOTE_MAX,
    PAPER_ONLY,
    ConsentHow,
    check_consent,
    require_room,
)
from minga.identity import Actor, Via
from minga.identity import commands as identity
from minga.identity.models import Invite, Person
from minga.identity.rules.invites import Purpose
from minga.identity.rules.names import handle_key
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.text import clean_text

NOT_A_MEMBER = N_("Nobody of that short name is a full member here.")
ASKED_ALREADY = N_("Somebody was asked already. Take that back first.")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is known of a person who is to be kept."""

    name: str
    phone: str = ""
    address: str = ""
    mail: str = ""
    language: str = "en"
    handle: str = ""


def keep_person(session: Session, actor: Actor, community_id: Id, given: Kept, *, at: datetime) -> Keeping:
    """Make a member of somebody without e-mail or device, kept by the actor."""
    require(session, actor, KEEP, community_id, at=at)
    keeper = memberships.live_membership(session, community_id, actor.person_id or "")
    if keeper is None:  # a steward of the community above
        raise NotFound()
    return place_person(session, actor, keeper, given, came_by=CameBy.KEPT, at=at)


def place_person(
    session: Session,
    actor: Actor,
    keeper: Membership,
    given: Kept,
    *,
    came_by: CameBy,
    trial_days: int | None = None,
    at: datetime,
) -> Keeping:
    """The same for whoever was allowed to by other means; a list of members brings many, which no limit stops."""
    if came_by is CameBy.KEPT:
        require_room(_kept_by(session, keeper.id, at), _most(session, keeper, at))
    handle = given.handle or identity.propose_handle(session, given.name, at=at)
    person_id = identity.make_person(
        session, actor, name=given.name, handle=handle, language=given.language, at=at
    )
    told = {key: value for key in ("phone", "address", "mail") if (value := getattr(given, key).strip())}
    if told:
        person = for_person(actor, person_id)
        identity.change_profile(session, person, values=told, audiences={}, at=at)
    memberships.begin(
        session,
        actor,
        keeper.community_id,
        person_id,
        at=at,
        came_by=came_by,
        sponsor_id=keeper.id if came_by is CameBy.KEPT else None,
        trial_days=trial_days,
    )
    made = Keeping(community_id=keeper.community_id, person_id=person_id, keeper_id=keeper.id, since_at=at)
    session.add(made)
    session.flush()
    event = PlaceholderMade(keeping_id=made.id)
    emit(session, actor, event, at=at, community_id=made.community_id, person_id=person_id)
    return made


def for_person(actor: Actor, person_id: Id) -> Actor:
    """The actor as somebody who enters what a person is known by; internal, before there is a yes to ask for."""
    return replace(actor, person_id=person_id, for_by=actor.person_id, via=Via.DESK, operator=False)


def _kept_by(session: Session, membership_id: Id, at: datetime) -> int:
    counted = select(func.count()).select_from(Keeping).where(Keeping.keeper_id == membership_id, runs(at))
    return session.scalar(counted) or 0


def _most(session: Session, keeper: Membership, at: datetime) -> int:
    return int(policies.value(session, keeper.community_id, "acting.people_max", at=at))


def take_consent(
    session: Session,
    actor: Actor,
    keeping_id: Id,
    *,
    how: str,
    scopes: Iterable[str],
    days: int,
    at: datetime,
    note: str = "",
    paper: str | None = None,
) -> ActConsent:
    """Write down what the person agreed to; what they agreed to before ends. `paper` is the file of a sheet's photo."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    not_claimed(session, found)
    if paper and how != ConsentHow.PAPER:
        raise Invalid(PAPER_ONLY, fields={"paper": PAPER_ONLY})
    words = clean_text(note, NOTE_MAX, field="note")
    made = _agree(session, actor, found.community_id, found.person_id, how, scopes, days, at)
    made.note, made.paper = words, paper
    session.flush()
    return made


def switch_acting(
    session: Session, actor: Actor, community_id: Id, *, scopes: Iterable[str], days: int, at: datetime
) -> ActConsent | None:
    """One's own switch: let those who sit at the desk act for oneself; no scope switches it off."""
    require_scope(actor, writing=True)
    require(session, actor, "community.see", community_id, at=at)
    if actor.for_by is not None or actor.person_id is None:
        raise NotFound()
    chosen = list(scopes)
    if not chosen:
        end_yes(session, actor, actor.person_id, community_id, at=at)
        return None
    return _agree(session, actor, community_id, actor.person_id, ConsentHow.SELF, chosen, days, at)


def _agree(
    session: Session,
    actor: Actor,
    community_id: Id,
    person_id: Id,
    how: str,
    scopes: Iterable[str],
    days: int,
    at: datetime,
) -> ActConsent:
    agreed = check_consent(scopes, days, how, by_self=person_id == actor.person_id)
    end_yes(session, actor, person_id, community_id, at=at)
    made = ActConsent(
        community_id=community_id,
        person_id=person_id,
        how=ConsentHow(how),
        scopes=[one.value for one in agreed],
        taken_by_id=actor.person_id,
        given_at=at,
        until_at=at + timedelta(days=days),
    )
    session.add(made)
    session.flush()
    event = ActConsentGiven(
        consent_id=made.id, how=made.how, scopes=tuple(made.scopes), until_at=made.until_at
    )
    emit(session, actor, event, at=at, community_id=community_id, person_id=person_id)
    return made


def end_consent(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> None:
    """The person does not want to be acted for any more: by their word, or by themselves. Twice changes nothing."""
    require_scope(actor, writing=True)
    found = keeping_to_see(session, actor, keeping_id, at=at)
    if found.person_id != actor.person_id:
        keeping_to_keep(session, actor, keeping_id, at=at)
    end_yes(session, actor, found.person_id, found.community_id, at=at)


def end_yes(session: Session, actor: Actor, person_id: Id, community_id: Id, *, at: datetime) -> None:
    """What the person agreed to there ends; internal, also where they or their membership go."""
    before = live_consent(session, person_id, community_id)
    if before is None:
        return
    before.ended_at = at
    session.flush()
    event = ActConsentEnded(consent_id=before.id)
    emit(session, actor, event, at=at, community_id=community_id, person_id=person_id)


def offer_keeping(session: Session, actor: Actor, keeping_id: Id, handle: str, *, at: datetime) -> Keeping:
    """Ask another member to look after the person; nothing changes before their yes."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    not_claimed(session, found)
    if found.next_id is not None:
        raise Conflict(ASKED_ALREADY, code="asked_already")
    person_id = session.scalar(select(Person.id).where(Person.handle_key == handle_key(handle)))
    to = memberships.live_membership(session, found.community_id, person_id or "")
    kept = to is not None and session.scalar(
        select(Keeping.id).where(Keeping.person_id == to.person_id, runs(at)).limit(1)
    )
    if to is None or to.id == found.keeper_id or kept or (to.trial_ends_at and to.trial_ends_at > at):
        raise Invalid(NOT_A_MEMBER, fields={"to": NOT_A_MEMBER})
    found.next_id, found.next_asked_at = to.id, at
    session.flush()
    event = KeepingOffered(keeping_id=found.id, to_id=to.id)
    emit(session, actor, event, at=at, community_id=found.community_id, person_id=found.person_id)
    return found


def take_offer_back(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Keeping:
    """The keeper takes the question back, or whoever was asked says no. Twice changes nothing."""
    require_scope(actor, writing=True)
    found = keeping_to_see(session, actor, keeping_id, at=at)
    if not _was_asked(session, actor, found):
        found = keeping_to_keep(session, actor, keeping_id, at=at)
    found.next_id = found.next_asked_at = None
    session.flush()
    return found


def go_on_keeping(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Keeping:
    """Yes: whoever was asked keeps the person from now on."""
    require_scope(actor, writing=True)
    found = keeping_to_see(session, actor, keeping_id, at=at)
    if not _was_asked(session, actor, found) or found.next_id is None:
        raise NotFound()
    not_claimed(session, found)
    return _hand_to(session, actor, found, session.get_one(Membership, found.next_id), at)


def take_on_keeping(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Keeping:
    """Look after somebody whose keeper has left; for those who may keep people there."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    require(session, actor, KEEP, found.community_id, at=at)
    not_claimed(session, found)
    mine = memberships.live_membership(session, found.community_id, actor.person_id or "")
    if session.get_one(Membership, found.keeper_id).ended_on is None:
        name = session.get_one(Person, found.person_id).name
        raise Conflict(KEPT_BY_SOMEBODY, code="kept_by_somebody", name=name)
    if mine is None:  # a steward of the community above
        raise NotFound()
    return _hand_to(session, actor, found, mine, at)


def _hand_to(session: Session, actor: Actor, found: Keeping, keeper: Membership, at: datetime) -> Keeping:
    require_room(_kept_by(session, keeper.id, at), _most(session, keeper, at))
    before = found.keeper_id
    found.until_at, found.next_id, found.next_asked_at = at, None, None
    session.flush()
    made = Keeping(
        community_id=found.community_id,
        person_id=found.person_id,
        keeper_id=keeper.id,
        since_at=at,
        claim_id=found.claim_id,
    )
    session.add(made)
    session.flush()
    event = KeepingHandedOn(keeping_id=made.id, from_id=before, to_id=keeper.id)
    emit(session, actor, event, at=at, community_id=made.community_id, person_id=made.person_id)
    return made


def _was_asked(session: Session, actor: Actor, keeping: Keeping) -> bool:
    asked = session.get(Membership, keeping.next_id) if keeping.next_id else None
    return asked is not None and asked.person_id == actor.person_id and asked.ended_on is None


def not_claimed(session: Session, keeping: Keeping) -> None:
    """Refuse what is only for people who have not taken over."""
    if keeping.claimed_at is not None:
        person = session.get_one(Person, keeping.person_id)
        raise Conflict(CLAIMED, code="claimed", name=person.name)


def make_claim_card(session: Session, actor: Actor, keeping_id: Id, *, at: datetime) -> Invite:
    """The card by which the person takes over; a card that was printed before works no more."""
    found = keeping_to_keep(session, actor, keeping_id, at=at)
    not_claimed(session, found)
    card = session.get(Invite, found.claim_id) if found.claim_id else None
    if card is not None:
        identity.reissue_invite(session, actor, card, community_id=found.community_id, at=at)
    else:
        card = make_card(session, actor, found, at=at)
    event = ClaimCardMade(keeping_id=found.id)
    emit(session, actor, event, at=at, community_id=found.community_id, person_id=found.person_id)
    return card


def make_card(session: Session, actor: Actor, keeping: Keeping, *, at: datetime) -> Invite:
    """A first card; internal, also for each member of a list."""
    person = session.get_one(Person, keeping.person_id)
    card = identity.make_invite(
        session,
        actor,
        purpose=Purpose.CLAIM,
        person_id=person.id,
        label=person.name,
        language=person.language,
        community_id=keeping.community_id,
        at=at,
    )
    keeping.claim_id = card.id
    session.flush()
    return card


def claim(session: Session, key: bytes, token: str, *, at: datetime, request_id: str = "") -> OpenCard:
    """The person takes over: nobody acts for them any more, and in 30 days nobody keeps them."""
    card = open_card(session, key, token, at=at)
    person = Actor(card.person_id, request_id=request_id)
    identity.use_invite(session, card.invite_id, card.person_id, community_id=card.community_id, at=at)
    end_yes(session, person, card.person_id, card.community_id, at=at)
    found = card.keeping
    if found is not None:
        found.claimed_at, found.until_at = at, at + KEPT_AFTER_CLAIM
        found.next_id = found.next_asked_at = None
        session.flush()
        event = PersonClaimed(keeping_id=found.id, until_at=found.until_at)
        emit(session, person, event, at=at, community_id=found.community_id)
    identity.stop_erasure(session, person, card.person_id, at=at)
    return card


def note_acting(session: Session, acting: Acting, *, at: datetime) -> None:
    """Write into both people's log that one enters something for the other; said once in a unit that changes something."""
    actor = acting.actor
    emit(session, actor, ActedFor(subject_id=acting.person_id), at=at, community_id=actor.token_community_id)


def note_undone(session: Session, actor: Actor, keeping: Keeping, event_id: Id, *, at: datetime) -> None:
    """Write down that an act was taken back by the person's word."""
    told = ActUndone(act_id=event_id)
    emit(session, actor, told, at=at, community_id=keeping.community_id, person_id=keeping.person_id)
