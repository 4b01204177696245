"""What a count answers: one shape for every method, made of integers, words and lists only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Lots = Callable[[str, Iterable[int]], list[int]]
"""`lots(context, options)` puts options, given by number from 1, in the order of the lot (section 6.2 of the rules)."""

Ballots = Mapping[bytes, int]
"""Packed ballots with the sum of the weights of those who cast them; blank ones are not among them."""


@dataclass(frozen=True)
class Tie:
    """Options that were equal where one had to be taken, and what decided."""

    where: str
    tied: tuple[int, ...]
    resolved_by: str
    order: tuple[int, ...]
    values: Mapping[int, int] | None = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "where": self.where,
            "tied": list(self.tied),
            "resolved_by": self.resolved_by,
            "order": list(self.order),
        }
        if self.values is not None:
            found["values"] = {str(option): value for option, value in sorted(self.values.items())}
        return found


@dataclass(frozen=True)
class Stage:
    """Totals at one moment of a count. `totals + exhausted` is the same at every stage of it.

    `what` is what led here: `first`, `excluded`, `surplus`, `round`; `options` those it happened to.
    """

    totals: Mapping[int, int]
    exhausted: int
    what: str = "first"
    options: tuple[int, ...] = ()
    elected: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "totals": {str(option): total for option, total in sorted(self.totals.items())},
            "exhausted": self.exhausted,
            "what": self.what,
            "options": list(self.options),
            "elected": list(self.elected),
        }


@dataclass(frozen=True)
class Result:
    """The one answer of a count, from which everything that is shown is read.

    `outcome` is `passed`, `failed`, `elected`, `undecided` or `advice`; `reason` a word that says why a motion failed.
    `elected` holds option numbers in the order in which they were taken; `unit` is what one vote is worth in `stages`.
    """

    method: str
    outcome: str
    elected: tuple[int, ...] = ()
    stages: tuple[Stage, ...] = ()
    ties: tuple[Tie, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    unit: int = 1

    def as_json(self) -> dict[str, Any]:
        """For records and hashes: no float, no key that is not text."""
        return {
            "method": self.method,
            "outcome": self.outcome,
            "reason": self.reason,
            "elected": list(self.elected),
            "unit": self.unit,
            "stages": [stage.as_json() for stage in self.stages],
            "ties": [tie.as_json() for tie in self.ties],
            "figures": _plain(self.figures),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def elected_or_not(method: str, elected: Sequence[int], **more: Any) -> Result:
    """An election in which nobody was taken is undecided."""
    return Result(method, "elected" if elected else "undecided", tuple(elected), **more)
