"""Sharing out what differs: things by rank, times of a thing, bundles, chores. One lot per context, as for units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from minga.kit import lots
from minga.sharing.rules.allocation.bundles import round_robin
from minga.sharing.rules.allocation.chores import share_chores
from minga.sharing.rules.allocation.names import MINUTES_MAX, Rule
from minga.sharing.rules.allocation.ranked import generous, serial
from minga.sharing.rules.allocation.windows import Request, Window, choose


@dataclass(frozen=True, slots=True)
class Wished:
    """A claim on things that differ: ranked things, times, or values from 0 to 10 (of a chore: how unpleasant, 1 to 5)."""

    id: str
    band: int = 0
    ranks: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict[str, int])
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """What each gets, as a list of names or of one time; who gets nothing has an empty list."""

    given: dict[str, list[Any]]
    order: tuple[str, ...]
    context: str
    unfilled: tuple[str, ...] = ()
    proven_optimal: bool = True


def assign(
    rule: Rule,
    parameters: Mapping[str, Any],
    *,
    things: Mapping[str, int],
    claims: Sequence[Wished],
    seed: bytes,
    taken: Sequence[Window] = (),
) -> Assigned:
    """Who gets which. `things`: places of each, minutes of each chore, or for times how many equal things there are.

    >>> claims = [Wished("a", ranks=("red", "blue")), Wished("b", ranks=("red",))]
    >>> assign(Rule.RANKED, {"serial": False}, things={"red": 1, "blue": 1}, claims=claims, seed=bytes(32)).given
    {'a': ['blue'], 'b': ['red']}
    """
    context = "slot" if rule is Rule.WINDOWS else "place"
    order = lots.order(seed, context, (one.id for one in claims))
    by_id = {one.id: one for one in claims}
    lot = lots.places(seed, "thing", things)
    unfilled: tuple[str, ...] = ()
    proven = True
    given: dict[str, list[Any]] = {one: [] for one in sorted(order)}
    if rule is Rule.RANKED:
        ranks = {one.id: one.ranks for one in claims}
        found = (serial if parameters["serial"] else generous)(order, ranks, things)
        given |= {one: [thing] for one, thing in found.items()}
    elif rule is Rule.WINDOWS:
        requests = [Request(one, by_id[one].windows, by_id[one].band, n) for n, one in enumerate(order)]
        chosen = choose(
            requests, taken=taken, things=sum(things.values()), buffer=parameters["buffer_minutes"]
        )
        proven = chosen.proven_optimal
        given |= {one: list(window) for one, window in chosen.times.items()}
    elif rule is Rule.BUNDLES:
        values = {one.id: one.values for one in claims}
        pieces = [
            f"{thing}#{n}" if many > 1 else thing for thing, many in things.items() for n in range(many)
        ]
        worth = {one: {piece: values[one].get(piece.split("#")[0], 0) for piece in pieces} for one in values}
        lot = lots.places(seed, "thing", pieces)
        given |= round_robin(order, worth, pieces, lot, turned=parameters["turned"])
    else:
        dislikes = {one.id: one.values for one in claims}
        exempt = frozenset(one.id for one in claims if one.exempt)
        limit = parameters.get("minutes_max", MINUTES_MAX)
        done = share_chores(order, things, dislikes, lot, minutes_max=limit, exempt=exempt)
        given |= done.chores
        unfilled = done.unfilled
    return Assigned(given, tuple(order), context, unfilled, proven)
