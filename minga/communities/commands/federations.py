"""Federations: founded by communities, left with notice, ended. Sharing stops with the notice, duties with its day."""

from datetime import datetime

from sqlalchemy import exists, select, update

from minga.communities.access import community_to_see, policies, require, seat_state, seat_to_see
from minga.communities.access.federations import DECIDE, JOIN, LEAVE, require_for
from minga.communities.commands import seconds
from minga.communities.commands.founding import make_community, make_roles, set_first_policies
from minga.communities.commands.mandates import end_mandates_of_seat, seats_spoken_for, speak, tell_seat
from minga.communities.commands.membership import live_membership
from minga.communities.commands.seat_gifts import start_giving, stop_giving, wish_of, wished
from minga.communities.commands.seats import must_be_federation, must_be_whole, offer
from minga.communities.events import (
    FederationDissolved,
    FederationFounded,
    SeatLeaving,
    SeatLeft,
    SeatStays,
    SeatTaken,
)
from minga.communities.models import Community, Federation, Partnership, Seat, SeatGift, Second, TieGift
from minga.communities.queries.communities import community as community_card
from minga.communities.rules import federations as rules
from minga.communities.rules.federations import DecidedBy, Scope, SeatState
from minga.communities.rules.names import NAME_MAX, PURPOSE_MAX
from minga.communities.rules.roles import STEWARD
from minga.communities.rules.templates import BUILT_IN
from minga.communities.rules.ties import Gives, check_gives
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.events import emit
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_line, clean_text

FOUND, GO, STAY = "federation.found", "federation.leave", "federation.stay"
EXCLUDE, DISSOLVE = "federation.exclude", "federation.dissolve"
NOTICE = "federation.exit_notice_days"


def found_federation(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    name: str,
    invited: tuple[str, ...],
    gives: Gives,
    known_kinds: frozenset[str],
    onward: bool = False,
    slug: str = "",
    purpose: str = "",
    decided_by: DecidedBy = DecidedBy.CONSENSUS,
    scope: Scope = Scope.GEOGRAPHIC,
    scope_words: str = "",
    at: datetime,
) -> Second:
    """Found a federation as two stewards of a community; the others named are invited, and answer by two of their own."""
    own = community_to_see(session, actor, community_id, at=at)
    require(session, actor, JOIN, own.id, at=at, seconded=True)
    must_be_whole(own)
    others = [community_card(session, actor, one, at=at) for one in dict.fromkeys(invited) if one]
    ids = [one.id for one in others if one.id != own.id and one.parent_id is None][: rules.INVITED_MAX]
    if not ids:
        raise Invalid(rules.NEEDS_TWO, fields={"invited": rules.NEEDS_TWO})
    check_gives(gives, known_kinds)
    title = clean_line(name, NAME_MAX, field="name", required=True)
    wish = wish_of(gives, onward) | {
        "what": title,
        "slug": slug,
        "purpose": clean_text(purpose, PURPOSE_MAX, field="purpose"),
        "decided_by": decided_by.value,
        "scope": scope.value,
        "scope_words": clean_line(scope_words, rules.SCOPE_MAX, field="scope_words"),
        "invited": ids,
    }
    return seconds.ask(session, actor, FOUND, own.id, at=at, wish=wish)


