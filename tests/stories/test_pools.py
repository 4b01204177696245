"""Stories of pools: flour for twelve households, one cargo bicycle, a draw that everybody checks for themselves."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from minga.identity import Actor
from minga.interfaces.http import Node
from minga.kit.jobs import Run
from minga.reactions import pools as reactions
from minga.sharing.models.pools import Pool
from minga.sharing.models.rounds import PoolClaim, PoolRound, PoolShare
from tests.sharing.commons import households
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def work(node: Node, pool_id: str) -> None:
    """What the worker does when the clock has come so far."""
    run = Run(node.database, node.clock, node.settings, job_id="", tries=0)
    with node.database.read() as session:
        rounds = list(session.scalars(select(PoolRound.id).where(PoolRound.pool_id == pool_id)))
    for one in rounds:
        reactions.open_round(run, {"round_id": one})
        reactions.share_out(run, {"round_id": one})
        reactions.lapse_shares(run, {"round_id": one})


def row(node: Node, table: Any, *where: Any) -> Any:
    with node.database.read() as session:
        return session.scalars(select(table).where(*where).order_by(table.id.desc()).limit(1)).one()


def browsers(visit: Visit, village: Village, node: Node, people: list[Actor]) -> list[Visitor]:
    app = visit(None).client.app
    return [Visitor(app, node, one.person_id) for one in people]


@pytest.fixture
def flour(visit: Visit, village: Village, node: Node) -> str:
    """Ana founds the pool, Bruno brings some, Ana says that it is there."""
    ana, bruno = visit("ana"), visit("bruno")
    form = ana.get("/c/valley/pools/new").text
    assert "By need" in form
    typed = {
        "name": "Flour",
        "unit": "kg",
        "step": "0,5",
        "rule": "need",
        "essential": "1",
        "claim_max": "20",
    }
    made = ana.post("/c/valley/pools", {**typed, "pick_up": "Fridays at the hall"})
    here = str(made.headers["location"])
    assert "Flour" in bruno.get("/c/valley/pools").text
    bruno.post(f"{here}/gifts", {"gift": "10", "gift_words": "Two bags"})
    assert "0 kg" in bruno.get(here).text
    gift = ana.get(here).text.split("/pool-gifts/")[1].split("/")[0]
    bruno.post(f"/pool-gifts/{gift}/arrival", {"answer": "yes"}, status=403)
    ana.post(f"/pool-gifts/{gift}/arrival", {"answer": "yes"})
    assert "10 kg" in bruno.get(here).text
    return here


def test_flour_for_twelve_households(
    visit: Visit, village: Village, node: Node, flour: str, tmp_path: Path
) -> None:
    """ALL-T3: one by phone, one without device; a share declined, the next turn, the list printed, the draw checked."""
    ana, pool_id = visit("ana"), flour.split("/")[-1]
    people = households(village, 12)
    ana.post(f"{flour}/rounds", {"closes": "2026-11-20", "closes_time": "18:00"})
    here = f"{flour}/rounds/1"
    before = ana.get(here).text
    commitment = row(node, PoolRound, PoolRound.pool_id == pool_id).commitment
    assert commitment in before
    assert "Seed" not in before

    for number, one in enumerate(browsers(visit, village, node, people[:10])):
        assert "erased 90 days" in one.get(f"{flour}/claims").text
        typed = {
            "amount": "2,5",
            "band": str(number % 4),
            "heads": str(1 + number % 3),
            "words": f"Reason {number}",
        }
        one.post(f"{flour}/claims", typed)
    desk = ana.get(f"{here}/desk").text
    assert "Reason 3" in desk
    for who in people[10:]:
        entered = {"act": "enter", "person": who.person_id or "", "amount": "2", "band": "3"}
        ana.post(f"{here}/desk", entered, status=403)
        ana.post(f"{here}/desk", {**entered, "asked": "1"})
    house = browsers(visit, village, node, people)[0]
    page = house.get(here).text
    assert "12 claims so far" in page
    assert "Reason 3" not in page
    house.get(f"{here}/desk", status=403)
    house.get(f"{here}/record.json", status=409)

    village.clock.forward(days=5)
    work(node, pool_id)
    offered = row(node, PoolShare, PoolShare.pool_id == pool_id, PoolShare.turn == 1)
    owner = Visitor(visit(None).client.app, node, offered.person_id)
    why = owner.get(here).text
    assert "Why so much?" in why
    assert "There were 10 kg for 12 claims of 29 kg together." in why
    assert "Not used:" in why
    owner.post(f"/shares/{offered.id}/refusal")
    passed = row(node, PoolShare, PoolShare.pool_id == pool_id, PoolShare.turn == 2)
    assert passed.person_id != offered.person_id
    late = owner.post(f"/shares/{offered.id}/acceptance", status=409)
    assert "answered already" in late.text
    Visitor(visit(None).client.app, node, passed.person_id).post(f"/shares/{passed.id}/acceptance")
    ana.post(f"/shares/{passed.id}/handing-out", {"answer": "yes"})
    listed = ana.get(f"{here}/pick-up").text
    assert "Picked up" in listed
    assert "Fridays at the hall" in listed
    assert "Evenly" in house.get(f"{here}/report").text

    record, program = tmp_path / "pool-round-1.json", tmp_path / "verify.pyz"
    record.write_bytes(house.get(f"{here}/record.json").content)
    program.write_bytes(visit(None).get("/verify.pyz").content)
    assert drawn_again(program, record, tmp_path) == (0, True)
    whole = tmp_path / "whole.json"
    whole.write_bytes(ana.get(f"{here}/record.json?whole=1").content)
    assert drawn_again(program, whole, tmp_path) == (0, True)
    house.get(f"{here}/record.json?whole=1", status=403)
    aimed = json.loads(whole.read_text())
    aimed["shares"] = dict(zip(aimed["shares"], reversed(aimed["shares"].values()), strict=True))
    whole.write_text(json.dumps(aimed))
    assert drawn_again(program, whole, tmp_path) == (7, False)
    whole.write_text("nothing")
    assert drawn_again(program, whole, tmp_path) == (9, False)


def drawn_again(program: Path, record: Path, home: Path) -> tuple[int, bool]:
    """Run the program in a bare Python that knows no package but its own library."""
    bare = [sys.executable, "-I", "-S", str(program), "lot", str(record)]
    done = subprocess.run(bare, cwd=home, env={}, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.startswith("SAME")


def test_one_cargo_bicycle_by_times_and_then_in_turn(visit: Visit, village: Village, node: Node) -> None:
    """ALL-T4: a week of times without overlap, then four weeks in turn; each reads why."""
    ana, people = visit("ana"), households(village, 4)
    ones = browsers(visit, village, node, people)
    made = ana.post(
        "/c/valley/pools",
        {"name": "Bicycle by the hour", "what": "slots", "things": "Cargo bicycle", "buffer_minutes": "30"},
    )
    times = str(made.headers["location"])
    ana.post(f"{times}/rounds", {"closes": "2026-11-17"})
    wishes = (("9:00", "11:00"), ("10:00", "12:00"), ("11:30", "13:00"), ("14:00", "16:00"))
    for one, (start, until) in zip(ones, wishes, strict=True):
        one.post(f"{times}/claims", {"day_1": "2026-11-21", "from_1": start, "until_1": until, "band": "1"})
    ones[0].post(
        f"{times}/claims",
        {"day_1": "2026-11-21", "from_1": "9:00", "until_1": "8:00", "band": "1"},
        status=422,
    )
    village.clock.forward(days=2)
    work(node, times.split("/")[-1])
    pages = [one.get(f"{times}/rounds/1").text for one in ones]
    assert ["Yes, I take it" in page for page in pages] == [True, False, True, True]
    assert "nothing left for you" in pages[1]

    made = ana.post("/c/valley/pools", {"name": "Bicycle for a week", "what": "item", "rule": "rotation"})
    turns = str(made.headers["location"])
    ana.post(f"{turns}/stock", {"stock": "1", "why": "given"})
    served = []
    for week in range(1, 5):
        ana, ones = visit("ana"), browsers(visit, village, node, people)
        closes = (village.clock() + timedelta(days=1)).date().isoformat()
        ana.post(f"{turns}/rounds", {"closes": closes})
        for one in ones:
            one.post(f"{turns}/claims", {"amount": "1", "band": "1"})
        village.clock.forward(days=2)
        work(node, turns.split("/")[-1])
        share = row(node, PoolShare, PoolShare.pool_id == turns.split("/")[-1])
        winner = next(one for one, who in zip(ones, people, strict=True) if who.person_id == share.person_id)
        assert "so 1 piece now" in winner.get(f"{turns}/rounds/{week}").text
        winner.post(f"/shares/{share.id}/acceptance")
        ana.post(f"/shares/{share.id}/handing-out", {"answer": "yes"})
        served.append(share.person_id)
        village.clock.forward(days=5)
        ana.post(f"{turns}/stock", {"stock": "1", "why": "returned"})
    assert sorted(served) == sorted(str(one.person_id) for one in people)


def test_every_refusal_is_said_at_the_form_and_keeps_what_was_typed(
    visit: Visit, village: Village, node: Node, flour: str
) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    bruno.get(f"{flour}/claims", status=409)
    bruno.post(f"{flour}/rounds", {"closes": "2026-11-20"}, status=403)
    ana.post(f"{flour}/rounds", {"closes": "2026-11-01"}, status=422)
    ana.post(f"{flour}/rounds", {"closes": "2026-11-20"})
    for amount in ("0", "-1", "0,3", "11", "1e3", "much", "10000000000000"):
        answer = bruno.post(f"{flour}/claims", {"amount": amount, "words": "Kept words"}, status=422)
        assert "Kept words" in answer.text
        assert "See" not in answer.headers.get("location", "")
    bruno.post(f"{flour}/claims", {"amount": "1", "band": "8"}, status=422)
    twice = {"amount": "1,5", "form_id": "once"}
    bruno.post(f"{flour}/claims", twice)
    bruno.post(f"{flour}/claims", twice)
    assert row(node, PoolClaim).steps == 3
    bruno.post(f"{flour}/rounds/1/withdrawal")
    ana.post("/c/valley/pools", {"name": "", "rule": "need"}, status=422)
    ana.post("/c/valley/pools", {"name": "X", "rule": "first_come"}, status=422)
    ana.post("/c/valley/pools", {"name": "X", "rule": "hybrid", "quotas": "need 50"}, status=422)
    ana.post("/c/valley/pools", {"name": "X", "rule": "contribution", "essential": "1"}, status=422)
    ana.post(f"{flour}/rule", {"rule": "lottery"}, status=403)
    with node.database.read() as session:
        assert len(list(session.scalars(select(Pool.id)))) == 1


def test_strangers_and_other_communities_find_nothing(visit: Visit, village: Village, flour: str) -> None:
    for path in (flour, f"{flour}/claims", f"{flour}/rounds/1", f"{flour}/rounds/1/desk", "/c/valley/pools"):
        for name in ("zoe", "farid"):
            visit(name).get(path, status=404)
        assert visit(None).client.get(path).status_code in (303, 401, 404)
