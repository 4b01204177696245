"""Pools by REST and on the command line: the rights, sentences and codes of the pages."""

import json
from pathlib import Path
from typing import Any

import pytest

from minga.interfaces.cli import main
from minga.sharing.commands import pooling as commands
from minga.sharing.queries import pooling as queries
from minga.sharing.rules.pools import StockWhy
from tests.interfaces.test_api_exchanges import Call, call
from tests.interfaces.test_cli_exchanges import folk, run
from tests.sharing.commons import claimed, households, opened, pool, shared_out
from tests.village import Village

__all__ = ["call", "folk", "run"]


def test_a_round_from_founding_to_the_record(village: Village, call: Call) -> None:
    body = {"name": "Flour", "unit": "kg", "step_milli": 500, "claim_max": 20}
    made = call("ana", "POST", "/communities/valley/pools", body, 201)
    here = f"/pools/{made['id']}"
    call("bruno", "POST", "/communities/valley/pools", body, 403)
    call("zoe", "GET", here, status=404)
    call("ana", "POST", f"{here}/stock", {"milli": 3000}, 201)
    gift = {"milli": 2000, "words": "One bag"}
    call("bruno", "POST", f"{here}/gifts", gift, 201)
    round_ = call("ana", "POST", f"{here}/rounds", {"closes_at": "2026-11-17T18:00:00Z"}, 201)
    assert (round_["n"], round_["state"]) == (1, "open")
    assert len(round_["commitment"]) == 64
    claim = call(
        "bruno", "PUT", f"{here}/rounds/1/claim", {"steps": 8, "band": 3, "words": "Four of us", "heads": 4}
    )
    assert claim["claim"]["steps"] == 8
    call("bruno", "PUT", f"{here}/rounds/1/claim", {"steps": 6, "band": 3})
    assert "Four of us" not in json.dumps(call("hana", "GET", f"{here}/rounds/1"))
    call("hana", "PUT", f"{here}/rounds/1/claim", {"steps": 2})
    call("hana", "DELETE", f"{here}/rounds/1/claim", status=204)
    entry = {"person": village.people["hana"], "steps": 2}
    call("ana", "POST", f"{here}/rounds/1/entries", entry, 403)
    call("ana", "POST", f"{here}/rounds/1/entries", {**entry, "asked": True}, 201)
    call("ana", "POST", f"{here}/rounds/1/allocation", status=409)
    village.clock.forward(days=2)
    call("ana", "POST", f"{here}/rounds/1/allocation")
    call("ana", "POST", f"{here}/rounds/1/allocation", status=409)
    own = call("bruno", "GET", f"{here}/rounds/1")["claim"]
    assert own["explanation"]["share"] == own["shares"][0]["steps"]
    share = own["shares"][0]["id"]
    assert call("ana", "GET", f"{here}/next")["next"] == "bruno"
    call("hana", "POST", f"/shares/{share}/acceptance", status=404)
    assert call("bruno", "POST", f"/shares/{share}/acceptance")["state"] == "accepted"
    record = call("hana", "GET", f"{here}/rounds/1/record.json")
    assert record["format"] == "minga-pool-record/1"
    call("hana", "GET", f"{here}/rounds/1/record.json?whole=true", status=403)
    assert call("hana", "GET", f"{here}/rounds/1/report") == {}
    assert [one["id"] for one in call("bruno", "GET", "/communities/valley/pools")["items"]] == [made["id"]]
    assert call("ana", "GET", f"{here}/next") == {"next": None, "order": []}
    call("bruno", "GET", f"{here}/next", status=403)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"steps": 0}, 422, "steps_invalid"),
        ({"steps": -1}, 422, "steps_invalid"),
        ({"steps": 21}, 422, "steps_invalid"),
        ({"steps": 1.5}, 422, "not_an_integer"),
        ({"steps": 1e3}, 422, "not_an_integer"),
        ({"steps": "1e3"}, 422, "not_an_integer"),
        ({"steps": 10**12}, 422, "too_large"),
        ({"steps": 1, "band": 4}, 422, "band_invalid"),
        ({"steps": 1, "heads": 0}, 422, "heads_invalid"),
    ],
)
def test_numbers_that_do_not_fit_are_refused_with_their_code(
    village: Village, call: Call, body: dict[str, Any], status: int, code: str
) -> None:
    made = pool(village, stock=5, claim_max=20)
    n = opened(village, made)
    answer = call("bruno", "PUT", f"/pools/{made}/rounds/{n}/claim", body, status)
    assert answer["code"] == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"rule": "first_come"}, "rule_invalid"),
        ({"rule": "hybrid", "parameters": {"quotas": [["need", 90]]}}, "rule_invalid"),
        ({"step_milli": 0}, "rule_invalid"),
        ({"step_milli": 0.5}, "not_an_integer"),
        ({"rule": "contribution", "essential": True}, "rule_invalid"),
        ({"window_days": 3}, "rule_invalid"),
    ],
)
def test_a_pool_that_does_not_fit_is_refused(
    village: Village, call: Call, body: dict[str, Any], code: str
) -> None:
    answer = call("ana", "POST", "/communities/valley/pools", {"name": "Flour", **body}, 422)
    assert answer["code"] == code


