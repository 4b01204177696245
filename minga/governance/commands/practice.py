"""The daily table of how a community decides: one row for each day, class and method, made anew from the records."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select

from minga.communities.models import Community
from minga.communities.rules.time import end_of, today
from minga.governance.models import Decision, Poll, PollResult, VotingDay
from minga.governance.rules.practice import FORMULA, Counted, figures_of
from minga.kit.db import Session
from minga.kit.ids import Id


def count_day_of(session: Session, decision_id: Id, *, at: datetime) -> None:
    """Count the day of a decision anew; doing it again, or later, writes the same row."""
    found = session.get_one(Decision, decision_id)
    here = session.get_one(Community, found.community_id)
    count_day(session, here, today(found.decided_at, here.zone))


def count_day(session: Session, here: Community, day: date) -> None:
    """All votes that became final on a day of the community."""
    begins, ends = end_of(day - timedelta(days=1), here.zone), end_of(day, here.zone)
    rows = session.execute(
        select(Decision.outcome, Decision.reason, Decision.method, Decision.decided_at, Poll, PollResult)
        .join(Poll, Poll.id == Decision.poll_id)
        .join(PollResult, PollResult.poll_id == Poll.id)
        .where(Decision.community_id == here.id, Decision.decided_at >= begins, Decision.decided_at < ends)
        .order_by(Decision.id)
    )
    votes: dict[tuple[str, str], list[Counted]] = defaultdict(list)
    for row in rows:
        figures = row.PollResult.content.get("figures", {})
        votes[row.Poll.rule_class or "poll", row.method].append(
            Counted(
                outcome=row.outcome,
                reason=row.reason,
                roll=int(figures.get("roll", 0)),
                cast=int(figures.get("cast", 0)),
                days=(row.decided_at - row.Poll.opens_at).days,
            )
        )
    session.execute(
        delete(VotingDay)
        .where(VotingDay.community_id == here.id, VotingDay.on == day)
        .execution_options(synchronize_session="fetch")
    )
    session.flush()
    session.add_all(
        VotingDay(
            community_id=here.id,
            on=day,
            rule_class=name,
            method=method,
            formula=FORMULA,
            figures=figures_of(counted),
        )
        for (name, method), counted in sorted(votes.items())
    )
    session.flush()
