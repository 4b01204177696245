"""*Not so*: contested by whom it is about, struck by the other side or a mediator, and never by oneself."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from minga.kit.errors import Conflict, Forbidden, NotFound, NotSignedIn
from minga.kit.ids import Id
from minga.reputation import commands, queries
from minga.reputation.models import Fact
from minga.reputation.rules.facts import Dimension, What
from tests.reputation.test_facts import rebuilt, returned
from tests.village import NOBODY, Village

Work = Callable[[], None]


def one_fact(village: Village, what: What) -> Id:
    with village.database.read() as session:
        return session.scalars(select(Fact.id).where(Fact.what == what)).one()


def test_a_contested_fact_is_struck_when_the_other_side_agrees(village: Village, work: Work) -> None:
    returned(village, late=20)
    work()
    fact = one_fact(village, What.BACK_LATE)
    at = village.clock()
    with village.database.read() as session:
        for who in (village.ana, village.chidi, village.hana, village.farid, village.zoe):
            with pytest.raises(NotFound):
                queries.fact(session, who, fact, at=at)
        with pytest.raises(NotSignedIn):
            queries.fact(session, NOBODY, fact, at=at)
    with village.database.write() as session:
        with pytest.raises(NotFound):
            commands.contest(session, village.ana, fact, "No.", at=at)
        commands.contest(session, village.bruno, fact, "She was away that week.", at=at)
        with pytest.raises(Conflict):
            commands.contest(session, village.bruno, fact, "Really.", at=at)
        with pytest.raises(Forbidden):
            commands.answer_contest(session, village.bruno, fact, agree=True, at=at)
        with pytest.raises(NotFound):
            commands.answer_contest(session, village.hana, fact, agree=True, at=at)
        commands.answer_contest(session, village.ana, fact, agree=True, at=at)
        commands.answer_contest(session, village.ana, fact, agree=True, at=at)
    with village.database.read() as session:
        page = queries.facts(session, village.bruno, at=at, dimension=Dimension.RELIABILITY)
        assert [(line.what, line.struck) for line in page.items] == [(What.BACK_LATE, True)]
        (standing,) = queries.own_standing(session, village.bruno, at=at)
        assert Dimension.RELIABILITY not in {one.dimension for one in standing.figures}
    assert rebuilt(village).equal


def test_a_mediator_strikes_and_takes_it_back_and_never_about_themselves(
    village: Village, work: Work
) -> None:
    """H11: striking and unstriking is reversible."""
    returned(village, late=20)
    work()
    fact = one_fact(village, What.BACK_LATE)
    with village.database.write() as session:
        commands.contest(session, village.bruno, fact, "She was away.", at=village.clock())
        commands.answer_contest(session, village.ana, fact, agree=False, at=village.clock())
        with pytest.raises(Conflict):
            commands.answer_contest(session, village.chidi, fact, agree=True, at=village.clock())
        commands.contest(session, village.bruno, fact, "Look at the calendar.", at=village.clock())
        commands.answer_contest(session, village.chidi, fact, agree=True, at=village.clock())
        assert session.get_one(Fact, fact).struck_at is not None
        with pytest.raises(Forbidden):
            commands.restore(session, village.bruno, fact, at=village.clock())
        commands.restore(session, village.chidi, fact, at=village.clock())
        assert session.get_one(Fact, fact).struck_at is None
