"""How a community decides, in figures of its own records: by class and method, between two days, and month by month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from minga.communities.access import community_to_read, require
from minga.communities.rules.time import end_of, today
from minga.governance.access import SEE
from minga.governance.models import Decision, Poll, VotingDay
from minga.governance.rules.decisions import PASSED
from minga.governance.rules.practice import FORMULA, FORMULAS, Line, together
from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.errors import Invalid
from minga.kit.i18n import N_
from minga.kit.ids import Id

DAYS_SHOWN, DAYS_MAX = 365, 3_660
WRONG_DAYS = N_("Choose a first and a last day, at most ten years apart.")


@dataclass(frozen=True)
class PracticeLine:
    """One class and method: what the daily table says, and what became of what passed."""

    rule_class: str
    method: str
    figures: Line
    in_time: int
    overdue: int
    reopened: int


@dataclass(frozen=True)
class Month:
    """One month of the series, over all classes."""

    month: str
    figures: Line


@dataclass(frozen=True)
class Practice:
    """`formulas`: how each figure is computed, in words; `formula` the number of that way."""

    since_on: date
    until_on: date
    lines: tuple[PracticeLine, ...]
    months: tuple[Month, ...]
    formula: int
    formulas: dict[str, str]


def practice(
    session: Session,
    actor: Actor,
    community: Id,
    *,
    since_on: date | None = None,
    until_on: date | None = None,
    at: datetime,
) -> Practice:
    """The figures of a community, of the last year unless days are named. Two statements besides access."""
    here = community_to_read(session, actor, community, at=at)
    require(session, actor, SEE, here.id, at=at)
    day = today(at, here.zone)
    until = until_on or day
    since = since_on or until - timedelta(days=DAYS_SHOWN)
    if not since <= until <= since + timedelta(days=DAYS_MAX):
        raise Invalid(WRONG_DAYS, fields={"since": WRONG_DAYS})
    rows = session.execute(
        select(VotingDay.on, VotingDay.rule_class, VotingDay.method, VotingDay.figures)
        .where(VotingDay.community_id == here.id, VotingDay.on >= since, VotingDay.on <= until)
        .order_by(VotingDay.on)
    ).all()
    by_kind: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    by_month: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_kind[row.rule_class, row.method].append(row.figures)
        by_month[f"{row.on:%Y-%m}"].append(row.figures)
    begins, ends = end_of(since - timedelta(days=1), here.zone), end_of(until, here.zone)
    became = _became(session, here.id, begins, ends, day)
    lines = [
        PracticeLine(name, method, together(days), *became.get((name, method), (0, 0, 0)))
        for (name, method), days in sorted(by_kind.items())
    ]
    months = [Month(month, together(days)) for month, days in sorted(by_month.items())]
    return Practice(since, until, tuple(lines), tuple(months), FORMULA, FORMULAS)


def _became(
    session: Session, community_id: Id, begins: datetime, ends: datetime, day: date
) -> dict[tuple[str, str], tuple[int, int, int]]:
    """In time, overdue, reopened: read from the decisions themselves, since it changes after their day."""
    passed = Decision.outcome.in_(sorted(PASSED))
    in_time = and_(
        passed,
        Decision.implemented_on.is_not(None),
        or_(Decision.deadline_on.is_(None), Decision.implemented_on <= Decision.deadline_on),
    )
    overdue = and_(passed, Decision.implemented_on.is_(None), Decision.deadline_on < day)
    counts = [
        func.sum(case((one, 1), else_=0)) for one in (in_time, overdue, Decision.reviewed_at.is_not(None))
    ]
    rows = session.execute(
        select(Poll.rule_class, Decision.method, *counts)
        .join(Poll, Poll.id == Decision.poll_id)
        .where(
            Decision.community_id == community_id,
            Decision.decided_at >= begins,
            Decision.decided_at < ends,
        )
        .group_by(Poll.rule_class, Decision.method)
    )
    return {(row[0] or "poll", row[1]): (int(row[2]), int(row[3]), int(row[4])) for row in rows}
