"""The charter as it is changed: by decisions that pass by the old and the new rule, and by rules that end by themselves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from minga.communities.models import Community
from minga.communities.rules.time import today
from minga.governance.events import CharterChanged, RuleSunset, SunsetNear
from minga.governance.models import Charter
from minga.governance.rules import charter_changes as rules
from minga.governance.rules.charter_reading import read_rules
from minga.governance.rules.decisions import months_later
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import EventRow, emit
from minga.kit.ids import Id

REVIEW_MONTHS = 12
VERSIONS_MAX = 500
AT_ONCE = 200
FURTHEST_AHEAD = timedelta(hours=15)
"""No zone is further ahead of the clock of the world than this: a day begins there first."""


def newest_charter(session: Session, community_id: Id) -> Charter | None:
    """The version that holds now, kept from others until the unit ends."""
    return session.scalars(
        select(Charter)
        .where(Charter.community_id == community_id, Charter.until_at.is_(None))
        .order_by(Charter.n.desc())
        .limit(1)
        .with_for_update()
    ).first()


def put_charter(
    session: Session,
    community_id: Id,
    wanted: Sequence[Mapping[str, Any]],
    *,
    decision: str = "",
    at: datetime,
) -> Charter:
    """A new version of the rules of deciding, from now on; refused in words when it cannot hold. Running polls keep theirs."""
    community = session.get_one(Community, community_id, with_for_update=True)
    before = newest_charter(session, community_id)
    if before is not None and decision and before.decision == decision:
        return before
    own_kinds = dict(before.kinds) if before is not None else {}
    kept = [one.as_json() for one in read_rules(list(wanted), own_kinds)]
    day = today(at, community.zone)
    made = Charter(
        community_id=community_id,
        n=before.n + 1 if before is not None else 1,
        rules=kept,
        kinds=own_kinds,
        in_force_at=at,
        made_at=at,
        decision=decision,
        review_on=months_later(day, REVIEW_MONTHS),
    )
    if before is not None:
        before.until_at = at
    session.add(made)
    session.flush()
    ends = rules.sunset_days(_history(session, community))
    made.sunset_on = min(ends.values(), default=None)
    session.flush()
    told = CharterChanged(charter_id=made.id, n=made.n)
    emit(session, Actor.machine(), told, at=at, community_id=community_id)
    return made


def _history(session: Session, community: Community) -> list[tuple[date, list[dict[str, Any]]]]:
    versions = select(Charter.in_force_at, Charter.rules).where(Charter.community_id == community.id)
    rows = session.execute(versions.order_by(Charter.n.desc()).limit(VERSIONS_MAX))
    return [(today(row.in_force_at, community.zone), row.rules) for row in rows]


def end_rules(session: Session, *, at: datetime) -> None:
    """What the clock does: rules whose day has come end at midnight of their community, after notices before it."""
    horizon = (at + FURTHEST_AHEAD).date() + timedelta(days=max(rules.NOTICES))
    due = (
        select(Charter, Community)
        .join(Community, Community.id == Charter.community_id)
        .where(Charter.sunset_on <= horizon, Charter.until_at.is_(None), Community.archived_at.is_(None))
        .order_by(Charter.sunset_on)
        .limit(AT_ONCE)
    )
    for charter, community in session.execute(due).all():
        day = today(at, community.zone)
        ends = rules.sunset_days(_history(session, community))
        ended = frozenset(name for name, last in ends.items() if last <= day)
        if ended:
            put_charter(session, community.id, rules.without_ended(charter.rules, ended), at=at)
            for name in sorted(ended):
                told = RuleSunset(charter_id=charter.id, rule_class=name)
                emit(session, Actor.machine(), told, at=at, community_id=community.id)
            continue
        for name, last in sorted(ends.items()):
            _give_notice(session, charter, name, last, day, at)


def _give_notice(
    session: Session, charter: Charter, name: str, ends_on: date, day: date, at: datetime
) -> None:
    told = [
        int(row.facts["days"])
        for row in session.scalars(
            select(EventRow).where(EventRow.about_id == charter.id, EventRow.name == SunsetNear.__name__)
        )
        if row.facts["rule_class"] == name
    ]
    days = rules.due_notice(ends_on, day, told)
    if days is not None:
        event = SunsetNear(charter_id=charter.id, rule_class=name, days=days, ends_on=ends_on)
        emit(session, Actor.machine(), event, at=at, community_id=charter.community_id)
