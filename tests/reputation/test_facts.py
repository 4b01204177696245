"""Facts: what events tell, told once, rebuilt the same, and contested."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from minga.identity import Actor
from minga.kit.db import count_statements
from minga.kit.delivery import Receipt
from minga.kit.events import EventRow, Undelivered
from minga.kit.ids import Id
from minga.reputation import commands, queries
from minga.reputation.models import ContributionMonth, Fact
from minga.reputation.rules.facts import Dimension, What
from minga.sharing import commands as sharing
from minga.sharing.models import Loan
from minga.sharing.rules.disputes import About, Effect, End
from minga.sharing.rules.feedback import Mark, Said
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, asked, lent
from tests.sharing.test_amounts import haircut
from tests.village import Village

Work = Callable[[], None]


def whats(village: Village, who: Actor) -> list[tuple[str, str]]:
    with village.database.read() as session:
        found = session.scalars(select(Fact).where(Fact.person_id == who.person_id).order_by(Fact.id)).all()
        return [(one.dimension.value, one.what.value) for one in found]


def returned(village: Village, *, late: int = 0, condition: int | None = 4) -> Id:
    """Bruno borrowed Ana's drill and it is back."""
    loan = lent(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=7 + late)
    with village.database.write() as session:
        sharing.take_back(session, village.ana, loan, condition=condition, at=village.clock())
    return loan


def test_a_loan_that_is_back_is_a_fact_about_who_borrowed(village: Village, work: Work) -> None:
    """COM-2.14: back in time; and as it was lent."""
    returned(village)
    work()
    assert whats(village, village.bruno) == [
        ("contribution", "borrowed"),
        ("reliability", "back_in_time"),
        ("care", "back_as_lent"),
    ]
    assert whats(village, village.ana) == [("communication", "answered"), ("contribution", "lent")]


def test_late_worse_and_lost_count_against(village: Village, work: Work) -> None:
    returned(village, late=20, condition=2)
    work()
    assert ("reliability", "back_late") in whats(village, village.bruno)
    assert ("care", "back_worse") in whats(village, village.bruno)
    loan = lent(village, village.hana, neighbours.drill(village))
    with village.database.write() as session:
        sharing.lose(session, village.hana, loan, at=village.clock())
    work()
    assert whats(village, village.hana) == [("contribution", "borrowed"), ("reliability", "lost")]


def test_help_counts_for_both_and_as_giving_and_receiving(village: Village, work: Work) -> None:
    exchange = agreed(village, village.bruno, neighbours.groceries(village))
    for who in (village.bruno, village.ana):
        with village.database.write() as session:
            sharing.done(session, who, exchange.id, at=village.clock())
    work()
    assert whats(village, village.bruno) == [("reliability", "done"), ("contribution", "helped")]
    assert ("contribution", "was_helped") in whats(village, village.ana)


def test_silence_of_the_other_counts_only_for_who_gave(village: Village, work: Work) -> None:
    exchange = agreed(village, village.bruno, neighbours.table(village))
    with village.database.write() as session:
        sharing.done(session, village.ana, exchange.id, at=village.clock())
    village.clock.forward(days=15)
    work()
    assert ("reliability", "done") in whats(village, village.ana)
    assert ("reliability", "done") not in whats(village, village.bruno)


def met(village: Village, who: Actor, meets_in: timedelta) -> Id:
    """Ana gives her table, and a meeting is agreed."""
    exchange = agreed(village, who, neighbours.table(village))
    with village.database.write() as session:
        at = village.clock()
        sharing.propose_handover(
            session, village.ana, exchange.id, meets_at=at + meets_in, place="Gate", at=at
        )
        sharing.agree_to_handover(session, who, exchange.id, at=at)
    return exchange.id


@pytest.mark.parametrize(("hours", "counts"), [(30, 0), (20, 1)])
def test_calling_off_at_the_last_moment_counts_until_no_harm_is_said(
    village: Village, work: Work, hours: int, counts: int
) -> None:
    """COM-2.14: less than 24 hours before, against who called it off."""
    exchange = met(village, village.bruno, timedelta(hours=hours))
    with village.database.write() as session:
        sharing.cancel(session, village.bruno, exchange, at=village.clock())
    work()
    assert whats(village, village.bruno).count(("reliability", "cancelled_late")) == counts
    assert ("reliability", "cancelled_late") not in whats(village, village.ana)
    assert rebuilt(village).equal
    if counts:
        with village.database.write() as session:
            sharing.no_harm(session, village.ana, exchange, at=village.clock())
        work()
        assert ("reliability", "cancelled_late") not in whats(village, village.bruno)
        assert rebuilt(village).equal


