"""Who is tied to whom, and who may read and answer a partnership. `given_to` is the one condition behind level `partners`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, exists, literal, or_, select, union

from minga.communities.access.decisions import may
from minga.communities.access.filters import communities_of
from minga.communities.models import Partnership, Seat, SeatGift, TieGift, TieTerms
from minga.communities.rules.ties import EVERY_KIND, TieDates
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Forbidden, NotFound
from minga.kit.i18n import N_
from minga.kit.ids import Id, parse_id
from minga.kit.refs import register

PROPOSE, ANSWER = "tie.propose", "tie.answer"
NOT_YET = N_("Until it is agreed, those who answer for the community see this.")


def gifts_to(actor: Actor, *, at: Any) -> CompoundSelect[str, str, bool]:
    """Who gives what to the actor's own communities: giver, direction, and whether that is given whole.

    Whole means that each link of one of the three ways of `given_to` is of every kind and gives its older listings by now:
    then age and kind of a listing do not matter, and whoever asks need not look at each.
    """
    own = communities_of(actor)
    seated = and_(Seat.community_id.in_(own), is_sharing())

    def whole(*gifts: Any, seat: bool = True, onward: bool = False) -> ColumnElement[bool]:
        parts = [part for gift in gifts for part in (gift.kind == EVERY_KIND, gift.older_at <= at)]
        parts += [Seat.older_at <= at] if seat else []
        parts += [SeatGift.onward_older_at <= at] if onward else []
        return case((and_(*parts), literal(True)), else_=literal(False))

    by_tie = select(TieGift.giver_id, TieGift.direction, whole(TieGift, seat=False)).where(
        TieGift.taker_id.in_(own), _runs(TieGift)
    )
    by_seat = select(SeatGift.giver_id, SeatGift.direction, whole(SeatGift)).where(
        SeatGift.federation_id == Seat.federation_id,
        Seat.community_id != SeatGift.giver_id,
        _runs(SeatGift),
        seated,
    )
    by_agreement = select(SeatGift.giver_id, SeatGift.direction, whole(SeatGift, TieGift, onward=True)).where(
        SeatGift.onward_at.is_not(None),
        _runs(SeatGift),
        TieGift.giver_id == SeatGift.federation_id,
        TieGift.direction == SeatGift.direction,
        _runs(TieGift),
        Seat.federation_id == TieGift.taker_id,
        seated,
    )
    return union(*(one.correlate(None) for one in (by_tie, by_seat, by_agreement)))


def given_to(
    takers: Collection[Id], *, giver: Any, direction: Any, kind: Any, published_at: Any, at: Any
) -> ColumnElement[bool]:
    """Whether a listing with these columns is given to one of the takers at this moment.

    Three ways lead from giver to taker and each link has to carry the direction, the kind and the age: a tie between
    the two; seats of both in one federation; or seats in two federations that are tied, if the giver lets it go onward.
    """
    taking = tuple(takers)
    carried = {"direction": direction, "kind": kind}

    def reached(since: Any, older: Any) -> ColumnElement[bool]:
        return or_(older <= at, and_(since <= at, since <= published_at))

    tie = exists().where(
        TieGift.taker_id.in_(taking),
        TieGift.giver_id == giver,
        _carries(TieGift, **carried),
        reached(TieGift.since_at, TieGift.older_at),
    )
    seated = and_(Seat.community_id.in_(taking), is_sharing(), reached(Seat.joined_at, Seat.older_at))
    seat = exists().where(
        SeatGift.giver_id == giver,
        _carries(SeatGift, **carried),
        reached(SeatGift.since_at, SeatGift.older_at),
        Seat.federation_id == SeatGift.federation_id,
        Seat.community_id != giver,
        seated,
    )
    agreement = exists().where(
        SeatGift.giver_id == giver,
        _carries(SeatGift, **carried),
        reached(SeatGift.since_at, SeatGift.older_at),
        SeatGift.onward_at.is_not(None),
        reached(SeatGift.onward_at, SeatGift.onward_older_at),
        TieGift.giver_id == SeatGift.federation_id,
        _carries(TieGift, **carried),
        reached(TieGift.since_at, TieGift.older_at),
        Seat.federation_id == TieGift.taker_id,
        seated,
    )
    return or_(*(one.correlate_except(TieGift, SeatGift, Seat) for one in (tie, seat, agreement)))


def _runs(gift: Any) -> ColumnElement[bool]:
    return and_(gift.until_at.is_(None), gift.since_at.is_not(None))


def _carries(gift: Any, *, direction: Any, kind: Any) -> ColumnElement[bool]:
    return and_(_runs(gift), gift.direction == direction, or_(gift.kind == kind, gift.kind == EVERY_KIND))


def is_sharing() -> ColumnElement[bool]:
    """A seat that gives and takes: agreed on, and no notice was given."""
    return and_(Seat.joined_at.is_not(None), Seat.leaving_at.is_(None), Seat.left_at.is_(None))


def partnership_to_see(session: Session, actor: Actor, partnership_id: Id, *, at: datetime) -> Partnership:
    """A tie for the members of either side; before it is agreed, only for those who propose and answer ties."""
    found = session.get(Partnership, parse_id(partnership_id))
    if found is None or not actor.signed_in:
        raise NotFound()
    sides = (found.low_id, found.high_id)
    if any(may(session, actor, name, side, at=at) for side in sides for name in (PROPOSE, ANSWER)):
        return found
    if session.scalars(_own(actor, sides)).first() is None:
        raise NotFound()
    if found.active_at is None:
        raise Forbidden(NOT_YET)
    return found


def _own(actor: Actor, sides: tuple[Id, Id]) -> Select[str]:
    own = communities_of(actor).subquery()
    return select(own.c[0]).where(own.c[0].in_(sides))


def terms_in_force(session: Session, partnership_id: Id) -> TieTerms | None:
    """The terms that both sides agreed to last."""
    return session.scalars(
        select(TieTerms)
        .where(TieTerms.partnership_id == partnership_id, TieTerms.agreed_at.is_not(None))
        .order_by(TieTerms.n.desc())
        .limit(1)
    ).first()


def dates_of(found: Partnership) -> TieDates:
    """What the rules need to know of it."""
    return TieDates(found.proposed_at, found.active_at, found.declined_at, found.withdrawn_at, found.ended_at)


register(
    "partnership", see=partnership_to_see, address=lambda partnership_id: f"/partnerships/{partnership_id}"
)
