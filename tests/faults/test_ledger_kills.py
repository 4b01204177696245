"""kill -9 while hours are paid: what was acknowledged is posted, all or nothing, a replay pays once, the book adds up."""

import json
import random
import threading
import time
from http.client import HTTPException
from typing import Any

import pytest
from sqlalchemy import select

from minga.kit.clock import utc_now
from minga.kit.ids import new_id
from minga.ledger.models import Book, Entry
from minga.ledger.queries.recounting import verify
from tests.faults.running import MEMBERS, Running

WRITERS = 4


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.slow)])
def test_no_acknowledged_payment_is_lost(running: Running, kills: int) -> None:
    chance, sent, acknowledged = random.Random(11), dict[str, tuple[int, dict[str, Any]]](), set[str]()
    for _ in range(kills):
        stop = threading.Event()
        writers = [
            threading.Thread(target=_pay, args=(running, stop, chance.random(), sent, acknowledged))
            for _ in range(WRITERS)
        ]
        enough = len(acknowledged) + chance.randint(2, 10)
        for writer in writers:
            writer.start()
        while len(acknowledged) < enough and any(writer.is_alive() for writer in writers):
            time.sleep(0.001)
        running.kill()
        stop.set()
        for writer in writers:
            writer.join()
        running.start()
    for key, (member, body) in list(sent.items())[-10:]:
        status, _ = _send(running, member, body)
        assert status in (201, 429), (key, status)
    running.kill()
    assert len(acknowledged) >= kills
    database = running.database()
    try:
        with database.read() as session:
            stored = {str(one) for one in session.scalars(select(Entry.id))}
            assert acknowledged <= stored
            report = verify(session, session.scalars(select(Book.id)).one(), at=utc_now())
            assert report.well, report.breaches
            assert report.lines == 2 * report.entries
    finally:
        database.close()


def _pay(
    running: Running,
    stop: threading.Event,
    seed: float,
    sent: dict[str, tuple[int, dict[str, Any]]],
    acknowledged: set[str],
) -> None:
    chance = random.Random(seed)
    while not stop.is_set():
        payer, payee = chance.sample(range(MEMBERS), 2)
        body = {"to": f"member{payee}", "amount": 1, "words": "Thank you", "id": new_id()}
        sent[str(body["id"])] = (payer, body)
        try:
            status, answer = _send(running, payer, body)
        except (OSError, ValueError, HTTPException):
            return  # killed while we waited: nobody was told anything
        if status == 201:
            acknowledged.add(answer["id"])


def _send(running: Running, member: int, body: dict[str, Any]) -> tuple[int, Any]:
    path = f"/api/v1/communities/{running.people.community_id}/entries"
    headers = {
        "Authorization": f"Bearer {running.people.tokens[member]}",
        "Content-Type": "application/json",
    }
    status, answer = running.request("POST", path, json.dumps(body).encode(), headers)
    return status, json.loads(answer)