def test_who_did_not_come_counts_after_a_week_without_objection(village: Village, work: Work) -> None:
    exchange = met(village, village.bruno, timedelta(hours=2))
    village.clock.forward(hours=3)
    with village.database.write() as session:
        sharing.say_no_show(session, village.ana, exchange, at=village.clock())
    work()
    assert ("reliability", "no_show") not in whats(village, village.bruno)
    village.clock.forward(days=8)
    work()
    assert ("reliability", "no_show") in whats(village, village.bruno)
    assert rebuilt(village).equal


def test_how_it_went_counts_in_halves_and_is_forgotten_when_taken_back(village: Village, work: Work) -> None:
    """Work is what those said for whom it was done; *all right* is half for and half against."""
    exchange = agreed(village, village.bruno, neighbours.groceries(village))
    for who in (village.bruno, village.ana):
        with village.database.write() as session:
            sharing.done(session, who, exchange.id, at=village.clock())
    for who, said in (
        (village.ana, Said(care=Mark.ALL_RIGHT, talking=Mark.GOOD)),
        (village.bruno, Said(care=Mark.GOOD, talking=Mark.NOT_GOOD)),
    ):
        with village.database.write() as session:
            sharing.give_feedback(session, who, exchange.id, said, at=village.clock())
    work()
    with village.database.read() as session:
        rows = session.scalars(select(Fact).where(Fact.what == What.FEEDBACK)).all()
        found = {(one.person_id, one.dimension.value): (one.positive, one.negative) for one in rows}
    ana, bruno = village.people["ana"], village.people["bruno"]
    assert found == {
        (bruno, "work"): (1, 1),
        (bruno, "communication"): (2, 0),
        (ana, "communication"): (0, 2),
    }
    with village.database.write() as session:
        sharing.take_feedback_back(session, village.bruno, exchange.id, at=village.clock())
    work()
    assert ("communication", "feedback") not in whats(village, village.ana)
    assert ("communication", "feedback") in whats(village, village.bruno)
    assert rebuilt(village).equal


def test_an_answer_in_three_days_counts_a_later_one_does_not(village: Village, work: Work) -> None:
    late = asked(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=4)
    quick = asked(village, village.hana, neighbours.table(village))
    for one in (late, quick):
        with village.database.write() as session:
            sharing.decline(session, village.ana, one.id, at=village.clock())
    work()
    assert whats(village, village.ana) == [("communication", "answered")]


def test_an_ask_left_to_lapse_counts_against_its_owner_but_not_while_they_rest(
    village: Village, work: Work
) -> None:
    from minga.communities import commands as communities

    asked(village, village.bruno, neighbours.drill(village))
    village.clock.forward(days=8)
    work()
    assert whats(village, village.ana) == [("communication", "left_silent")]
    asked(village, village.bruno, neighbours.table(village))
    with village.database.write() as session:
        communities.rest(session, village.ana, village.valley, reason="Harvest", at=village.clock())
    village.clock.forward(days=8)
    work()
    assert whats(village, village.ana) == [("communication", "left_silent")]


def test_told_again_everything_stands_once(village: Village, work: Work) -> None:
    """COM-EV.6: also when the receipts were lost."""
    returned(village)
    work()
    before = (whats(village, village.bruno), whats(village, village.ana), months(village))
    with village.database.write() as session:
        session.execute(delete(Receipt))
        for row in session.scalars(select(EventRow)):
            session.merge(Undelivered(event_id=row.id, about_id=row.about_id, next_at=village.clock()))
    work()
    assert (whats(village, village.bruno), whats(village, village.ana), months(village)) == before


def months(village: Village) -> list[Any]:
    with village.database.read() as session:
        rows = session.scalars(select(ContributionMonth))
        return sorted((row.person_id, row.what.value, row.count) for row in rows)


def rebuilt(village: Village, *, check: bool = True) -> commands.Rebuilt:
    unit = village.database.read if check else village.database.write
    with unit() as session:
        return commands.rebuild(session, check=check, at=village.clock())


STEPS = ("lend", "lose", "help", "cancel", "silence", "decline", "contest", "restore")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=5))
def test_rebuilt_is_incremental(village: Village, work: Work, steps: list[str]) -> None:
    """H11, COM-0.6, COM-2.14: whatever happened, recomputing from the events gives the same rows."""
    for step in steps:
        _do(village, step)
        work()
    found = rebuilt(village)
    assert found.equal, found


