"""Who speaks for a community in a federation: given by two stewards, recalled by one at any time. None commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from minga.communities.access import seat_state, seat_to_see
from minga.communities.access.federations import JOIN, require_for
from minga.communities.commands import ending, seconds
from minga.communities.commands import membership as memberships
from minga.communities.commands.founding import grant_at_founding
from minga.communities.events import MandateGiven, MandateRecalled, SeatEvent
from minga.communities.models import Community, Mandate, Membership, Seat, Second
from minga.communities.rules import CameBy, EndedWhy
from minga.communities.rules.federations import NOT_SEATED, WORDS_MAX, SeatState
from minga.communities.rules.roles import STEWARD
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text

GIVE = "federation.mandate"
NOT_A_MEMBER = N_("Choose a member of the community.")


def give_mandate(
    session: Session, actor: Actor, seat_id: Id, membership_id: Id, *, words: str = "", at: datetime
) -> Second:
    """Ask that a member speaks for the community in the federation; a second steward agrees."""
    seat = seat_to_see(session, actor, seat_id, at=at)
    require_for(session, actor, JOIN, seat.community_id, at=at)
    _must_be_seated(seat, at)
    holder = session.get(Membership, parse_id(membership_id))
    if holder is None or holder.community_id != seat.community_id or holder.ended_on is not None:
        raise Invalid(NOT_A_MEMBER, fields={"member": NOT_A_MEMBER})
    if live_mandate(session, seat.id, holder.person_id) is not None:
        raise Conflict(N_("They speak for the community already."), code="speaks_already")
    said = clean_text(words, WORDS_MAX, field="words")
    name = session.get_one(Person, holder.person_id).name
    wish = {"seat": seat.id, "membership": holder.id, "words": said, "what": name}
    return seconds.ask(session, actor, GIVE, seat.community_id, at=at, wish=wish, about=holder.id)


@seconds.applies(GIVE)
def _give(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    seat = session.get_one(Seat, parse_id(second.wish["seat"]), with_for_update=True)
    _must_be_seated(seat, at)
    holder = session.get_one(Membership, parse_id(second.wish["membership"]))
    if holder.ended_on is not None:
        raise Conflict(NOT_A_MEMBER)
    if live_mandate(session, seat.id, holder.person_id) is None:
        speak(session, actor, seat, holder, second.asked_by_id, at=at, words=str(second.wish["words"]))


def speak(
    session: Session,
    actor: Actor,
    seat: Seat,
    holder: Membership,
    given_by_id: Id,
    *,
    at: datetime,
    words: str = "",
) -> Mandate:
    """Let a member speak from now on: they become a member and a steward of the federation."""
    held = memberships.live_membership(session, seat.federation_id, holder.person_id)
    if held is None:
        held = memberships.begin(
            session,
            actor,
            seat.federation_id,
            holder.person_id,
            at=at,
            came_by=CameBy.INVITE,
            trial_days=0,
        )
        federation = session.get_one(Community, seat.federation_id)
        grant_at_founding(session, federation, held, STEWARD, given_by_id, at=at)
    made = Mandate(
        seat_id=seat.id,
        membership_id=holder.id,
        held_id=held.id,
        words=words,
        given_by_id=given_by_id,
        since_at=at,
    )
    session.add(made)
    session.flush()
    tell_seat(session, actor, seat, MandateGiven, at=at, mandate_id=made.id)
    return made


def recall_mandate(session: Session, actor: Actor, mandate_id: Id, *, at: datetime) -> Id:
    """One steward of the community, or who holds it, ends a mandate at once; the seat. Twice changes nothing."""
    found = session.get(Mandate, parse_id(mandate_id))
    if found is None:
        raise NotFound()
    seat = seat_to_see(session, actor, found.seat_id, at=at)
    holder = session.get_one(Membership, found.membership_id)
    if not actor.signed_in or holder.person_id != actor.person_id:
        require_for(session, actor, JOIN, seat.community_id, at=at)
    if found.recalled_at is None:
        _recall(session, actor, found, at)
    return seat.id


def end_mandates(session: Session, actor: Actor, one: Membership, *, at: datetime) -> None:
    """With a membership of the community, or of the federation, every mandate that hangs on it ends."""
    hanging = select(Mandate).where(
        (Mandate.membership_id == one.id) | (Mandate.held_id == one.id), Mandate.recalled_at.is_(None)
    )
    for mandate in session.scalars(hanging).all():
        _recall(session, actor, mandate, at, but=one.id)


def end_mandates_of_seat(session: Session, actor: Actor, seat: Seat, *, at: datetime) -> None:
    """With a seat all its mandates end."""
    hanging = select(Mandate).where(Mandate.seat_id == seat.id, Mandate.recalled_at.is_(None))
    for mandate in session.scalars(hanging).all():
        _recall(session, actor, mandate, at)


def live_mandate(session: Session, seat_id: Id, person_id: Id) -> Mandate | None:
    """The mandate by which this person speaks for that seat now."""
    return session.scalar(
        select(Mandate)
        .join(Membership, Membership.id == Mandate.membership_id)
        .where(
            Mandate.seat_id == seat_id,
            Mandate.recalled_at.is_(None),
            Membership.person_id == person_id,
        )
    )


def seats_spoken_for(session: Session, federation_id: Id, person_id: Id) -> set[Id]:
    """The seats of a federation for which this person speaks now."""
    return set(
        session.scalars(
            select(Mandate.seat_id)
            .join(Membership, Membership.id == Mandate.membership_id)
            .join(Seat, and_(Seat.id == Mandate.seat_id, Seat.left_at.is_(None)))
            .where(
                Seat.federation_id == federation_id,
                Mandate.recalled_at.is_(None),
                Membership.person_id == person_id,
            )
        )
    )


def _recall(session: Session, actor: Actor, found: Mandate, at: datetime, *, but: Id = "") -> None:
    """End a mandate, and with the last one the membership in the federation, unless that one is ending anyway (`but`)."""
    found.recalled_at, found.recalled_by_id = at, actor.person_id
    session.flush()
    seat = session.get_one(Seat, found.seat_id)
    tell_seat(session, actor, seat, MandateRecalled, at=at, mandate_id=found.id)
    held = session.get_one(Membership, found.held_id)
    others = select(Mandate.id).where(Mandate.held_id == held.id, Mandate.recalled_at.is_(None)).limit(1)
    if held.id != but and held.ended_on is None and session.scalar(others) is None:
        ending.end_membership(session, actor, held, EndedWhy.LEFT, at=at)


def _must_be_seated(seat: Seat, at: datetime) -> None:
    if seat_state(seat, at) not in (SeatState.SEATED, SeatState.LEAVING):
        raise Conflict(NOT_SEATED, code="not_seated")


def tell_seat(
    session: Session, actor: Actor, seat: Seat, kind: type[SeatEvent], *, at: datetime, **facts: Any
) -> None:
    """Tell it in the federation and in the community."""
    for one in (seat.federation_id, seat.community_id):
        told = kind(seat_id=seat.id, federation_id=seat.federation_id, member_id=seat.community_id, **facts)
        emit(session, actor, told, at=at, community_id=one)
