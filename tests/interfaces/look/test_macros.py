"""The macros: each renders in all states, with labels, ties and typed values; nothing inline anywhere."""

import itertools
import re
from html.parser import HTMLParser

import pytest

from .environment import TEMPLATES, render, render_string

FIELDS = ("field", "area", "select", "check", "switch", "choices", "date_field", "time_field", "number_field")
MORE_FIELDS = ("minutes_field", "money_field", "file_field")


class Page(HTMLParser):
    """The elements of a page, and that every element that is opened is closed in its place."""

    VOID = frozenset({"input", "meta", "link", "img", "br", "hr", "use", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, (tag, self.open, self.getpos())

    def ids(self) -> set[str]:
        found = [a["id"] for _, a in self.elements if a.get("id")]
        assert len(found) == len(set(found)), [i for i in found if found.count(i) > 1]
        return {str(i) for i in found}


def call_of(macro: str, **facts: object) -> str:
    first = "'tools', 'Tools'"
    if macro in ("select", "choices"):
        first += ", [('a', 'A'), ('b', 'B')]"
    named = "".join(f", {key}={value!r}" for key, value in facts.items())
    return "{{ ui." + macro + "(" + first + named + ") }}"


@pytest.mark.parametrize("macro", FIELDS + MORE_FIELDS)
def test_a_field_is_tied_to_its_label_hint_and_error(macro: str) -> None:
    page = Page(render_string(call_of(macro, hint="A hint.", error="Say it again.")))
    ids = page.ids()
    described = [a for _, a in page.elements if a.get("aria-describedby")]
    assert len(described) == 1
    assert set(str(described[0]["aria-describedby"]).split()) <= ids
    assert described[0]["aria-invalid"] == "true"
    if macro == "choices":
        assert any(tag == "legend" for tag, _ in page.elements)
    else:
        assert {a["for"] for tag, a in page.elements if tag == "label"} <= ids


@pytest.mark.parametrize("macro", FIELDS + MORE_FIELDS)
def test_a_field_without_error_says_nothing_of_errors(macro: str) -> None:
    html = render_string(call_of(macro))
    assert "aria-invalid" not in html
    assert 'class="error"' not in html


def test_typed_values_come_back_escaped() -> None:
    html = render_string("{{ ui.field('a', 'A', value) }}{{ ui.area('b', 'B', value) }}", value='"><b>Öl</b>')
    assert html.count("&lt;b&gt;Öl&lt;/b&gt;") == 2
    assert "<b>" not in html
    assert 'value="0"' in render_string("{{ ui.number_field('n', 'N', 0) }}")
    chosen = render_string("{{ ui.select('s', 'S', [(1, 'one'), (2, 'two')], '2') }}")
    assert '<option value="2" selected>' in chosen


def test_required_is_said_to_the_browser_and_optional_in_words() -> None:
    assert "(optional)" in render_string("{{ ui.field('a', 'A') }}")
    html = render_string("{{ ui.field('a', 'A', required=True) }}")
    assert " required" in html
    assert "(optional)" not in html


def test_a_form_carries_its_token_and_a_fresh_number() -> None:
    html = render_string(
        "{% call ui.form('/x', files=True, draft='d', version=4) %}{% endcall %}{{ ui.act('/y', 'Go') }}"
    )
    page = Page(html)
    numbers = [a["value"] for _, a in page.elements if a.get("name") == "form_id"]
    assert len(numbers) == len(set(numbers)) == 2
    assert [a["value"] for _, a in page.elements if a.get("name") == "_form"] == ["token", "token"]
    assert 'enctype="multipart/form-data"' in html
    assert '<input type="hidden" name="version" value="4">' in html


def test_errors_lead_to_their_fields_and_take_the_focus() -> None:
    html = render_string("{{ ui.error_list({'title': 'Give it a name.'}) }}{{ ui.field('title', 'T') }}")
    page = Page(html)
    (link,) = [a["href"] for tag, a in page.elements if tag == "a"]
    assert str(link)[1:] in page.ids()
    (box,) = [a for _, a in page.elements if a.get("role") == "alert"]
    assert "autofocus" in box
    assert render_string("{{ ui.error_list({}) }}").strip() == ""


def test_what_cannot_be_done_says_why() -> None:
    for macro in (
        "ui.button('Go', disabled_because=why)",
        "ui.link_button('Go', '/x', disabled_because=why)",
        "ui.act('/x', 'Go', disabled_because=why)",
    ):
        html = render_string("{{ " + macro + " }}", why="Your trial ends first.")
        assert " disabled" in html
        assert "Your trial ends first." in html
        assert "href" not in html.replace("<use href", "")


def test_the_background_way_is_stamped_with_the_nonce_and_has_a_plain_twin() -> None:
    html = render_string(
        "{{ ui.act('/x', 'Go', part='needs') }}{{ ui.pager('/n', part='needs') }}"
        "{% call ui.filter_bar('/f', part='needs') %}{% endcall %}"
    )
    enhanced = [(tag, a) for tag, a in Page(html).elements if any(key.startswith("hx-") for key in a)]
    assert len(enhanced) == 3
    for tag, attributes in enhanced:
        assert attributes["hx-nonce"] == "bm9uY2U"
        assert attributes["hx-select"] == attributes["hx-target"] == "#needs"
        plain = attributes["href"] if tag == "a" else attributes["action"]
        assert plain == attributes.get("hx-post", attributes.get("hx-get"))


def test_a_difference_is_told_in_words() -> None:
    html = render_string(
        "{{ ui.difference(before, after) }}", before="One.\n\n<b>Two</b>.", after="One.\n\nThree."
    )
    assert "Removed:</strong> <del>&lt;b&gt;Two&lt;/b&gt;.</del>" in html
    assert "Added:</strong> <ins>Three.</ins>" in html
    assert html.count("One.") == 1


def test_the_page_of_all_components_is_well_formed_with_one_h1() -> None:
    page = Page(render("dev/look.html"))
    page.ids()
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    assert {"header", "main", "footer", "nav"} <= {tag for tag, _ in page.elements}


def test_a_title_says_that_there_is_an_error() -> None:
    assert "<title>Error: Look" in render("dev/look.html", errors={"title": "Give it a name."})
    assert "<title>Look · Valley" in render("dev/look.html")


def test_a_page_without_a_nonce_has_no_scripts() -> None:
    assert "<script" not in render("bare.html", nonce=None)


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_have_nothing_inline_and_no_colour(path: object) -> None:
    text = path.read_text("utf-8")  # type: ignore[attr-defined]
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"hx-on|hx-vals=.js:|javascript:", text)
    assert "<style" not in text
    for script in re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL):
        assert script == ""
    for script in re.findall(r"<script[^>]*>", text):
        assert 'nonce="{{ nonce }}"' in script
        assert "src=" in script
    assert not re.search(r"(?<![\w&/\"'])#[0-9a-fA-F]{3,8}\b(?!\")", text)
