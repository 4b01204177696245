"""Partnerships as the pages of both communities show them, and which communities a listing of level `partners` reaches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, or_, select

from minga.communities.access import community_to_see, may, partnership_to_see, require
from minga.communities.access.ties import ANSWER, PROPOSE, dates_of
from minga.communities.models import Community, Partnership, SeatGift, TieGift
from minga.communities.rules.ties import Given, Gives, TieState, gives_of
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id

TIES_MAX = 200
SEE = "tie.see"


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A partnership from the side of one community. People are named to those who may answer for it."""

    id: Id
    state: TieState
    community_id: Id
    community: str
    slug: str
    other_id: Id
    other: str
    other_slug: str
    proposed_by_us: bool
    words: str
    proposed_at: datetime
    active_at: datetime | None
    older_at: datetime | None
    ended_at: datetime | None
    ended_words: str
    duties_until_at: datetime | None
    proposer: str | None
    we_give: Gives
    they_give: Gives
    may: dict[str, bool]


def ties(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[Tie]:
    """A community's partnerships, newest first; only those who answer for it see what waits or came to nothing."""
    here = community_to_see(session, actor, community_id, at=at)
    require(session, actor, SEE, here.id, at=at)
    steward = _answers_for(session, actor, here.id, at)
    wanted = (
        select(Partnership)
        .where(or_(Partnership.low_id == here.id, Partnership.high_id == here.id))
        .order_by(Partnership.id.desc())
        .limit(TIES_MAX)
    )
    if not steward:
        wanted = wanted.where(Partnership.active_at.is_not(None))
    found = session.scalars(wanted).all()
    return _ties(session, actor, found, here.id, at, steward=steward)


def tie(session: Session, actor: Actor, partnership_id: Id, *, at: datetime, side: Id = "") -> Tie:
    """One partnership, from the side of the reader's community (of both, the one named)."""
    found = partnership_to_see(session, actor, partnership_id, at=at)
    sides = [one for one in (found.low_id, found.high_id) if _may_see(session, actor, one, at)]
    own = side if side in sides else _side(session, actor, found, sides, at)
    steward = _answers_for(session, actor, own, at)
    return _ties(session, actor, [found], own, at, steward=steward)[0]


def _side(session: Session, actor: Actor, found: Partnership, sides: list[Id], at: datetime) -> Id:
    """Of two own communities the one for which the reader can do something now."""
    asked = found.other(found.proposer_id)
    if asked in sides and found.active_at is None and may(session, actor, ANSWER, asked, at=at):
        return asked
    return next((one for one in sides if _answers_for(session, actor, one, at)), sides[0])


def _may_see(session: Session, actor: Actor, community_id: Id, at: datetime) -> bool:
    return bool(may(session, actor, SEE, community_id, at=at)) or _answers_for(
        session, actor, community_id, at
    )


def _answers_for(session: Session, actor: Actor, community_id: Id, at: datetime) -> bool:
    return any(may(session, actor, name, community_id, at=at) for name in (PROPOSE, ANSWER))


def _ties(
    session: Session,
    actor: Actor,
    found: Sequence[Partnership],
    own_id: Id,
    at: datetime,
    *,
    steward: bool,
) -> list[Tie]:
    ids = [one.id for one in found]
    names = _communities(session, {side for one in found for side in (one.low_id, one.high_id)})
    given, older = _gifts(session, ids)
    proposers = _people(session, {one.proposed_by_id for one in found}) if steward else {}
    answers = steward and bool(may(session, actor, ANSWER, own_id, at=at))
    proposes = steward and bool(may(session, actor, PROPOSE, own_id, at=at))
    lines = []
    for one in found:
        other, state = one.other(own_id), dates_of(one).state(at)
        ours = one.proposer_id == own_id
        waits = state is TieState.PROPOSED
        lines.append(
            Tie(
                id=one.id,
                state=state,
                community_id=own_id,
                community=names[own_id][1],
                slug=names[own_id][0],
                other_id=other,
                other=names[other][1],
                other_slug=names[other][0],
                proposed_by_us=ours,
                words=one.words if steward else "",
                proposed_at=one.proposed_at,
                active_at=one.active_at,
                older_at=older.get((one.id, own_id)),
                ended_at=one.ended_at,
                ended_words=one.ended_words,
                duties_until_at=one.duties_until_at,
                proposer=proposers.get(one.proposed_by_id),
                we_give=gives_of(frozenset(given.get((one.id, own_id), ()))),
                they_give=gives_of(frozenset(given.get((one.id, other), ()))),
                may={
                    "agree": waits and not ours and answers and one.proposed_by_id != actor.person_id,
                    "decline": waits and not ours and answers,
                    "withdraw": waits and ours and proposes,
                    "change": state is TieState.ACTIVE and proposes,
                    "end": state is TieState.ACTIVE and proposes,
                },
            )
        )
    return lines


def _communities(session: Session, ids: set[Id]) -> dict[Id, tuple[str, str]]:
    rows = session.execute(select(Community.id, Community.slug, Community.name).where(Community.id.in_(ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


def _people(session: Session, ids: set[Id]) -> dict[Id, str]:
    return {
        row[0]: row[1] for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    }


Givers = dict[tuple[Id, Id], set[tuple[str, str]]]


def _gifts(session: Session, ids: list[Id]) -> tuple[Givers, dict[tuple[Id, Id], datetime]]:
    """What each side gives, and from when older listings of it are given, by partnership and side."""
    rows = session.execute(
        select(
            TieGift.partnership_id, TieGift.giver_id, TieGift.direction, TieGift.kind, TieGift.older_at
        ).where(TieGift.partnership_id.in_(ids), TieGift.until_at.is_(None))
    )
    given: Givers = {}
    older: dict[tuple[Id, Id], datetime] = {}
    for partnership_id, giver_id, direction, kind, older_at in rows:
        given.setdefault((partnership_id, giver_id), set()).add((direction.value, kind))
        if older_at is not None:
            older[partnership_id, giver_id] = max(older_at, older.get((partnership_id, giver_id), older_at))
    return given, older


def partner_names(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> list[str]:
    """The communities and federations that a listing of level `partners` of this one reaches, by name, for those inside."""
    if not may(session, actor, SEE, community_id, at=at):
        return []
    tied = select(TieGift.taker_id).where(TieGift.giver_id == community_id, *_runs(TieGift))
    seated = select(SeatGift.federation_id).where(SeatGift.giver_id == community_id, *_runs(SeatGift))
    onward = select(TieGift.taker_id).where(
        TieGift.giver_id.in_(seated.where(SeatGift.onward_at.is_not(None))), *_runs(TieGift)
    )
    rows = session.scalars(
        select(Community.name)
        .where(or_(*(Community.id.in_(one) for one in (tied, seated, onward))))
        .order_by(Community.name)
        .limit(TIES_MAX)
    )
    return list(rows)


def _runs(gift: Any) -> tuple[ColumnElement[bool], ...]:
    return gift.until_at.is_(None), gift.since_at.is_not(None), gift.direction != Given.MEMBERS
