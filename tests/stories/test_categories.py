"""Categories by page: looked at, added, renamed, made one, and with fields that the form asks for."""

from collections.abc import Callable

from minga.interfaces.http import Node
from minga.sharing import queries
from tests.stories.calling import program
from tests.stories.test_listings import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def id_of(village: Village, key: str) -> str:
    with village.database.read() as session:
        found = queries.categories(session, village.ana, village.valley)
        return next(one.id for one in found if one.key == key)


def test_categories_are_changed_by_forms(visit: Visit, village: Village) -> None:
    ana, bruno, zoe = visit("ana"), visit("bruno"), visit("zoe")
    zoe.get("/c/valley/categories", 404)
    zoe.post("/c/valley/categories", {"label_en": "X"}, status=404)
    bruno.post("/c/valley/categories", {"label_en": "X"}, status=403)
    assert "A new category" not in bruno.get("/c/valley/categories").text
    ana.post("/c/valley/categories", {"label_en": "Instruments", "label_es": "Instrumentos"})
    assert "Instruments" in bruno.get("/c/valley/categories").text
    ana.post("/c/valley/categories", {"label_en": ""}, status=422)
    made = id_of(village, "instruments")
    ana.post(f"/c/valley/categories/{made}/change", {"label_en": "Music", "parent": id_of(village, "art")})
    assert "Music" in bruno.get("/c/valley/listings").text
    ana.post(f"/c/valley/categories/{made}/merge", {"into": id_of(village, "art")})
    assert "Music<" not in bruno.get("/c/valley/categories").text
    ana.post(f"/c/valley/categories/{id_of(village, 'sports')}/retirement")
    assert "Sports" not in bruno.get("/c/valley/categories").text


def test_a_form_asks_for_the_fields_of_categories(visit: Visit, village: Village, node: Node) -> None:
    ana, bruno, api = visit("ana"), visit("bruno"), program(node, village.people["ana"])
    books = id_of(village, "books")
    ana.post(f"/c/valley/categories/{books}/fields", {"label_en": "Author", "kind": "text"})
    books = id_of(village, "books")
    ana.post(f"/c/valley/categories/{books}/fields", {"label_en": "See", "kind": "link"})
    fields = {one["key"]: one for one in next(
        one for one in api.get("/api/v1/communities/valley/categories").json()["items"] if one["id"] == books
    )["fields"]}  # fmt: skip
    assert fields.keys() == {"author", "see"}
    page = ana.get("/c/valley/listings/new?direction=offer&kind=item").text
    assert "Only in Books and games" in page
    assert "Author" in page
    address = post(ana, "Novel", category=books, extra_author="Ursula", extra_see="https://example.org/a")
    shown = bruno.get(address).text
    assert "Ursula" in shown
    assert 'href="https://example.org/a" rel="nofollow' in shown
    assert "Ursula" in ana.get(f"{address}/edit").text
    found = api.get(f"/api/v1{address}").json()
    assert found["extra"] == {"author": "Ursula", "see": "https://example.org/a"}
    changed = api.patch(
        f"/api/v1{address}",
        json={"extra": {"author": "Le Guin"}},
        headers={"If-Match": f'"{found["version"]}"'},
    )
    assert changed.json()["extra"] == {"author": "Le Guin"}
    ana.post("/c/valley/listings/new", {
        "direction": "offer", "kind": "item", "title": "X", "terms": "loan", "category": books,
        "extra_see": "javascript:1"}, status=422)  # fmt: skip
    ana.get("/c/valley/listings/new?direction=need&kind=item")
