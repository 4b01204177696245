"""Something went wrong: frozen, talked over, mediated, decided, appealed once, settled, and carried out (T20, COM-4.10)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from minga.identity import Actor
from minga.kit.clock import FixedClock
from minga.kit.errors import Conflict, Forbidden, NotFound, Refused
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.models import Exchange, Loan
from minga.sharing.queries.disputes import DisputeView
from minga.sharing.rules.disputes import About, DisputeState, Effect, End
from minga.sharing.rules.exchanges import ExchangeStatus
from tests.sharing import neighbours
from tests.sharing.neighbours import agreed, lent
from tests.sharing.test_amounts import haircut, posted, stands
from tests.sharing.test_meetings import do, told
from tests.village import NOBODY, Village

NOTHING = End((Effect.NOTHING,))


def quarrel(village: Village, exchange_id: Id, who: Actor | None = None) -> Id:
    opened = do(
        village, commands.open_dispute, who or village.bruno, exchange_id, About.DAMAGE, "It is broken."
    )
    made: Id = opened.id
    return made


def view(village: Village, who: Actor, dispute: Id) -> DisputeView:
    with village.database.read() as session:
        return queries.dispute(session, who, dispute, at=village.clock())


def status(village: Village, exchange_id: Id) -> ExchangeStatus:
    with village.database.read() as session:
        return queries.exchange(session, village.ana, exchange_id, at=village.clock()).line.status


@pytest.fixture
def exchange(village: Village) -> Exchange:
    """Ana cuts Bruno's hair for 45 minutes."""
    return agreed(village, village.bruno, haircut(village))


def helped(village: Village, dispute: Id, *names: str) -> None:
    """Bruno names them, Ana and they say yes."""
    for name in names:
        person = village.people[name]
        do(village, commands.propose_mediator, village.bruno, dispute, person)
        do(village, commands.answer_mediator, village.ana, dispute, person, yes=True)
        do(village, commands.answer_mediator, village.actor(name), dispute, person, yes=True)


@pytest.fixture
def keepers(village: Village) -> None:
    """Ana and Chidi mediate as stewards, and so do Hana and Dara."""
    from minga.communities.commands.founding import grant_at_founding
    from minga.communities.commands.membership import live_membership
    from minga.communities.models import Community

    with village.database.write() as session:
        community = session.get_one(Community, village.valley)
        for name in ("hana", "dara"):
            holder = live_membership(session, village.valley, village.people[name])
            assert holder is not None
            grant_at_founding(
                session, community, holder, "steward", village.people["ana"], at=village.clock()
            )


def test_strangers_and_stewards_who_were_not_asked_learn_nothing(
    village: Village, exchange: Exchange
) -> None:
    for stranger in (village.chidi, village.zoe, NOBODY):
        with pytest.raises(NotFound):
            quarrel(village, exchange.id, stranger)
    dispute = quarrel(village, exchange.id)
    for stranger in (village.chidi, village.zoe, NOBODY):
        with pytest.raises(NotFound):
            view(village, stranger, dispute)
        for act, given_ in (
            (commands.ask_for_mediation, ()),
            (commands.appeal, ()),
            (commands.propose_end, (NOTHING,)),
            (commands.decide, (NOTHING,)),
            (commands.propose_mediator, (village.people["hana"],)),
        ):
            with pytest.raises(NotFound):
                do(village, act, stranger, dispute, *given_)


def test_it_freezes_everything_and_what_is_set_aside_stays(
    village: Village, exchange: Exchange, clock: FixedClock
) -> None:
    do(village, commands.done, village.ana, exchange.id)
    dispute = quarrel(village, exchange.id)
    assert quarrel(village, exchange.id, village.ana) == dispute, "twice is once"
    assert status(village, exchange.id) is ExchangeStatus.DISPUTED
    for act in (commands.done, commands.cancel, commands.begin, commands.agree_to_amount):
        with pytest.raises(Conflict, match="being talked over"):
            do(village, act, village.bruno, exchange.id)
    clock.forward(days=40)
    do(village, commands.confirm_by_silence, exchange.id)
    assert stands(village, "bruno") == (0, 45)
    assert posted(village) == 0


