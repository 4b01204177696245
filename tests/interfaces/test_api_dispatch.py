"""Dispatch and contact shares by REST: the rights of the pages, and no number in any answer."""

import pytest

from minga.sharing.rules import Help
from tests.interfaces.test_api_listings import Call, call
from tests.sharing import neighbours
from tests.sharing.test_dispatch import taken
from tests.village import Village

__all__ = ["call"]
BODY = {
    "caller": "Edda",
    "reach": "+34 600 11 22 33",
    "what": "Groceries",
    "place": "Block C",
    "consent": True,
}


@pytest.mark.parametrize(("name", "status"), [("zoe", 404), ("farid", 404), ("bruno", 403)])
def test_the_list_is_for_dispatchers(call: Call, village: Village, name: str, status: int) -> None:
    listing_id = taken(village)
    call(name, "GET", "/communities/valley/dispatch", status=status)
    call(name, "POST", "/communities/valley/dispatch", BODY, status=status)
    for what, body in (
        ("rounds", {"people": [village.people["hana"]]}),
        ("contacts", {"kind": "call"}),
        ("assignment", {"member": "hana"}),
        ("case-owner", {"to": None}),
        ("merge", {"into": listing_id}),
        ("split", {"what": "a part"}),
        ("case-closure", {"reason": "withdrawn"}),
    ):
        call(name, "POST", f"/listings/{listing_id}/{what}", body, status=404)


def test_a_case_by_rest(call: Call, village: Village) -> None:
    neighbours.listed(village, village.bruno, Help(), title="I drive", terms=neighbours.GIFT)
    made = call("ana", "POST", "/communities/valley/dispatch", BODY, status=201).json()
    assert (made["who"], made["by_phone"], made["step"]) == ("Edda", True, "looking")
    here = f"/listings/{made['id']}"
    call("ana", "POST", "/communities/valley/dispatch", BODY, status=409)
    call("ana", "POST", "/communities/valley/dispatch", {**BODY, "consent": False}, status=422)
    call("ana", "POST", f"{here}/contacts", {"kind": "no_answer", "note": "Rang twice."}, status=201)
    call("ana", "POST", f"{here}/rounds", {"people": [village.people["bruno"]]}, status=201)
    part = call("ana", "POST", f"{here}/split", {"what": "A lift"}, status=201).json()
    assert (
        call("ana", "POST", f"/listings/{part['id']}/merge", {"into": made["id"]}).json()["id"] == made["id"]
    )
    call("ana", "POST", f"{here}/case-owner", {"to": village.people["chidi"]})
    call("ana", "POST", f"{here}/assignment", {"member": "zoe"}, status=422)
    assert call("ana", "POST", f"{here}/assignment", {"member": "bruno"}).json()["step"] == "arranged"
    answer = call("ana", "GET", "/communities/valley/dispatch")
    assert [one["number"] for one in answer.json()["items"]] == [made["number"]]
    assert "600 11" not in answer.text
    call("ana", "GET", "/communities/valley/dispatch", scopes=("communities.read",), status=403)
    exchange = call("bruno", "GET", "/exchanges").json()["items"][0]["id"]
    shares = f"/exchanges/{exchange}/contact-shares"
    assert call("bruno", "GET", shares).json() == {"theirs": {}, "mine": []}
    call("zoe", "GET", shares, status=404)
    call("hana", "POST", shares, {"field": "caller"}, status=404)
    call("bruno", "POST", shares, {"field": "phone"}, status=422)
    assert call("chidi", "POST", shares, {"field": "caller"}).json()["mine"] == ["caller"]
    assert call("bruno", "GET", shares).json()["theirs"] == {"caller": "+34 600 11 22 33"}
    call("chidi", "POST", shares, {"field": "caller", "answer": "end"})
    assert call("bruno", "GET", shares).json()["theirs"] == {}
