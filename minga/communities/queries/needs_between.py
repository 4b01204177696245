"""What waits for somebody between communities: partnerships, and seats in federations."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import places_of
from minga.communities.access.federations import JOIN, SEAT
from minga.communities.access.ties import ANSWER
from minga.communities.models import Community, Partnership, Seat
from minga.communities.queries.needs_columns import columns
from minga.communities.rules.federations import KIND
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.i18n import N_
from minga.kit.refs import Act, NeedLine, Ref


def ties_waiting(session: Session, actor: Actor, at: datetime) -> Select[Any] | None:
    """Partnerships that wait for the answer of a community for which the actor answers, proposed by somebody else."""
    places = places_of(session, actor, at=at).values()
    answered_for = [place.community_id for place in places if ANSWER in place.capabilities]
    if not answered_for:
        return None
    side, other = aliased(Community), aliased(Community)
    shown = columns(
        "tie_proposed",
        Partnership.id,
        side.id,
        Partnership.proposed_at,
        Partnership.lapsed_at,
        side.name,
        other.name,
    )
    return (
        select(*shown)
        .select_from(Partnership)
        .join(side, or_(Partnership.low_id == side.id, Partnership.high_id == side.id))
        .join(other, other.id == Partnership.proposer_id)
        .where(
            side.id.in_(answered_for),
            Partnership.proposer_id != side.id,
            Partnership.proposed_by_id != actor.person_id,
            Partnership.active_at.is_(None),
            Partnership.declined_at.is_(None),
            Partnership.withdrawn_at.is_(None),
            Partnership.lapsed_at.is_(None),
        )
        .order_by(Partnership.proposed_at)
    )


def tie_line(row: Any, _at: datetime) -> NeedLine:
    """How it is said."""
    return NeedLine(
        kind="tie_proposed",
        ref=Ref("partnership", row.id),
        title=N_("{other} proposes a partnership to {community}."),
        facts={"other": row.other, "community": row.one},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=2,
        acts=(Act(N_("Read"), None, f"/partnerships/{row.id}"),),
    )


def seats_waiting(session: Session, actor: Actor, at: datetime) -> Select[Any] | None:
    """Seats in federations that wait for a community, or a federation, for which the actor answers."""
    places = places_of(session, actor, at=at).values()
    joining = [place.community_id for place in places if JOIN in place.capabilities]
    if not joining:
        return None
    seating = [place.community_id for place in places if SEAT in place.capabilities and place.kind == KIND]
    side, other = aliased(Community), aliased(Community)
    ours = and_(Seat.asked_by_federation, Seat.community_id.in_(joining))
    theirs = and_(Seat.asked_by_federation.is_(False), Seat.federation_id.in_(seating))
    shown = columns("seat_asked", Seat.id, side.id, Seat.asked_at, Seat.lapsed_at, side.name, other.name)
    answering = case((Seat.asked_by_federation, Seat.community_id), else_=Seat.federation_id)
    asking = case((Seat.asked_by_federation, Seat.federation_id), else_=Seat.community_id)
    return (
        select(*shown)
        .select_from(Seat)
        .join(side, side.id == answering)
        .join(other, other.id == asking)
        .where(
            or_(ours, theirs),
            Seat.asked_by_id != actor.person_id,
            Seat.joined_at.is_(None),
            Seat.declined_at.is_(None),
            Seat.withdrawn_at.is_(None),
            Seat.lapsed_at.is_(None),
        )
        .order_by(Seat.asked_at)
    )


def seat_line(row: Any, _at: datetime) -> NeedLine:
    """How it is said."""
    return NeedLine(
        kind="seat_asked",
        ref=Ref("seat", row.id),
        title=N_("{other} and {community}: a seat in a federation waits for an answer."),
        facts={"other": row.other, "community": row.one},
        community_id=row.community_id,
        since_at=row.since_at,
        weight=2,
        acts=(Act(N_("Read"), None, f"/seats/{row.id}"),),
    )