def test_a_loan_that_is_talked_over_takes_no_step(village: Village) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.read() as session:
        exchange_id = session.get_one(Loan, loan).exchange_id
    quarrel(village, exchange_id)
    for act, who in ((commands.take_back, village.ana), (commands.bring_back, village.bruno)):
        with pytest.raises(Conflict, match="being talked over"):
            do(village, act, who, loan)


def test_both_agree_on_an_end_and_it_is_carried_out(village: Village, exchange: Exchange) -> None:
    dispute = quarrel(village, exchange.id)
    end = do(village, commands.propose_end, village.bruno, dispute, End((Effect.PAY, Effect.FINISH), 30))
    with pytest.raises(Forbidden, match="The other side agrees"):
        do(village, commands.agree_to_end, village.bruno, dispute, end.id)
    for _ in range(2):
        do(village, commands.agree_to_end, village.ana, dispute, end.id)
    assert view(village, village.ana, dispute).state is DisputeState.CLOSED
    assert status(village, exchange.id) is ExchangeStatus.COMPLETED
    assert (stands(village, "bruno"), stands(village, "ana")) == ((-30, 0), (30, 0))
    assert [(one["how"], one["effects"]) for one in told(village, "DisputeClosed")] == [
        ("agreement", ["pay", "finish"])
    ]
    with pytest.raises(Conflict, match="settled"):
        do(village, commands.propose_end, village.bruno, dispute, NOTHING)


def test_called_off_by_agreement_frees_what_was_set_aside(village: Village, exchange: Exchange) -> None:
    dispute = quarrel(village, exchange.id)
    end = do(village, commands.propose_end, village.ana, dispute, End((Effect.CANCEL,)))
    do(village, commands.agree_to_end, village.bruno, dispute, end.id)
    assert status(village, exchange.id) is ExchangeStatus.CANCELLED
    assert stands(village, "bruno") == (0, 0)
    assert [one["cause"] for one in told(village, "ExchangeCancelled")] == ["decided"]


def test_with_nothing_decided_it_goes_on_where_it_was(village: Village, exchange: Exchange) -> None:
    dispute = quarrel(village, exchange.id)
    end = do(village, commands.propose_end, village.ana, dispute, NOTHING)
    do(village, commands.agree_to_end, village.bruno, dispute, end.id)
    assert status(village, exchange.id) is ExchangeStatus.PENDING
    for who in (village.ana, village.bruno):
        do(village, commands.done, who, exchange.id)
    assert posted(village) == 1


def test_after_a_week_of_talking_help_is_looked_for(
    village: Village, exchange: Exchange, clock: FixedClock
) -> None:
    dispute = quarrel(village, exchange.id)
    clock.forward(days=6)
    do(village, commands.move_dispute, dispute)
    assert view(village, village.ana, dispute).state is DisputeState.TALKING
    clock.forward(days=1)
    for _ in range(2):
        do(village, commands.move_dispute, dispute)
    assert view(village, village.ana, dispute).state is DisputeState.MEDIATION
    assert len(told(village, "DisputeMoved")) == 1


@pytest.mark.usefixtures("keepers")
def test_who_helps_is_chosen_by_both_and_is_no_side(village: Village, exchange: Exchange) -> None:
    dispute = quarrel(village, exchange.id)
    do(village, commands.ask_for_mediation, village.bruno, dispute)
    for wrong in ("ana", "bruno", "zoe"):
        with pytest.raises(Refused, match="Choose somebody who mediates"):
            do(village, commands.propose_mediator, village.bruno, dispute, village.people[wrong])
    assert {name for _, name in view(village, village.ana, dispute).may_name} == {"Chidi", "Hana", "Dara"}
    hana = village.people["hana"]
    do(village, commands.propose_mediator, village.bruno, dispute, hana)
    with pytest.raises(Forbidden):
        do(village, commands.decide, village.hana, dispute, NOTHING)
    do(village, commands.answer_mediator, village.hana, dispute, hana, yes=True)
    with pytest.raises(Forbidden):
        do(village, commands.decide, village.hana, dispute, NOTHING)
    do(village, commands.answer_mediator, village.bruno, dispute, hana, yes=True)
    with pytest.raises(Forbidden):
        do(village, commands.decide, village.hana, dispute, NOTHING)
    do(village, commands.answer_mediator, village.ana, dispute, hana, yes=True)
    for side in (village.ana, village.bruno):
        with pytest.raises(Forbidden):
            do(village, commands.decide, side, dispute, NOTHING)
    do(village, commands.decide, village.hana, dispute, NOTHING)
    assert view(village, village.hana, dispute).state is DisputeState.DECIDED


