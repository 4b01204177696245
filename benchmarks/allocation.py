"""`python -m benchmarks.allocation`: what sharing out costs as pools grow, in seconds of work (CPU).

python -m benchmarks.allocation                  100,000 claims, three rounds
python -m benchmarks.allocation --claims 10000   fewer
"""

import argparse
import random
import time
from collections.abc import Callable
from statistics import median

from benchmarks import report
from minga.sharing.rules.allocation.names import Rule
from minga.sharing.rules.allocation.queue import Want, serve
from minga.sharing.rules.allocation.ranked import generous
from minga.sharing.rules.allocation.units import Claimed, share_out
from minga.sharing.rules.allocation.windows import Request, choose

SEED = bytes(range(32))
GOALS = {
    "unit queue": 0.4,
    "need, with lot and shares": None,
    "lottery": 0.25,
    "ranked, 200 people and 20 things": 1.0,
    "windows, 10,000 requests on one thing": 0.2,
}


def works(claims: int) -> dict[str, Callable[[], object]]:
    """What is measured; everything that is drawn comes from a fixed seed."""
    chance = random.Random(20261120)
    wants = [
        Want(chance.randint(1, 40), chance.randint(1, 6), chance.randint(0, 60), chance.randint(0, 3), n)
        for n in range(claims)
    ]
    asked = [
        Claimed(f"{n:032x}", want.steps, want.band, want.weight, want.received)
        for n, want in enumerate(wants)
    ]
    supply = sum(want.steps for want in wants) // 3
    things = [f"t{n}" for n in range(20)]
    people = [f"p{n}" for n in range(200)]
    ranks = {one: chance.sample(things, 12) for one in people}
    starts = [chance.randint(0, 500_000) for _ in range(10_000)]
    requests = [
        Request(str(n), ((start, start + chance.randint(30, 480)),), chance.randint(0, 3), n)
        for n, start in enumerate(starts)
    ]
    return {
        "unit queue": lambda: serve(supply, wants),
        "need, with lot and shares": lambda: share_out(Rule.NEED, {}, supply=supply, claims=asked, seed=SEED),
        "lottery": lambda: share_out(Rule.LOTTERY, {}, supply=supply, claims=asked, seed=SEED),
        "ranked, 200 people and 20 things": lambda: generous(people, ranks, dict.fromkeys(things, 8)),
        "windows, 10,000 requests on one thing": lambda: choose(requests),
    }


def main() -> None:
    words = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.allocation", description=words)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    said = parser.parse_args()
    print(report.machine())
    for name, work in works(said.claims).items():
        took = []
        for _ in range(said.rounds):
            began = time.process_time()
            work()
            took.append(time.process_time() - began)
        middle, goal = median(took), GOALS[name]
        judged = f"(goal ≤ {goal}: {report.said(middle <= goal)})" if goal else ""
        print(f"{name:40} {middle:6.3f} s {judged}")


if __name__ == "__main__":
    main()
