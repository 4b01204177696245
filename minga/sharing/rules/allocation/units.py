"""Sharing out so many equal steps: each rule of units on the claims of a round, and several rules by quotas."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from operator import attrgetter
from typing import Any

from minga.kit import lots
from minga.sharing.rules.allocation.names import Rule, read_rule
from minga.sharing.rules.allocation.points import NOTHING, Terms
from minga.sharing.rules.allocation.queue import Cut, Want, serve


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim as a rule sees it; nothing else about a person takes part.

    `steps` is cut to the pool's limit; `received` is the account of the window; `last` when something was received
    last (any text that sorts by time, empty: never); `minutes` verified contribution; `sits_out` by the lottery's rule.
    """

    id: str
    steps: int
    band: int = 0
    weight: int = 1
    received: int = 0
    last: str = ""
    minutes: int = 0
    terms: Terms = NOTHING
    sits_out: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule had to give and gave, with the order of its lot; a plain round has one part."""

    rule: Rule
    supply: int
    shares: Mapping[str, int]
    order: tuple[str, ...]
    context: str
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """The shares of all claims, and how they came about."""

    shares: Mapping[str, int]
    parts: tuple[Part, ...]

    @property
    def given(self) -> int:
        return sum(self.shares.values())


def share_out(
    rule: Rule,
    parameters: Mapping[str, Any],
    *,
    supply: int,
    claims: Sequence[Claimed],
    seed: bytes,
    essential: bool = False,
) -> Shared:
    """Who gets how many steps. The order in which claims are handed in never matters.

    >>> seed = bytes(32)
    >>> claims = [Claimed("a", 8), Claimed("b", 2), Claimed("c", 5)]
    >>> share_out(Rule.MAX_MIN, {}, supply=10, claims=claims, seed=seed).shares
    {'a': 4, 'b': 2, 'c': 4}
    """
    claims = sorted(claims, key=attrgetter("id"))
    if rule is Rule.HYBRID:
        return _by_quotas(parameters, supply, claims, seed, essential)
    part = _one_part(rule, parameters, supply, claims, seed, "place", essential)
    return Shared(part.shares, (part,))


def _one_part(
    rule: Rule,
    parameters: Mapping[str, Any],
    supply: int,
    claims: Sequence[Claimed],
    seed: bytes,
    context: str,
    essential: bool,
) -> Part:
    if rule is Rule.LOTTERY and parameters.get("weighted"):
        order = lots.weighted_order(seed, context, [(one.id, one.weight) for one in claims])
    else:
        order = lots.order(seed, context, (one.id for one in claims))
    if rule is Rule.LOTTERY:
        resting = {one.id for one in claims if one.sits_out}
        in_turn = [one for one in order if one not in resting] if resting else order
        order = [*in_turn, *(one for one in order if one in resting)] if resting else order
        return Part(rule, supply, _each_in_turn(supply, claims, in_turn), tuple(order), context)
    by_id = {one.id: one for one in claims}
    if rule is Rule.NEED_POINTS:
        points = {one.id: one.terms.score(essential=essential) for one in claims}
        lot = {one: place for place, one in enumerate(order)}
        in_turn = sorted(order, key=lambda one: (-points[one], by_id[one].last, lot[one]))
        return Part(rule, supply, _each_in_turn(supply, claims, in_turn), tuple(order), context)
    single = supply == 1 and all(one.steps <= 1 for one in claims)
    tied = sorted(order, key=lambda one: by_id[one].last) if single or rule is Rule.ROTATION else order
    place = {one: number for number, one in enumerate(tied)}
    found = serve(supply, [_WANTS[rule](one, place[one.id], parameters) for one in claims])
    shares = {one.id: steps for one, steps in zip(claims, found.steps, strict=True)}
    return Part(rule, supply, shares, tuple(order), context, found.cuts)


def _each_in_turn(supply: int, claims: Sequence[Claimed], order: Sequence[str]) -> dict[str, int]:
    """In this order each gets what she asked for, until nothing is left."""
    wanted = {one.id: one.steps for one in claims}
    shares = dict.fromkeys(wanted, 0)
    for one in order:
        if not supply:
            break
        given = wanted[one]
        if given > supply:
            given = supply
        shares[one] = given
        supply -= given
    return shares


def contribution_weight(minutes: int, cap: int) -> int:
    """One head, and a little more for much done: between 1 and 1 + cap, growing ever more slowly. Never money.

    >>> [contribution_weight(60 * hours, 3) for hours in (0, 1, 3, 4, 9, 400)]
    [1, 2, 2, 3, 4, 4]
    """
    return 1 + min(cap, isqrt(max(0, minutes) // 60))


def _need(one: Claimed, place: int, _: Mapping[str, Any]) -> Want:
    return Want(one.steps, one.weight, one.received, one.band, place)


def _max_min(one: Claimed, place: int, _: Mapping[str, Any]) -> Want:
    return Want(one.steps, one.weight, 0, 0, place)


def _rotation(one: Claimed, place: int, _: Mapping[str, Any]) -> Want:
    return Want(one.steps, one.weight, one.received, 0, place)


def _contribution(one: Claimed, place: int, parameters: Mapping[str, Any]) -> Want:
    return Want(one.steps, contribution_weight(one.minutes, int(parameters["cap"])), one.received, 0, place)


_WANTS: Mapping[Rule, Callable[[Claimed, int, Mapping[str, Any]], Want]] = {
    Rule.NEED: _need,
    Rule.MAX_MIN: _max_min,
    Rule.ROTATION: _rotation,
    Rule.CONTRIBUTION: _contribution,
}


def largest_remainder(supply: int, shares: Sequence[int]) -> list[int]:
    """Whole parts in these proportions that add up; what is left over goes to the largest remainders, ties in order.

    >>> largest_remainder(10, [50, 30, 20]), largest_remainder(7, [50, 30, 20]), largest_remainder(1, [50, 50])
    ([5, 3, 2], [4, 2, 1], [1, 0])
    """
    whole = sum(shares)
    found = [supply * share // whole for share in shares]
    by_rest = sorted(range(len(shares)), key=lambda n: (-(supply * shares[n] % whole), n))
    for n in by_rest[: supply - sum(found)]:
        found[n] += 1
    return found


def _by_quotas(
    parameters: Mapping[str, Any], supply: int, claims: Sequence[Claimed], seed: bytes, essential: bool
) -> Shared:
    """Each rule on its part; later ones see what earlier ones gave; what a part cannot place flows on, at last to the first."""
    quotas = [(read_rule(name), share) for name, share in parameters["quotas"]]
    amounts = largest_remainder(supply, [share for _, share in quotas])
    given = {one.id: 0 for one in claims}
    parts, rest = list[Part](), 0
    for (rule, _), amount in [*zip(quotas, amounts, strict=True), (quotas[0], 0)]:
        left = [
            replace(one, steps=one.steps - given[one.id], received=one.received + given[one.id])
            for one in claims
        ]
        at_last = len(parts) >= len(quotas)
        if at_last and not rest:
            break
        context = f"quota/{rule}" + ("/rest" if at_last else "")
        part = _one_part(rule, parameters, amount + rest, left, seed, context, essential)
        parts.append(part)
        rest = part.supply - sum(part.shares.values())
        for one, steps in part.shares.items():
            given[one] += steps
    return Shared(given, tuple(parts))
