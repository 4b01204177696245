"""When something goes wrong: the steps from opening to closing, who may take them, and what an end may bring. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_
from minga.sharing.rules.terms import AMOUNT_MAX

WORDS_MAX = 2_000
OPEN_WITHIN = timedelta(days=60)
TALK_FOR = timedelta(days=7)
APPEAL_WITHIN = timedelta(days=14)
REFUSALS_MAX = 2
"""How often each side may refuse somebody who would mediate."""
FIRST, SECOND = 1, 2
"""The rounds: one mediator, and after an appeal two others."""
MEDIATORS = {FIRST: 1, SECOND: 2}

SAY_WHAT = N_("Say in a few words what went wrong.")
TOO_LATE = N_("This can be said for sixty days after the last step.")
OVER = N_("This is settled.")
NOT_NOW = N_("That is not the next step here.")
CHOOSE_END = N_("Choose at least one thing that shall happen.")
HOW_MUCH = N_("Say how much shall be paid.")
ALONE = N_("“Nothing” stands alone.")
ONE_END = N_("It can be finished, called off or given back, but only one of these.")
APPEAL_OVER = N_("The fourteen days for an appeal are over.")
APPEALED_ONCE = N_("An appeal is made once. What was decided then stands.")
NO_MORE_REFUSALS = N_("You have said no twice. Take one of the two, or agree with each other.")


class About(StrEnum):
    """What went wrong."""

    DAMAGE = "damage"
    NOT_DONE = "not_done"
    AMOUNT = "amount"
    CONDUCT = "conduct"
    OTHER = "other"


class Effect(StrEnum):
    """What an end may bring; each is carried out by the program, but for replacing, which is a promise."""

    FINISH = "finish"
    CANCEL = "cancel"
    RETURN = "return"
    PAY = "pay"
    REPLACE = "replace"
    STRIKE = "strike"
    NOTHING = "nothing"


class DisputeState(StrEnum):
    """Where a dispute stands."""

    TALKING = "talking"
    MEDIATION = "mediation"
    DECIDED = "decided"
    APPEALED = "appealed"
    CLOSED = "closed"


class ClosedHow(StrEnum):
    """By whose word it ended."""

    AGREEMENT = "agreement"
    DECISION = "decision"
    APPEAL = "appeal"


ABOUT_WORDS = {
    About.DAMAGE: N_("Something is damaged or missing"),
    About.NOT_DONE: N_("It was not done, or not as agreed"),
    About.AMOUNT: N_("The amount is not right"),
    About.CONDUCT: N_("How somebody behaved"),
    About.OTHER: N_("Something else"),
}
EFFECT_WORDS = {
    Effect.FINISH: N_("It counts as done as agreed"),
    Effect.CANCEL: N_("It is called off"),
    Effect.RETURN: N_("The thing counts as given back"),
    Effect.PAY: N_("An amount is paid"),
    Effect.REPLACE: N_("It is replaced, as the words say"),
    Effect.STRIKE: N_("Nothing of this counts for or against anybody"),
    Effect.NOTHING: N_("Nothing more"),
}
STATE_WORDS = {
    DisputeState.TALKING: N_("You talk it over"),
    DisputeState.MEDIATION: N_("Somebody helps"),
    DisputeState.DECIDED: N_("Decided"),
    DisputeState.APPEALED: N_("Looked at again"),
    DisputeState.CLOSED: N_("Settled"),
}


@dataclass(frozen=True, slots=True)
class DisputeDates:
    """The dated facts of a dispute."""

    opened_at: datetime
    mediation_at: datetime | None = None
    decided_at: datetime | None = None
    appealed_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def state(self) -> DisputeState:
        """Exactly one state from the dates.

        >>> from datetime import UTC
        >>> day = datetime(2026, 11, 20, tzinfo=UTC)
        >>> DisputeDates(day).state.value, DisputeDates(day, day, day, day).state.value
        ('talking', 'appealed')
        """
        if self.closed_at is not None:
            return DisputeState.CLOSED
        if self.appealed_at is not None:
            return DisputeState.APPEALED
        if self.decided_at is not None:
            return DisputeState.DECIDED
        return DisputeState.TALKING if self.mediation_at is None else DisputeState.MEDIATION

    @property
    def round(self) -> int:
        return FIRST if self.appealed_at is None else SECOND

    @property
    def next_at(self) -> datetime | None:
        """When the next step comes by itself; None where somebody has to take it."""
        if self.state is DisputeState.TALKING:
            return self.opened_at + TALK_FOR
        if self.state is DisputeState.DECIDED and self.decided_at is not None:
            return self.decided_at + APPEAL_WITHIN
        return None


@dataclass(frozen=True, slots=True)
class End:
    """How it shall end: effects, and what is paid by the receiver to the provider when paying is among them."""

    effects: tuple[Effect, ...]
    amount: int = 0

    def plain(self) -> dict[str, Any]:
        """As it is stored.

        >>> End((Effect.PAY,), 30).plain()
        {'effects': ['pay'], 'amount': 30}
        """
        return {"effects": [one.value for one in self.effects], "amount": self.amount}

    @classmethod
    def read(cls, plain: dict[str, Any]) -> "End":
        """The end that `plain` wrote.

        >>> End.read(End((Effect.NOTHING,)).plain()) == End((Effect.NOTHING,))
        True
        """
        return cls(tuple(Effect(one) for one in plain["effects"]), int(plain["amount"]))


def read_end(effects: Sequence[str], amount: int) -> End:
    """An end as somebody chose it; raises when it does not fit together.

    >>> read_end(["pay", "cancel"], 30)
    End(effects=(<Effect.CANCEL: 'cancel'>, <Effect.PAY: 'pay'>), amount=30)
    >>> read_end(["finish", "cancel"], 0)
    Traceback (most recent call last):
    minga.kit.errors.Refused: It can be finished, called off or given back, but only one of these.
    """
    known = {one.value for one in Effect}
    if not effects or not set(effects) <= known:
        raise Invalid(CHOOSE_END, fields={"effects": CHOOSE_END})
    chosen = tuple(one for one in Effect if one.value in set(effects))
    if Effect.NOTHING in chosen and len(chosen) > 1:
        raise Refused(ALONE, code="bad_end", fields={"effects": ALONE})
    if len({Effect.FINISH, Effect.CANCEL, Effect.RETURN} & set(chosen)) > 1:
        raise Refused(ONE_END, code="bad_end", fields={"effects": ONE_END})
    if Effect.PAY in chosen and not 0 < amount <= AMOUNT_MAX:
        raise Refused(HOW_MUCH, code="bad_end", fields={"amount": HOW_MUCH})
    return End(chosen, amount if Effect.PAY in chosen else 0)


def check_open(last_step_at: datetime, now: datetime) -> None:
    """Raise when the last step is too long ago."""
    if now > last_step_at + OPEN_WITHIN:
        raise Conflict(TOO_LATE, code="too_late")


def check_state(state: DisputeState, *allowed: DisputeState) -> None:
    """Raise unless it stands where this step can be taken.

    >>> check_state(DisputeState.CLOSED, DisputeState.TALKING)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: This is settled.
    """
    if state is DisputeState.CLOSED and state not in allowed:
        raise Conflict(OVER, code="dispute_over")
    if state not in allowed:
        raise Conflict(NOT_NOW, code="not_now")


def check_appeal(dates: DisputeDates, now: datetime) -> None:
    """Raise unless an appeal can be made now: once, within fourteen days."""
    if dates.appealed_at is not None:
        raise Conflict(APPEALED_ONCE, code="appealed_once")
    check_state(dates.state, DisputeState.DECIDED)
    if dates.decided_at is not None and now > dates.decided_at + APPEAL_WITHIN:
        raise Conflict(APPEAL_OVER, code="too_late")