def test_times_and_ranks_that_do_not_fit_are_refused(village: Village, call: Call) -> None:
    from minga.sharing.rules.allocation.names import What

    times = pool(village, what=What.SLOTS, rule="windows", things={"bicycle": 1})
    plots = pool(village, what=What.RANKED, rule="ranked", things={"north": 1, "south": 1}, name="Plots")
    for made, body, code in (
        (times, {"windows": [["2026-11-20T10:00Z", "2026-11-20T09:00Z"]]}, "window_invalid"),
        (times, {"windows": [["2026-11-20T10:00", "2026-11-20T11:00"]]}, "window_invalid"),
        (times, {}, "window_invalid"),
        (plots, {"ranks": ["north", "north"]}, "rank_repeated"),
        (plots, {"ranks": ["west"]}, "thing_unknown"),
    ):
        n = opened(village, made) if body else 1
        if body:
            answer = call("bruno", "PUT", f"/pools/{made}/rounds/{n}/claim", body, 422)
            assert answer["code"] == code
            with village.database.write() as session:
                for who in (village.ana, village.chidi):
                    commands.cancel_round(session, who, made, n, "Again", at=village.clock())


def test_pools_on_the_command_line_and_a_draw_checked_from_a_file(
    folk: Village, run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from minga.kit.sealed import FieldKey

    folk.database.field_key = FieldKey("a secret only of this test, long enough")
    made = pool(folk, stock=4)
    n = opened(folk, made)
    for who in households(folk, 5):
        claimed(folk, who, made, n, 2)
    assert [one["name"] for one in run("pool", "list", "--community", "valley", who="bruno")] == ["Flour"]
    run("pool", "list", who="bruno", code=2)
    run("pool", "show", made, who="zoe", code=3)
    [shown] = run("pool", "show", made, who="bruno")
    assert shown["stock"] == "4 kg"
    [before] = run("pool", "round", made, str(n), who="bruno")
    assert before["claims"] == 5
    assert before["seed"] is None
    shared_out(folk, made, n)
    [after] = run("pool", "round", made, str(n), who="house0")
    assert after["claim"]["explanation"]["rule"] == "need"
    run("pool", "next", made, who="bruno", code=4)
    [asked] = run("pool", "next", made, "--order", who="ana")
    assert len(asked["order"]) == 5
    with folk.database.read() as session:
        record = queries.record(session, folk.ana, made, n, at=folk.clock(), whole=True)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(record))
    assert main(["lot", "verify", str(file)]) == 0
    assert "SAME" in capsys.readouterr().out
    file.write_text(json.dumps({**record, "supply": 3}))
    assert main(["lot", "verify", str(file)]) == 7
    file.write_text("{}")
    assert main(["lot", "verify", str(file)]) == 9
    assert main(["lot", "verify", str(tmp_path / "nowhere.json")]) == 9
    assert StockWhy.GIVEN
