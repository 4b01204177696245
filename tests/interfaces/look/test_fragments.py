"""Kept pieces of pages: made once for what they depend on, and never more than fit."""

from datetime import timedelta
from functools import partial

from markupsafe import Markup

from minga.interfaces.web.fragments import Fragments

from .environment import NOW, render_string

CARD = '{% call kept("card of the test", id, version) %}{{ ui.tag(_("Home")) }}{{ word }}{% endcall %}'


def test_a_piece_is_made_once_for_each_version_language_and_day() -> None:
    first = render_string(CARD, id=1, version=1, word="one")
    assert "one" in first
    assert render_string(CARD, id=1, version=1, word="two") == first
    assert "two" in render_string(CARD, id=1, version=2, word="two")
    assert "two" in render_string(CARD, id=1, version=1, word="two", language="es")
    assert "two" in render_string(CARD, id=1, version=1, word="two", now=NOW + timedelta(days=1))


def test_words_inside_are_escaped_and_stay_escaped() -> None:
    for _ in range(2):
        assert "&lt;b&gt;" in render_string(CARD, id=2, version=1, word="<b>")


def test_the_oldest_goes_when_it_is_full() -> None:
    fragments, made = Fragments(2), list[str]()

    def make(name: str) -> Markup:
        made.append(name)
        return Markup(name)

    for name in ("a", "b", "a", "c", "a"):
        assert fragments.get(name, partial(make, name)) == name
    assert made == ["a", "b", "c", "a"]
