"""kill -9 in the middle of sharing out: a round is shared out wholly or not at all, and the stock is what its moves say."""

import json
import random
import threading
import time
from http.client import HTTPException
from typing import Any

from sqlalchemy import func, select

from minga.kit.db import Database
from minga.kit.events import EventRow
from minga.sharing.models.pools import StockMove
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare, RoundSecret
from tests.faults.running import Running

KILLS = 6


def call(running: Running, member: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    sent = {"Authorization": f"Bearer {running.people.tokens[member]}", "Content-Type": "application/json"}
    raw = None if body is None else json.dumps(body).encode()
    status, answer = running.request(method, f"/api/v1{path}", raw, sent)
    return status, json.loads(answer) if answer else None


def test_a_round_is_shared_out_wholly_or_not_at_all(running: Running) -> None:
    chance = random.Random(11)
    founded = {"name": "Flour", "unit": "kg", "standing": True, "claim_max": 5}
    status, made = call(running, 0, "POST", f"/communities/{running.people.community_id}/pools", founded)
    assert status == 201
    here = f"/pools/{made['id']}"
    assert call(running, 0, "POST", f"{here}/rounds", {})[0] == 201
    for member in range(12):
        assert call(running, member, "PUT", f"{here}/rounds/1/claim", {"steps": 3})[0] == 200
    acknowledged, began, n = 0, time.monotonic(), 1
    for _ in range(KILLS):
        assert call(running, 0, "POST", f"{here}/stock", {"milli": 2000})[0] == 201
        answers: list[int] = []
        thread = threading.Thread(target=_allocate, args=(running, f"{here}/rounds/{n}/allocation", answers))
        thread.start()
        time.sleep(chance.uniform(0.0, 0.06))
        running.kill()
        thread.join()
        acknowledged += answers.count(200)
        database = running.database()
        try:
            done = _whole(database, made["id"])
        finally:
            database.close()
        assert done >= acknowledged
        n = done + 1
        running.start()
    status, _ = call(running, 0, "POST", f"{here}/rounds/{n}/allocation")
    assert status == 200
    assert time.monotonic() - began < 120


def _allocate(running: Running, path: str, answers: list[int]) -> None:
    try:
        answers.append(call(running, 0, "POST", path)[0])
    except (OSError, ValueError, HTTPException):
        return  # killed while we waited: nobody was told anything


def _whole(database: Database, pool_id: str) -> int:
    """How many rounds are shared out; each with all that belongs to it, or with nothing of it."""
    with database.read() as session:
        rounds = list(session.scalars(select(PoolRound).where(PoolRound.pool_id == pool_id)))
        done = [one for one in rounds if one.allocated_at is not None]
        for one in done:
            given = session.scalar(select(func.sum(PoolShare.steps)).where(PoolShare.round_id == one.id))
            moved = session.scalar(select(func.sum(StockMove.milli)).where(StockMove.round_id == one.id))
            assert moved == -1000 * int(given or 0)
            assert one.secret is not None
            explained = select(func.count()).where(
                PoolClaim.round_id == one.id,
                PoolClaim.explanation.is_(None),
                PoolClaim.withdrawn_at.is_(None),
            )
            assert session.scalar(explained) == 0
        open_now = [one for one in rounds if one.allocated_at is None]
        assert len(open_now) == 1
        assert session.scalar(select(func.count()).select_from(RoundSecret)) == 1
        assert session.scalar(select(func.count()).where(PoolShare.round_id == open_now[0].id)) == 0
        said = session.scalar(select(func.count()).where(EventRow.name == "RoundAllocated"))
        assert said == len(done)
        moves = session.scalar(select(func.sum(StockMove.milli)))
        last = session.scalar(select(StockMove.after_milli).order_by(StockMove.n.desc()).limit(1))
        assert moves == last
        return len(done)