def _do(village: Village, step: str) -> None:
    if step == "lend":
        returned(village)
    elif step == "lose":
        loan = lent(village, village.bruno, neighbours.drill(village))
        with village.database.write() as session:
            sharing.lose(session, village.bruno, loan, at=village.clock())
    elif step == "help":
        exchange = agreed(village, village.bruno, neighbours.groceries(village))
        for who in (village.bruno, village.ana):
            with village.database.write() as session:
                sharing.done(session, who, exchange.id, at=village.clock())
    elif step == "cancel":
        exchange = agreed(village, village.bruno, neighbours.drill(village))
        with village.database.write() as session:
            sharing.cancel(session, village.bruno, exchange.id, at=village.clock())
    elif step == "silence":
        asked(village, village.bruno, neighbours.drill(village))
        village.clock.forward(days=8)
    elif step == "decline":
        ask = asked(village, village.bruno, neighbours.drill(village))
        with village.database.write() as session:
            sharing.decline(session, village.ana, ask.id, at=village.clock())
    else:
        _strike(village, back=step == "restore")


def _strike(village: Village, *, back: bool) -> None:
    with village.database.read() as session:
        fact = session.scalars(select(Fact).where(Fact.struck_at.is_(None)).order_by(Fact.id)).first()
    if fact is None or fact.other_id is None:
        return
    with village.database.write() as session:
        commands.contest(session, Actor(fact.person_id), fact.id, "Not so.", at=village.clock())
        commands.answer_contest(session, Actor(fact.other_id), fact.id, agree=True, at=village.clock())
    if back and fact.person_id != village.people["chidi"]:
        with village.database.write() as session:
            commands.restore(session, village.chidi, fact.id, at=village.clock())


@pytest.mark.parametrize("effect", [Effect.STRIKE, Effect.NOTHING])
def test_nothing_counts_in_a_dispute_and_what_is_struck_never(
    village: Village, work: Work, effect: Effect
) -> None:
    """H11, T20: no fact from a disputed exchange, and afterwards as was agreed; recomputed it is the same."""
    loan = returned(village, late=20)
    work()
    before, sums = whats(village, village.bruno), months(village)
    with village.database.read() as session:
        exchange = session.get_one(Loan, loan).exchange_id
    at = village.clock()
    with village.database.write() as session:
        dispute = sharing.open_dispute(
            session, village.bruno, exchange, About.OTHER, "She was away.", at=at
        ).id
    work()
    assert (whats(village, village.bruno), rebuilt(village).equal) == ([], True)
    with village.database.write() as session:
        end = sharing.propose_end(session, village.bruno, dispute, End((effect,)), at=at).id
    with village.database.write() as session:
        sharing.agree_to_end(session, village.ana, dispute, end, at=at)
    work()
    counts = effect is Effect.NOTHING
    assert sorted(whats(village, village.bruno)) == (sorted(before) if counts else [])
    assert [row for row in months(village) if row[2]] == (sums if counts else [])
    assert rebuilt(village).equal


def test_minutes_stand_with_what_was_given_for_them(village: Village, work: Work) -> None:
    """COM-2.15: give and take in times and in minutes, from what exchanges were settled with."""
    exchange = agreed(village, village.bruno, haircut(village))
    for who in (village.ana, village.bruno):
        with village.database.write() as session:
            sharing.done(session, who, exchange.id, at=village.clock())
    work()
    for who, gave, received in ((village.ana, (1, 45), (0, 0)), (village.bruno, (0, 0), (1, 45))):
        with village.database.read() as session:
            (standing,) = queries.own_standing(session, who, at=village.clock())
        given = standing.contributions
        assert ((given.gave, given.gave_minutes), (given.received, given.received_minutes)) == (
            gave,
            received,
        )
    assert rebuilt(village).equal


def test_rebuilding_finds_and_mends_what_somebody_changed(village: Village, work: Work) -> None:
    """COM-2.14: what does not come from an event does not stay."""
    returned(village)
    work()
    with village.database.write() as session:
        session.execute(update(Fact).where(Fact.what == What.BACK_IN_TIME).values(positive=0, negative=2))
        session.execute(update(ContributionMonth).values(count=99))
        session.execute(delete(Fact).where(Fact.what == What.LENT))
    found = rebuilt(village)
    assert (found.different, found.missing, found.equal) == (1, 1, False)
    assert not rebuilt(village, check=False).equal
    assert rebuilt(village).equal
    assert ("contribution", "lent") in whats(village, village.ana)


def test_own_figures_take_few_statements_however_many_facts(village: Village, work: Work) -> None:
    for _ in range(3):
        returned(village)
    work()
    with village.database.read() as session, count_statements(village.database) as said:
        (standing,) = queries.own_standing(session, village.bruno, at=village.clock())
        queries.facts(session, village.bruno, at=village.clock())
    assert len(said) <= 8, said
    kept = next(one for one in standing.figures if one.dimension is Dimension.RELIABILITY)
    assert (kept.positive, kept.negative) == (6, 0)
    assert (standing.contributions.received, standing.contributions.gave) == (3, 0)
    assert standing.contributions.together is None, "one person gave: a sum would name her"
