"""The four paths, node and limit by turns in one run, so that a busy machine disturbs both alike."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import processes
from benchmarks.seed import PASSWORD, Seeded
from minga.interfaces.http.units import PRE_COOKIE
from minga.kit.clock import utc_now
from minga.kit.crypto import Keys, mac

CONNECTIONS = 16
LISTING = (
    '{"direction": "offer", "kind": "item", "title": "Ladder number %n%", "description": "Three metres, light.",'
    ' "terms": [{"kind": "loan", "rule": "free"}]}'
)


@dataclass(frozen=True)
class Path_:
    """One path: what is sent to the node, what to the limit, which answer is right, and the goal."""

    name: str
    node: list[dict[str, Any]]
    limit: list[dict[str, Any]]
    expect: int
    ratio_min: float | None
    p99_max_ms: float | None


@dataclass(frozen=True)
class Result:
    """Medians over the rounds."""

    path: Path_
    node: dict[str, float]
    limit: dict[str, float]
    resident_mib: float

    @property
    def ratio(self) -> float:
        return self.node["rate"] / self.limit["rate"] if self.limit["rate"] else 0.0


def paths(seeded: Seeded) -> list[Path_]:
    """What is asked, by as many members as there are, so that no limit of use is met."""
    bearers = [{"Authorization": f"Bearer {token}"} for token in seeded.tokens]
    cookies = [{"Cookie": f"minga={cookie}", "Accept-Language": "en"} for cookie in seeded.cookies]
    listings = f"/api/v1/communities/{seeded.community_id}/listings"
    json_ = {"Content-Type": "application/json"}
    return [
        Path_(
            "JSON list of 50",
            [{"path": f"{listings}?limit=50", "headers": one} for one in bearers],
            [{"path": "/json", "headers": one} for one in bearers],
            200,
            0.40,
            20,
        ),
        Path_(
            "HTML page of 50 cards",
            [{"path": f"/c/{seeded.slug}/listings", "headers": one} for one in cookies],
            [{"path": "/html", "headers": one} for one in cookies],
            200,
            1.00,
            20,
        ),
        Path_(
            "POST of a listing",
            [
                {"method": "POST", "path": listings, "headers": one | json_, "body": LISTING}
                for one in bearers
            ],
            [{"method": "POST", "path": "/post", "headers": one | json_, "body": LISTING} for one in bearers],
            201,
            0.30,
            25,
        ),
        Path_("sign-in", sign_ins(seeded, "node"), sign_ins(seeded, "limit"), 303, None, None),
    ]


def sign_ins(seeded: Seeded, where: str) -> list[dict[str, Any]]:
    """The form of the sign-in page, sent from as many addresses as there are members."""
    token = mac(Keys(processes.SECRET).key("form"), "before", utc_now().date().isoformat()).hex()[:40]
    found = []
    for n, handle in enumerate(seeded.handles):
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{PRE_COOKIE}=before",
            "X-Forwarded-For": f"10.{n // 250}.{n % 250}.7",
        }
        body = f"_form={token}&form_id=%n%{n:06d}&handle={handle}&password={PASSWORD.replace(' ', '+')}"
        found.append({"method": "POST", "path": "/sign-in", "headers": headers, "body": body})
    return found


def measure(home: Path, seeded: Seeded, *, rounds: int, seconds: float, only: str = "") -> list[Result]:
    """Each path in turn: limit, node, limit, node …; a fresh node for each path, so that no window of limits fills."""
    found = []
    copy = home.parent / "limit.db"
    shutil.copy(home / "minga.db", copy)
    for path in paths(seeded):
        if only and only not in path.name:
            continue
        runs: dict[str, list[dict[str, Any]]] = {"node": [], "limit": []}
        resident = 0.0
        with processes.limit(copy, seeded.community_id) as limit, processes.node(home) as node:
            for _ in range(rounds):
                for server, requests in ((limit, path.limit), (node, path.node)):
                    plan = {"connections": CONNECTIONS, "seconds": seconds, "expect": path.expect}
                    run = processes.load(server, requests, **plan)
                    runs[server.name].append(run)
                    print(
                        f"  {path.name}: {server.name:5} {run['rate']:7.0f} req/s  p50 {run['p50_ms']:6.1f} ms  "
                        f"p99 {run['p99_ms']:6.1f} ms  {run['cpu_ms']:.3f} CPU-ms  "
                        f"{run['beside_ms']:.3f} beside  {run['bytes']} bytes",
                        flush=True,
                    )
            resident = node.resident_mib
        found.append(Result(path, _median(runs["node"]), _median(runs["limit"]), resident))
    return found


def _median(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {
        name: median(run[name] for run in runs) for name in ("rate", "p50_ms", "p99_ms", "cpu_ms", "errors")
    }
