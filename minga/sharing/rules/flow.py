"""What went between communities: spans of time, sums by unit, and what small numbers do not say. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from minga.kit.errors import Invalid
from minga.kit.i18n import N_

DAYS = 30
DAYS_MAX = 731
FEW = 5
"""Fewer exchanges than this are not told to others than stewards."""

WRONG_SPAN = N_("The first day comes before the last, and at most two years lie between them.")


@dataclass(frozen=True)
class Flow:
    """What went one way: how many exchanges, what they moved, and how many of them had no stated value.

    `moved`: thousandths by measure; `amounts`: minutes and money that was paid, by unit, in its smallest step;
    `values`: what things were said to be worth, by currency. All None: too few to tell.
    """

    exchanges: int | None = 0
    things: int | None = 0
    efforts: int | None = 0
    moved: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, int] = field(default_factory=dict)
    values: dict[str, int] = field(default_factory=dict)
    unvalued: int | None = 0

    @property
    def told(self) -> bool:
        return self.exchanges is not None

    @property
    def n(self) -> int:
        return self.exchanges or 0


HIDDEN = Flow(None, None, None, {}, {}, {}, None)


def added(flows: Iterable[Flow]) -> Flow:
    """
    >>> added([Flow(1, 1, amounts={"TIME": 30}), Flow(2, 0, 2, amounts={"TIME": 15, "EUR": 100}, unvalued=1)])
    Flow(exchanges=3, things=1, efforts=2, moved={}, amounts={'TIME': 45, 'EUR': 100}, values={}, unvalued=1)
    """
    total = Flow()
    for one in flows:
        total = Flow(
            total.n + one.n,
            (total.things or 0) + (one.things or 0),
            (total.efforts or 0) + (one.efforts or 0),
            _sum(total.moved, one.moved),
            _sum(total.amounts, one.amounts),
            _sum(total.values, one.values),
            (total.unvalued or 0) + (one.unvalued or 0),
        )
    return total


def _sum(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {unit: one.get(unit, 0) + other.get(unit, 0) for unit in (*one, *(set(other) - set(one)))}


def without_few(parts: list[Flow]) -> tuple[list[Flow], Flow]:
    """The parts and their total for somebody who is told no small numbers.

    A total is only told when what is hidden in it is not a small number itself, else it could be taken away again.

    >>> [one.exchanges for one in without_few([Flow(6), Flow(3)])[0]], without_few([Flow(6), Flow(3)])[1].exchanges
    ([6, None], None)
    >>> without_few([Flow(6), Flow(0)])[1].exchanges, without_few([Flow(3), Flow(2)])[1].exchanges
    (6, 5)
    """
    hidden = [one for one in parts if 0 < one.n < FEW]
    shown = [HIDDEN if 0 < one.n < FEW else one for one in parts]
    total = added(parts)
    short = hidden and sum(one.n for one in hidden) < FEW
    return shown, HIDDEN if short or 0 < total.n < FEW else total


def months_between(first: date, last: date) -> list[date]:
    """The first days of the months that a span touches.

    >>> [str(one) for one in months_between(date(2026, 11, 20), date(2027, 1, 2))]
    ['2026-11-01', '2026-12-01', '2027-01-01']
    """
    found = [first.replace(day=1)]
    while (following := (found[-1] + timedelta(days=32)).replace(day=1)) <= last:
        found.append(following)
    return found


def span(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for, both counted in; the last thirty unless somebody says otherwise.

    >>> [str(one) for one in span(None, None, date(2026, 11, 30))]
    ['2026-11-01', '2026-11-30']
    """
    until = last or today
    since = first or until - timedelta(days=DAYS - 1)
    if not since <= until <= since + timedelta(days=DAYS_MAX):
        raise Invalid(WRONG_SPAN, code="bad_window", fields={"from": WRONG_SPAN})
    return since, until
