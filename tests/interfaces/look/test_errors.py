"""Pages of refusals and faults: kind, in the visitor's language, without a database, without scripts."""

from collections.abc import Callable

import pytest

from minga.interfaces.web.errors_static import SENTENCES, TITLES, error_page
from tests.visitor import Visitor

from .test_macros import Page


@pytest.mark.parametrize("language", ["en", "es;q=0.9, fr", ""])
@pytest.mark.parametrize("status", [*TITLES, 422])
def test_every_status_has_a_page_that_leads_on(status: int, language: str) -> None:
    html = error_page(status, language).decode()
    page = Page(html)
    page.ids()
    assert [tag for tag, _ in page.elements].count("h1") == 1
    assert "<script" not in html
    assert any(tag == "a" and a.get("href") == "/" for tag, a in page.elements)
    retry = any(tag == "a" and a.get("href") == "" for tag, a in page.elements)
    assert retry is (status in (429, 500, 503))


def test_an_address_that_nobody_has_is_answered_with_a_page(visit: Callable[[str | None], Visitor]) -> None:
    answer = visit(None).get("/no/such/page", status=404)
    assert answer.headers["content-type"].startswith("text/html")
    assert SENTENCES[404] in answer.text
    assert visit(None).get("/api/v1/no-such", status=404).json()["code"] == "not_found"


def test_the_language_is_the_visitors() -> None:
    assert '<html lang="es"' in error_page(404, "es-CO,es;q=0.9").decode()
    assert '<html lang="en"' in error_page(404, "xx").decode()
    assert SENTENCES[404] in error_page(404, "en").decode()


def test_a_fault_names_its_number_and_a_refusal_its_sentence() -> None:
    assert "Nothing was saved. Number 7Q4-K2M." in error_page(500, "en", number="7Q4-K2M").decode()
    html = error_page(403, "en", "Only stewards can do this: <b>ask</b> one.").decode()
    assert "Only stewards can do this: &lt;b&gt;ask&lt;/b&gt; one." in html
