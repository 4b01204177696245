"""Journeys with places by page and API: named, chosen, near, as a map; and the canary stays with its owner."""

from collections.abc import Callable

from minga.interfaces.http import Node
from tests.stories.calling import program
from tests.stories.test_listings import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
POINT = "47.123412, 8.654321"
FINER = ("123412", "654321", "47.1234", "8.6543")


def test_places_are_named_and_strangers_do_not_see_them(visit: Visit, village: Village) -> None:
    ana, bruno, zoe = visit("ana"), visit("bruno"), visit("zoe")
    zoe.get("/c/valley/places", 404)
    zoe.post("/c/valley/places", {"name": "Market"}, status=404)
    bruno.post("/c/valley/places", {"name": "Market"}, status=403)
    assert "No place has a name yet" in bruno.get("/c/valley/places").text
    ana.post("/c/valley/places", {"name": "Market", "point": "3.45, -76.53"})
    assert "Market" in bruno.get("/c/valley/places").text
    assert "Name a place" not in bruno.get("/c/valley/places").text
    assert ana.post("/c/valley/places", {"name": "Mill", "point": "there"}, status=422).text.count("latitude")
    assert "Market" in bruno.get("/c/valley/listings/new?direction=offer&kind=item").text


def test_the_canary_point_stays_with_its_owner(visit: Visit, village: Village, node: Node) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    address = post(ana, "Drill", point=POINT, precision="exact")
    bruno.post("/me/place", {"point": POINT, "precision": "neighbourhood"})
    pages = (
        address,
        "/c/valley/listings?near=me",
        "/c/valley/listings?near=me&view=map",
        "/c/valley/listings?view=map",
        "/listings?near=me&q=drill",
        "/c/valley/places",
        "/me/place",
        f"{address}/label",
        "/api/v1/communities/valley/listings?near=me",
        f"/api/v1{address}",
        "/api/v1/communities/valley/map",
        "/api/v1/communities/valley/places",
    )
    api = program(node, village.people["bruno"])
    for path in pages:
        answer = (api if path.startswith("/api") else bruno.client).get(path)
        if path.endswith("/label"):
            continue
        assert answer.status_code == 200, (path, answer.text[:500])
        assert not [one for one in FINER if one in answer.text], path
    assert "under 1 km" in bruno.get("/c/valley/listings?near=me").text
    found = api.get("/api/v1/communities/valley/listings?near=me").json()["items"][0]
    assert found["place"] == {"label": "", "precision": "exact", "band": "under_1_km"}
    assert POINT in ana.get(f"{address}/edit").text
    ana.post(f"{address}/edit", {"direction": "offer", "kind": "item", "title": "Drill", "terms": "loan",
                                 "level": "partners", "version": "2"})  # fmt: skip
    assert POINT not in ana.get(f"{address}/edit").text


def test_near_without_a_place_asks_for_one(visit: Visit, village: Village, node: Node) -> None:
    bruno, api = visit("bruno"), program(node, village.people["bruno"])
    post(visit("ana"), "Canary drill")
    for query in ("near=me", "sort=nearest", "radius_km=3", "near=nowhere"):
        page = bruno.get(f"/c/valley/listings?{query}", 422).text
        assert "Canary" not in page
        answer = api.get(f"/api/v1/communities/valley/listings?{query}")
        assert answer.status_code == 422
        assert "Canary" not in answer.text
    assert "Near what? Choose a place or leave it out." in bruno.get("/c/valley/listings?near=me", 422).text
    assert api.get("/api/v1/listings?sort=nearest").json()["code"] == "near_what"


def test_the_map_has_a_list_beside_it_and_totals_count_everything(
    visit: Visit, village: Village, node: Node
) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    api = program(node, village.people["bruno"])
    assert "Nothing stands on the map" in bruno.get("/c/valley/listings?view=map").text
    for title in ("Drill", "Saw"):
        post(ana, title, point=POINT)
    page = bruno.get("/c/valley/listings?view=map").text
    assert page.count("cell=") == 2
    assert "<svg" in page
    assert "2 things" in page
    found = api.get("/api/v1/communities/valley/listings?group=community&limit=1").json()
    assert (found.get("total"), found.get("communities")) == (2, 1), found
    assert found["by_community"] == {"valley": {"name": "Valley", "n": 2}}


def test_filters_by_day_and_by_how_work_is_paid(visit: Visit, village: Village, node: Node) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    api = program(node, village.people["bruno"])
    post(ana, "Tent", available_from_on="2026-12-01", available_until_on="2026-12-05")
    post(ana, "Paint the hall", kind="job", compensation="free")
    free = bruno.get("/c/valley/listings?free_from=2026-12-03&free_until=2026-12-04&kind=item").text
    assert "Tent" in free
    assert "Tent" not in bruno.get("/c/valley/listings?free_from=2026-12-06").text
    assert "Tent" not in bruno.get("/c/valley/listings?free_until=2026-11-30").text
    assert "Paint the hall" in bruno.get("/c/valley/listings?compensation=free").text
    assert "Paint the hall" not in bruno.get("/c/valley/listings?compensation=money").text
    bruno.get("/c/valley/listings?free_from=soon", 422)
    for name, value in (
        ("free_from", "soon"),
        ("sort", "best"),
        ("radius_km", "7"),
        ("cell", "x"),
        ("group", "y"),
    ):
        assert api.get(f"/api/v1/listings?{name}={value}").status_code == 422


def test_t25_a_word_of_another_language_finds_what_it_means(
    visit: Visit, village: Village, node: Node
) -> None:
    post(visit("ana"), "Drill with two batteries")
    bruno, api = visit("bruno"), program(node, village.people["bruno"])
    assert "Drill with two batteries" in bruno.get("/c/valley/listings?q=taladro").text
    assert api.get("/api/v1/listings?q=taladro").json()["items"][0]["title"] == "Drill with two batteries"
    assert "Drill with" not in bruno.get("/c/valley/listings?q=taladro+escalera").text
    assert "Drill with" not in visit("zoe").get("/listings?q=taladro").text
    for typed in ("NEAR(taladro drill)", 'title:"drill"', "taladro* OR x", "(taladro"):
        bruno.get("/c/valley/listings?q=" + typed)
