"""T9 and its neighbours over HTTP: Bruno phones, Hana takes it in, asks three, the second says yes; a neighbour without account writes."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from minga.communication.models import Notice
from minga.communities.models import Policy
from minga.interfaces.http import Node
from minga.kit.db import count_statements
from minga.kit.delivery import deliver
from minga.kit.events import EventRow
from minga.kit.ids import Id, new_id
from minga.kit.repeat import Repeat
from minga.sharing import commands
from minga.sharing.models import DispatchQuestion, Exchange, Intake, Listing
from minga.sharing.rules import Help
from tests.sharing import neighbours
from tests.sharing.test_dispatch import taken
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
CALL = {
    "caller": "Bruno",
    "member": "bruno",
    "reach": "+57 300 765 43 21",
    "what": "A lift to the clinic",
    "place": "Fig street",
    "urgency": "urgent",
    "consent": "1",
}


def react(village: Village) -> None:
    """Everything that reactions have to do."""
    while deliver(village.database, village.clock):
        pass


def hands(village: Village, *names: str) -> None:
    """Neighbours who offer help."""
    for name in names:
        neighbours.listed(
            village, village.actor(name), Help(), title=f"{name} can drive", terms=neighbours.GIFT
        )


@pytest.fixture
def hana(visit: Visit, village: Village) -> Visitor:
    """Hana answers the phone."""
    from tests.village import _give

    with village.database.write() as session:
        _give(session, village, village.valley, "hana", "dispatcher")
    return visit("hana")


def test_bruno_phones_and_is_driven(hana: Visitor, visit: Visit, village: Village) -> None:
    """T9 whole: nobody sees a number, the log says "for Bruno by Hana"."""
    hands(village, "ana", "chidi", "dara")
    assert "Take in by phone" in hana.get("/c/valley/dispatch").text
    answer = hana.post("/c/valley/dispatch/new", CALL)
    page = hana.follow(answer).text
    asked = re.findall(r'name="people" value="(\w+)"[^>]* checked', page)
    assert len(asked) == 3
    case = answer.headers["location"]
    hana.post(case.replace("/case", "/rounds"), {"people": asked})
    react(village)
    pages = {}
    for name in ("ana", "chidi", "dara"):
        question_id = question_of(village, name)
        pages[name] = f"/questions/{question_id}"
        text = visit(name).get(pages[name]).text
        assert "A lift to the clinic" in text
        assert "Bruno" not in text
        assert "765 43" not in text
    visit("ana").get(pages["chidi"], 404)
    visit("ana").post(pages["ana"], {"answer": "no"})
    answer = visit("chidi").post(pages["chidi"], {"answer": "yes"})
    exchange = answer.headers["location"]
    react(village)
    seen = visit("chidi").get(exchange).text
    assert "Bruno" in seen
    assert "765 43" not in seen
    late = visit("dara").get(pages["dara"]).text
    assert "Somebody else is doing it" in late
    assert "Fig street" not in late
    visit("dara").post(pages["dara"], {"answer": "yes"}, status=409)
    told = notices(village, "dara")
    assert told == [
        "Can you help with “{title}”?",
        "“{title}”: somebody is doing it. Thank you all the same.",
    ]
    assert "{name} helps you with “{title}”." in notices(village, "bruno")
    visit("chidi").post(f"{exchange}/done")
    visit("bruno").post(f"{exchange}/done")
    assert "Done today" in hana.get("/c/valley/dispatch").text
    assert "for Bruno by Hana" in visit("ana").get("/c/valley/log").text
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Exchange)) == 1
        assert "765 43" not in str(session.execute(select(EventRow.facts)).all())
        assert "765 43" not in str(session.execute(select(Notice.facts)).all())


def question_of(village: Village, name: str) -> Id:
    with village.database.read() as session:
        return session.scalars(
            select(DispatchQuestion.id).where(DispatchQuestion.person_id == village.people[name])
        ).one()


def notices(village: Village, name: str) -> list[str]:
    with village.database.read() as session:
        found = select(Notice.sentence).where(Notice.person_id == village.people[name])
        return list(session.scalars(found.order_by(Notice.id)))


def test_numbers_stand_on_the_call_sheet_which_the_log_knows_of(visit: Visit, village: Village) -> None:
    listing_id = taken(village)
    ana = visit("ana")
    for page in (f"/listings/{listing_id}", f"/listings/{listing_id}/case", "/c/valley/dispatch"):
        assert "600 11" not in ana.get(page).text
    assert "600 11 22 33" in ana.post("/c/valley/dispatch/sheet", status=200).text
    ana.get("/c/valley/dispatch/sheet", 303)
    visit("bruno").post("/c/valley/dispatch/sheet", status=403)
    visit("zoe").post("/c/valley/dispatch/sheet", status=404)
    with village.database.read() as session:
        facts = session.scalars(select(EventRow.facts).where(EventRow.name == "CallSheetRead")).all()
        assert facts == [{"n": 1}]


def test_a_dispatcher_with_sixty_cases_is_answered_by_six_questions(
    visit: Visit, village: Village, node: Node
) -> None:
    for n in range(60):
        village.clock.forward(seconds=1)
        taken(village, what=f"need {n}", reach=f"+34 600 10 {n:04}")
    ana = visit("ana")
    ana.get("/c/valley/dispatch")
    with count_statements(node.database) as said:
        text = ana.get("/c/valley/dispatch").text
    assert text.count("by phone") >= 60
    assert len(said) <= 6, said
    assert len(gzip.compress(text.encode(), 6)) <= 14 * 1024


def test_no_button_of_a_case_leads_nowhere(visit: Visit, village: Village) -> None:
    hands(village, "bruno", "hana")
    listing_id = taken(village)
    ana, here = visit("ana"), f"/listings/{listing_id}"
    ana.post(f"{here}/contacts", {"kind": "no_answer", "note": "Rang twice."})
    assert "Rang twice." in ana.get(f"{here}/case").text
    ana.post(f"{here}/contacts", {"kind": "pigeon"}, status=422)
    ana.post(f"{here}/rounds", {}, status=422)
    ana.post(f"{here}/rounds", {"people": [village.people["zoe"]]}, status=422)
    ana.post(f"{here}/rounds", {"people": [village.people["bruno"]]})
    ana.post(f"{here}/round-end")
    ana.post(f"{here}/assignment", {"member": "zoe"}, status=422)
    ana.post(f"{here}/merge", {"into": "99"}, status=422)
    ana.post(f"{here}/still-needed", status=422)
    ana.follow(ana.post(f"{here}/split", {"what": "A lift"}))
    ana.post(f"{here}/case-owner", {"to": village.people["chidi"]})
    ana.post(f"{here}/case-owner", {"to": "me"})
    assert "You look after" in ana.get("/c/valley/dispatch/duty").text
    ana.post("/c/valley/dispatch/duty", {"to": village.people["chidi"]})
    ana.post(f"{here}/assignment", {"member": "hana"})
    ana.post(f"{here}/case-closure", {"reason": "fulfilled"})
    assert "A lift" in ana.post("/c/valley/dispatch/sheet", status=200).text
    assert "There is nobody to call." in ana.post("/c/valley/dispatch/sheet", {"mine": "1"}, status=200).text


def open_intake(village: Village) -> None:
    """Valley has said that anybody may write to its dispatchers."""
    with village.database.write() as session:
        session.add(
            Policy(
                community_id=village.valley,
                key="intake.public",
                value=True,
                since_at=village.clock(),
                set_by_id=village.people["ana"],
                second_by_id=village.people["chidi"],
                made_at=village.clock(),
            )
        )


NEED = {
    "what": "Milk and bread",
    "caller": "Mara",
    "reach": "0600 99 88 77",
    "place": "Block D",
    "urgency": "normal",
    "consent": "1",
}


def began(visitor: Visitor) -> str:
    found = re.search(r'name="began" value="([^"]+)"', visitor.get("/c/valley/need").text)
    assert found
    return found[1]


def written(visitor: Visitor, village: Village, **fields: str) -> Any:
    """Somebody without an account reads the form for a while and sends it."""
    sign = began(visitor)
    village.clock.forward(seconds=20)
    return visitor.post("/c/valley/need", {**NEED, "began": sign, **fields})


def test_the_door_for_everybody_is_not_there_unless_the_community_opens_it(
    visit: Visit, village: Village
) -> None:
    for name in (None, "zoe", "bruno", "ana"):
        visit(name).get("/c/valley/need", 404)
        visit(name).post("/c/valley/need", NEED, status=404)
    open_intake(village)
    visit(None).get("/c/valley/need")
    visit(None).get("/c/harbour/need", 404)


def test_a_neighbour_without_account_writes_and_is_helped(visit: Visit, village: Village) -> None:
    open_intake(village)
    mara = visit(None)
    link = written(mara, village).headers["location"]
    assert "Waits to be read" in mara.get(link).text
    ana = visit("ana")
    line = "Somebody without an account needs “Milk and bread”."
    assert line in ana.get("/needs").text
    assert line not in visit("bruno").get("/needs").text
    page = ana.get("/c/valley/dispatch").text
    assert "Milk and bread" in page
    assert "99 88" not in page
    for name in ("bruno", "zoe", None):
        assert "Milk and bread" not in visit(name).client.get("/c/valley/listings").text
    taking = re.search(r'action="(/intakes/\w+/taking)"', page)
    assert taking
    visit("bruno").post(taking[1], status=404)
    case = ana.post(taking[1]).headers["location"]
    assert line not in ana.get("/needs").text
    assert "Mara" in ana.get(case).text
    assert "We look for somebody" in mara.get(link).text
    ana.post(case.replace("/case", "/assignment"), {"member": "bruno"})
    status = mara.get(link).text
    assert "Somebody was found" in status
    assert "Bruno" not in status
    assert "99 88 77" in ana.post("/c/valley/dispatch/sheet", status=200).text
    with village.database.read() as session:
        kept = session.scalars(select(Intake)).one()
        assert link.rsplit("/", 1)[1] not in (kept.token, kept.caller)
        assert "Mara" not in kept.caller
        assert "99 88" not in kept.reach
        assert link.rsplit("/", 1)[1] not in str([one.answer for one in session.scalars(select(Repeat))])


def test_taking_back_empties_it_and_refusing_is_read(visit: Visit, village: Village) -> None:
    open_intake(village)
    mara, ana = visit(None), visit("ana")
    link = written(mara, village).headers["location"]
    mara.post(link)
    assert "You took it back" in mara.get(link).text
    with village.database.read() as session:
        assert link.rsplit("/", 1)[1] not in str([one.answer for one in session.scalars(select(Repeat))])
        gone = session.scalars(select(Intake)).one()
        assert (gone.what, gone.caller, gone.reach, gone.phone_tail) == ("", "", "", "")
    second = written(mara, village).headers["location"]
    refusal = re.search(r'action="(/intakes/\w+/refusal)"', ana.get("/c/valley/dispatch").text)
    assert refusal
    ana.follow(ana.post(refusal[1]))
    assert "We cannot help this time" in mara.get(second).text
    mara.post(second, status=409)
    village.clock.forward(days=31)
    with village.database.write() as session:
        commands.pass_time(session, at=village.clock())
    mara.get(second, 404)
    mara.get(link, 404)


@pytest.mark.parametrize(
    "fields",
    [
        {"website": "http://buy.example"},
        {"consent": ""},
        {"what": ""},
        {"reach": " "},
        {"began": "1.00"},
        {"began": "9" * 400},
        {"began": "²³.x"},
        {"what": "x" * 5_000},
        {"by_day": "2020-01-01"},
        {"by_time": "25:99"},
    ],
)
def test_what_programs_send_is_not_kept(visit: Visit, village: Village, fields: dict[str, str]) -> None:
    open_intake(village)
    mara = visit(None)
    sign = began(mara)
    village.clock.forward(seconds=20)
    data = {**NEED, "began": sign, **fields}
    if not data["consent"]:
        del data["consent"]
    answer = mara.post("/c/valley/need", data, status=422)
    assert "Milk and bread" in answer.text or "what" in fields
    assert kept_intakes(village) == 0


def kept_intakes(village: Village) -> int:
    with village.database.read() as session:
        return session.scalar(select(func.count()).select_from(Intake)) or 0


def test_nobody_is_quicker_than_three_seconds_or_slower_than_a_day(visit: Visit, village: Village) -> None:
    open_intake(village)
    mara = visit(None)
    sign = began(mara)
    village.clock.forward(seconds=2)
    mara.post("/c/valley/need", {**NEED, "began": sign}, status=422)
    village.clock.forward(hours=25)
    mara.post("/c/valley/need", {**NEED, "began": sign}, status=422)
    assert kept_intakes(village) == 0


def test_five_an_hour_from_one_network_and_a_double_press_is_one(visit: Visit, village: Village) -> None:
    open_intake(village)
    mara = visit(None)
    form_id = new_id()
    first = written(mara, village, form_id=form_id).headers["location"]
    assert written(mara, village, form_id=form_id).headers["location"] == first
    assert kept_intakes(village) == 1
    stranger = visit(None)
    stranger.client.cookies.set("minga-pre", "another-browser", domain=stranger.node.host)
    for n in range(4):
        assert written(stranger, village, what=f"need {n}").headers["location"] != first
    sign = began(stranger)
    village.clock.forward(seconds=20)
    stranger.post("/c/valley/need", {**NEED, "began": sign}, status=429)
    assert kept_intakes(village) == 5


def test_the_same_number_is_marked_for_dispatchers_and_told_to_nobody(visit: Visit, village: Village) -> None:
    open_intake(village)
    case = taken(village, reach="+34 0600 99 88 77")
    mara = visit(None)
    page = mara.follow(written(mara, village)).text
    assert "same" not in page
    found = visit("ana").get("/c/valley/dispatch").text
    assert f'href="/listings/{case}/case">Maybe the same as this one' in found


def test_a_link_of_a_need_shows_nothing_to_whoever_guesses(visit: Visit, village: Village) -> None:
    for guess in ("x", "A" * 43, "A" * 4_000, "%00", "é"):
        assert visit(None).client.get(f"/need/{guess}").status_code in (400, 404)


def test_a_mail_scanner_that_follows_every_link_changes_nothing(
    visit: Visit, village: Village, node: Node
) -> None:
    """T15: the letter leads to a page with three buttons; only the button *Still true* extends."""
    listing_id = neighbours.listed(village, village.ana, Help(), title="I drive", terms=neighbours.GIFT)
    village.clock.forward(days=13, hours=1)
    ana, page = visit("ana"), f"/listings/{listing_id}/still-true"
    for name in ("bruno", "zoe", None):
        assert visit(name).client.get(page).status_code in (303, 401, 404)
    text = ana.get(page).text
    assert [text.count(word) for word in (">Still true<", ">Taken<", ">Withdraw<")] == [1, 1, 1]
    before = ends(village, listing_id)
    with count_statements(node.database) as said:
        for link in dict.fromkeys(re.findall(r'(?:href|action)="(/[^"]*)"', text)):
            ana.client.get(link)
    assert [one for one in said if re.match(r"\s*(INSERT|UPDATE|DELETE)", one)] == []
    assert ends(village, listing_id) == before
    ana.post(page)
    assert ends(village, listing_id) == village.clock() + timedelta(days=14)


def ends(village: Village, listing_id: Id) -> Any:
    with village.database.read() as session:
        return session.scalars(select(Listing.expires_at).where(Listing.id == listing_id)).one()
