"""Badges as they are seen: one's own, those somebody shows, those a community has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from minga.communities.access import may
from minga.communities.models import Community
from minga.identity import Actor
from minga.identity.models import Person
from minga.kit.db import Session
from minga.kit.errors import NotFound
from minga.kit.ids import Id
from minga.reputation.access import badges as access
from minga.reputation.access import common_communities, may_read, person_to_see
from minga.reputation.models import Badge, BadgeEarned
from minga.reputation.rules.badges import BADGES_MAX, Choice


@dataclass(frozen=True, slots=True)
class EarnedBadge:
    """A badge that somebody earned."""

    id: Id
    name: str
    names: dict[str, str]
    icon: str
    sentence: str
    community: str
    earned_at: datetime
    given_by: str
    words: str
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class BadgeLine:
    """A badge of a community, with its rule as members may read it."""

    id: Id
    name: str
    icon: str
    sentence: str
    rule: dict[str, Any] | None
    valid_days: int | None


@dataclass(frozen=True, slots=True)
class CommunityBadges:
    """The badges of a community, and what the reader may do about them."""

    on: bool
    lines: tuple[BadgeLine, ...]
    may_edit: bool
    may_grant: bool


def own_badges(session: Session, actor: Actor) -> tuple[EarnedBadge, ...]:
    """What the reader earned, also what they keep to themselves."""
    may_read(actor)
    return _earned(
        session,
        BadgeEarned.person_id == actor.person_id,
        BadgeEarned.choice.is_distinct_from(Choice.DECLINED),
    )


def badges_of(session: Session, actor: Actor, handle: str, *, at: datetime) -> tuple[EarnedBadge, ...]:
    """The badges somebody chose to show, for members of a common community whose badges they are."""
    other = person_to_see(session, actor, handle, at=at)
    common = common_communities(session, actor, other, at=at)
    on = [one for one in common if access.are_on(session, one, at=at)]
    if not on:
        return ()
    return _earned(
        session,
        BadgeEarned.person_id == other,
        BadgeEarned.choice == Choice.SHOWN,
        Badge.community_id.in_(on),
    )


def _earned(session: Session, *which: Any) -> tuple[EarnedBadge, ...]:
    rows = session.execute(
        select(BadgeEarned, Badge, Community.name, Person.name)
        .join(Badge, Badge.id == BadgeEarned.badge_id)
        .join(Community, Community.id == Badge.community_id)
        .outerjoin(Person, Person.id == BadgeEarned.given_by_id)
        .where(*which, BadgeEarned.ended_at.is_(None), Badge.ended_at.is_(None))
        .order_by(BadgeEarned.id)
        .limit(BADGES_MAX)
    )
    return tuple(
        EarnedBadge(
            earned.id,
            badge.name,
            dict(badge.names),
            badge.icon,
            badge.sentence,
            community,
            earned.earned_at,
            giver or "",
            earned.words,
            earned.choice,
        )
        for earned, badge, community, giver in rows
    )


def badges(session: Session, actor: Actor, community_id: Id, *, at: datetime) -> CommunityBadges:
    """A community's badges with their rules, for its members."""
    may_read(actor)
    if not may(session, actor, "community.see", community_id, at=at):
        raise NotFound()
    rows = session.scalars(
        select(Badge)
        .where(Badge.community_id == community_id, Badge.ended_at.is_(None))
        .order_by(Badge.id)
        .limit(BADGES_MAX)
    )
    return CommunityBadges(
        access.are_on(session, community_id, at=at),
        tuple(
            BadgeLine(
                one.id, one.name, one.icon, one.sentence, None if one.by_hand else one.rule, one.valid_days
            )
            for one in rows
        ),
        bool(may(session, actor, access.EDIT.name, community_id, at=at)),
        bool(may(session, actor, access.GRANT.name, community_id, at=at)),
    )
