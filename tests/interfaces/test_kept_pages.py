"""Lists that many read alike are rendered once; each reader still gets exactly the page that is theirs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from minga.interfaces.web import kept_pages, page
from minga.interfaces.web.kept_pages import NotKeepable, frozen
from minga.kit.kept import everything
from minga.sharing.rules import Direction, Level
from tests.sharing.makers import post
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
NONCE = re.compile(r'nonce="([^"]+)"')
LISTS = ("/c/valley/listings", "/c/valley/listings?direction=need", "/listings", "/c/valley/listings?q=drill")


@pytest.fixture
def some(village: Village) -> None:
    with village.database.write() as session:
        for n in range(3):
            post(session, village.ana, village.valley, f"Drill {n}", at=village.clock())
        secret: dict[str, Any] = {"level": Level.PRIVATE, "at": village.clock()}
        post(session, village.ana, village.valley, "Only mine", direction=Direction.NEED, **secret)


def plain(text: str) -> str:
    return NONCE.sub('nonce="x"', text)


@pytest.mark.parametrize("address", LISTS)
def test_a_kept_page_is_the_page_that_would_be_rendered(
    visit: Visit, some: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    people = ("ana", "bruno", "hana", "chidi", "ana")
    kept = [plain(visit(name).get(address).text) for name in people]
    monkeypatch.setattr(page, "put_together", lambda *_: None)
    rendered = [plain(visit(name).get(address).text) for name in people]
    assert kept == rendered


def test_the_second_reader_gets_the_words_kept_and_a_number_of_their_own(visit: Visit, some: None) -> None:
    store = everything["pages of lists"]
    store.forget()
    bruno, hana = visit("bruno").get("/c/valley/listings"), visit("hana").get("/c/valley/listings")
    assert (store.hits, store.misses) == (1, 1)
    for answer in (bruno, hana):
        (nonce,) = set(NONCE.findall(answer.text))
        assert f"'nonce-{nonce}'" in answer.headers["content-security-policy"]
    assert NONCE.findall(bruno.text)[0] != NONCE.findall(hana.text)[0]
    assert kept_pages._MARK not in bruno.text + hana.text


def test_what_is_private_is_only_on_its_owners_page(visit: Visit, some: None) -> None:
    for _ in range(2):
        assert "Only mine" in visit("ana").get("/c/valley/listings").text
        assert "Only mine" not in visit("bruno").get("/c/valley/listings").text
        assert visit("farid").client.get("/c/valley/listings").status_code == 404


def test_what_changes_is_shown_at_once(visit: Visit, village: Village, some: None) -> None:
    bruno = visit("bruno")
    assert "Drill 9" not in bruno.get("/c/valley/listings").text
    with village.database.write() as session:
        post(session, village.ana, village.valley, "Drill 9", at=village.clock())
    assert "Drill 9" in bruno.get("/c/valley/listings").text


class Colour(Enum):
    RED = "red"


@dataclass
class Facts:
    name: str
    more: list[Any]


def test_a_key_holds_values_and_nothing_that_could_change() -> None:
    assert frozen([1, "a", None, {"b": (Colour.RED,)}]) == (1, "a", None, ("b", (Colour.RED,)))
    assert frozen({"a": [1], "b": 2}) != frozen({"a": [1], "c": 2})
    assert frozen(Facts("a", [1])) == frozen(Facts("a", [1])) != frozen(Facts("a", [2]))
    for one in (object(), lambda: None, {1, 2}, Facts("a", [object()])):
        with pytest.raises(NotKeepable):
            frozen(one)
