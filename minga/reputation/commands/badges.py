"""Making badges, giving them by hand, earning them by rule, and choosing what becomes of one's own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from minga.communities.access import require
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Conflict, Invalid, NotFound, Refused
from minga.kit.events import emit
from minga.kit.i18n import N_
from minga.kit.ids import Id
from minga.kit.schedule import every
from minga.kit.text import clean_line, clean_text
from minga.reputation.access import badges as access
from minga.reputation.access import common_communities, may_write, person_to_see
from minga.reputation.events import BadgeAwarded
from minga.reputation.models import Badge, BadgeEarned
from minga.reputation.rules import badges as rules
from minga.reputation.rules.badges import Choice

OFF = N_("This community has no badges. Stewards can change that under Rules.")
TOO_MANY = N_("That is a lot of badges. End one first.")
BAD_ICON = N_("Choose one of the pictures.")
BY_RULE = N_("This badge is earned by its rule, and not given by hand.")
HAS_IT = N_("They have it already, or have said no to it.")
SELF = N_("Others give badges to you.")


@dataclass(frozen=True, kw_only=True)
class BadgeShape:
    """What somebody fills in; without a rule it is given by hand."""

    name: str
    sentence: str
    icon: str = "sprout"
    names: Mapping[str, str] = field(default_factory=dict)
    rule: Mapping[str, Any] | None = None
    valid_days: int | None = None
    is_lost: bool = False


def make_badge(session: Session, actor: Actor, community_id: Id, shape: BadgeShape, *, at: datetime) -> Badge:
    """Make a badge; a rule that counts what nobody tells is refused."""
    may_write(actor)
    require(session, actor, access.EDIT.name, community_id, at=at)
    if not access.are_on(session, community_id, at=at):
        raise Refused(OFF, code="badges_off")
    there = select(func.count()).where(Badge.community_id == community_id, Badge.ended_at.is_(None))
    if (session.scalar(there) or 0) >= rules.BADGES_MAX:
        raise Refused(TOO_MANY, code="too_many")
    if shape.icon not in rules.ICONS:
        raise Invalid(BAD_ICON, fields={"icon": BAD_ICON})
    if shape.rule is not None:
        rules.check_rule(shape.rule, access.kinds())
    made = Badge(
        community_id=community_id,
        name=clean_line(shape.name, rules.NAME_MAX, field="name", required=True),
        names={tag: clean_line(name, rules.NAME_MAX) for tag, name in list(shape.names.items())[:20]},
        icon=shape.icon,
        sentence=clean_line(shape.sentence, rules.SENTENCE_MAX, field="sentence", required=True),
        rule=dict(shape.rule or {}),
        by_hand=shape.rule is None,
        valid_days=shape.valid_days,
        is_lost=shape.is_lost,
        made_at=at,
        made_by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    return made


def end_badge(session: Session, actor: Actor, badge_id: Id, *, at: datetime) -> Badge:
    """No longer earned nor shown. Twice changes nothing."""
    found = access.badge_to_see(session, actor, badge_id, at=at)
    may_write(actor)
    require(session, actor, access.EDIT.name, found.community_id, at=at)
    found.ended_at = found.ended_at or at
    return found


def grant_badge(
    session: Session, actor: Actor, badge_id: Id, handle: str, words: str, *, at: datetime
) -> BadgeEarned:
    """Give a badge by hand, with words; nobody gives one to themselves."""
    found = access.badge_to_see(session, actor, badge_id, at=at)
    may_write(actor)
    other = person_to_see(session, actor, handle, at=at)
    if other == actor.person_id:
        raise Refused(SELF, code="self_grant")
    require(session, actor, access.GRANT.name, found.community_id, at=at, concerning=other)
    if found.ended_at is not None or not access.are_on(session, found.community_id, at=at):
        raise Refused(OFF, code="badges_off")
    if not found.by_hand:
        raise Refused(BY_RULE, code="by_rule")
    if found.community_id not in common_communities(session, actor, other, at=at):
        raise NotFound()
    if _live(session, found.id, other) is not None:
        raise Conflict(HAS_IT, code="has_it")
    said = clean_text(words, rules.WORDS_MAX, field="words")
    return _award(session, actor, found, other, at, given_by_id=actor.person_id, words=said)


def _live(session: Session, badge_id: Id, person_id: Id) -> BadgeEarned | None:
    return session.scalar(
        select(BadgeEarned).where(
            BadgeEarned.badge_id == badge_id,
            BadgeEarned.person_id == person_id,
            BadgeEarned.ended_at.is_(None),
        )
    )


def _award(
    session: Session, actor: Actor, badge: Badge, person_id: Id, at: datetime, **more: Any
) -> BadgeEarned:
    made = BadgeEarned(badge_id=badge.id, person_id=person_id, earned_at=at, **more)
    session.add(made)
    session.flush()
    event = BadgeAwarded(badge_id=badge.id, person_id=person_id, earned_id=made.id, by_hand=badge.by_hand)
    emit(session, actor, event, community_id=badge.community_id, person_id=person_id, at=at)
    return made


def choose_badge(
    session: Session, actor: Actor, earned_id: Id, choice: Choice, *, at: datetime
) -> BadgeEarned:
    """Show it, keep it to oneself, or say no to it."""
    found = access.own_earned(session, actor, earned_id)
    found.choice, found.chosen_at = choice, at
    return found


def award_badges(
    session: Session, community_id: Id, *, person_id: Id | None = None, event: str = "", at: datetime
) -> int:
    """Look who earned a badge by its rule, and who lost one; answers how many were earned. Twice is once.

    With `person_id` and `event`, only badges that count that event are looked at, and only for that person.
    """
    if not access.are_on(session, community_id, at=at):
        return 0
    earned = 0
    for badge in session.scalars(
        select(Badge)
        .where(Badge.community_id == community_id, Badge.ended_at.is_(None), ~Badge.by_hand)
        .order_by(Badge.id)
        .limit(rules.BADGES_MAX)
    ).all():
        terms = list(rules.terms_in(badge.rule))
        if event and all(term["count"] != event for term in terms):
            continue
        counts = {
            id(term): access.counted(session, community_id, term, at=at, person_id=person_id)
            for term in terms
        }
        earned += _keep(session, badge, _holding(badge.rule, counts), person_id, at)
    return earned


def _holding(rule: Mapping[str, Any], counts: Mapping[int, Mapping[Id, int]]) -> set[Id]:
    """Of those who were counted at all, those for whom the rule holds."""
    people = {person for found in counts.values() for person in found}

    def holds_for(person: Id) -> bool:
        return rules.holds(rule, lambda term: counts[id(term)].get(person, 0))

    return {person for person in people if holds_for(person)}


def _keep(session: Session, badge: Badge, holding: set[Id], only: Id | None, at: datetime) -> int:
    live = select(BadgeEarned).where(BadgeEarned.badge_id == badge.id, BadgeEarned.ended_at.is_(None))
    if only is not None:
        live = live.where(BadgeEarned.person_id == only)
    there = {row.person_id: row for row in session.scalars(live)}
    for person, row in there.items():
        lost = badge.is_lost and person not in holding
        if lost or rules.is_over(row.earned_at, badge.valid_days, at):
            row.ended_at = at
    session.flush()
    new = sorted(holding - {person for person, row in there.items() if row.ended_at is None})
    for person in new:
        _award(session, Actor.machine(), badge, person, at)
    return len(new)


@every("reputation.badges", days=1, lane="heavy", seconds_max=300)
def award_nightly(run: Any, _args: dict[str, Any]) -> None:
    """Every community with badges, each in its own transaction."""
    with run.database.read() as session:
        communities = list(
            session.scalars(select(Badge.community_id).where(Badge.ended_at.is_(None)).distinct())
        )
    for community_id in communities:
        with run.database.write() as session:
            award_badges(session, community_id, at=run.clock())
