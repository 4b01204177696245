"""Whom somebody trusts with what, and how near two people are over others. Pure."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from enum import StrEnum

from minga.kit.errors import Conflict, Invalid, Refused
from minga.kit.i18n import N_
from minga.kit.ids import Id

DEGREE_MAX = 3
WEIGHTS = (1, 2, 3)
OPEN_MAX = 200
SEEN_MAX = 5_000
"""People looked at in one question; beyond that the answer is *not connected*."""
ASK_AGAIN = timedelta(days=30)
"""How long after a *no* the same person waits before asking again."""
ONESELF = N_("You are yourself already.")
CONNECTED = N_("You are connected, or it is asked already.")
CHOOSE_PURPOSE = N_("Choose at least one thing you would trust them with.")
TOO_MANY = N_("You have very many open connections. End some first.")
SAID_NO = N_("The answer was no. You can ask again after 30 days.")
BAD_STEPS = N_("Choose one, two or three steps.")
BAD_WEIGHT = N_("Choose one, two or three.")


class Purpose(StrEnum):
    """What one would trust the other with."""

    THINGS = "things"
    HOME = "home"
    CHILDREN = "children"
    KEYS = "keys"
    MONEY = "money"
    GENERAL = "general"


def read_purposes(typed: Iterable[str]) -> list[Purpose]:
    """The purposes that were ticked, each once, in their order.

    >>> [one.value for one in read_purposes(["keys", "things", "keys"])]
    ['things', 'keys']
    """
    known = {one.value for one in Purpose}
    said = set(typed)
    if not said or not said <= known:
        raise Invalid(CHOOSE_PURPOSE, fields={"purposes": CHOOSE_PURPOSE})
    return [one for one in Purpose if one.value in said]


def check_asking(*, oneself: bool, again: bool, many: int, weight: int, said_no: bool = False) -> None:
    """Raise unless this connection may be asked for.

    >>> check_asking(oneself=False, again=True, many=0, weight=1)
    Traceback (most recent call last):
    minga.kit.errors.Conflict: You are connected, or it is asked already.
    """
    if oneself:
        raise Refused(ONESELF, code="oneself")
    if weight not in WEIGHTS:
        raise Invalid(BAD_WEIGHT, fields={"weight": BAD_WEIGHT})
    if again:
        raise Conflict(CONNECTED, code="connected")
    if said_no:
        raise Refused(SAID_NO, code="asked_before")
    if many >= OPEN_MAX:
        raise Refused(TOO_MANY, code="too_many")


def check_steps(steps: int) -> None:
    """Raise unless it is a distance that is ever looked at.

    >>> check_steps(4)
    Traceback (most recent call last):
    minga.kit.errors.Invalid: Choose one, two or three steps.
    """
    if not 1 <= steps <= DEGREE_MAX:
        raise Invalid(BAD_STEPS, fields={"steps": BAD_STEPS})


Edges = Callable[[Collection[Id]], Iterable[tuple[Id, Id]]]


def degree_between(
    start: Id, goal: Id, edges: Edges, *, most: int = DEGREE_MAX
) -> tuple[int, list[Id]] | None:
    """How many steps lie between two people, and for two steps over whom; None when they are farther apart.

    `edges` answers the pairs that touch any of the people it is given; each is walked both ways.

    >>> pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "e"), ("e", "c")]
    >>> def edges(people): return [p for p in pairs if set(p) & set(people)]
    >>> degree_between("a", "c", edges), degree_between("a", "d", edges), degree_between("a", "d", edges, most=2)
    ((2, ['b', 'e']), (3, []), None)
    """
    seen, layer = {start}, {start}
    for degree in range(1, most + 1):
        reached: dict[Id, set[Id]] = {}
        for one, other in edges(layer):
            for here, there in ((one, other), (other, one)):
                if here in layer and there not in seen:
                    reached.setdefault(there, set()).add(here)
        if goal in reached:
            return degree, sorted(reached[goal]) if degree == 2 else []
        layer = set(reached)
        seen |= layer
        if not layer or len(seen) > SEEN_MAX:
            break
    return None
