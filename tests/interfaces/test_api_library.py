"""The library by REST: calendar, reservations, queue and desk, with the rights and sentences of the pages."""

from tests.interfaces.test_api_exchanges import Call
from tests.interfaces.test_api_exchanges import call as call
from tests.sharing import neighbours
from tests.sharing.test_desk import library
from tests.village import Village


def test_days_are_reserved_read_and_given_back(village: Village, call: Call) -> None:
    drill = neighbours.drill(village)
    wish = {"from": "2026-11-22", "until": "2026-11-24"}
    secret = neighbours.drill(village, level=neighbours.Level.COMMUNITY)
    for stranger in ("zoe", "farid"):
        call(stranger, "GET", f"/listings/{secret}/calendar", status=404)
        call(stranger, "POST", f"/listings/{secret}/reservations", wish, status=404)
    made = call("bruno", "POST", f"/listings/{drill}/reservations", wish, status=201)
    assert (made["state"], made["copies"]) == ("held", 1)
    refused = call("chidi", "POST", f"/listings/{drill}/reservations", wish, status=409)
    assert refused["code"] == "taken_then"
    found = call("chidi", "GET", f"/listings/{drill}/calendar?from=2026-11-20&until=2026-11-30")
    assert [one["from_at"][:10] for one in found["free"]] == ["2026-11-20", "2026-11-25"]
    assert [one["id"] for one in call("bruno", "GET", "/reservations")["items"]] == [made["id"]]
    assert call("chidi", "GET", "/reservations")["items"] == []
    for stranger in ("zoe", "chidi"):
        call(stranger, "GET", f"/reservations/{made['id']}", status=404)
        call(stranger, "DELETE", f"/reservations/{made['id']}", status=404)
    assert call("ana", "GET", f"/reservations/{made['id']}")["id"] == made["id"]
    call("bruno", "DELETE", f"/reservations/{made['id']}", status=204)
    assert call("bruno", "GET", f"/reservations/{made['id']}")["state"] == "cancelled"
    naive = {"from": "2026-11-22T10:00", "until": "2026-11-24"}
    call("bruno", "POST", f"/listings/{drill}/reservations", naive, status=422)


def test_a_queue_by_rest(village: Village, call: Call) -> None:
    drill = neighbours.drill(village)
    neighbours.lent(village, village.bruno, drill)
    hold = call("chidi", "POST", f"/listings/{drill}/holds", {"wished_days": 3}, status=201)
    call("hana", "POST", f"/listings/{drill}/holds", status=201)
    assert (hold["position"], hold["waiting"], hold["state"]) == (1, 1, "placed")
    assert call("chidi", "POST", f"/holds/{hold['id']}/letting-next")["position"] == 2
    for stranger in ("zoe", "hana"):
        call(stranger, "GET", f"/holds/{hold['id']}", status=404)
        call(stranger, "DELETE", f"/holds/{hold['id']}", status=404)
    call("chidi", "DELETE", f"/holds/{hold['id']}", status=204)
    assert call("chidi", "GET", "/holds")["items"] == []


def test_the_desk_by_rest(village: Village, call: Call) -> None:
    drill = library(village)
    desk = "/communities/valley/desk"
    for stranger, status in (("zoe", 404), ("bruno", 403)):
        call(stranger, "GET", desk, status=status)
        call(stranger, "POST", desk, {"act": "lend", "listing": drill, "to": "hana"}, status=status)
    call("chidi", "POST", desk, {"act": "lend", "listing": drill, "to": "nobody"}, status=422)
    call("chidi", "POST", desk, {"act": "back"}, status=422)
    out = call("chidi", "POST", desk, {"act": "lend", "listing": drill, "to": "bruno", "condition": 4})
    assert out["due_on"] == "2026-11-30"
    [thing] = call("ana", "GET", f"{desk}?q=drill")["things"]
    assert thing["loans"][0]["borrower"]["handle"] == "bruno"
    longer = {"act": "renew", "loan": out["loan"], "until": "2026-12-03"}
    assert call("ana", "POST", desk, longer)["due_on"] == "2026-12-03"
    assert call("ana", "POST", desk, {"act": "back", "loan": out["loan"]})["returned_on"] == "2026-11-16"
    call("bruno", "POST", f"/listings/{drill}/out-of-use", {"reason": "x"}, status=403)
    broken = call("chidi", "POST", f"/listings/{drill}/out-of-use", {"reason": "No cable"}, status=201)
    assert broken["copies"] == [1]
    call("chidi", "POST", desk, {"act": "lend", "listing": drill, "to": "bruno"}, status=409)
    call("chidi", "DELETE", f"/listings/{drill}/out-of-use", status=204)
