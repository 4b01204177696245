"""The figures as a page of the documentation, between two marks; what stands around them is written by hand."""

import os
import platform
from pathlib import Path

from benchmarks.growth import Cost, Crowd
from benchmarks.rates import Result
from minga.kit.clock import utc_now
from minga.kit.engines import sqlite_driver

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def machine() -> str:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite_driver().sqlite_version}, "
        f"load {os.getloadavg()[0]:.1f} when the run began"
    )


def rates(results: list[Result]) -> str:
    """The table of the four paths."""
    lines = [
        "| path | limit, req/s | node, req/s | share of the limit | goal | CPU-ms limit / node | share by CPU "
        "| p50 | p99 | p99 goal | errors |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in results:
        goal = one.path.ratio_min
        p99 = one.path.p99_max_ms
        p99_goal = f"≤ {p99:.0f} ms {said(one.node['p99_ms'] <= p99)}" if p99 else "–"
        by_cpu = one.limit["cpu_ms"] / one.node["cpu_ms"] if one.node["cpu_ms"] else 0.0
        lines.append(
            f"| {one.path.name} | {one.limit['rate']:,.0f} | {one.node['rate']:,.0f} | {one.ratio:.0%} "
            f"| {f'≥ {goal:.0%} {said(one.ratio >= goal)}' if goal else '–'} "
            f"| {one.limit['cpu_ms']:.2f} / {one.node['cpu_ms']:.2f} | {by_cpu:.0%} "
            f"| {one.node['p50_ms']:.0f} ms | {one.node['p99_ms']:.0f} ms "
            f"| {p99_goal} | {one.node['errors']:.0f} |"
        )
    return "\n".join(lines)


def growth(found: list[Cost]) -> str:
    """The table of a list's cost by size."""
    lines = ["| listings | database | CPU-ms as JSON | CPU-ms as page |", "|---|---|---|---|"]
    lines += [
        f"| {one.listings:,} | {one.mib:,.0f} MiB | {one.json_ms:.2f} | {one.page_ms:.2f} |" for one in found
    ]
    first, last = found[0], found[-1]
    share = max(last.json_ms / first.json_ms, last.page_ms / first.page_ms)
    lines.append(
        f"\nThe largest costs {share:.2f} times the smallest; the goal is ≤ 1.5: {said(share <= 1.5)}."
    )
    return "\n".join(lines)


def crowd(found: Crowd, listings: int = 10_000) -> str:
    return (
        f"A hundred connections on {listings:,} listings (COM-W1.9): list p99 {found.list_p99_ms:.0f} ms, detail p99 "
        f"{found.detail_p99_ms:.0f} ms (goal ≤ 200 ms: "
        f"{said(max(found.list_p99_ms, found.detail_p99_ms) <= 200)}), {found.rate:,.0f} requests a second, "
        f"{found.errors:.0f} errors."
    )


def said(reached: bool) -> str:
    return "reached" if reached else "**missed**"


def write(parts: list[str], command: str, began: str) -> None:
    """Put the figures between the marks."""
    head = f"Measured on {utc_now():%Y-%m-%d} with `{command}`: {began}."
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{head}\n\n" + "\n\n".join(parts) + f"\n{END}{after}", encoding="utf-8")
