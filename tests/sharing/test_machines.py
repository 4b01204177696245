"""Whatever people do in whatever order, asks and exchanges stand where a small model of them says (H7, H8)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minga.identity import Actor
from minga.kit.errors import Refused
from minga.kit.ids import Id
from minga.sharing import commands, queries
from minga.sharing.rules.asks import ANSWERED_AS, AskDates, AskState
from minga.sharing.rules.exchanges import ExchangeDates, ExchangeKind, ExchangeStatus, LegWhat, Side
from minga.sharing.rules.loans import LoanDates, LoanState, days_late, overdue
from tests.conftest import MONDAY
from tests.sharing import neighbours
from tests.village import Village

OPTIONS = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
maybe = st.one_of(st.none(), st.just(MONDAY))


@given(
    st.sampled_from(ExchangeKind),
    st.sampled_from(LegWhat),
    maybe,
    maybe,
    maybe,
    maybe,
    maybe,
    st.booleans(),
)
def test_any_dates_of_an_exchange_make_exactly_one_status(
    kind: Any,
    what: Any,
    started: Any,
    provider: Any,
    receiver: Any,
    completed: Any,
    cancelled: Any,
    lost: bool,
) -> None:
    dates = ExchangeDates(kind, what, started, provider, receiver, completed, cancelled, None, lost)
    chosen = {
        ExchangeStatus.CANCELLED: cancelled is not None,
        ExchangeStatus.RETURNED: cancelled is None and completed is not None and kind == "loan" and not lost,
        ExchangeStatus.COMPLETED: cancelled is None and completed is not None and (kind != "loan" or lost),
        ExchangeStatus.ACTIVE: cancelled is None and completed is None and started is not None,
        ExchangeStatus.PENDING: cancelled is None and completed is None and started is None,
    }
    assert [status for status, holds in chosen.items() if holds] == [dates.status]
    assert dates.status.over == (completed is not None or cancelled is not None)


@given(maybe, st.one_of(st.none(), st.sampled_from(list(ANSWERED_AS))), maybe, maybe)
def test_any_dates_of_an_ask_make_exactly_one_state(
    proposed: Any, answer: Any, withdrawn: Any, lapsed: Any
) -> None:
    state = AskDates(proposed, answer, withdrawn, lapsed).state
    assert state.open == (answer is None and withdrawn is None and lapsed is None)
    assert (state is AskState.OTHER_WINDOW) == (state.open and proposed is not None)


@given(st.integers(0, 60), st.integers(-30, 60), st.integers(0, 30))
def test_lateness_is_never_negative_and_never_within_grace(lent_for: int, after_due: int, grace: int) -> None:
    """H9."""
    lent = MONDAY.date()
    due = lent + timedelta(days=lent_for)
    back = max(lent, due + timedelta(days=after_due))
    late = days_late(due, back, grace)
    assert late >= 0
    assert late == 0 or back > due + timedelta(days=grace)
    assert overdue(due, back, grace) == (late > 0)
    assert LoanDates(lent, due, returned_on=back).state is LoanState.BACK


@dataclass
class Model:
    """An exchange as one would tell it at the kitchen table."""

    kind: str
    started: bool = False
    given: bool = False
    got: bool = False
    wish: str = ""
    out: bool = False
    brought: bool = False
    end: str = ""

    def do(self, act: str, who: str) -> bool:
        """Whether that is allowed; when it is, it is done."""
        if who == "stranger":
            return False
        allowed: bool = getattr(self, act)(who)
        return allowed

    def begin(self, who: str) -> bool:
        if self.end or who != "giver" or self.kind == "loan":
            return False
        self.started = True
        return True

    def done(self, who: str) -> bool:
        if (self.given if who == "giver" else self.got) and self.kind != "loan":
            return True
        if self.end or self.kind == "loan" or (self.kind == "effort" and who == "taker" and not self.given):
            return False
        self.started, self.wish = True, ""
        self.given, self.got = self.given or who == "giver", self.got or who == "taker"
        if self.given and self.got:
            self.end = "completed"
        return True

    def not_yet(self, who: str) -> bool:
        if self.end or self.kind != "effort" or who != "taker" or not self.given:
            return False
        self.given = False
        return True

    def cancel(self, who: str) -> bool:
        if self.end == "cancelled":
            return True
        if self.end or self.out:
            return False
        if not self.started or (self.wish and self.wish != who):
            self.end = "cancelled"
        else:
            self.wish = who
        return True

    def lend(self, who: str) -> bool:
        if self.kind != "loan":
            return False
        if self.out:
            return True
        if self.end or who != "giver":
            return False
        self.out = self.started = True
        return True

    def bring_back(self, who: str) -> bool:
        if not self.out or who != "taker" or self.end == "completed":
            return False
        self.brought = True
        return True

    def not_back(self, who: str) -> bool:
        if not self.out or who != "giver" or self.end:
            return False
        self.brought = False
        return True

    def take_back(self, who: str) -> bool:
        if not self.out or who != "giver" or self.end == "completed":
            return False
        self.end = "returned"
        return True

    def lose(self, who: str) -> bool:
        if not self.out or self.end == "returned":
            return False
        self.end = "completed"
        return True

    @property
    def status(self) -> str:
        return self.end or ("active" if self.started else "pending")


ON_EXCHANGES = {"begin", "done", "not_yet", "cancel", "lend"}
ON_LOANS = {"bring_back", "not_back", "take_back", "lose"}
STEPS = st.tuples(
    st.sampled_from(sorted(ON_EXCHANGES | ON_LOANS)), st.sampled_from(["giver", "taker", "stranger"])
)


@OPTIONS
@given(st.sampled_from(["thing", "effort", "loan"]), st.lists(STEPS, min_size=1, max_size=9))
def test_an_exchange_does_what_its_model_does(
    village: Village, kind: str, steps: list[tuple[str, str]]
) -> None:
    listing = {
        "thing": neighbours.table,
        "effort": neighbours.bicycle_repairs,
        "loan": neighbours.drill,
    }[kind](village)
    exchange = neighbours.agreed(village, village.bruno, listing)
    people = {"giver": village.ana, "taker": village.bruno, "stranger": village.chidi}
    model, loan_id = Model(kind), ""
    for act, who in steps:
        if act in ON_LOANS and not loan_id:
            continue
        expected = model.do(act, who)
        try:
            with village.database.write() as session:
                made = _perform(session, act, people[who], loan_id or exchange.id, exchange.id, village)
        except Refused:
            assert not expected, (act, who, model)
        else:
            assert expected, (act, who, model)
            loan_id = made or loan_id
        with village.database.read() as session:
            seen = queries.exchange(session, village.ana, exchange.id, at=village.clock())
        assert seen.line.status.value == model.status, (act, who, model)
        assert bool(seen.steps) == (not model.end)


def _perform(session: Any, act: str, who: Actor, loan_id: Id, exchange_id: Id, village: Village) -> Id:
    at = village.clock()
    if act == "not_yet":
        commands.not_yet(session, who, exchange_id, "Not yet.", at=at)
    elif act == "lend":
        return commands.lend(session, who, exchange_id, at=at).leg_id
    elif act in ON_EXCHANGES:
        getattr(commands, act)(session, who, exchange_id, at=at)
    else:
        getattr(commands, act)(session, who, loan_id, at=at)
    return ""


ASK_STEPS = st.tuples(
    st.sampled_from(["accept", "decline", "propose", "agree_to_proposal", "withdraw", "lapse"]),
    st.sampled_from(["owner", "asker", "stranger"]),
)
CLOSED = {"accepted", "declined", "withdrawn", "lapsed"}


def expected_state(state: str, act: str, who: str) -> str | None:
    """The next state of an ask, or None when that is refused. The clock lapses for nobody in particular."""
    if act == "lapse":
        return state
    if who == "stranger":
        return None
    repeated = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}
    wanted = {"withdraw": "asker", "agree_to_proposal": "asker"}.get(act, "owner")
    if who != wanted:
        return None
    if repeated.get(act) == state or (act == "agree_to_proposal" and state == "accepted"):
        return state
    if state in CLOSED or (act == "agree_to_proposal" and state != "other_window"):
        return None
    return {"propose": "other_window", "agree_to_proposal": "accepted"}.get(act) or repeated[act]


@OPTIONS
@given(st.lists(ASK_STEPS, min_size=1, max_size=8))
def test_an_ask_does_what_its_model_does(village: Village, steps: list[tuple[str, str]]) -> None:
    ask = neighbours.asked(village, village.bruno, neighbours.drill(village))
    people = {"owner": village.ana, "asker": village.bruno, "stranger": village.chidi}
    wish = commands.Wish(from_at=MONDAY + timedelta(days=3), until_at=MONDAY + timedelta(days=5))
    state = "sent"
    for act, who in steps:
        expected = expected_state(state, act, who)
        try:
            with village.database.write() as session:
                if act == "lapse":
                    commands.lapse(session, ask.id, at=village.clock())
                elif act == "propose":
                    commands.propose(session, people[who], ask.id, wish, at=village.clock())
                else:
                    getattr(commands, act)(session, people[who], ask.id, at=village.clock())
        except Refused:
            assert expected is None, (act, who, state)
        else:
            assert expected is not None, (act, who, state)
            state = expected
        with village.database.read() as session:
            assert queries.ask(session, village.ana, ask.id, at=village.clock()).state.value == state


def test_sides_are_each_others_other() -> None:
    assert [side.other.other for side in Side] == list(Side)
