"""kill -9 of a node that is writing: whatever was acknowledged is there, the chain of the log fits, it is ready soon."""

import random
import threading
import time
from http.client import HTTPException

import pytest
from sqlalchemy import func, select, text

from minga.kit import delivery, seals
from minga.kit.clock import utc_now
from minga.kit.db import Database
from minga.kit.events import EventRow, plain
from minga.kit.seals import Seal
from minga.sharing.models import Listing, ListingItem, ListingWords
from tests.faults.running import MEMBERS, Running

WRITERS = 4
READY_SECONDS_MAX = 5.0


@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_nothing_that_was_acknowledged_is_lost(running: Running, kills: int) -> None:
    chance = random.Random(7)
    acknowledged: dict[str, str] = {}
    waits = []
    for n in range(kills):
        stop = threading.Event()
        writers = [
            threading.Thread(target=_write, args=(running, stop, f"{n}-{w}", acknowledged))
            for w in range(WRITERS)
        ]
        enough = len(acknowledged) + chance.randint(1, 12)
        for writer in writers:
            writer.start()
        while len(acknowledged) < enough and any(writer.is_alive() for writer in writers):
            time.sleep(0.001)
        running.kill()
        stop.set()
        for writer in writers:
            writer.join()
        waits.append(running.start())
    assert running.read(0)[0] == 200
    running.kill()
    assert len(acknowledged) >= kills
    database = running.database()
    try:
        _all_there(database, acknowledged)
        _chains_fit(database)
        assert _whole(database) == "ok"
        while delivery.deliver(database, utc_now):
            pass
    finally:
        database.close()
    waits.sort()
    assert waits[len(waits) // 2] < READY_SECONDS_MAX, waits


def _write(running: Running, stop: threading.Event, name: str, acknowledged: dict[str, str]) -> None:
    count = 0
    while not stop.is_set():
        title = f"Ladder {name}-{count}"
        try:
            status, answer = running.post(hash(title) % MEMBERS, title)
        except (OSError, ValueError, HTTPException):
            return  # killed while we waited: nobody was told anything
        if status == 201:
            acknowledged[answer["id"]] = title
        count += 1


def _all_there(database: Database, acknowledged: dict[str, str]) -> None:
    with database.read() as session:
        stored = {row.id: row.title for row in session.execute(select(Listing.id, Listing.title))}
        assert {id: stored.get(id) for id in acknowledged} == acknowledged
        rows = session.scalar(select(func.count()).select_from(Listing))
        assert session.scalar(select(func.count()).select_from(ListingItem)) == rows
        assert session.scalar(select(func.count()).select_from(ListingWords)) == rows
        said = session.scalar(select(func.count()).where(EventRow.name == "ListingPublished"))
        assert said == rows
        numbers = session.scalars(select(Listing.number).order_by(Listing.number)).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))


def _chains_fit(database: Database) -> None:
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Seal)) == session.scalar(
            select(func.count()).select_from(EventRow)
        )
        for chain in session.scalars(select(Seal.chain).distinct()).all():
            links = session.execute(
                select(Seal.seq, Seal.event_id, Seal.hash, EventRow)
                .join(EventRow, EventRow.id == Seal.event_id)
                .where(Seal.chain == chain)
                .order_by(Seal.seq)
            )
            _count, _head, broken = seals.check(chain, ((s, e, h, plain(row)) for s, e, h, row in links))
            assert broken is None


def _whole(database: Database) -> str:
    with database.read() as session:
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        return str(session.execute(text("PRAGMA integrity_check")).scalar_one())
