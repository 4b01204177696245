"""Different things at once: in turns each takes the thing she values most of what is left."""

from collections.abc import Mapping, Sequence

VALUE_MAX = 10

Values = Mapping[str, Mapping[str, int]]


def round_robin(
    order: Sequence[str],
    values: Values,
    things: Sequence[str],
    lot: Mapping[str, int],
    *,
    turned: bool = False,
) -> dict[str, list[str]]:
    """1 2 3, 1 2 3 …: nobody would swap her bundle for another's with its best thing taken out. With `turned`
    1 2 3, 3 2 1 …: kinder to the last, and without that promise. Equal values: the thing whose lot comes first.

    >>> values = {"a": {"x": 5, "y": 4, "z": 0}, "b": {"x": 9, "y": 1, "z": 0}}
    >>> round_robin(["a", "b"], values, ["x", "y", "z"], {"x": 0, "y": 1, "z": 2})
    {'a': ['x', 'z'], 'b': ['y']}
    """
    left = set(things)
    found: dict[str, list[str]] = {one: [] for one in order}
    turn = 0
    while left and order:
        in_turn = list(reversed(order)) if turned and turn % 2 else order
        for one in in_turn:
            if left:
                best = min(left, key=lambda thing: (-values[one].get(thing, 0), lot[thing]))
                found[one].append(best)
                left.discard(best)
        turn += 1
    return found
