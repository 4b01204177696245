"""Who may know of a federation and of its seats: those who live below it, those who are asked, and, of its card, others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, Select, literal, select

from minga.communities.access import policies
from minga.communities.access.decisions import may, require
from minga.communities.access.filters import communities_of
from minga.communities.access.places import places_of
from minga.communities.models import Community, Federation, Seat
from minga.communities.rules.federations import LEVELS_MAX, SeatDates, SeatState
from minga.communities.rules.ties import OTHER_SIDE
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, is_id, parse_id
from minga.kit.refs import register

JOIN, LEAVE, SEAT, DECIDE = "federation.join", "federation.leave", "federation.seat", "federation.decide"
NOT_YET = N_("Until it is agreed, those who answer for the community see this.")


@dataclass(frozen=True)
class Seen:
    """A federation, and whether the reader belongs to it: speaks in it, or lives in a community below."""

    community: Community
    federation: Federation
    inside: bool


def below(federation_id: Any) -> CTE:
    """All that hold seats below a federation with their steps, as a recursive statement that no circle keeps running."""
    sits = (Seat.joined_at.is_not(None), Seat.left_at.is_(None))
    first = select(Seat.federation_id, Seat.community_id, literal(1).label("steps"))
    tree = first.where(Seat.federation_id == federation_id, *sits).cte("below", recursive=True)
    deeper = select(Seat.federation_id, Seat.community_id, tree.c.steps + 1).join(
        tree, Seat.federation_id == tree.c.community_id
    )
    return tree.union(deeper.where(*sits, tree.c.steps < LEVELS_MAX + 1))


def above(community_id: Any) -> CTE:
    """Every federation above a community or federation, with its steps."""
    sits = (Seat.joined_at.is_not(None), Seat.left_at.is_(None))
    first = select(Seat.federation_id, literal(1).label("steps"))
    tree = first.where(Seat.community_id == community_id, *sits).cte("above", recursive=True)
    higher = select(Seat.federation_id, tree.c.steps + 1).join(
        tree, Seat.community_id == tree.c.federation_id
    )
    return tree.union(higher.where(*sits, tree.c.steps < LEVELS_MAX + 1))


def lives_below(actor: Actor, federation_id: Any) -> Select[str]:
    """The actor's own communities in the tree of a federation."""
    tree = below(federation_id)
    return select(tree.c.community_id).where(tree.c.community_id.in_(communities_of(actor))).limit(1)


def belongs(session: Session, actor: Actor, federation_id: Id, *, at: datetime) -> bool:
    """Whether the actor speaks in the federation or lives in a community below it."""
    if not actor.signed_in or federation_id in actor.locked:
        return False
    if federation_id in places_of(session, actor, at=at):
        return True
    return session.execute(lives_below(actor, federation_id)).first() is not None


def federation_to_see(session: Session, actor: Actor, slug_or_id: str, *, at: datetime) -> Seen:
    """A federation for whoever belongs to it, whoever is asked to join it, and, where it is listed, for others."""
    if len(slug_or_id) > 64 or not actor.signed_in:
        raise NotFound()
    named = Community.id if is_id(slug_or_id) else Community.slug
    row = session.execute(
        select(Community, Federation)
        .join(Federation, Federation.community_id == Community.id)
        .where(named == slug_or_id)
    ).first()
    if row is None:
        raise NotFound()
    community, federation = row
    inside = belongs(session, actor, community.id, at=at)
    if (
        not inside
        and not _shows_itself(session, community, at)
        and not _asked(session, actor, community.id, at)
    ):
        raise NotFound()
    return Seen(community, federation, inside)


def _shows_itself(session: Session, found: Community, at: datetime) -> bool:
    listed = policies.value(session, found.id, "community.listed", at=at)
    return found.archived_at is None and listed != "nobody"


def _asked(session: Session, actor: Actor, federation_id: Id, at: datetime) -> bool:
    """A seat waits between the federation and a community for which the actor may answer."""
    waiting = select(Seat).where(
        Seat.federation_id == federation_id,
        Seat.joined_at.is_(None),
        Seat.declined_at.is_(None),
        Seat.withdrawn_at.is_(None),
        Seat.lapsed_at.is_(None),
        Seat.community_id.in_(communities_of(actor)),
    )
    return any(
        answers_for(session, actor, seat.community_id, at) for seat in session.scalars(waiting.limit(20))
    )


def answers_for(session: Session, actor: Actor, community_id: Id, at: datetime) -> bool:
    """Whether the actor takes part in deciding about a community's seats."""
    return any(may(session, actor, name, community_id, at=at, seconded=True) for name in (JOIN, LEAVE))


def seat_to_see(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> Seat:
    """A seat for whoever belongs to the federation or the community; while it is only asked for, for who answers."""
    found = session.get(Seat, parse_id(seat_id))
    if found is None or not actor.signed_in:
        raise NotFound()
    if may(session, actor, SEAT, found.federation_id, at=at):
        return found
    if answers_for(session, actor, found.community_id, at):
        return found
    inside = belongs(session, actor, found.federation_id, at=at)
    lives = session.scalars(
        select(Seat.id).where(Seat.id == found.id, Seat.community_id.in_(communities_of(actor)))
    ).first()
    if not inside and lives is None:
        raise NotFound()
    if found.joined_at is None:
        raise Forbidden(NOT_YET)
    return found


def require_for(session: Session, actor: Actor, name: str, side: Id, *, at: datetime) -> None:
    """Whoever sees a seat from the other side is told whose turn it is, not that there is nothing."""
    try:
        require(session, actor, name, side, at=at, seconded=True)
    except NotFound:
        raise Forbidden(OTHER_SIDE, code="other_side") from None


def seat_state(found: Seat, at: datetime) -> SeatState:
    """Where a seat stands."""
    if found.lapsed_at is not None:
        return SeatState.LAPSED
    return SeatDates(
        found.asked_at,
        found.joined_at,
        found.declined_at,
        found.withdrawn_at,
        found.leaving_at,
        found.left_at,
    ).state(at)


register("seat", see=seat_to_see, address=lambda seat_id: f"/seats/{seat_id}")
