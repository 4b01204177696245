"""Vouches as their people and stewards read them, and the little that others learn: vouched for, and by whom one knows."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from minga.communities.access import (
    communities_where,
    community_to_see,
    may,
    require_scope,
)
from minga.communities.access.vouches import MAKE, is_enough, vouch_to_see, vouches_to_see
from minga.communities.models import Community, Membership, Vouch
from minga.identity import Actor
from minga.identity.access.fields import not_blocked
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.ids import Id
from minga.kit.paging import Cursor, Page, beyond, limit_of, page_of

KNOWN_MAX = 10


class VouchLine(msgspec.Struct, frozen=True, kw_only=True):
    """One vouch for those who read its names."""

    id: Id
    community_id: Id
    community: str
    from_name: str
    from_handle: str
    to_name: str
    to_handle: str
    words: str
    named: bool
    given_at: datetime
    until_at: datetime
    ended_why: str | None
    is_mine: bool
    about_me: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader learns about one person in one common community.

    `vouched`: as many vouch as the community asks for. `by`: names of vouchers whom the reader knows and who allow it.
    `mine` is the reader's own vouch; `may_vouch`: they may give one, as far as their role goes.
    """

    community_id: Id
    slug: str
    name: str
    vouched: bool
    by: list[str]
    mine: VouchLine | None
    may_vouch: bool


_From, _To = aliased(Person), aliased(Person)


def vouches(
    session: Session,
    actor: Actor,
    community_id: Id,
    *,
    after: str | None = None,
    limit: int | None = None,
    at: datetime,
) -> Page[VouchLine]:
    """The live vouches of a community that the reader may read, the newest first."""
    community = community_to_see(session, actor, community_id, at=at)
    require_scope(actor, writing=False)
    most = limit_of(limit)
    question = _lines(actor).where(
        Vouch.community_id == community.id, Vouch.ended_at.is_(None), vouches_to_see(actor, at=at)
    )
    if after:
        order = (Vouch.given_at, Vouch.id)
        question = question.where(beyond(order, Cursor.decode(after, datetime, str), descending=True))
    rows = session.execute(question.limit(most + 1)).all()
    page = page_of(rows, most, lambda row: (row.Vouch.given_at, row.Vouch.id))
    return Page(tuple(_line(row, actor) for row in page.items), page.next)


def own_vouches(session: Session, actor: Actor, *, at: datetime) -> list[VouchLine]:
    """Whom one vouches for and who vouches for one, in every community, the newest first."""
    require_scope(actor, writing=False)
    mine = or_(Vouch.from_id == (actor.person_id or ""), Vouch.to_id == (actor.person_id or ""))
    if actor.token_community_id is not None:
        mine = and_(mine, Vouch.community_id == actor.token_community_id)
    rows = session.execute(_lines(actor).where(mine, Vouch.ended_at.is_(None)).limit(200))
    return [_line(row, actor) for row in rows]


def vouch(session: Session, actor: Actor, vouch_id: Id, *, at: datetime) -> VouchLine:
    """One vouch, also after its end."""
    found = vouch_to_see(session, actor, vouch_id, at=at)
    row = session.execute(_lines(actor, blocked=True).where(Vouch.id == found.id)).one()
    return _line(row, actor)


def vouches_for(
    session: Session, actor: Actor, person_id: Id, community_id: Id, *, at: datetime
) -> list[VouchLine]:
    """The live vouches for one person in a community, as far as the reader may read them."""
    rows = session.execute(
        _lines(actor).where(
            Vouch.to_id == person_id,
            Vouch.community_id == community_id,
            Vouch.ended_at.is_(None),
            vouches_to_see(actor, at=at),
        )
    )
    return [_line(row, actor) for row in rows]


def standing_behind(
    session: Session, actor: Actor, person_id: Id, knows: Callable[[str], bool], *, at: datetime
) -> list[Standing]:
    """What the reader learns about a member, in each common community: no numbers, and no name they may not know.

    `knows` says of a handle whether the reader is connected with that person within two steps (domain reputation).
    """
    theirs = aliased(Membership)
    common = session.execute(
        select(Community.id, Community.slug, Community.name)
        .join(theirs, theirs.community_id == Community.id)
        .where(
            theirs.person_id == person_id,
            theirs.ended_on.is_(None),
            Community.id.in_(communities_where(actor, "member.see_list", at=at)),
        )
        .order_by(theirs.joined_on, theirs.id)
        .limit(KNOWN_MAX)
    ).all()
    if not common or person_id == actor.person_id:
        return []
    read = session.execute(
        _lines(actor).where(
            Vouch.to_id == person_id,
            Vouch.community_id.in_([one.id for one in common]),
            Vouch.ended_at.is_(None),
            Vouch.until_at > at,
        )
    ).all()
    live = [_line(row, actor) for row in read]
    found = []
    for one in common:
        here = [line for line in live if line.community_id == one.id]
        known = [
            line.from_name for line in here if line.named and not line.is_mine and knows(line.from_handle)
        ]
        found.append(
            Standing(
                community_id=one.id,
                slug=one.slug,
                name=one.name,
                vouched=bool(here) and is_enough(session, person_id, one.id, at=at),
                by=known[:KNOWN_MAX],
                mine=next((line for line in here if line.is_mine), None),
                may_vouch=bool(may(session, actor, MAKE, one.id, at=at)),
            )
        )
    return found


def _lines(actor: Actor, *, blocked: bool = False) -> Any:
    """Vouches with names and community; by default without those of people with whom a block lies between."""
    question = (
        select(
            Vouch,
            _From.name.label("from_name"),
            _From.handle.label("from_handle"),
            _To.name.label("to_name"),
            _To.handle.label("to_handle"),
            Community.name.label("community"),
        )
        .join(_From, _From.id == Vouch.from_id)
        .join(_To, _To.id == Vouch.to_id)
        .join(Community, Community.id == Vouch.community_id)
        .order_by(Vouch.given_at.desc(), Vouch.id.desc())
    )
    if blocked:
        return question
    return question.where(not_blocked(actor, Vouch.from_id), not_blocked(actor, Vouch.to_id))


def _line(row: Any, actor: Actor) -> VouchLine:
    one: Vouch = row.Vouch
    return VouchLine(
        id=one.id,
        community_id=one.community_id,
        community=row.community,
        from_name=row.from_name,
        from_handle=row.from_handle,
        to_name=row.to_name,
        to_handle=row.to_handle,
        words=one.words,
        named=one.named,
        given_at=one.given_at,
        until_at=one.until_at,
        ended_why=one.ended_why,
        is_mine=one.from_id == actor.person_id,
        about_me=one.to_id == actor.person_id,
    )


def may_vouch(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> bool:
    """Whether the reader's role lets them vouch for somebody there."""
    return bool(may(session, actor, MAKE, community_id, at=at))
