"""Pages of the ledger over HTTP: give, thank, ask, undo, limits; strangers and other members learn nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from minga.communities import commands as communities
from minga.communities.commands.founding import grant_at_founding
from minga.communities.commands.membership import live_membership
from minga.communities.rules import CameBy
from minga.interfaces.http import Node
from minga.kit.db import count_statements
from minga.kit.ids import new_id
from minga.kit.jobs import Run
from minga.ledger.commands.clock import end_asks
from minga.ledger.models import Entry, PaymentAsk, Period
from tests.ledger.makers import account_id, pay, stands
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]


def test_time_is_given_and_both_see_it(visit: Visit, village: Village) -> None:
    bruno = visit("bruno")
    assert "begins by itself" in bruno.get("/c/valley/money").text
    made = bruno.post(
        "/c/valley/money/payment", {"to": "ana", "amount": "1.5 h", "words": "Bread for the meeting"}
    )
    page = bruno.follow(made)
    assert "Bread for the meeting" in page.text
    assert "+1 h 30 min" in page.text
    assert "−1 h 30 min" in bruno.get("/c/valley/money").text
    assert "From Bruno" in visit("ana").get("/c/valley/money").text
    path = made.headers["location"]
    for name in ("hana", "zoe"):
        visit(name).get(path, 404)
    visit(None).get(path, 401)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0.33 h", "0.33 hours is not a whole number of minutes. Please write 0:20."),
        ("5", "Are that hours or minutes?"),
        ("soon", ""),
        ("0:00", "Please write how much."),
    ],
)
def test_unclear_amounts_are_refused_and_kept(visit: Visit, village: Village, typed: str, said: str) -> None:
    page = visit("bruno").post("/c/valley/money/payment", {"to": "ana", "amount": typed}, 422)
    assert said in page.text
    assert f'value="{typed}"' in page.text
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_beyond_the_limit_the_form_says_who_lifts_it(visit: Visit, village: Village) -> None:
    page = visit("bruno").post("/c/valley/money/payment", {"to": "ana", "amount": "10:30"}, 422)
    assert "This would take you to −10 h 30." in page.text
    assert "ask Ana, Chidi for a higher limit" in page.text


def test_a_double_click_pays_once(visit: Visit, village: Village) -> None:
    bruno, form_id = visit("bruno"), new_id()
    for _ in range(2):
        bruno.post("/c/valley/money/payment", {"to": "ana", "amount": "0:30", "form_id": form_id})
    with village.database.read() as session:
        assert stands(session, village, "ana") == 30


def test_thanks_need_words_and_end_at_five_hours(visit: Visit, village: Village) -> None:
    bruno = visit("bruno")
    assert (
        "At most 5 hours"
        in bruno.post("/c/valley/hours/thanks", {"to": "ana", "amount": "5:01", "words": "Soup"}, 422).text
    )
    bruno.post("/c/valley/hours/thanks", {"to": "ana", "amount": "5:00"}, 422)
    bruno.post("/c/valley/hours/thanks", {"to": "ana", "amount": "5:00", "words": "Soup"})
    with village.database.read() as session:
        assert stands(session, village, "ana") == 300


def test_a_gift_to_all_goes_to_the_commons(visit: Visit, village: Village) -> None:
    visit("bruno").post("/c/valley/money/payment", {"to": "=", "amount": "90 min", "words": "For all"})
    desk = visit("ana").get("/c/valley/money/desk").text
    assert "COMMONS-TIME" in desk
    with village.database.read() as session:
        assert stands(session, village, "bruno") == -90


def test_an_ask_is_paid_once_and_shown_where_it_waits(visit: Visit, village: Village) -> None:
    ana, bruno = visit("ana"), visit("bruno")
    made = ana.post("/c/valley/money/asks", {"to": "bruno", "amount": "2:00", "words": "Fence"})
    path = made.headers["location"]
    assert "Ana asks you for 2 h." in bruno.get("/needs").text
    visit("hana").get(path, 404)
    ana.post(f"{path}/answer", {"answer": "yes"}, 403)
    visit("zoe").post(f"{path}/answer", {"answer": "yes"}, 404)
    for _ in range(2):
        bruno.post(f"{path}/answer", {"answer": "yes"})
    bruno.post(f"{path}/answer", {"answer": "no"}, 409)
    assert "Ana asks you for 2 h." not in bruno.get("/needs").text
    with village.database.read() as session:
        assert stands(session, village, "ana") == 120
    second = bruno.post("/c/valley/money/asks", {"to": "ana", "amount": "1:00"}).headers["location"]
    bruno.post(f"{second}/withdrawal")
    ana.post(f"{second}/answer", {"answer": "yes"}, 409)


def test_asks_lapse_after_thirty_days(visit: Visit, village: Village, node: Node) -> None:

    path = visit("ana").post("/c/valley/money/asks", {"to": "bruno", "amount": "2:00"}).headers["location"]
    village.clock.forward(days=30)
    end_asks(Run(village.database, village.clock, node.settings, "0" * 32, 1), {})
    with village.database.read() as session:
        assert session.scalar(select(PaymentAsk.lapsed_at)) == village.clock()
    visit("bruno").post(f"{path}/answer", {"answer": "yes"}, 409)


def test_many_are_shown_before_they_are_paid(visit: Visit, village: Village) -> None:
    ana = visit("ana")
    form = {"to": ["bruno", "hana"], "amount": "1:00", "words": "Work day", "from": "commons"}
    preview = ana.post("/c/valley/hours/many", form, 200)
    assert "2 people get 1 h each: 2 h together." in preview.text
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Entry)) == 0
    visit("bruno").post("/c/valley/hours/many", {**form, "sure": "1"}, 403)
    ana.post("/c/valley/hours/many", {**form, "sure": "1"})
    with village.database.read() as session:
        assert (stands(session, village, "bruno"), stands(session, village, "hana")) == (60, 60)
        assert stands(session, village, "ana") == 0


def test_accounts_statements_and_desk_are_not_for_others(visit: Visit, village: Village) -> None:
    pay(village, "bruno", "ana", 90, memo="Bread")
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
    own = [f"/accounts/{account}", f"/accounts/{account}/statement", f"/accounts/{account}/statement/file"]
    for name, status in (("hana", 404), ("zoe", 404), (None, 401)):
        for path in own:
            visit(name).get(path, status)
    for path in own:
        assert "Bread" in visit("bruno").get(path).text
        assert "Bread" in visit("ana").get(path).text
    assert visit("bruno").get(f"{own[2]}").text.splitlines()[1].endswith("Ana,Bread,TIME,-90,-90")
    for path in ("/c/valley/money/desk", "/c/valley/ledger/verification", "/c/valley/ledger/export"):
        visit("bruno").get(path, 403)
        visit("zoe").get(path, 404)
        visit("ana").get(path)
    assert "Bruno" not in visit("ana").get("/c/valley/ledger/export?format=beancount").text


def test_a_steward_sets_a_limit_and_lets_an_account_rest(visit: Visit, village: Village) -> None:
    pay(village, "bruno", "ana", 90)
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
    path = f"/accounts/{account}"
    visit("bruno").post(f"{path}/limit", {"debt": "99:00", "reason": "me"}, 403)
    visit("hana").post(f"{path}/limit", {"debt": "99:00", "reason": "me"}, 404)
    ana = visit("ana")
    assert "Say why" in ana.post(f"{path}/limit", {"limits": "own", "debt": "15:00"}, 422).text
    ana.post(f"{path}/limit", {"limits": "own", "debt": "15:00", "reason": "Agreed on Monday"})
    shown = visit("bruno").get(path).text
    assert "−15 h" in shown
    assert "Agreed on Monday" in shown
    ana.post(f"{path}/rest", {"no_giving": "1", "reason": "We talk first"})
    assert (
        "resting" in visit("bruno").post("/c/valley/money/payment", {"to": "ana", "amount": "0:05"}, 422).text
    )


def test_only_the_treasurer_undoes_and_never_their_own(visit: Visit, village: Village) -> None:
    made = pay(village, "bruno", "hana", 90)
    path = f"/entries/{made}/reversal"
    visit("bruno").post(path, {"reason": "no"}, 403)
    visit("zoe").post(path, {"reason": "no"}, 404)
    visit("ana").post(path, {"reason": "no"}, 403)  # a steward reads the books, a treasurer keeps them


def test_a_treasurer_undoes_what_others_did_but_not_their_own(visit: Visit, village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        bank = communities.found(
            session, village.zoe, name="Bank", template="time_bank", founded_by="anybody", at=at
        )
        for name in ("ana", "bruno", "hana"):
            person = village.people[name]
            communities.begin(session, village.zoe, bank.id, person, at=at, came_by=CameBy.INVITE)
        holder = live_membership(session, bank.id, village.people["hana"])
        assert holder is not None
        grant_at_founding(session, bank, holder, "treasurer", village.people["zoe"], at=at)
    hana = visit("hana")
    assert 'href="/c/bank/money"' in hana.get("/c/bank").text, "hours stand in the bar of a time bank"
    others = visit("bruno").post("/c/bank/money/payment", {"to": "ana", "amount": "1:00"}).headers["location"]
    own = hana.post("/c/bank/money/payment", {"to": "ana", "amount": "1:00"}).headers["location"]
    assert "Undo this entry" in hana.get(others).text
    assert "Undo this entry" not in hana.get(own).text
    hana.post(f"{own}/reversal", {"reason": "no"}, 403)
    hana.post(f"{others}/reversal", {}, 422)
    undone = hana.follow(hana.post(f"{others}/reversal", {"reason": "The wrong Ana"}))
    assert "The wrong Ana" in undone.text
    hana.post(f"{others}/reversal", {"reason": "Again"}, 409)
    assert "was undone" in visit("bruno").get("/c/bank/money").text


def test_a_year_that_is_over_is_closed_for_good(visit: Visit, village: Village) -> None:
    at = village.clock()
    with village.database.write() as session:
        bank = communities.found(
            session, village.zoe, name="Bank", template="time_bank", founded_by="anybody", at=at
        )
        for name in ("ana", "bruno"):
            communities.begin(
                session, village.zoe, bank.id, village.people[name], at=at, came_by=CameBy.INVITE
            )
        holder = live_membership(session, bank.id, village.people["ana"])
        assert holder is not None
        grant_at_founding(session, bank, holder, "treasurer", village.people["zoe"], at=at)
    made = visit("bruno").post("/c/bank/money/payment", {"to": "ana", "amount": "1:00"}).headers["location"]
    with village.database.read() as session:
        period = session.scalars(select(Period.id)).one()
    visit("ana").post("/c/bank/money/closing", {"period": period}, 422)
    village.clock.forward(days=60)
    visit("bruno").post("/c/bank/money/closing", {"period": period}, 403)
    visit("hana").post("/c/bank/money/closing", {"period": period}, 404)
    ana = visit("ana")
    assert "Close it" in ana.get("/c/bank/money/desk").text
    for _ in range(2):
        ana.post("/c/bank/money/closing", {"period": period})
    assert "Close it" not in ana.get("/c/bank/money/desk").text
    visit("zoe").get(made)
    page = visit("bruno").follow(
        visit("bruno").post("/c/bank/money/payment", {"to": "ana", "amount": "1:00"})
    )
    assert "15 January" in page.text, "a new year began by itself"


def test_where_hours_are_not_counted_the_page_says_so(visit: Visit, village: Village) -> None:
    from minga.communities import commands as communities

    with village.database.write() as session:
        library = communities.found(
            session,
            village.bruno,
            name="Library",
            template="tool_library",
            founded_by="anybody",
            at=village.clock(),
        )
        slug = library.slug
    assert "has not switched this on" in visit("bruno").get(f"/c/{slug}/money", 403).text
    visit("ana").get(f"/c/{slug}/money", 404)
    assert "/money" not in visit("bruno").get(f"/c/{slug}/more").text
    assert "/c/valley/money" in visit("bruno").get("/c/valley/more").text


def test_near_the_limit_one_is_told(visit: Visit, village: Village) -> None:
    pay(village, "bruno", "ana", 470)
    assert "of −10 h" not in visit("bruno").get("/needs").text
    pay(village, "bruno", "ana", 10)
    assert "You are at −8 h of −10 h in Valley." in visit("bruno").get("/needs").text


def test_a_page_of_movements_asks_few_questions(visit: Visit, village: Village, node: Node) -> None:
    ids = [pay(village, "bruno" if n % 2 else "ana", "ana" if n % 2 else "bruno", 1 + n) for n in range(30)]
    bruno = visit("bruno")
    bruno.get("/c/valley/money")
    with count_statements(node.database) as said:
        page = bruno.get("/c/valley/money").text
    assert page.count('class="line"') == 10
    assert 5 < len(said) <= 16, len(said)
    with village.database.write() as session:
        account = account_id(session, village, "bruno")
    first = bruno.get(f"/accounts/{account}").text
    assert first.count("/entries/") == 25
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = bruno.get(following).text
    assert second.count("/entries/") == 5
    seen = [one for one in ids if one in first or one in second]
    assert sorted(seen) == sorted(ids)
