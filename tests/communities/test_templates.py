"""What a community starts with shows on its pages: the bar, the headings and the ways of sharing of a new listing."""

import re
from collections.abc import Callable

import pytest

from minga.communities.rules.templates import template_of, templates
from minga.interfaces.web.frame import PLACES
from minga.sharing.rules import CATEGORIES, TermKind
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


@pytest.mark.parametrize("key", templates())
def test_a_template_names_what_there_is(key: str) -> None:
    start = templates()[key]
    assert set(start.categories) <= set(CATEGORIES)
    assert {TermKind(term) for term in start.terms}
    assert len(start.places) == 3
    assert set(start.places) <= set(PLACES) - {"home", "more"}


def founded(visitor: Visitor, template: str) -> str:
    place = visitor.post("/communities/new", {"name": "Mill", "template": template}).headers["location"]
    return str(place).removesuffix("/ready")


@pytest.mark.parametrize("key", templates())
def test_the_bar_has_the_places_of_the_template(visit: Visit, key: str) -> None:
    ivo = visit("ivo")
    page = ivo.get(f"{founded(ivo, key)}/log").text
    bar = re.search(r'<nav class="places".*?</nav>', page, re.S)
    assert bar
    labels = [PLACES[name][0] for name in ("home", *template_of(key).places, "more")]
    assert re.findall(r"<span>([^<]+)</span>", bar[0]) == labels


def test_a_new_listing_begins_as_is_usual_here(visit: Visit) -> None:
    ivo = visit("ivo")
    at = founded(ivo, "time_bank")
    form = ivo.get(f"{at}/listings/new?direction=offer&kind=service").text
    assert re.findall(r'name="terms" value="(\w+)" checked', form) == ["time_credit"]
    headings = re.search(r'<select[^>]*name="category".*?</select>', form, re.S)
    assert headings
    assert re.findall(r"<option[^>]*>([^<]+)</option>", headings[0])[1:6] == [
        "Teaching",
        "Care and company",
        "Repairs",
        "Languages",
        "Food",
    ]
    thing = ivo.get(f"{at}/listings/new?direction=offer&kind=item").text
    assert re.findall(r'name="terms" value="(\w+)" checked', thing) == ["loan"]


def test_ways_that_cost_money_are_not_ticked_where_money_is_off(visit: Visit) -> None:
    ivo = visit("ivo")
    form = ivo.get(f"{founded(ivo, 'food')}/listings/new?direction=offer&kind=item").text
    assert re.findall(r'name="terms" value="(\w+)" checked', form) == ["gift"]
