"""`python -m benchmarks`: measures the node beside the limit, prints the tables, and writes them with --write.

python -m benchmarks                     everything, about four minutes on a quiet machine
python -m benchmarks --quick             shorter rounds, sizes up to 100,000
python -m benchmarks --only "JSON"       one path
python -m benchmarks --write             also writes docs/performance.md
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import growth, processes, rates, report
from benchmarks.seed import seed

PACKAGES_MAX, RESIDENT_MIB_MAX, FIRST_ANSWER_SECONDS_MAX = 60, 100, 2.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter rounds, fewer sizes")
    parser.add_argument("--only", default="", help="only paths whose name holds this")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--folder", help="where the databases are made; decides which disk is measured")
    said = parser.parse_args()
    command = "python -m benchmarks" + (" --quick" if said.quick else "")
    began = report.machine()
    print(began, flush=True)
    with tempfile.TemporaryDirectory(prefix="minga-benchmark-", dir=said.folder) as name:
        parts = _measure(Path(name), quick=said.quick, only=said.only)
    print("\n" + "\n\n".join(parts))
    if said.write:
        report.write(parts, command, began)


def _measure(folder: Path, *, quick: bool, only: str) -> list[str]:
    home = folder / "home"
    home.mkdir(mode=0o700)
    seeded = seed(f"sqlite:///{home}/minga.db", members=600, listings=5_000)
    print("Start and memory:", flush=True)
    start = _start(home)
    print("Rates, limit and node by turns:", flush=True)
    rounds, seconds = (2, 2.0) if quick else (5, 4.0)
    found = rates.measure(home, seeded, rounds=rounds, seconds=seconds, only=only)
    resident = max(one.resident_mib for one in found)
    memory = (
        f"Memory of the worker after the rounds: {resident:.0f} MiB "
        f"(goal ≤ {RESIDENT_MIB_MAX}: {report.said(resident <= RESIDENT_MIB_MAX)})."
    )
    parts = [report.rates(found), f"{start} {memory}"]
    if not only:
        print("A hundred connections:", flush=True)
        parts.append(report.crowd(growth.crowd(3.0 if quick else 10.0)))
        print("One list as the community grows:", flush=True)
        parts.append(report.growth(growth.costs(folder, growth.SIZES[:3] if quick else growth.SIZES)))
    return parts


def _start(home: Path) -> str:
    """From the start of the process to its first answer, and how many packages it needs."""
    seconds = []
    for _ in range(3):
        with processes.node(home) as node:
            seconds.append(node.first_answer_seconds)
            resident, beside = node.resident_mib, node.mib_beside
    packages = packages_of_lock()
    first = median(seconds)
    sentence = (
        f"First answer {first:.2f} s after the start (goal ≤ {FIRST_ANSWER_SECONDS_MAX:.0f} s: "
        f"{report.said(first <= FIRST_ANSWER_SECONDS_MAX)}), with {resident:.0f} MiB "
        f"(the worker beside: {beside:.0f} MiB, where shared memory counts in parts); "
        f"{packages} packages at run time (goal ≤ {PACKAGES_MAX}: {report.said(packages <= PACKAGES_MAX)})."
    )
    print(f"  {sentence}", flush=True)
    return sentence


def packages_of_lock() -> int:
    """How many packages `requirements/run.txt` pins."""
    lock = (processes.ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    return sum("==" in line for line in lock.splitlines() if not line.startswith((" ", "#", "-")))


if __name__ == "__main__":
    main()
