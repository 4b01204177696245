"""Keeping what an event says, once however often it is delivered."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select

from minga.identity import Actor
from minga.kit.db import Session
from minga.kit.events import Event, emit, event_from
from minga.kit.ids import Id
from minga.reputation.access import sources
from minga.reputation.commands.reading import KINDS, SETTLES, UNSAYS, Reading, read
from minga.reputation.events import FactRecorded
from minga.reputation.models import Contest, ContributionMonth, Fact
from minga.reputation.rules.facts import Dimension, Observation, month_of


def observe(session: Session, event: Event, *, at: datetime) -> None:
    """Keep the facts that an event tells, or forget those that it takes back. Told twice, they stand once."""
    unsaid = UNSAYS.get(type(event).__name__)
    if unsaid is not None and event.about_id is not None:
        for row in sources.said_before(session, event.about_id, unsaid):
            _keep(session, row.id, read(session, event_from(row)), at)
        return
    if type(event).__name__ in SETTLES:
        for row in sources.events_of_exchange(session, getattr(event, "exchange_id", ""), KINDS):
            _keep(session, row.id, read(session, event_from(row)), at)
        return
    if type(event).__name__ in KINDS:
        _keep(session, event.event_id, read(session, event), at)


def _keep(session: Session, event_id: Id, reading: Reading | None, at: datetime) -> None:
    """Make the facts of one event what was read: missing ones are kept, those no longer told are forgotten."""
    known = {
        (fact.dimension, fact.person_id, fact.what): fact
        for fact in session.scalars(select(Fact).where(Fact.event_id == event_id))
    }
    observed = reading.observed if reading else ()
    for key in known.keys() - {(one.dimension, one.person_id, one.what) for one in observed}:
        gone = known[key]
        if gone.dimension is Dimension.CONTRIBUTION and gone.struck_at is None:
            add_to_month(session, gone, -1)
        forget(session, [gone.id])
    if reading is None:
        return
    for one in reading.observed:
        there = known.get((one.dimension, one.person_id, one.what))
        if there is not None:
            _bring_up_to_date(session, there, one)
            continue
        fact = fact_from(reading, one)
        session.add(fact)
        session.flush()
        if one.dimension is Dimension.CONTRIBUTION:
            add_to_month(session, fact, 1)
        emit(
            session,
            Actor.machine(),
            FactRecorded(
                fact_id=fact.id,
                source_id=fact.event_id,
                subject_id=fact.person_id,
                dimension=fact.dimension,
                what=fact.what,
            ),
            community_id=fact.community_id,
            person_id=fact.person_id,
            at=at,
        )


def _bring_up_to_date(session: Session, fact: Fact, one: Observation) -> None:
    """Other minutes than before: they were settled anew."""
    if fact.minutes != one.minutes:
        counts = fact.struck_at is None
        if counts:
            add_to_month(session, fact, -1)
        fact.minutes = one.minutes
        if counts:
            add_to_month(session, fact, 1)


def forget(session: Session, facts: Sequence[Id]) -> None:
    """Facts that no event tells any more go, with what was said against them."""
    session.execute(delete(Contest).where(Contest.fact_id.in_(facts)))
    session.execute(delete(Fact).where(Fact.id.in_(facts)))


def fact_from(reading: Reading, one: Observation) -> Fact:
    """The row of an observation."""
    return Fact(
        event_id=reading.event_id,
        person_id=one.person_id,
        other_id=one.other_id,
        community_id=reading.community_id,
        dimension=one.dimension,
        what=one.what,
        positive=one.positive,
        negative=one.negative,
        minutes=one.minutes,
        happened_on=reading.happened_on,
        about_kind=reading.about_kind,
        about_id=reading.about_id,
    )


def add_to_month(session: Session, fact: Fact, times: int) -> None:
    """Add a contribution to the sums of its month, or take it away again with `times` -1."""
    key: tuple[Id, Id, date, str] = (fact.person_id, fact.community_id, month_of(fact.happened_on), fact.what)
    row = session.get(ContributionMonth, key, with_for_update=True)
    if row is None:
        row = ContributionMonth(
            person_id=key[0], community_id=key[1], month=key[2], what=fact.what, count=0, minutes=0
        )
        session.add(row)
    row.count += times
    row.minutes += times * fact.minutes
