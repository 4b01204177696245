"""All facts anew from the events: the same rows as those kept one by one, or the difference is told and mended."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from minga.kit.db import Session
from minga.kit.events import EventRow, Undelivered, event_from
from minga.kit.ids import Id
from minga.reputation.commands.observing import fact_from, forget
from minga.reputation.commands.reading import KINDS, read
from minga.reputation.models import ContributionMonth, Fact
from minga.reputation.rules.facts import Dimension, month_of

BATCH = 500
_SAID = ("person_id", "other_id", "community_id", "dimension", "what", "positive", "negative", "minutes")
_KEPT = (*_SAID, "happened_on", "about_kind", "about_id")
Key = tuple[Id, str, Id, str]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What recomputing saw: events read, facts they tell, and rows that were missing, too many or different."""

    events: int
    facts: int
    missing: int
    extra: int
    different: int
    months: int

    @property
    def equal(self) -> bool:
        return not (self.missing or self.extra or self.different or self.months)


def rebuild(session: Session, *, check: bool, at: datetime) -> Rebuilt:
    """Recompute every fact and every sum from the events that were delivered; with `check` nothing is changed."""
    struck = _struck(session)
    seen: Counter[str] = Counter()
    for rows in _batches(session):
        _compare(session, rows, struck, seen, check=check)
    seen["extra"] += _orphans(session, check=check)
    session.flush()
    months = _months(session, check=check)
    return Rebuilt(seen["events"], seen["facts"], seen["missing"], seen["extra"], seen["different"], months)


def _batches(session: Session) -> Iterator[list[EventRow]]:
    after = ""
    waiting = (
        select(Undelivered.event_id).where(Undelivered.event_id == EventRow.id).correlate(EventRow).exists()
    )
    while True:
        rows = list(
            session.scalars(
                select(EventRow)
                .where(EventRow.id > after, EventRow.name.in_(KINDS), ~waiting)
                .order_by(EventRow.id)
                .limit(BATCH)
            )
        )
        if not rows:
            return
        after = rows[-1].id
        yield rows


def _compare(
    session: Session, rows: list[EventRow], struck: dict[Id, datetime], seen: Counter[str], *, check: bool
) -> None:
    """One batch of events against the facts that are kept of them."""
    kept = {
        _key(fact): fact
        for fact in session.scalars(select(Fact).where(Fact.event_id.in_([row.id for row in rows])))
    }
    for row in rows:
        seen["events"] += 1
        reading = read(session, event_from(row))
        for one in reading.observed if reading else ():
            assert reading is not None
            wanted = fact_from(reading, one)
            seen["facts"] += 1
            there = kept.pop(_key(wanted), None)
            if there is None:
                seen["missing"] += 1
                if not check:
                    session.add(wanted)
            elif _differs(there, wanted, struck):
                seen["different"] += 1
                if not check:
                    for name in _KEPT:
                        setattr(there, name, getattr(wanted, name))
                    there.struck_at = struck.get(there.id)
    seen["extra"] += len(kept)
    if not check:
        _forget(session, [fact.id for fact in kept.values()])


def _key(fact: Fact) -> Key:
    return fact.event_id, str(fact.dimension), fact.person_id, str(fact.what)


def _differs(there: Fact, wanted: Fact, struck: dict[Id, datetime]) -> bool:
    same = all(getattr(there, name) == getattr(wanted, name) for name in _KEPT)
    return not same or there.struck_at != struck.get(there.id)


def _struck(session: Session) -> dict[Id, datetime]:
    """When a fact was struck, by its id, as the events say; restored ones are not among them."""
    found: dict[Id, datetime] = {}
    rows = session.execute(
        select(EventRow.name, func.coalesce(EventRow.about_id, ""), EventRow.happened_at)
        .where(EventRow.name.in_(("FactStruck", "FactRestored")))
        .order_by(EventRow.id)
    )
    for name, fact_id, at in rows:
        if name == "FactStruck":
            found[fact_id] = at
        else:
            found.pop(fact_id, None)
    return found


def _orphans(session: Session, *, check: bool) -> int:
    """Facts of no event that tells facts."""
    told = select(EventRow.id).where(EventRow.id == Fact.event_id, EventRow.name.in_(KINDS)).exists()
    found = list(session.scalars(select(Fact.id).where(~told)))
    if not check:
        _forget(session, found)
    return len(found)


def _forget(session: Session, facts: list[Id]) -> None:
    for start in range(0, len(facts), BATCH):
        forget(session, facts[start : start + BATCH])


def _months(session: Session, *, check: bool) -> int:
    """Compare the sums by month with what the facts add up to; answers how many differ."""
    wanted: dict[tuple[Id, Id, date, str], tuple[int, int]] = {}
    rows = session.execute(
        select(
            Fact.person_id,
            Fact.community_id,
            Fact.happened_on,
            Fact.what,
            func.count(),
            func.sum(Fact.minutes),
        )
        .where(Fact.dimension == Dimension.CONTRIBUTION, Fact.struck_at.is_(None))
        .group_by(Fact.person_id, Fact.community_id, Fact.happened_on, Fact.what)
    )
    for person, community, day, what, count, minutes in rows:
        key = (person, community, month_of(day), str(what))
        before = wanted.get(key, (0, 0))
        wanted[key] = (before[0] + count, before[1] + int(minutes or 0))
    kept: dict[Any, ContributionMonth] = {
        (row.person_id, row.community_id, row.month, str(row.what)): row
        for row in session.scalars(select(ContributionMonth))
    }
    differ = {key for key, row in kept.items() if (row.count, row.minutes) != wanted.get(key, (0, 0))}
    differ |= wanted.keys() - kept.keys()
    if not check:
        _mend_months(session, differ, wanted, kept)
    return len(differ)


def _mend_months(
    session: Session, differ: set[Any], wanted: dict[Any, tuple[int, int]], kept: dict[Any, Any]
) -> None:
    for key in differ:
        count, minutes = wanted.get(key, (0, 0))
        row = kept.get(key)
        if row is None:
            person, community, month, what = key
            row = ContributionMonth(person_id=person, community_id=community, month=month, what=what)
            session.add(row)
        row.count, row.minutes = count, minutes
