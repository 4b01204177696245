"""Ties: the steps of a method, then looking back, then the lot; each one is written down."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from minga.governance.rules.results import Lots, Tie

Values = Mapping[int, int]


class Ties:
    """Decides between equals and keeps what it decided, in order."""

    def __init__(self, method: str, lots: Lots) -> None:
        self.method, self.lots, self.found = method, lots, list[Tie]()

    def lot(self, stage: int, action: str, tied: Iterable[int], values: Values | None = None) -> list[int]:
        """The order of the lot between options that nothing else can tell apart."""
        where = f"{self.method}/{stage}/{action}"
        order = self.lots(where, sorted(tied))
        self.found.append(Tie(where, tuple(sorted(order)), "lot", tuple(order), values))
        return order

    def one(
        self,
        stage: int,
        action: str,
        tied: Iterable[int],
        history: Sequence[Values],
        pick: Callable[[Iterable[int]], int],
    ) -> int:
        """The one of the tied that earlier stages tell apart (`pick` is min or max), looking back from the last."""
        left = sorted(tied)
        for totals in reversed(history):
            wanted = pick(totals[option] for option in left)
            left = [option for option in left if totals[option] == wanted]
            if len(left) == 1:
                self.by(stage, action, tied, "look_back", left)
                return left[0]
        return self.lot(stage, action, left)[0]

    def by(
        self,
        stage: int,
        action: str,
        tied: Iterable[int],
        step: str,
        order: Sequence[int],
        values: Values | None = None,
    ) -> None:
        """Write down a tie that a step of the method decided."""
        where = f"{self.method}/{stage}/{action}"
        self.found.append(Tie(where, tuple(sorted(tied)), step, tuple(order), values))

    def sorted_by(
        self,
        options: Iterable[int],
        keys: Callable[[int], tuple[int, ...]],
        steps: Sequence[str],
        action: str,
    ) -> list[int]:
        """Largest keys first; equals of all keys by lot. `steps` names the keys after the first one."""
        by_first: dict[int, list[int]] = {}
        for option in options:
            by_first.setdefault(keys(option)[0], []).append(option)
        order = list[int]()
        for _, equal in sorted(by_first.items(), reverse=True):
            order += equal if len(equal) == 1 else self._equals(equal, keys, steps, action)
        return order

    def _equals(
        self,
        equal: list[int],
        keys: Callable[[int], tuple[int, ...]],
        steps: Sequence[str],
        action: str,
    ) -> list[int]:
        groups: dict[tuple[int, ...], list[int]] = {}
        for option in equal:
            groups.setdefault(keys(option)[1:], []).append(option)
        order = list[int]()
        for _, group in sorted(groups.items(), reverse=True):
            order += group if len(group) == 1 else self.lot(1, action, group)
        if len(groups) > 1:
            self.by(1, action, equal, steps[0] if steps else "score", order)
        return order