@pytest.mark.usefixtures("keepers")
def test_each_side_says_no_twice_and_who_said_no_sees_no_more(village: Village, exchange: Exchange) -> None:
    dispute = quarrel(village, exchange.id)
    do(village, commands.ask_for_mediation, village.bruno, dispute)
    for name in ("hana", "dara"):
        do(village, commands.propose_mediator, village.bruno, dispute, village.people[name])
        do(village, commands.answer_mediator, village.ana, dispute, village.people[name], yes=False)
        with pytest.raises(NotFound):
            view(village, village.actor(name), dispute)
    chidi = village.people["chidi"]
    do(village, commands.propose_mediator, village.bruno, dispute, chidi)
    with pytest.raises(Conflict, match="no twice"):
        do(village, commands.answer_mediator, village.ana, dispute, chidi, yes=False)
    do(village, commands.answer_mediator, village.chidi, dispute, chidi, yes=False)
    with pytest.raises(NotFound):
        view(village, village.chidi, dispute)


@pytest.mark.usefixtures("keepers")
def test_t20_decided_appealed_once_and_decided_again(
    village: Village, exchange: Exchange, clock: FixedClock
) -> None:
    do(village, commands.done, village.ana, exchange.id)
    dispute = quarrel(village, exchange.id)
    do(village, commands.ask_for_mediation, village.bruno, dispute)
    helped(village, dispute, "hana")
    do(village, commands.decide, village.hana, dispute, End((Effect.FINISH,)))
    assert status(village, exchange.id) is ExchangeStatus.DISPUTED, "nothing is carried out before it holds"
    clock.forward(days=13)
    do(village, commands.appeal, village.bruno, dispute)
    for _ in range(2):
        with pytest.raises(Conflict, match="made once"):
            do(village, commands.appeal, village.ana, dispute)
    clock.forward(days=30)
    do(village, commands.move_dispute, dispute)
    with pytest.raises(Forbidden):
        do(village, commands.decide, village.hana, dispute, NOTHING)
    helped(village, dispute, "chidi", "dara")
    row = do(village, commands.decide, village.chidi, dispute, End((Effect.CANCEL, Effect.STRIKE)))
    with pytest.raises(Forbidden, match="The other one"):
        do(village, commands.agree_to_decision, village.chidi, dispute, row.id)
    assert stands(village, "bruno") == (0, 45)
    for _ in range(2):
        do(village, commands.agree_to_decision, village.dara, dispute, row.id)
    assert (status(village, exchange.id), stands(village, "bruno")) == (ExchangeStatus.CANCELLED, (0, 0))
    assert [(one["how"], one["effects"]) for one in told(village, "DisputeClosed")] == [
        ("appeal", ["cancel", "strike"])
    ]


@pytest.mark.usefixtures("keepers")
def test_a_decision_holds_after_a_fortnight_without_appeal(
    village: Village, exchange: Exchange, clock: FixedClock
) -> None:
    do(village, commands.done, village.ana, exchange.id)
    dispute = quarrel(village, exchange.id)
    do(village, commands.ask_for_mediation, village.ana, dispute)
    helped(village, dispute, "hana")
    do(village, commands.decide, village.hana, dispute, End((Effect.FINISH,)))
    clock.forward(days=14)
    for _ in range(2):
        do(village, commands.move_dispute, dispute)
    assert (status(village, exchange.id), posted(village)) == (ExchangeStatus.COMPLETED, 1)
    with pytest.raises(Conflict):
        do(village, commands.appeal, village.bruno, dispute)


