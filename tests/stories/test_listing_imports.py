"""A file of tools by page: looked through, taken in, taken back; and what others get."""

import gzip
import re
from collections.abc import Callable

from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
ADDRESS = "/c/valley/imports/listings"
FILE = b"title,direction,kind,terms,condition\nDrill,offer,item,loan,5\n,offer,item,loan,5\nLadder,offer,item,loan,9\nSaw,offer,item,loan,\n"


def send(visitor: Visitor, data: bytes, status: int = 200) -> str:
    files = {"file": ("tools.csv", data, "text/csv")}
    return str(visitor.post(ADDRESS, {}, status=status, files=files).text)


def kept(page: str) -> dict[str, str]:
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("kept", "name")}
    return {name: match[1] for name, match in found.items() if match}


def test_a_file_is_looked_through_taken_in_and_taken_back(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    page = send(ana, FILE)
    assert "2 rows fit." in page
    assert "2 rows have faults." in page
    assert "Between 1 and 5" in page
    assert "Somebody has to begin" in bruno.get("/c/valley/listings").text
    ana.post(ADDRESS, kept(page))
    listed = bruno.get("/c/valley/listings").text
    assert [title in listed for title in ("Drill", "Ladder", "Saw")] == [True, False, True]
    assert "taken in already" in ana.post(ADDRESS, kept(page), status=409).text
    undo = re.search(r'action="(/imports/\w+/undoing)"', ana.get(ADDRESS).text)
    assert undo
    bruno.post(undo[1], status=403)
    visit("zoe").post(undo[1], status=404)
    ana.post(undo[1])
    assert "Somebody has to begin" in bruno.get("/c/valley/listings").text


def test_what_was_touched_since_is_not_taken_back(visit: Visit) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    ana.post(ADDRESS, kept(send(ana, gzip.compress(FILE))))
    address = re.search(r'href="(/listings/\w+)"[^>]*>Drill<', bruno.get("/c/valley/listings").text)
    undo = re.search(r'action="(/imports/\w+/undoing)"', ana.get(ADDRESS).text)
    assert address
    assert undo
    ana.post(f"{address[1]}/pause")
    assert "1 of these listings" in ana.post(undo[1], status=409).text


def test_files_that_do_not_fit_are_refused_with_words(visit: Visit) -> None:
    ana = visit("ana")
    assert "not UTF-8" in send(ana, b"title,direction\n\xff,offer\n", 422)
    assert "colour" in send(ana, b"title,direction,colour\nDrill,offer,red\n", 422)
    assert "Choose a file" in send(ana, b"", 422)
    assert "at most 5000 rows" in send(ana, b"title,direction\n" + b"Drill,offer\n" * 5_001, 422)
    assert "at most 8 MB" in send(ana, b"x" * (8 * 1024 * 1024 + 1), 413)


def test_only_who_may_import_sees_the_page(visit: Visit) -> None:
    visit("bruno").get(ADDRESS, 403)
    visit("zoe").get(ADDRESS, 404)
    visit(None).get(ADDRESS, 401)
