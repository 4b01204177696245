"""What one list costs as a community grows from a thousand listings to a million, and under a hundred connections."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks import processes
from benchmarks.seed import Seeded, grow, seed, sizes
from minga.kit.clock import utc_now
from minga.kit.db import Database
from minga.sharing.access import is_open
from minga.sharing.models import Listing

SIZES = (1_000, 10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Cost:
    """CPU-milliseconds of the server for one list, as JSON and as page."""

    listings: int
    mib: float
    json_ms: float
    page_ms: float


@dataclass(frozen=True)
class Crowd:
    """A hundred connections on ten thousand listings (COM-W1.9)."""

    list_p99_ms: float
    detail_p99_ms: float
    rate: float
    errors: float


def costs(folder: Path, sizes_wanted: tuple[int, ...] = SIZES) -> list[Cost]:
    """One database that grows; a fresh node for each size."""
    found = []
    home = folder / "growing"
    home.mkdir(mode=0o700)
    url = f"sqlite:///{home}/minga.db"
    seeded = seed(url, members=100, listings=sizes_wanted[0])
    for size in sizes_wanted:
        database = Database.open(url)
        grow(database, seeded, size)
        database.checkpoint()
        database.close()
        with processes.node(home) as node:
            spent = [
                processes.load(node, requests, connections=4, seconds=30, requests_max=1_500, warm=0)[
                    "cpu_ms"
                ]
                for requests in _lists(seeded)
            ]
        found.append(Cost(size, sizes(home) / 2**20, *spent))
        print(
            f"  {size:9,} listings: {spent[0]:.3f} CPU-ms as JSON, {spent[1]:.3f} CPU-ms as page", flush=True
        )
    return found


def _lists(seeded: Seeded) -> list[list[dict[str, object]]]:
    path = f"/api/v1/communities/{seeded.community_id}/listings?limit=50"
    return [
        [{"path": path, "headers": {"Authorization": f"Bearer {token}"}} for token in seeded.tokens],
        [
            {"path": f"/c/{seeded.slug}/listings", "headers": {"Cookie": f"minga={one}"}}
            for one in seeded.cookies
        ],
    ]


def crowd(seconds: float) -> Crowd:
    """The API's list and detail, asked by a hundred connections at once."""
    with tempfile.TemporaryDirectory(prefix="minga-crowd-") as name:
        home = Path(name) / "home"
        home.mkdir(mode=0o700)
        seeded = seed(f"sqlite:///{home}/minga.db", members=400, listings=10_000)
        bearers = [{"Authorization": f"Bearer {token}"} for token in seeded.tokens]
        lists = [
            {"path": f"/api/v1/communities/{seeded.community_id}/listings?limit=50", "headers": one}
            for one in bearers
        ]
        ids = _open(f"sqlite:///{home}/minga.db", len(bearers))
        details = [
            {"path": f"/api/v1/listings/{ids[n % len(ids)]}", "headers": one} for n, one in enumerate(bearers)
        ]
        with processes.node(home) as node:
            first = processes.load(node, lists, connections=100, seconds=seconds)
            second = processes.load(node, details, connections=100, seconds=seconds)
    rate = (first["rate"] + second["rate"]) / 2
    return Crowd(first["p99_ms"], second["p99_ms"], rate, first["errors"] + second["errors"])


def _open(url: str, most: int) -> list[str]:
    """Listings that are neither closed nor past their end: the patterns of the seed are partly too old."""
    database = Database.open(url)
    try:
        with database.read() as session:
            return list(session.scalars(select(Listing.id).where(is_open(utc_now())).limit(most)))
    finally:
        database.close()
