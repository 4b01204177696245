"""Being paid by link or code, giving by a list, collecting from several: by page, REST and command line."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.kit.errors import Invalid
from minga.kit.ids import new_id
from minga.ledger.models import Entry, PaymentAsk
from minga.ledger.rules.lists import TEXT_MAX, read_list
from tests.ledger import makers
from tests.ledger.test_api import Call
from tests.ledger.test_api import call as call
from tests.ledger.test_cli import Run
from tests.ledger.test_cli import run as run
from tests.ledger.test_pages import Visit
from tests.village import Village

LIST = "name;amount\nana;1:30\n@Hana; 45 min\n"


def counted(village: Village, what: Any) -> int:
    with village.database.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def stands(village: Village, name: str) -> int:
    with village.database.read() as session:
        return makers.stands(session, village, name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write a line for each"),
        ("ana", "Line 1: write the short name"),
        ("ana, soon\nhana, 1:00 h?", "Line 2"),
        ("hana, 1:00\nana, 0.33 h", "Line 2: “0.33 h” is no amount."),
        ("ana, 0:00", "is no amount"),
        ("ana, 1:00\nANA, 2:00", "Line 2: ANA stands in the list twice."),
        ("x" * (TEXT_MAX + 1), "At most 200 lines"),
        ("\n".join(f"n{n}, 1:00" for n in range(201)), "At most 200 lines"),
    ],
)
def test_what_is_no_list_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_list(text)
    assert said in str(refusal.value)


def test_a_list_is_looked_at_and_given_once(visit: Visit, village: Village) -> None:
    ana = visit("ana")
    for name, status in ((None, 401), ("zoe", 404), ("bruno", 403)):
        visit(name).post("/c/valley/hours/list", {"list": "hana, 1:00", "sure": "1"}, status)
    there = "/c/valley/hours/list"
    unknown = ana.post(there, {"list": "bruno, 1:00\nnobody, 2:00"}, 422)
    assert "Line 2: nobody here is called nobody." in unknown.text
    assert "bruno, 1:00" in unknown.text
    twice = ana.post(there, {"list": "bruno, 1:00\n@bruno, 2:00"}, 422)
    assert "twice" in twice.text
    look = ana.post(there, {"list": "bruno;1:30\nhana;45 min", "words": "The feast"}, 200)
    assert "2 people, 2 h 15 min together." in look.text
    assert counted(village, Entry) == 0
    sent = {"list": "bruno;1:30\nhana;45 min", "words": "The feast", "sure": "1", "form_id": new_id()}
    assert "Given to 2 people" in ana.follow(ana.post(there, sent)).text
    ana.post(there, sent)
    assert counted(village, Entry) == 2
    assert (stands(village, "bruno"), stands(village, "hana"), stands(village, "ana")) == (90, 45, -135)
    ana.post(there, {"list": "bruno, 1:00\nhana, 90:00", "sure": "1"}, 422)
    assert counted(village, Entry) == 2, "all or none"


def test_several_are_asked_for_the_same(visit: Visit, village: Village) -> None:
    there = "/c/valley/hours/collecting"
    visit("zoe").get(there, 404)
    bruno = visit("bruno")
    bruno.post(there, {"amount": "1:00"}, 422)
    bruno.post(there, {"to": ["ana", "zoe"], "amount": "1:00"}, 422)
    assert counted(village, PaymentAsk) == 0
    sent = {"to": ["ana", "hana"], "amount": "1:00", "words": "The boat", "form_id": new_id()}
    for _ in range(2):
        bruno.post(there, sent)
    assert counted(village, PaymentAsk) == 2
    page = visit("hana").get("/c/valley/money").text
    assert "Bruno asks you for 1 h" in page
    ask = re.search(r"/payment-asks/[0-9a-f]{32}", page)
    assert ask is not None
    visit("hana").post(f"{ask[0]}/answer", {"answer": "yes"})
    visit("ana").get(ask[0], 404)
    assert stands(village, "bruno") == 60


def test_a_link_opens_the_form_filled_in(visit: Visit, village: Village) -> None:
    there = "/c/valley/money/link"
    visit("zoe").get(there, 404)
    bruno = visit("bruno")
    page = bruno.get(f"{there}?amount=1:30&words=Bread+%26+salt").text
    assert "<svg" in page
    link = unescape(re.search(r'href="(http[^"]+/money/payment\?[^"]+)"', page)[1])  # type: ignore[index]
    path = link[link.index("/c/") :]
    form = visit("ana").get(path).text
    assert 'value="1:30"' in form
    assert "Bread &amp; salt" in form
    assert '<option value="bruno" selected>' in form
    assert counted(village, Entry) == 0, "a link moves nothing"
    sheet = bruno.get(f"{there}?sheet=1").text
    assert sheet.count('class="slip"') == 8
    assert "Are that hours or minutes?" in bruno.get(f"{there}?amount=5", 422).text


def test_the_same_by_rest_and_on_the_command_line(
    call: Call, run: Run, village: Village, tmp_path: Path
) -> None:
    asked = {"to": ["ana", "hana"], "amount": 30, "id": new_id()}
    made = call("bruno", "POST", "/communities/valley/payment-asks/many", asked, 201)
    assert [one["payer"] for one in made["items"]] == ["ana", "hana"]
    assert counted(village, PaymentAsk) == 2
    file = tmp_path / "helpers.csv"
    file.write_text("bruno, 10 min\n", encoding="utf-8")
    run("give", str(file), "--as", "ana", "--dry-run")
    assert counted(village, Entry) == 0
    key = new_id()
    for _ in range(2):
        run("give", str(file), "--as", "ana", "--id", key, "--words", "Chairs")
    assert stands(village, "bruno") == 10
