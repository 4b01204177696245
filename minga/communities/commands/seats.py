"""Seats in federations: asked for or offered, taken by two sides, declined, taken back, lapsed. None commits."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import community_to_see, policies, require, seat_state, seat_to_see
from minga.communities.access.federations import JOIN, SEAT, above, below, federation_to_see, require_for
from minga.communities.commands import seconds
from minga.communities.commands.mandates import speak, tell_seat
from minga.communities.commands.membership import live_membership
from minga.communities.commands.seat_gifts import start_giving, wish_of, wished
from minga.communities.events import SeatAsked, SeatDeclined, SeatLapsed, SeatTaken, SeatWithdrawn
from minga.communities.models import Community, Federation, Seat, Second
from minga.communities.queries.communities import community as community_card
from minga.communities.rules import federations as rules
from minga.communities.rules.federations import SeatRole, SeatState
from minga.communities.rules.ties import Gives, check_gives
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Forbidden, Invalid
from minga.kit.ids import Id, parse_id
from minga.kit.text import clean_text

ASK, ACCEPT = "federation.ask", "federation.accept"
EVERYTHING = Gives()


def ask_for_seat(
    session: Session,
    actor: Actor,
    community_id: Id,
    federation: str,
    gives: Gives,
    *,
    onward: bool = False,
    known_kinds: frozenset[str],
    words: str = "",
    at: datetime,
) -> Second:
    """Ask a federation for a seat, as two stewards of the community; the federation answers."""
    own = community_to_see(session, actor, community_id, at=at)
    require(session, actor, JOIN, own.id, at=at, seconded=True)
    there = federation_to_see(session, actor, federation, at=at).community
    must_be_whole(own)
    must_be_free(session, there.id, own, at)
    check_tree(session, there, own, at)
    check_gives(gives, known_kinds)
    said = clean_text(words, rules.WORDS_MAX, field="words")
    wish = wish_of(gives, onward) | {"what": there.name, "words": said}
    return seconds.ask(session, actor, ASK, own.id, at=at, wish=wish, about=there.id)


@seconds.applies(ASK)
def _ask(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    own = session.get_one(Community, second.community_id)
    federation_id = parse_id(second.about)
    put_question(session, actor, federation_id, own, second.asked_by_id, second.wish, at=at)


def put_question(
    session: Session,
    actor: Actor,
    federation_id: Id,
    own: Community,
    asked_by_id: Id,
    wish: dict[str, Any],
    *,
    at: datetime,
) -> Seat:
    """A community's question for a seat; whoever calls this has checked who stands behind it."""
    must_be_free(session, federation_id, own, at)
    made = offer(session, actor, federation_id, own.id, asked_by_id, by_federation=False, at=at)
    made.words = str(wish["words"])
    made.wish = {"rows": wish["rows"], "onward": wish["onward"]}
    session.flush()
    return made


def invite_to_federation(
    session: Session,
    actor: Actor,
    federation_id: Id,
    other: str,
    *,
    words: str = "",
    role: SeatRole = SeatRole.MEMBER,
    at: datetime,
) -> Seat:
    """Offer a community a seat, as somebody who speaks in the federation; two of its stewards answer."""
    there = community_to_see(session, actor, federation_id, at=at)
    must_be_federation(session, there)
    require(session, actor, SEAT, there.id, at=at)
    invited = session.get_one(Community, community_card(session, actor, other, at=at).id)
    must_be_whole(invited)
    must_be_free(session, there.id, invited, at)
    check_tree(session, there, invited, at)
    made = offer(
        session, actor, there.id, invited.id, str(actor.person_id), by_federation=True, at=at, role=role
    )
    made.words = clean_text(words, rules.WORDS_MAX, field="words")
    session.flush()
    return made


def offer(
    session: Session,
    actor: Actor,
    federation_id: Id,
    community_id: Id,
    asked_by_id: Id,
    *,
    by_federation: bool,
    at: datetime,
    role: SeatRole = SeatRole.MEMBER,
) -> Seat:
    """A seat that waits for the other side; whoever calls this has checked who may."""
    made = Seat(
        federation_id=federation_id,
        community_id=community_id,
        role=role,
        asked_by_federation=by_federation,
        asked_by_id=asked_by_id,
        asked_at=at,
    )
    session.add(made)
    session.flush()
    tell_seat(session, actor, made, SeatAsked, at=at, by_federation=by_federation)
    return made


