"""Chores: in turns, the last of the lot first, each takes the one that costs her least, as long as she has room."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

DISLIKE_LEAST, DISLIKE_MOST = 1, 5


@dataclass(frozen=True, slots=True)
class Done:
    """Who does what, and what nobody has room for: it is named, and forced on nobody."""

    chores: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    unfilled: tuple[str, ...] = ()


def share_chores(
    order: Sequence[str],
    minutes: Mapping[str, int],
    dislikes: Mapping[str, Mapping[str, int]],
    lot: Mapping[str, int],
    *,
    minutes_max: int,
    exempt: frozenset[str] = frozenset(),
) -> Done:
    """The cost of a chore is its minutes times how unpleasant (1 to 5) somebody finds it; unsaid is 3.

    >>> share_chores(["a", "b"], {"bins": 20, "stairs": 30}, {"a": {"stairs": 1}}, {"bins": 0, "stairs": 1}, minutes_max=60)
    Done(chores={'b': ['bins'], 'a': ['stairs']}, unfilled=())
    """
    if any(many < 1 for many in minutes.values()):
        raise ValueError("a chore takes at least a minute")
    able = [one for one in reversed(order) if one not in exempt]
    room = dict.fromkeys(able, minutes_max)
    found = Done({one: [] for one in able})
    left = set(minutes)
    while left:
        before = len(left)
        for one in able:
            fits = [chore for chore in left if minutes[chore] <= room[one]]
            if fits:
                wish = dislikes.get(one, {})
                least = min(fits, key=lambda chore: (minutes[chore] * wish.get(chore, 3), lot[chore]))
                found.chores[one].append(least)
                room[one] -= minutes[least]
                left.discard(least)
        if len(left) == before:
            break
    return Done(found.chores, tuple(sorted(left, key=lambda chore: lot[chore])))