def test_a_loan_given_back_by_agreement_counts_no_late_days_from_then(
    village: Village, clock: FixedClock
) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.read() as session:
        exchange_id = session.get_one(Loan, loan).exchange_id
    clock.forward(days=10)
    dispute = quarrel(village, exchange_id)
    end = do(village, commands.propose_end, village.bruno, dispute, End((Effect.RETURN,)))
    clock.forward(days=30)
    do(village, commands.agree_to_end, village.ana, dispute, end.id)
    assert status(village, exchange_id) is ExchangeStatus.RETURNED
    assert [one["days_late"] for one in told(village, "LoanCompleted")] == [0]


def test_a_loan_that_goes_on_is_due_as_many_days_later(village: Village, clock: FixedClock) -> None:
    loan = lent(village, village.bruno, neighbours.drill(village))
    with village.database.read() as session:
        row = session.get_one(Loan, loan)
        exchange_id, due = row.exchange_id, row.due_on
    dispute = quarrel(village, exchange_id)
    end = do(village, commands.propose_end, village.bruno, dispute, NOTHING)
    clock.forward(days=5)
    do(village, commands.agree_to_end, village.ana, dispute, end.id)
    with village.database.read() as session:
        assert (session.get_one(Loan, loan).due_on - due).days == 5


def test_sixty_days_after_the_last_step_it_is_too_late(village: Village, clock: FixedClock) -> None:
    exchange = agreed(village, village.bruno, neighbours.table(village))
    clock.forward(days=60, minutes=1)
    with pytest.raises(Conflict, match="sixty days"):
        quarrel(village, exchange.id)


def test_an_end_fits_together(village: Village, exchange: Exchange) -> None:
    from minga.sharing.rules.disputes import read_end

    for effects, amount in (
        (["finish", "cancel"], 0),
        (["nothing", "pay"], 5),
        (["pay"], 0),
        ([], 0),
        (["x"], 0),
    ):
        with pytest.raises(Refused):
            read_end(effects, amount)


STEPS = st.tuples(
    st.sampled_from(["open", "propose", "agree", "help", "move", "done", "cancel"]),
    st.sampled_from(["ana", "bruno"]),
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(STEPS, max_size=10))
def test_h7_frozen_exactly_while_a_dispute_is_open_and_nothing_leaves_the_end(
    village: Village, steps: list[tuple[str, str]]
) -> None:
    exchange = agreed(village, village.bruno, neighbours.bicycle_repairs(village))
    dispute, end, ended = "", "", ""
    for act, who in steps:
        actor = village.actor(who)
        try:
            if act == "open":
                dispute = quarrel(village, exchange.id, actor)
            elif act in ("done", "cancel"):
                do(village, getattr(commands, act), actor, exchange.id)
            elif dispute and act == "propose":
                end = do(village, commands.propose_end, actor, dispute, NOTHING).id
            elif end and act == "agree":
                do(village, commands.agree_to_end, actor, dispute, end)
            elif dispute and act == "help":
                do(village, commands.ask_for_mediation, actor, dispute)
            elif dispute and act == "move":
                do(village, commands.move_dispute, dispute)
        except Refused:
            pass
        now = status(village, exchange.id)
        with village.database.read() as session:
            frozen = session.get_one(Exchange, exchange.id).frozen_at
        open_now = bool(dispute) and view(village, village.ana, dispute).state is not DisputeState.CLOSED
        assert (now is ExchangeStatus.DISPUTED) == (frozen is not None) == open_now
        if ended and now is not ExchangeStatus.DISPUTED:
            assert now.value == ended, "what is over stays over"
        ended = now.value if now.over else ended


def test_words_of_a_quarrel_stand_in_no_event(village: Village, exchange: Exchange) -> None:
    from minga.kit.events import EventRow

    quarrel(village, exchange.id)
    with village.database.read() as session:
        assert "broken" not in " ".join(str(row.facts) for row in session.scalars(select(EventRow)))