def accept_seat(
    session: Session,
    actor: Actor,
    seat_id: Id,
    gives: Gives = EVERYTHING,
    *,
    onward: bool = False,
    known_kinds: frozenset[str],
    at: datetime,
) -> Seat:
    """The other side's yes. For the community two stewards say it: the seat is taken when the second has agreed."""
    seat = _locked(session, actor, seat_id, at)
    state = seat_state(seat, at)
    if state in (SeatState.SEATED, SeatState.LEAVING):
        return seat
    if not seat.asked_by_federation:
        require_for(session, actor, SEAT, seat.federation_id, at=at)
        _must_wait(seat, actor, at)
        rows, goes_on = wished(seat.wish or {"rows": [], "onward": False})
        _take(session, actor, seat, str(actor.person_id), seat.asked_by_id, rows, goes_on, at)
        return seat
    require_for(session, actor, JOIN, seat.community_id, at=at)
    _must_wait(seat, actor, at)
    check_gives(gives, known_kinds)
    name = session.get_one(Community, seat.federation_id).name
    wish = wish_of(gives, onward) | {"what": name}
    seconds.ask(session, actor, ACCEPT, seat.community_id, at=at, wish=wish, about=seat.id)
    return seat


@seconds.applies(ACCEPT)
def _accept(session: Session, actor: Actor, second: Second, at: datetime) -> None:
    seat = session.get_one(Seat, parse_id(second.about), with_for_update=True)
    _must_wait(seat, actor, at)
    put_yes(session, actor, seat, second.asked_by_id, second.wish, at=at)


def put_yes(
    session: Session, actor: Actor, seat: Seat, agreed_by_id: Id, wish: dict[str, Any], *, at: datetime
) -> None:
    """A community takes the seat it was offered, whose row is locked; whoever calls this has checked who stands behind it."""
    _must_be_asked(seat, at)
    if seat.asked_by_id == agreed_by_id:
        raise Forbidden(rules.SAME_PERSON, code="same_person")
    rows, onward = wished(wish)
    _take(session, actor, seat, agreed_by_id, agreed_by_id, rows, onward, at)


