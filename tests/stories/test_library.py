"""A library on pages, without any script: the queue (T2), the calendar (T3), a group of chairs (T4), the desk."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from minga.interfaces.http import Node
from minga.kit import delivery, jobs
from minga.kit.clock import FixedClock
from minga.kit.ids import Id
from minga.kit.schedule import enqueue_due
from minga.sharing import commands
from minga.sharing.models import Hold, Listing, ListingLending, Loan
from minga.sharing.rules import Answers, Space
from tests.sharing import neighbours
from tests.sharing.test_desk import library
from tests.sharing.test_reservations import rule
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def work(node: Node, clock: FixedClock) -> None:
    """What the worker does: deliver, then run what is due."""
    for _ in range(5):
        delivery.deliver(node.database, clock)
        jobs.work_once(node.database, clock, node.settings)


def number_of(village: Village, listing: Id) -> int:
    with village.database.read() as session:
        return int(session.get_one(Listing, listing).number)


def one_loan(village: Village) -> Id:
    with village.database.read() as session:
        return session.scalars(select(Loan.leg_id).where(Loan.returned_on.is_(None))).one()


def test_t2_the_second_is_first_in_the_queue_and_reads_when_it_is_ready(
    village: Village, visit: Visit, node: Node, clock: FixedClock
) -> None:
    drill = neighbours.drill(village, answers=Answers.AT_ONCE)
    ana, bruno, hana, chidi = (visit(name) for name in ("ana", "bruno", "hana", "chidi"))
    here = bruno.post(f"/listings/{drill}/asks", {}).headers["location"]
    ana.post(f"{here}/start", {})
    page = hana.post(f"/listings/{drill}/asks", {}, status=409)
    assert "Bruno has it until 30 November 2026. Reserve a later day or join the queue." in page.text
    assert "Join the queue" in page.text
    page = hana.follow(hana.post(f"/listings/{drill}/holds", {}))
    assert "Your place in the queue: 1 of 1." in page.text
    page = chidi.follow(chidi.post(f"/listings/{drill}/holds", {}))
    assert "Your place in the queue: 2 of 2." in page.text
    assert "place 1 of 2" in hana.get("/me/sharing").text
    assert "Hana" not in chidi.get(f"/listings/{drill}").text
    ana.post(f"/loans/{one_loan(village)}/return", {})
    work(node, clock)
    assert "“Drill” is ready for you." in hana.get("/needs").text
    assert "is ready for you until 19 November" in hana.get("/me/notices").text
    clock.forward(days=4)
    work(node, clock)
    assert "is ready for you until" not in hana.get(f"/listings/{drill}").text
    assert "Your place in the queue: 2 of 2." in hana.get(f"/listings/{drill}").text
    assert "It is ready for you until" in chidi.get(f"/listings/{drill}").text
    page = chidi.follow(chidi.post(f"/listings/{drill}/asks", {}))
    assert "Agreed at once." in page.text
    page = hana.get(f"/listings/{drill}")
    hold = re.search(r"/holds/([0-9a-f]{32})/end", page.text)
    assert hold is not None
    visit("bruno").post(f"/holds/{hold[1]}/end", {}, status=404)
    hana.post(f"/holds/{hold[1]}/end", {})
    with village.database.read() as session:
        assert session.scalars(select(Hold).where(Hold.ended_at.is_(None))).all() == []


def test_t3_taken_days_come_back_with_what_is_free_and_late_things_warn(
    village: Village, visit: Visit, node: Node, clock: FixedClock
) -> None:
    rule(village, "loan.buffer_hours", 24)
    drill = neighbours.drill(village)
    bruno, chidi, ana = visit("bruno"), visit("chidi"), visit("ana")
    answer = bruno.post(f"/listings/{drill}/reservations", {"from": "22.11.", "until": "24.11."})
    ana.post(f"{answer.headers['location']}/answer", {"answer": "accept"})
    page = chidi.post(f"/listings/{drill}/reservations", {"from": "24.11.", "until": "26.11."}, status=409)
    assert "Taken from 22 November 2026 to 24 November 2026." in page.text
    assert "Free:" in page.text
    page = chidi.get(f"/listings/{drill}/calendar?month=2026-11")
    text = re.sub(r"<[^>]+>", "", page.text)
    assert re.search(r"22 November, 22\s+taken", text), "T27: each cell says day and word"
    assert "Bruno" not in page.text
    chidi.get(f"/listings/{drill}/calendar?month=november", status=422)
    answer = chidi.post(f"/listings/{drill}/reservations", {"from": "26.11.", "until": "28.11."})
    ana.post(f"{answer.headers['location']}/answer", {"answer": "accept"})
    clock.forward(days=6)
    with village.database.read() as session:
        from minga.sharing.models import Exchange

        first = session.scalars(select(Exchange.id).order_by(Exchange.id)).first()
    ana.post(f"/exchanges/{first}/start", {})
    work(node, clock)
    for _ in range(3):
        clock.forward(days=1)
        work(node, clock)
    assert "may be late for your reservation" in chidi.get("/me/notices").text
    page = chidi.get("/me/sharing")
    assert "Reserved" in page.text
    cancel = re.search(r"/reservations/([0-9a-f]{32})/cancellation", page.text)
    assert cancel is not None
    visit("zoe").post(f"/reservations/{cancel[1]}/cancellation", {}, status=404)
    chidi.post(f"/reservations/{cancel[1]}/cancellation", {})
    assert "Call it off" not in chidi.get("/me/sharing").text


def test_a_room_is_booked_by_the_hour_and_hours_that_do_not_exist_are_refused(
    village: Village, visit: Visit, clock: FixedClock
) -> None:
    from minga.communities.models import Community

    with village.database.write() as session:
        session.get_one(Community, village.valley).zone = "Europe/Madrid"
    clock.forward(days=120)
    room = neighbours.listed(village, village.ana, Space(), title="Workshop", answers=Answers.AT_ONCE)
    bruno = visit("bruno")
    hours = {"from": "29.3.2027", "from_time": "10:00", "until_time": "12:00"}
    page = bruno.follow(bruno.post(f"/listings/{room}/reservations", hours))
    assert "Reserved." in page.text
    page = visit("chidi").post(f"/listings/{room}/reservations", hours, status=409)
    assert "Taken from 10:00 to 12:00 on 29 March 2027" in page.text
    gone = {"from": "28.3.2027", "from_time": "2:30", "until_time": "4:00"}
    page = bruno.post(f"/listings/{room}/reservations", gone, status=422)
    assert "That hour does not exist on 28 March 2027 (clock change)." in page.text


def test_an_owner_states_rules_and_they_hold(village: Village, visit: Visit) -> None:
    room = neighbours.listed(village, village.ana, Space(), title="Workshop", answers=Answers.AT_ONCE)
    ana, bruno = visit("ana"), visit("bruno")
    bruno.get(f"/listings/{room}/lending", status=403)
    visit("zoe").get(f"/listings/{room}/lending", status=404)
    page = ana.post(f"/listings/{room}/lending", {"day_0": "9 to later"}, status=422)
    assert "Write the hours like 9:00 – 18:00" in page.text
    stated = {
        "minutes_max": "2:00",
        "month_minutes_max": "3:00",
        "at_once_max": "2",
        "approval_over_minutes": "1:30",
    }
    week = {f"day_{n}": "9:00 – 18:00" for n in range(5)}
    ana.post(f"/listings/{room}/lending", {**stated, **week})
    page = ana.get(f"/listings/{room}/lending")
    assert "9:00 – 18:00" in page.text
    for hours, words in (
        ({"from": "18.11.", "from_time": "8:00", "until_time": "10:00"}, "It is closed then."),
        ({"from": "21.11.", "from_time": "10:00", "until_time": "11:00"}, "It is closed then."),
        (
            {"from": "18.11.", "from_time": "10:00", "until_time": "13:00"},
            "The longest booking is 120 minutes.",
        ),
    ):
        answer = bruno.client.post(
            f"/listings/{room}/reservations", data={"_form": bruno.token(), "form_id": words, **hours}
        )
        assert answer.status_code in (409, 422)
        assert words in answer.text
    long = bruno.post(
        f"/listings/{room}/reservations", {"from": "18.11.", "from_time": "10:00", "until_time": "12:00"}
    )
    assert long.headers["location"].startswith("/asks/"), (
        "somebody looks at what is longer than agreed at once"
    )


def test_librarians_lend_and_take_back_with_two_requests_each(
    village: Village, visit: Visit, node: Node
) -> None:
    drill, saw = library(village), library(village, "Chainsaw")
    with village.database.write() as session:
        session.get_one(ListingLending, saw).needs_skill = "chainsaw"
    chidi = visit("chidi")
    for stranger, status in ((None, 303), ("zoe", 404), ("bruno", 403)):
        visitor = visit(stranger)
        answer = visitor.client.get("/c/valley/desk")
        assert answer.status_code in (status, 401), stranger
    number = number_of(village, drill)
    page = chidi.get(f"/c/valley/desk?q={number}")
    assert page.text.count("autofocus") == 1
    assert re.search(r'id="f-to"[^>]*autofocus', page.text)
    answer = chidi.post(
        "/c/valley/desk/act", {"do": "lend", "listing": drill, "to": "bruno", "q": str(number)}
    )
    page = chidi.follow(answer)
    assert "It is out." in page.text
    assert re.search(r'id="f-desk"[^>]*autofocus', page.text), "ready for the next thing"
    page = chidi.get(f"/c/valley/desk?q={number}")
    assert re.search(r"<button[^>]*autofocus[^>]*>Back", page.text)
    loan = one_loan(village)
    assert "Bruno" in chidi.get("/c/valley/desk/list").text
    assert "Back by" in chidi.get(f"/c/valley/desk/slip/{loan}").text
    visit("bruno").get("/c/valley/desk/list", status=403)
    page = chidi.follow(chidi.post("/c/valley/desk/act", {"do": "back", "loan": loan, "condition": "3"}))
    assert "It is back." in page.text
    page = chidi.post("/c/valley/desk/act", {"do": "lend", "listing": saw, "to": "bruno"}, status=422)
    assert "you need “chainsaw” as a verified skill" in page.text
    page = chidi.post(
        "/c/valley/desk/act", {"do": "lend", "listing": drill, "to": "nobody at all"}, status=422
    )
    assert "Nobody of that name lives here." in page.text
    chidi.post("/c/valley/desk/act", {"do": "out_of_use", "listing": drill, "reason": "No cable"})
    assert "No cable" in visit("bruno").get(f"/listings/{drill}").text
    chidi.post("/c/valley/desk/act", {"do": "in_use", "listing": drill})
    chidi.post("/c/valley/desk/act", {"do": "fly"}, status=422)


@pytest.mark.parametrize("size", ["tiny", "small", "narrow", "medium", "square", "wide", "large", "huge"])
def test_labels_of_eight_sizes_lead_back_to_the_thing(village: Village, visit: Visit, size: str) -> None:
    drill = library(village, "Drill", copies=2)
    page = visit("ana").get(f"/c/valley/desk/labels?size={size}")
    assert f'class="labels {size}"' in page.text
    assert page.text.count("<svg") >= 2
    assert page.text.count('class="label"') == 2
    assert f"<strong>{number_of(village, drill)} · 2</strong>" in page.text
    assert "style=" not in page.text


def test_what_time_does_to_rooms_held_days_and_worse_conditions(
    village: Village, visit: Visit, node: Node, clock: FixedClock
) -> None:
    room = neighbours.listed(village, village.ana, Space(), title="Workshop", answers=Answers.AT_ONCE)
    drill, ladder = neighbours.drill(village), library(village, "Ladder")
    bruno, chidi = visit("bruno"), visit("chidi")
    hours = {"from": "17.11.", "from_time": "10:00", "until_time": "12:00"}
    here = bruno.post(f"/listings/{room}/reservations", hours).headers["location"]
    bruno.post(f"/listings/{drill}/reservations", {"from": "25.11.", "until": "26.11."})
    chidi.post("/c/valley/desk/act", {"do": "lend", "listing": ladder, "to": "bruno", "condition": "4"})
    chidi.post("/c/valley/desk/act", {"do": "back", "loan": one_loan(village), "condition": "2"})
    with village.database.write() as session:
        commands.exempt(
            session,
            village.chidi,
            village.valley,
            village.people["bruno"],
            "loan.items_max",
            reason="For the summer party.",
            at=clock(),
        )
    assert "For the summer party." in bruno.get("/me/sharing").text
    assert "For the summer party." not in visit("hana").get("/me/sharing").text
    for _ in range(4):
        work(node, clock)
        clock.forward(days=1)
        enqueue_due(node.database, clock)
    work(node, clock)
    notices = bruno.get("/me/notices").text
    assert "“Ladder” came back in a worse condition. What happened?" in notices
    assert "came back in a worse condition" in chidi.get("/me/notices").text
    assert "The days of “Drill” are not held for you any more." in notices
    assert "Confirmed by one side." in bruno.get(here).text
