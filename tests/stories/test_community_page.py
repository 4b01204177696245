"""A community's own page: what it says of itself, and what is new for those inside; others see nothing of that."""

from collections.abc import Callable

from minga.sharing.rules import Item
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_members_see_what_is_new_and_others_do_not(visit: Visit, village: Village) -> None:
    listing = neighbours.listed(village, village.ana, Item(), title="A very long ladder")
    inside = visit("bruno").get("/c/valley")
    assert "A very long ladder" in inside.text
    assert f"/listings/{listing}" in inside.text
    outside = visit("farid").get("/c/valley", 404)
    assert "A very long ladder" not in outside.text
    assert f"/listings/{listing}" not in outside.text


def test_an_empty_community_says_how_to_begin(visit: Visit) -> None:
    page = visit("bruno").get("/c/valley").text
    assert "Be the one who begins." in page
    assert "/c/valley/listings/new?direction=offer" in page
