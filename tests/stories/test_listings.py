"""Journeys with listings by page: posting, finding, changing, closing, and what strangers get."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from minga.sharing.rules import USUAL, Direction, Kind
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def typed(
    title: str = "Drill", direction: str = "offer", kind: str = "item", **more: Any
) -> dict[str, object]:
    terms = USUAL[Kind(kind)][0].value
    own: dict[str, Any] = {"skill": {"skill": "Knitting"}}.get(kind, {})
    return {
        "direction": direction,
        "kind": kind,
        "title": title,
        "terms": terms,
        "level": "partners",
        **own,
        **more,
    }


def post(visitor: Visitor, title: str = "Drill", **more: Any) -> str:
    answer = visitor.post("/c/valley/listings/new", typed(title, **more))
    return str(answer.headers["location"])


def test_a_stranger_learns_nothing(visit: Visit) -> None:
    ana, zoe = visit("ana"), visit("zoe")
    address = post(ana, "Canary drill")
    for path in (
        "/c/valley/listings",
        "/c/valley/listings/new",
        address,
        f"{address}/edit",
        f"{address}/label",
    ):
        assert "Canary" not in zoe.get(path, 404).text
    zoe.post("/c/valley/listings/new", typed(), status=404)
    zoe.post(f"{address}/closure", {"reason": "withdrawn"}, status=404)
    assert "Canary" not in zoe.get("/listings").text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("direction", Direction)
def test_each_of_the_fourteen_forms_is_shown_and_publishes(
    visit: Visit, kind: Kind, direction: Direction
) -> None:
    ana = visit("ana")
    assert f"direction={direction.value}&amp;kind={kind.value}" in ana.get("/c/valley/listings/new").text
    form = ana.get(f"/c/valley/listings/new?direction={direction.value}&kind={kind.value}").text
    assert 'name="title"' in form
    address = post(ana, "Something shared", direction=direction.value, kind=kind.value)
    assert "Something shared" in visit("bruno").get(address).text
    assert "Something shared" in visit("bruno").get("/c/valley/listings").text


def test_what_was_typed_comes_back_with_the_sentence_at_the_field(visit: Visit) -> None:
    ana = visit("ana")
    wrong = typed("", description="Kept words", condition="9", quantity="-4", available_from_on="32.13.")
    page = ana.post("/c/valley/listings/new", wrong, status=422).text
    assert "Kept words" in page
    assert 'href="#f-title"' in page
    assert "Error:" in page
    assert 'href="#f-available_from_on"' in page
    assert ana.get("/c/valley/listings").text.count('class="card ') == 0


def test_a_draft_is_seen_by_its_author_only_until_it_is_published(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    address = post(ana, "Secret draft", act="draft")
    assert "draft" in ana.get(address).text
    bruno.get(address, 404)
    assert "Secret draft" not in bruno.get("/c/valley/listings").text
    ana.post(f"{address}/publication")
    assert "Secret draft" in bruno.get("/c/valley/listings").text


def test_pause_resume_close_and_reopen_by_buttons(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    address = post(ana, "Ladder")
    bruno.post(f"{address}/pause", status=403)
    ana.post(f"{address}/pause")
    assert "Ladder" not in bruno.get("/c/valley/listings").text
    bruno.get(address, 404)
    ana.post(f"{address}/resumption")
    assert "Ladder" in bruno.get("/c/valley/listings").text
    ana.post(f"{address}/closure", {"reason": "fulfilled"})
    assert "Open it again" in ana.get(address).text
    ana.post(f"{address}/reopening")
    assert "Ladder" in bruno.get("/c/valley/listings").text


def test_changing_shows_the_new_words_and_an_old_version_is_stale(visit: Visit) -> None:
    ana = visit("ana")
    address = post(ana, "Ladder", description="Three metres")
    form = ana.get(f"{address}/edit").text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version
    assert "Three metres" in form
    change = typed("Tall ladder", version=version[1], condition="5")
    ana.post(f"{address}/edit", change)
    assert "Tall ladder" in ana.get(address).text
    page = ana.post(f"{address}/edit", typed("Mine again", version=version[1]), status=422).text
    assert "Somebody changed this meanwhile" in page
    assert "Mine again" in page
    visit("bruno").get(f"{address}/edit", 403)


def test_photos_are_kept_shown_and_refused_when_they_are_none(visit: Visit) -> None:
    ana = visit("ana")
    picture = io.BytesIO()
    Image.new("RGB", (900, 600), "green").save(picture, "JPEG")
    photo = ("drill.jpg", picture.getvalue(), "image/jpeg")
    sent = ana.post("/c/valley/listings/new", typed("Drill with photo"), files={"photos": photo})
    address = sent.headers["location"]
    small = re.search(r'src="(/listings/\w+/photos/\w+/large)"', ana.get(address).text)
    assert small
    assert ana.get(small[1]).headers["content-type"] == "image/webp"
    visit("zoe").get(small[1], 404)
    assert re.search(r"/photos/\w+/small", visit("bruno").get("/c/valley/listings").text)
    wrong = ("drill.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")
    page = ana.post("/c/valley/listings/new", typed("Not kept"), status=422, files={"photos": wrong}).text
    assert "Not kept" in page
    assert "SVG" in page


def test_search_by_words_phrases_and_numbers(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    post(ana, "Árbol ladder", description="two metres of wood")
    post(ana, "Steel ladder", description="metres two")
    for query, expected in {
        "ladder": {"Árbol ladder", "Steel ladder"},
        "arbol": {"Árbol ladder"},
        '"two metres"': {"Árbol ladder"},
        "ladder -steel": {"Árbol ladder"},
        "-steel": {"Árbol ladder"},
        "#2": {"Steel ladder"},
        "NEAR( * AND": set(),
        "ladder OR nothing": set(),
    }.items():
        page = bruno.get("/c/valley/listings", params={"q": query}).text
        assert {name for name in ("Árbol ladder", "Steel ladder") if f">{name}</a>" in page} == expected, (
            query
        )
    assert "Nothing found" in bruno.get("/c/valley/listings?q=zeppelin").text


def test_filters_narrow_and_can_be_cleared(visit: Visit) -> None:
    ana = visit("ana")
    post(ana, "Drill")
    post(ana, "Cot wanted", direction="need", terms="gift")
    post(ana, "Knitting", kind="skill")
    for query, expected in {
        "direction=need": {"Cot wanted"},
        "kind=skill": {"Knitting"},
        "kind=skill&kind=item": {"Drill", "Cot wanted", "Knitting"},
        "term=loan": {"Drill"},
        "kind=nonsense": {"Drill", "Cot wanted", "Knitting"},
        "origin=network": set(),
    }.items():
        page = ana.get(f"/c/valley/listings?{query}").text
        assert {name for name in ("Drill", "Cot wanted", "Knitting") if f">{name}</a>" in page} == expected, (
            query
        )


def test_the_first_listing_of_somebody_new_with_a_link_waits_for_a_look(visit: Visit) -> None:
    dara, bruno, ana = visit("dara"), visit("bruno"), visit("ana")
    address = post(dara, "Look here", description="see www.example.org")
    assert "waits for a look" in dara.get(address).text
    bruno.get(address, 404)
    ana.post(f"{address}/look")
    assert "Look here" in bruno.get("/c/valley/listings").text
    again = post(dara, "Plain words")
    assert "Plain words" in bruno.get(again).text


def test_only_people_i_choose_see_what_is_private(visit: Visit, village: Village) -> None:
    ana, bruno, hana = visit("ana"), visit("bruno"), visit("hana")
    address = post(
        bruno, "Quiet need", direction="need", kind="help", level="private", named=village.people["hana"]
    )
    assert "Quiet need" in hana.get(address).text
    assert "Quiet need" in hana.get("/c/valley/listings").text
    assert "Quiet need" in ana.get(address).text  # a steward of this template is also a dispatcher
    visit("dara").get(address, 404)
    assert "Quiet need" not in visit("dara").get("/c/valley/listings").text


def test_sending_a_form_twice_posts_once(visit: Visit) -> None:
    ana = visit("ana")
    form = typed("Only once", form_id="0123456789abcdef0123456789abcdef")
    first, second = (ana.post("/c/valley/listings/new", form).headers["location"] for _ in range(2))
    assert first == second
    assert ana.get("/c/valley/listings").text.count(">Only once</a>") == 1


def test_a_label_has_the_number_and_a_code(visit: Visit) -> None:
    ana = visit("ana")
    address = post(ana, "Ladder")
    page = ana.get(f"{address}/label").text
    assert page.count("Number 1") == 6
    assert "<svg" in page
    visit("bruno").get(f"{address}/label", 404)


def test_empty_lists_say_what_will_be_here(visit: Visit) -> None:
    assert "Somebody has to begin" in visit("ana").get("/c/valley/listings").text
    assert visit(None).get("/c/valley/listings", 401).status_code == 401
