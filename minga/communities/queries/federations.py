"""Federations as pages and the API show them: what one is, its seats, its tree, and the seats of a community."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, case, distinct, func, select
from sqlalchemy.orm import aliased

from minga.communities.access import (
    answers_for,
    community_to_see,
    federation_to_see,
    may,
    place_of,
    policies,
    require,
    seat_state,
    seat_to_see,
)
from minga.communities.access.federations import DECIDE, JOIN, LEAVE, SEAT, below
from minga.communities.models import Community, Federation, Mandate, Membership, Seat, SeatGift
from minga.communities.queries.ties import SEE
from minga.communities.rules.federations import SeatState
from minga.communities.rules.ties import Gives, gives_of
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

SEATS_MAX = 500
TREE_MAX = 2_000


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who speaks for a community in a federation."""

    mandate_id: Id
    person_id: Id
    name: str
    since_at: datetime
    may_recall: bool


class SeatLine(msgspec.Struct, frozen=True, kw_only=True):
    """A seat. Who speaks is named inside; what waits and what is given onward is shown to those who answer for it."""

    id: Id
    state: SeatState
    federation_id: Id
    federation: str
    federation_slug: str
    community_id: Id
    community: str
    slug: str
    role: str
    weight: int
    asked_by_federation: bool
    words: str
    joined_at: datetime | None
    older_at: datetime | None
    leaves_at: datetime | None
    excluded: bool
    leaving_words: str
    gives: Gives
    onward: bool
    speakers: list[Speaker]
    may: dict[str, bool]


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A community in the tree, with what sits below it."""

    slug: str
    name: str
    is_federation: bool
    below: list["Branch"]


class FederationPage(msgspec.Struct, frozen=True, kw_only=True):
    """A federation. `people` is None where it is not told; seats and tree are for those who belong to it."""

    id: Id
    slug: str
    name: str
    purpose: str
    decided_by: str
    scope: str
    scope_words: str
    notice_days: int
    inside: bool
    dissolved_at: datetime | None
    communities: int
    people: int | None
    seats: list[SeatLine]
    tree: list[Branch]
    may: dict[str, bool]


def federation(session: Session, actor: Actor, slug_or_id: str, *, at: datetime) -> FederationPage:
    """One federation with its seats and its tree, and how many communities and people it has, each counted once."""
    seen = federation_to_see(session, actor, slug_or_id, at=at)
    here, found = seen.community, seen.federation
    communities, people = _totals(session, here.id)
    told = seen.inside or policies.value(session, here.id, "community.show_member_count", at=at)
    rows = session.scalars(
        select(Seat)
        .where(Seat.federation_id == here.id, Seat.left_at.is_(None))
        .order_by(Seat.joined_at.is_(None), Seat.id)
        .limit(SEATS_MAX)
    ).all()
    return FederationPage(
        id=here.id,
        slug=here.slug,
        name=here.name,
        purpose=here.purpose,
        decided_by=found.decided_by.value,
        scope=found.scope.value,
        scope_words=found.scope_words,
        notice_days=policies.value(session, here.id, "federation.exit_notice_days", at=at),
        inside=seen.inside,
        dissolved_at=found.dissolved_at,
        communities=communities,
        people=people if told else None,
        seats=_lines(session, actor, rows, at, inside=seen.inside),
        tree=_tree(session, here.id) if seen.inside else [],
        may={
            "invite": bool(may(session, actor, SEAT, here.id, at=at)),
            "dissolve": bool(may(session, actor, DECIDE, here.id, at=at, seconded=True)),
        },
    )


def seats(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[SeatLine]:
    """The seats of a community in federations, for its members; what waits is for those who answer for it."""
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, SEE, here.id, at=at)
    rows = session.scalars(
        select(Seat)
        .where(Seat.community_id == here.id)
        .order_by(Seat.left_at.is_not(None), Seat.id.desc())
        .limit(SEATS_MAX)
    ).all()
    return _lines(session, actor, rows, at, inside=True)


def seat(session: Session, actor: Actor, seat_id: Id, *, at: datetime) -> SeatLine:
    """One seat, for whoever may see it."""
    found = seat_to_see(session, actor, seat_id, at=at)
    return _lines(session, actor, [found], at, inside=True)[0]


def _lines(
    session: Session, actor: Actor, rows: Sequence[Seat], at: datetime, *, inside: bool
) -> list[SeatLine]:
    """What the reader may know of these seats; the names, gifts and speakers of all come with one question each."""
    answering = {one.community_id for one in rows if answers_for(session, actor, one.community_id, at)}
    seating = {one.federation_id for one in rows if may(session, actor, SEAT, one.federation_id, at=at)}
    shown = [
        one
        for one in rows
        if one.community_id in answering
        or one.federation_id in seating
        or (inside and one.joined_at is not None)
    ]
    names = _names(session, {side for one in shown for side in (one.federation_id, one.community_id)})
    gifts = _gifts(session, [one.id for one in shown])
    speakers = _speakers(session, actor, [one.id for one in shown], answering)
    lines = []
    for one in shown:
        state = seat_state(one, at)
        ours, theirs = one.community_id in answering, one.federation_id in seating
        own = place_of(session, actor, one.community_id, at=at) is not None
        given = gifts.get(one.id, frozenset())
        asked = state is SeatState.ASKED and one.wish
        waiting = frozenset(map(tuple, one.wish["rows"])) if asked and one.wish else frozenset()
        rows_given = frozenset(row[:2] for row in given) or waiting
        lines.append(
            SeatLine(
                id=one.id,
                state=state,
                federation_id=one.federation_id,
                federation=names[one.federation_id][1],
                federation_slug=names[one.federation_id][0],
                community_id=one.community_id,
                community=names[one.community_id][1],
                slug=names[one.community_id][0],
                role=one.role.value,
                weight=one.weight,
                asked_by_federation=one.asked_by_federation,
                words=one.words if ours or theirs else "",
                joined_at=one.joined_at,
                older_at=one.older_at,
                leaves_at=one.leaves_at,
                excluded=one.excluded,
                leaving_words=one.leaving_words,
                gives=gives_of(rows_given),
                onward=own and any(row[2] for row in given),
                speakers=speakers.get(one.id, []),
                may=_may(session, actor, one, state, at, ours=ours, theirs=theirs),
            )
        )
    return lines


def _may(
    session: Session, actor: Actor, one: Seat, state: SeatState, at: datetime, *, ours: bool, theirs: bool
) -> dict[str, bool]:
    """What the reader may do with a seat: `ours` as who answers for the community, `theirs` for the federation."""
    asks, seated = state is SeatState.ASKED, state is SeatState.SEATED
    asked, asking = (ours, theirs) if one.asked_by_federation else (theirs, ours)

    def able(name: str, side: Id) -> bool:
        return bool(may(session, actor, name, side, at=at, seconded=True))

    return {
        "accept": asks and asked and one.asked_by_id != actor.person_id,
        "decline": asks and asked,
        "withdraw": asks and asking,
        "change": ours and seated and able(JOIN, one.community_id),
        "leave": ours and seated and able(LEAVE, one.community_id),
        "stay": ours and state is SeatState.LEAVING and not one.excluded,
        "mandate": ours and state in (SeatState.SEATED, SeatState.LEAVING),
        "exclude": seated and able(DECIDE, one.federation_id),
    }


def _names(session: Session, ids: set[Id]) -> dict[Id, tuple[str, str]]:
    rows = session.execute(select(Community.id, Community.slug, Community.name).where(Community.id.in_(ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


def _gifts(session: Session, ids: list[Id]) -> dict[Id, frozenset[tuple[str, str, bool]]]:
    rows = session.execute(
        select(SeatGift.seat_id, SeatGift.direction, SeatGift.kind, SeatGift.onward_at).where(
            SeatGift.seat_id.in_(ids), SeatGift.until_at.is_(None)
        )
    )
    found: dict[Id, set[tuple[str, str, bool]]] = {}
    for seat_id, direction, kind, onward_at in rows:
        found.setdefault(seat_id, set()).add((direction.value, kind, onward_at is not None))
    return {one: frozenset(given) for one, given in found.items()}


def _speakers(session: Session, actor: Actor, ids: list[Id], answering: set[Id]) -> dict[Id, list[Speaker]]:
    rows = session.execute(
        select(Mandate.seat_id, Mandate.id, Person.id, Person.name, Mandate.since_at, Seat.community_id)
        .join(Membership, Membership.id == Mandate.membership_id)
        .join(Person, Person.id == Membership.person_id)
        .join(Seat, Seat.id == Mandate.seat_id)
        .where(Mandate.seat_id.in_(ids), Mandate.recalled_at.is_(None))
        .order_by(Mandate.id)
        .limit(SEATS_MAX)
    )
    found: dict[Id, list[Speaker]] = {}
    for seat_id, mandate_id, person_id, name, since_at, community_id in rows:
        mine = community_id in answering or person_id == actor.person_id
        line = Speaker(
            mandate_id=mandate_id, person_id=person_id, name=name, since_at=since_at, may_recall=mine
        )
        found.setdefault(seat_id, []).append(line)
    return found


def _totals(session: Session, federation_id: Id) -> tuple[int, int]:
    """How many communities, and how many different people in them, by one recursive statement."""
    tree = below(federation_id)
    nested = aliased(Federation)
    row = session.execute(
        select(
            func.count(distinct(case((nested.community_id.is_(None), tree.c.community_id)))),
            func.count(distinct(case((nested.community_id.is_(None), Membership.person_id)))),
        )
        .select_from(tree)
        .outerjoin(nested, nested.community_id == tree.c.community_id)
        .outerjoin(
            Membership,
            and_(Membership.community_id == tree.c.community_id, Membership.ended_on.is_(None)),
        )
    ).one()
    return row[0], row[1]


def _tree(session: Session, federation_id: Id) -> list[Branch]:
    tree = below(federation_id)
    rows = session.execute(
        select(
            tree.c.federation_id,
            tree.c.community_id,
            Community.slug,
            Community.name,
            Federation.community_id.label("is_federation"),
        )
        .distinct()
        .join(Community, Community.id == tree.c.community_id)
        .outerjoin(Federation, Federation.community_id == tree.c.community_id)
        .order_by(Community.name, tree.c.community_id)
        .limit(TREE_MAX)
    ).all()
    children: dict[Id, list[Any]] = {}
    for row in rows:
        children.setdefault(row.federation_id, []).append(row)
    seen: set[Id] = set()

    def grow(above_id: Id) -> list[Branch]:
        found = []
        for row in children.get(above_id, []):
            once = row.community_id not in seen
            seen.add(row.community_id)
            found.append(
                Branch(
                    slug=row.slug,
                    name=row.name,
                    is_federation=row.is_federation is not None,
                    below=grow(row.community_id) if once else [],
                )
            )
        return found

    return grow(federation_id)
