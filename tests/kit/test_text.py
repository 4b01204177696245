"""Texts that people typed."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.kit.errors import Invalid
from minga.kit.text import clean_line, clean_text, fold, initials, language_tag, markdown_html, slugify


@given(st.text())
def test_a_cleaned_line_has_no_control_character_and_is_cleaned_once_for_all(text: str) -> None:
    line = clean_line(text, 10_000)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
    assert clean_line(line, 10_000) == line
    line.encode("utf-8")


@given(st.text())
def test_a_cleaned_text_keeps_only_newline_and_tab(text: str) -> None:
    kept = clean_text(text, 10_000)
    assert not any(ord(character) < 32 and character not in "\n\t" for character in kept)
    assert clean_text(kept, 10_000) == kept


def test_composed_and_decomposed_letters_are_kept_alike() -> None:
    assert clean_line("Jose\u0301", 10) == clean_line("José", 10) == "José"


def test_a_direction_override_is_dropped_and_a_joiner_kept() -> None:
    assert clean_line("bill\u202egnp.exe", 40) == "billgnp.exe"
    assert clean_line("👩\u200d🌾", 10) == "👩\u200d🌾"


def test_too_long_names_both_numbers_and_the_field() -> None:
    with pytest.raises(Invalid) as refusal:
        clean_line("x" * 11, 10, field="title")
    assert str(refusal.value) == "That is 11 characters long. Please keep it to 10."
    assert list(refusal.value.fields) == ["title"]
    assert clean_line("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize("nothing", ["", "  ", "\n\t", "\u202e", "\x00"])
def test_what_is_required_may_not_be_empty(nothing: str) -> None:
    with pytest.raises(Invalid, match="Please fill this in"):
        clean_line(nothing, 10, required=True)
    with pytest.raises(Invalid, match="Please fill this in"):
        clean_text(nothing, 10, required=True)


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        '<a href="x" onclick="y">z</a>',
        "![x](https://example.org/pixel.png)",
        "<javascript:alert(1)>",
        '[x](https://example.org "t\\" onmouseover=\\"y")',
        "<svg/onload=x>",
        "<!-- hidden -->",
        "&lt;script&gt;",
    ],
)
def test_markdown_gives_no_way_to_act(attack: str) -> None:
    parser = Elements()
    parser.feed(markdown_html(attack))
    assert set(parser.names) <= {"p", "a", "br"}
    for name, value in parser.attributes:
        assert name in {"href", "rel", "title"}
        assert name != "href" or value.startswith("https://example.org")


class Elements(HTMLParser):
    """The elements and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_comment(self, data: str) -> None:
        self.names.append("comment")


def test_markdown_gives_what_people_need() -> None:
    html = markdown_html(
        "# Rules\n\nBring *gloves* and **water**\nor [read](https://example.org).\n\n1. one\n2. two"
    )
    assert "<h3>Rules</h3>" in html
    assert "<em>gloves</em>" in html
    assert "<strong>water</strong><br>" in html
    assert '<a href="https://example.org" rel="nofollow noopener">read</a>' in html
    assert html.count("<li>") == 2


def test_headings_are_shifted_below_those_of_the_page_and_end_at_six() -> None:
    assert "<h6>" in markdown_html("###### deep")
    assert "<h2>" in markdown_html("# top", heading=2)
    assert "<h1>" not in markdown_html("# a\n\nb\n=\n")


@pytest.mark.parametrize(
    "bomb", ["[" * 20_000, "> " * 10_000, "*a_" * 8_000, "- " * 5_000, "`" * 9_999, "|a" * 5_000]
)
def test_hostile_markdown_ends_soon(bomb: str) -> None:
    began = time.process_time()
    markdown_html(bomb)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÁRBOL", "arbol"),
        ("Straße", "STRASSE"),
        ("Łódź", "lodz"),
        ("Øl", "ol"),
        ("ｗｉｄｅ", "wide"),
        ("ﬁg", "fig"),
    ],
)
def test_search_folds_case_marks_and_width(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_other_scripts_survive_folding() -> None:
    assert fold("مجتمع") == "مجتمع"
    assert fold("Ελλάδα") == "ελλαδα"


@given(st.text())
def test_a_slug_is_safe_in_an_address(text: str) -> None:
    slug = slugify(text, 20)
    assert len(slug) <= 20
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


@given(st.text())
def test_initials_are_never_empty(name: str) -> None:
    assert len(initials(name)) >= 1


@pytest.mark.parametrize("tag", ["", "x", "english", "en-", "en_US.UTF-8", "<b>", "en-US-x-y", "a" * 500])
def test_what_is_no_language_has_no_tag(tag: str) -> None:
    assert language_tag(tag) == ""