@seconds.applies(FOUND)
def _found(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    own, wish = session.get_one(Community, second.community_id), second.wish
    made = make_community(
        session,
        name=str(wish["what"]),
        slug=str(wish["slug"]),
        kind=rules.KIND,
        purpose=str(wish["purpose"]),
        language=own.language,
        zone=own.zone,
        currency=own.currency,
        at=at,
    )
    make_roles(session, made, (*BUILT_IN, STEWARD), at=at)
    set_first_policies(session, made, {"joining.way": "closed"}, second.asked_by_id, at)
    session.add(
        Federation(
            community_id=made.id,
            decided_by=DecidedBy(wish["decided_by"]),
            scope=Scope(wish["scope"]),
            scope_words=str(wish["scope_words"]),
            founded_by_id=own.id,
        )
    )
    session.flush()
    first = Seat(
        federation_id=made.id,
        community_id=own.id,
        asked_by_federation=False,
        asked_by_id=second.asked_by_id,
        asked_at=at,
        agreed_by_id=second.answered_by_id,
        joined_at=at,
        older_at=at + rules.OLDER_WAIT,
    )
    session.add(first)
    session.flush()
    rows, onward = wished(wish)
    start_giving(session, first, rows, onward, at)
    speaker = live_membership(session, own.id, second.asked_by_id)
    if speaker is not None:
        speak(session, actor, first, speaker, actor.person_id or second.asked_by_id, at=at)
    for one in (made.id, own.id):
        emit(session, actor, FederationFounded(subject_id=made.id), at=at, community_id=one)
    tell_seat(session, actor, first, SeatTaken, at=at, older_at=at + rules.OLDER_WAIT)
    for invited in wish["invited"]:
        offer(session, actor, made.id, str(invited), second.asked_by_id, by_federation=True, at=at)


def leave_federation(session: Session, actor: Actor, seat_id: Id, *, words: str = "", at: datetime) -> Second:
    """Give notice as two stewards of the community: sharing stops at once, the seat after the days of notice."""
    seat = seat_to_see(session, actor, seat_id, at=at)
    require_for(session, actor, LEAVE, seat.community_id, at=at)
    _must_be(seat, SeatState.SEATED, at)
    name = session.get_one(Community, seat.federation_id).name
    wish = {"what": name, "words": clean_text(words, rules.WORDS_MAX, field="words")}
    return seconds.ask(session, actor, GO, seat.community_id, at=at, wish=wish, about=seat.id)


@seconds.applies(GO)
def _leave(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    seat = session.get_one(Seat, parse_id(second.about), with_for_update=True)
    give_notice(session, actor, seat, str(second.wish["words"]), at, excluded=False)


def stay_in_federation(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> Second:
    """Take notice back before its day, as two stewards of the community: what was given is given again."""
    seat = seat_to_see(session, actor, seat_id, at=at)
    require_for(session, actor, LEAVE, seat.community_id, at=at)
    _must_be_leaving(seat, at)
    name = session.get_one(Community, seat.federation_id).name
    return seconds.ask(session, actor, STAY, seat.community_id, at=at, wish={"what": name}, about=seat.id)


@seconds.applies(STAY)
def _stay(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    seat = session.get_one(Seat, parse_id(second.about), with_for_update=True)
    _must_be_leaving(seat, at)
    before = session.execute(
        select(SeatGift.direction, SeatGift.kind, SeatGift.onward_at).where(
            SeatGift.seat_id == seat.id, SeatGift.until_at == seat.leaving_at
        )
    ).all()
    seat.leaving_at = seat.leaves_at = None
    seat.leaving_words = ""
    session.flush()
    rows = {(row[0].value, row[1]) for row in before}
    start_giving(session, seat, rows, any(row[2] is not None for row in before), at)
    tell_seat(session, actor, seat, SeatStays, at=at)


def exclude_from_federation(
    session: Session, actor: Actor, seat_id: Id, *, words: str, at: datetime
) -> Second:
    """End a community's seat against its will: two people who speak for two others, and at least fourteen days."""
    seat = seat_to_see(session, actor, seat_id, at=at)
    require_for(session, actor, DECIDE, seat.federation_id, at=at)
    _must_be(seat, SeatState.SEATED, at)
    name = session.get_one(Community, seat.community_id).name
    said = clean_text(words, rules.WORDS_MAX, field="words", required=True)
    wish = {"what": name, "words": said}
    return seconds.ask(session, actor, EXCLUDE, seat.federation_id, at=at, wish=wish, about=seat.id)


@seconds.applies(EXCLUDE)
def _exclude(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    seat = session.get_one(Seat, parse_id(second.about), with_for_update=True)
    _must_be(seat, SeatState.SEATED, at)
    _must_be_two_seats(session, second, without=seat.id)
    give_notice(session, actor, seat, str(second.wish["words"]), at, excluded=True)


def dissolve_federation(session: Session, actor: Actor, federation_id: Id, *, at: datetime) -> Second:
    """End a federation: two people who speak for two of its communities. Refused while federations sit in it."""
    there = community_to_see(session, actor, federation_id, at=at)
    must_be_federation(session, there)
    require(session, actor, DECIDE, there.id, at=at, seconded=True)
    _must_hold_no_federation(session, there.id)
    return seconds.ask(session, actor, DISSOLVE, there.id, at=at, wish={"what": there.name})


@seconds.applies(DISSOLVE)
def _dissolve(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    there = session.get_one(Community, second.community_id)
    found = must_be_federation(session, there)
    _must_hold_no_federation(session, there.id)
    live = session.scalars(select(Seat).where(Seat.federation_id == there.id, Seat.left_at.is_(None))).all()
    if sum(one.joined_at is not None for one in live) > 1:
        _must_be_two_seats(session, second)
    emit(session, actor, FederationDissolved(subject_id=there.id), at=at, community_id=there.id)
    for seat in live:
        if seat.joined_at is None:
            seat.withdrawn_at = seat.withdrawn_at or at
            continue
        emit(session, actor, FederationDissolved(subject_id=there.id), at=at, community_id=seat.community_id)
        seat.leaving_at, seat.leaves_at = seat.leaving_at or at, at
        stop_giving(session, seat.id, at)
        _end(session, actor, seat, at)
    _end_ties(session, actor, there.id, at)
    found.dissolved_at = there.archived_at = at
    session.flush()


def end_due_seats(session: Session, *, at: datetime, limit: int) -> None:
    """Seats whose notice is over end, with their mandates."""
    due = select(Seat).where(Seat.leaves_at <= at, Seat.left_at.is_(None)).limit(limit)
    for seat in session.scalars(due).all():
        _end(session, Actor.machine(), seat, at)


def give_notice(
    session: Session,
    actor: Actor,
    seat: Seat,
    words: str,
    at: datetime,
    *,
    excluded: bool,
    decision: str = "",
) -> None:
    """A seat begins to leave; whoever calls this has checked who stands behind it."""
    _must_be(seat, SeatState.SEATED, at)
    days = policies.value(session, seat.federation_id, NOTICE, at=at)
    seat.leaving_at, seat.leaves_at = at, rules.leaves_at(at, days, excluded=excluded)
    seat.excluded, seat.leaving_words = excluded, words
    session.flush()
    stop_giving(session, seat.id, at)
    tell_seat(
        session,
        actor,
        seat,
        SeatLeaving,
        at=at,
        leaves_at=seat.leaves_at,
        excluded=excluded,
        decision=decision,
    )
    if seat.leaves_at <= at:
        _end(session, actor, seat, at)


def _end(session: Session, actor: Actor, seat: Seat, at: datetime) -> None:
    seat.left_at = at
    session.flush()
    tell_seat(session, actor, seat, SeatLeft, at=at)
    end_mandates_of_seat(session, actor, seat, at=at)


def _end_ties(session: Session, actor: Actor, federation_id: Id, at: datetime) -> None:
    """Agreements of a federation that is over end with it."""
    either = (Partnership.low_id == federation_id) | (Partnership.high_id == federation_id)
    session.execute(
        update(TieGift)
        .where(
            TieGift.partnership_id.in_(select(Partnership.id).where(either)),
            TieGift.until_at.is_(None),
        )
        .values(until_at=at)
        .execution_options(synchronize_session=False)
    )
    live = select(Partnership).where(either, Partnership.ended_at.is_(None))
    for one in session.scalars(live).all():
        if one.active_at is not None:
            one.ended_at, one.ended_by_id = at, actor.person_id
        elif one.declined_at is None and one.withdrawn_at is None and one.lapsed_at is None:
            one.withdrawn_at = at
    session.flush()


def _must_be(seat: Seat, wanted: SeatState, at: datetime) -> None:
    if seat_state(seat, at) is not wanted:
        raise Conflict(rules.NOT_SEATED, code="not_seated")


def _must_be_leaving(seat: Seat, at: datetime) -> None:
    if seat_state(seat, at) is not SeatState.LEAVING or seat.excluded or seat.leaves_at is None:
        raise Conflict(rules.NOT_LEAVING, code="not_leaving")
    if seat.leaves_at <= at:
        raise Conflict(rules.NOT_SEATED, code="not_seated")


def _must_be_two_seats(session: Session, second: Second, without: Id = "") -> None:
    """Two different people, and a pair of different seats for which they speak."""
    people = (second.asked_by_id, second.answered_by_id or "")
    first, other = (
        seats_spoken_for(session, second.community_id, one) - {without} if one else set() for one in people
    )
    if not first or not other or len(first | other) < 2:
        raise Forbidden(rules.TWO_SEATS, code="two_seats")


def _must_hold_no_federation(session: Session, federation_id: Id) -> None:
    holds = exists().where(
        Seat.federation_id == federation_id,
        Seat.joined_at.is_not(None),
        Seat.left_at.is_(None),
        Seat.community_id == Federation.community_id,
    )
    if session.scalar(select(holds)):
        raise Conflict(rules.HOLDS_OTHERS, code="holds_federations")
