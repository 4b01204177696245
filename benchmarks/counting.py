"""`python -m benchmarks.counting`: what counting 100,000 ballots costs, in seconds of work (CPU).

python -m benchmarks.counting                    100,000 ballots, three rounds
python -m benchmarks.counting --ballots 10000    fewer
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from statistics import median

from benchmarks import report
from minga.governance.rules.budgeting import Round, equal_shares
from minga.governance.rules.counting import tally
from minga.governance.rules.delegation import resolve

GOALS = {
    "irv, 10 options, complete": 0.2,
    "irv, 10 options, cut short": 0.04,
    "stv_scottish, 5 seats": 0.08,
    "stv_meek, 5 seats": 4.0,
    "schulze, 10 options": 0.04,
    "schulze, 50 options, complete": 0.9,
    "star, 10 options": 0.09,
    "equal shares, 6,500 voters, 64 projects": 0.005,
    "lent votes, 100,000": 0.1,
}
LENGTHS = (20, 18, 16, 12, 9, 7, 5, 4, 3, 6)
"""Of a hundred cut-short ballots how many rank one option, two, three, … ten."""


def by_number(_: str, options: Iterable[int]) -> list[int]:
    return sorted(options)


def ordered(chance: random.Random, weights: list[float]) -> bytes:
    """A ranking in which an option comes next in proportion to its weight (Plackett and Luce)."""
    keys = [(chance.random() ** (1 / weight), option) for option, weight in enumerate(weights, start=1)]
    return bytes(option for _, option in sorted(keys, reverse=True))


def cut_short(chance: random.Random, ballots: int) -> Counter[bytes]:
    """Three blocs of voters who rank a few of ten options."""
    blocs = [[2 ** (-0.7 * ((i * j) % 11)) for i in range(1, 11)] for j in (1, 3, 7)]
    found: Counter[bytes] = Counter()
    for _ in range(ballots):
        bloc = chance.choices(blocs, (45, 35, 20))[0]
        found[ordered(chance, bloc)[: chance.choices(range(1, 11), LENGTHS)[0]]] += 1
    return found


def works(ballots: int) -> dict[str, Callable[[], object]]:
    """What is measured; everything that is drawn comes from a fixed seed."""
    chance = random.Random(20261120)
    complete = Counter(bytes(chance.sample(range(1, 11), 10)) for _ in range(ballots))
    short = cut_short(chance, ballots)
    fifty = [1 / (1 + 0.15 * i) for i in range(50)]
    wide = Counter(ordered(chance, fifty) for _ in range(ballots))
    scores = Counter(bytes(chance.choices(range(6), k=10)) for _ in range(ballots))
    costs = {project: chance.randint(600, 100_000) for project in range(1, 65)}
    wishes = [chance.sample(range(1, 65), chance.randint(1, 8)) for _ in range(6_500)]
    supporters = {one: [v for v, marks in enumerate(wishes) if one in marks] for one in costs}
    score = {one: len(voters) for one, voters in supporters.items()}
    shared = Round(1_000_000, costs, score, supporters, len(wishes))
    lent = {str(n): str(chance.randrange(ballots)) for n in range(ballots) if n % 3}
    cast = frozenset(str(n) for n in range(0, ballots, 3))
    return {
        "irv, 10 options, complete": lambda: tally("irv", 10, complete, by_number),
        "irv, 10 options, cut short": lambda: tally("irv", 10, short, by_number),
        "stv_scottish, 5 seats": lambda: tally("stv_scottish", 10, short, by_number, {"seats": 5}),
        "stv_meek, 5 seats": lambda: tally("stv_meek", 10, short, by_number, {"seats": 5}),
        "schulze, 10 options": lambda: tally("schulze", 10, short, by_number),
        "schulze, 50 options, complete": lambda: tally("schulze", 50, wide, by_number),
        "star, 10 options": lambda: tally("star", 10, scores, by_number),
        "equal shares, 6,500 voters, 64 projects": lambda: equal_shares(shared, by_number, completion="none"),
        "lent votes, 100,000": lambda: resolve(lent, cast, lambda _, ids: sorted(ids)),
    }


def main() -> None:
    words = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.counting", description=words)
    parser.add_argument("--ballots", type=int, default=100_000)
    said = parser.parse_args()
    print(report.machine(), flush=True)
    for name, work in works(said.ballots).items():
        took = []
        for _ in range(3):
            began = time.process_time()
            work()
            took.append(time.process_time() - began)
        goal = f"goal {GOALS[name]:g} s: {report.said(median(took) <= GOALS[name])}"
        print(f"{name}: {median(took):.3f} s ({goal if said.ballots == 100_000 else 'no goal'})", flush=True)


if __name__ == "__main__":
    main()
