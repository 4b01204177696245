"""The roll: who may vote, decided once, at opening, by the rule that holds. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from minga.governance.rules.charter import Eligible
from minga.governance.rules.kinds import RollUnit
from minga.kit.errors import Invalid
from minga.kit.i18n import N_

CLASS_MIN = 3
SMALL = 5
EMPTY = N_("Nobody could vote in this poll. Look at who the charter lets vote for this kind.")
UNMASK = N_(
    "In a secret poll every weight needs at least three voters, else the weight would tell whose ballot it is."
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who might stand on the roll; `roles` only where the rule asks for roles or weighs them."""

    person_id: str
    joined_on: date
    trial: bool = False
    household_id: str | None = None
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class RollLine:
    """One row of the roll as it is published: voter, weight, group, stratum."""

    voter_id: str
    weight: int = 1
    group: str | None = None
    stratum: str | None = None

    def as_row(self) -> list[str | int | None]:
        return [self.voter_id, self.weight, self.group, self.stratum]


def is_eligible(one: Candidate, rule: Eligible, on: date, *, subject_id: str | None = None) -> bool:
    """By standing, days of membership at opening, role and list; never the person concerned where they are left out.

    >>> ana = Candidate("ana", date(2026, 1, 1))
    >>> is_eligible(ana, Eligible(days_min=30), date(2026, 1, 31)), is_eligible(ana, Eligible(days_min=31), date(2026, 1, 31))
    (True, False)
    """
    return (
        (not one.trial or rule.standing == "trial")
        and (on - one.joined_on).days >= rule.days_min
        and (not rule.role or rule.role in one.roles)
        and (not rule.people or one.person_id in rule.people)
        and one.person_id != subject_id
    )


def roll_of(
    candidates: Iterable[Candidate],
    rule: Eligible,
    on: date,
    *,
    unit: str = RollUnit.PERSON,
    weights: Mapping[str, int] | None = None,
    subject_id: str | None = None,
) -> list[RollLine]:
    """The rows, sorted by voter. Of a household one row, whoever of it is eligible; who lives alone is one of their own.

    >>> home = [Candidate(name, date(2026, 1, 1), household_id="h") for name in ("ana", "bruno")]
    >>> [line.voter_id for line in roll_of(home, Eligible(), date(2026, 2, 1), unit="household")]
    ['h']
    """
    found: dict[str, int] = {}
    for one in candidates:
        if is_eligible(one, rule, on, subject_id=subject_id):
            voter = one.household_id if unit == RollUnit.HOUSEHOLD and one.household_id else one.person_id
            weight = max((weights[role] for role in one.roles if weights and role in weights), default=1)
            found[voter] = max(found.get(voter, 1), weight)
    return [RollLine(voter, weight) for voter, weight in sorted(found.items())]


def check_roll(lines: Sequence[RollLine], *, secret: bool) -> None:
    """Refuse an empty roll, and weights that would tell in a secret poll whose ballot is whose."""
    if not lines:
        raise Invalid(EMPTY, code="roll_empty")
    if secret and unmasks(line.weight for line in lines):
        raise Invalid(UNMASK, code="weights_unmask")


def unmasks(weights: Iterable[int]) -> bool:
    """Whether some weight has fewer than three voters; one weight for all says nothing.

    >>> unmasks([1, 1]), unmasks([1, 1, 1, 2, 2]), unmasks([1, 1, 1, 2, 2, 2])
    (False, True, False)
    """
    classes = Counter(weights)
    return len(classes) > 1 and min(classes.values()) < CLASS_MIN


def dropped_of(voters: Mapping[str, Collection[str]], members: Collection[str]) -> list[str]:
    """Voters who have left, where the rule drops them: a household only when all its adults are gone.

    >>> dropped_of({"ana": ["ana"], "h": ["bruno", "dara"]}, {"dara"})
    ['ana']
    """
    return sorted(voter for voter, people in voters.items() if not any(one in members for one in people))