def decline_seat(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> Seat:
    """The other side's no. Twice changes nothing."""
    seat = _locked(session, actor, seat_id, at)
    _require_side(session, actor, seat, of_federation=not seat.asked_by_federation, at=at)
    if seat_state(seat, at) is SeatState.DECLINED:
        return seat
    _must_be_asked(seat, at)
    seat.declined_at = at
    session.flush()
    tell_seat(session, actor, seat, SeatDeclined, at=at)
    return seat


def withdraw_seat(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> Seat:
    """Whoever asked takes it back. Twice changes nothing."""
    seat = _locked(session, actor, seat_id, at)
    _require_side(session, actor, seat, of_federation=seat.asked_by_federation, at=at)
    if seat_state(seat, at) is SeatState.WITHDRAWN:
        return seat
    _must_be_asked(seat, at)
    seat.withdrawn_at = at
    session.flush()
    tell_seat(session, actor, seat, SeatWithdrawn, at=at)
    return seat


def lapse_seats(session: Session, *, at: datetime, limit: int) -> None:
    """What nobody answered for 60 days is over."""
    due = select(Seat).where(
        Seat.asked_at <= at - rules.LAPSES_AFTER,
        Seat.joined_at.is_(None),
        Seat.declined_at.is_(None),
        Seat.withdrawn_at.is_(None),
        Seat.lapsed_at.is_(None),
    )
    for seat in session.scalars(due.limit(limit)).all():
        seat.lapsed_at = at
        session.flush()
        tell_seat(session, Actor.machine(), seat, SeatLapsed, at=at)


def check_tree(session: Session, upper: Community, lower: Community, at: datetime) -> None:
    """Refuse circles and trees that are too deep; locks all federations, so that two seats are never taken past each other."""
    if lower.kind != rules.KIND:
        return
    session.execute(select(Federation.community_id).order_by(Federation.community_id).with_for_update())
    over = above(upper.id)
    steps = {upper.id: 0}
    for one, n in session.execute(
        select(over.c.federation_id, func.max(over.c.steps)).group_by(over.c.federation_id)
    ):
        steps[one] = n
    under = below(lower.id)
    nested = select(func.max(under.c.steps)).join(Federation, Federation.community_id == under.c.community_id)
    rules.check_tree(
        upper=upper.name,
        lower=lower.name,
        lower_id=lower.id,
        above=steps,
        levels_below=1 + (session.scalar(nested) or 0),
        allowed={one: policies.value(session, one, "federation.levels_max", at=at) for one in steps},
    )


def must_be_whole(community: Community) -> None:
    """Groups hold no seats."""
    if community.parent_id is not None:
        raise Invalid(rules.ONLY_COMMUNITIES)


def must_be_federation(session: Session, community: Community) -> Federation:
    """The federation that a community is; any other has no seats."""
    found = session.get(Federation, community.id)
    if found is None or found.dissolved_at is not None:
        raise Conflict(rules.NO_FEDERATION, code="no_federation")
    return found


def must_be_free(session: Session, federation_id: Id, community: Community, at: datetime) -> None:
    """A community sits once in a federation; what lapsed meanwhile makes room."""
    must_be_federation(session, session.get_one(Community, federation_id))
    if federation_id == community.id:
        raise Conflict(rules.CYCLE, code="cycle", upper=community.name, lower=community.name)
    live = session.scalars(
        select(Seat).where(
            Seat.federation_id == federation_id,
            Seat.community_id == community.id,
            Seat.left_at.is_(None),
            Seat.declined_at.is_(None),
            Seat.withdrawn_at.is_(None),
            Seat.lapsed_at.is_(None),
        )
    ).first()
    if live is not None and seat_state(live, at) is SeatState.LAPSED:
        live.lapsed_at = at
        session.flush()
    elif live is not None:
        raise Conflict(rules.THERE_ALREADY, code="seat_exists", community=community.name)


def _take(
    session: Session,
    actor: Actor,
    seat: Seat,
    agreed_by_id: Id,
    speaker_id: Id,
    rows: frozenset[tuple[str, str]],
    onward: bool,
    at: datetime,
) -> None:
    upper, lower = (session.get_one(Community, one) for one in (seat.federation_id, seat.community_id))
    must_be_federation(session, upper)
    check_tree(session, upper, lower, at)
    seat.agreed_by_id = agreed_by_id
    seat.joined_at, seat.older_at = at, at + rules.OLDER_WAIT
    session.flush()
    start_giving(session, seat, rows, onward, at)
    speaker = live_membership(session, seat.community_id, speaker_id)
    if speaker is not None:
        speak(session, actor, seat, speaker, agreed_by_id, at=at)
    tell_seat(session, actor, seat, SeatTaken, at=at, older_at=at + rules.OLDER_WAIT)


def _must_be_asked(seat: Seat, at: datetime) -> None:
    state = seat_state(seat, at)
    if state is SeatState.LAPSED:
        raise Conflict(rules.TOO_LATE, code="lapsed")
    if state is not SeatState.ASKED:
        raise Conflict(rules.ANSWERED, code="answered")


def _must_wait(seat: Seat, actor: Actor, at: datetime) -> None:
    _must_be_asked(seat, at)
    if actor.person_id == seat.asked_by_id:
        raise Forbidden(rules.SAME_PERSON, code="same_person")


def _locked(session: Session, actor: Actor, seat_id: Id, at: datetime) -> Seat:
    found = seat_to_see(session, actor, seat_id, at=at)
    return session.get_one(Seat, found.id, with_for_update=True, populate_existing=True)


def _require_side(session: Session, actor: Actor, seat: Seat, *, of_federation: bool, at: datetime) -> None:
    name, side = (SEAT, seat.federation_id) if of_federation else (JOIN, seat.community_id)
    require_for(session, actor, name, side, at=at)
