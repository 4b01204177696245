"""Pages of whoever runs the node: not there for others, and full of reasons for the operator."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from minga.communities import commands as communities
from minga.communities.rules import JoiningMode
from minga.identity.models import Person, SignIn
from minga.interfaces.asgi import build
from minga.interfaces.http import Node
from minga.kit import backlog, delivery, jobs, log, mail
from minga.kit.backlog import WorkRetried
from minga.kit.clock import FixedClock
from minga.kit.errors import Invalid
from minga.kit.events import EventRow, emit
from minga.kit.ids import new_id
from minga.kit.jobs import Job, JobState
from minga.kit.mail import Letter, LetterState
from tests.sharing import neighbours
from tests.village import Village
from tests.visitor import Visitor

Visit = Callable[[str | None], Visitor]
PAGES = (
    "/node",
    "/node/jobs",
    "/node/mail",
    "/node/log",
    "/node/settings",
    "/node/people",
    "/node/communities",
)
POSTS = (
    *(
        "/node/jobs/retries",
        f"/node/jobs/{'0' * 32}/retry",
        f"/node/events/{'0' * 32}/retry",
        "/node/mail/test",
    ),
    *(f"/node/mail/{'0' * 32}/retry", "/node/people/bruno/suspension", "/node/people/bruno/operator"),
)


@pytest.fixture
def oven(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A kind of job that fails for as long as the list holds a reason."""
    reasons = ["The oven is cold."]

    def bake(run: jobs.Run, args: dict[str, Any]) -> None:
        if reasons:
            raise RuntimeError(reasons[0])

    monkeypatch.setitem(jobs.kinds, "bake", jobs.Kind(bake, "fast", 30, ()))
    yield reasons


@pytest.fixture
def dead(node: Node, village: Village, clock: FixedClock, oven: list[str]) -> str:
    """The id of a job that was given up."""
    with node.database.write() as session:
        jobs.enqueue(session, "bake", {"secret_word": "marked-loaf"}, at=clock())
    jobs.work_once(node.database, clock, node.settings)
    with node.database.read() as session:
        return str(session.scalar(select(Job.id).where(Job.state == JobState.DEAD)))


@pytest.mark.parametrize("name", [None, "zoe", "bruno", "ana"])
def test_for_others_the_pages_are_not_there(visit: Visit, name: str | None, dead: str) -> None:
    visitor = visit(name)
    for path in PAGES:
        visitor.get(path, status=404)
    for path in (*POSTS, f"/node/jobs/{dead}/retry"):
        visitor.post(path, {"to": "ana@example.org"}, status=404)
    with visitor.node.database.read() as session:
        assert session.get_one(Job, dead).state is JobState.DEAD
        assert session.scalar(select(Person.suspended_at).where(Person.handle == "bruno")) is None


@pytest.mark.parametrize("path", PAGES)
def test_the_operator_sees_each_page_and_nothing_of_communities(visit: Visit, path: str) -> None:
    page = visit("ivo").get(path).text
    assert page.count("<h1") == 1
    assert ("Valley" in page) == (path == "/node/communities")  # the name alone
    assert "Only whoever runs this node" in page
    assert re.search(r"\{[a-z_]+\}", page) is None, "a fact was not filled in"


def test_sizes_of_communities_and_nothing_that_stands_in_them(visit: Visit, village: Village) -> None:
    neighbours.drill(village)
    with village.database.write() as session:
        communities.found_subgroup(
            session, village.ana, village.valley, name="Secret", mode=JoiningMode.QUIET, at=village.clock()
        )
        communities.pause_community(session, village.ivo, village.harbour, paused=True, at=village.clock())
    page = visit("ivo").get("/node/communities").text
    row = page[page.index("Valley") :].split("</tr>")[0]
    assert re.findall(r">(\d+)<", row)[:3] == ["5", "1", "0"]
    assert "paused" in page[page.index("Harbour") :].split("</tr>")[0]
    for word in ("Drill", "Secret", "Bruno"):
        assert word not in page


def test_only_the_operator_is_shown_the_way_there(visit: Visit) -> None:
    assert 'href="/node"' in visit("ivo").get("/").text
    assert 'href="/node"' not in visit("ana").get("/").text


def test_the_first_page_says_what_is_wrong_and_the_next_step(visit: Visit, dead: str) -> None:
    page = html.unescape(visit("ivo").get("/node").text)
    assert "1 were given up after all tries." in page
    assert "/node/jobs" in page
    assert "Integrity" in visit("ivo").get("/node?thorough=1").text


def test_a_job_that_was_given_up_is_shown_with_its_reason_and_tried_again(
    visit: Visit, node: Node, clock: FixedClock, dead: str, oven: list[str]
) -> None:
    ivo = visit("ivo")
    page = ivo.get("/node/jobs?state=dead").text
    assert "The oven is cold." in page
    assert "marked-loaf" not in page
    oven.clear()
    answer = ivo.post(f"/node/jobs/{dead}/retry")
    assert "It is tried again now." in ivo.follow(answer).text
    assert jobs.work_once(node.database, clock, node.settings) == 1
    assert "The oven is cold." not in ivo.get("/node/jobs").text
    ivo.post(f"/node/jobs/{dead}/retry", status=404)


def test_all_that_was_given_up_is_tried_again_at_once_and_the_log_says_so(
    visit: Visit, node: Node, village: Village, clock: FixedClock, dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node.database.write() as session:
        session.execute(text("DELETE FROM event_undelivered"))
        event_id = emit(session, village.ivo, WorkRetried(work=backlog.Work.JOB), at=clock())

    def fall_over(session: object, event: object, *, at: object) -> None:
        raise RuntimeError("No receiver.")

    monkeypatch.setitem(delivery._reactions, "WorkRetried", {"test.fall_over": fall_over})
    for _ in range(len(delivery.WAITS) + 1):
        delivery.deliver(node.database, clock)
        clock.forward(hours=2)
    ivo = visit("ivo")
    with node.database.read() as session:
        (line,) = backlog.needs_of(session, village.ivo, at=clock())
        assert line.facts == {"n": 2}, "the job and the reaction"
    page = ivo.get("/node/jobs").text
    assert "test.fall_over" in page
    assert "No receiver." in page
    ivo.post(f"/node/events/{event_id}/retry", {"reaction": "test.nothing"}, status=404)
    ivo.post("/node/jobs/retries")
    page = ivo.get("/node/jobs").text
    assert "No receiver." not in page
    with node.database.read() as session:
        newest = session.scalars(select(EventRow).order_by(EventRow.id.desc())).first()
        assert newest is not None
        assert (newest.name, newest.facts, newest.audience) == (
            "WorkRetried",
            {"work": "all", "count": 2},
            "operator",
        )
    assert "WorkRetried" in ivo.get("/node/log").text


def test_jobs_come_in_pages_by_state(
    visit: Visit, node: Node, village: Village, clock: FixedClock, oven: list[str]
) -> None:
    with node.database.write() as session:
        for n in range(30):
            jobs.enqueue(session, "bake", {}, at=clock() + timedelta(hours=n))
    ivo = visit("ivo")
    page = ivo.get("/node/jobs?state=waiting").text
    assert page.count('class="code">bake') == 25
    following = html.unescape(re.search(r'rel="next" href="([^"]+)"', page)[1])  # type: ignore[index]
    assert "state=waiting" in following
    assert ivo.get(following).text.count('class="code">bake') == 5
    ivo.get("/node/jobs?state=lost", status=422)
    ivo.get("/node/jobs?after=damaged", status=422)


def test_without_a_mail_server_the_page_says_what_to_do(visit: Visit) -> None:
    ivo = visit("ivo")
    assert "MINGA_SMTP_URL" in ivo.get("/node/mail").text
    answer = ivo.post("/node/mail/test", {"to": "ivo@example.org"}, status=409)
    assert "MINGA_SMTP_URL" in answer.text


@pytest.fixture
def ivo_with_mail(node: Node, village: Village) -> Visitor:
    node.settings = replace(node.settings, smtp_url="smtp://127.0.0.1:1", mail_from="valley@example.org")
    return Visitor(build(node, working=False), node, village.people["ivo"])


def test_a_test_letter_is_put_on_its_way_and_its_address_is_not_shown(
    ivo_with_mail: Visitor, node: Node
) -> None:
    answer = ivo_with_mail.post("/node/mail/test", {"to": "not an address"}, status=422)
    assert "name@example.org" in answer.text
    assert 'value="not an address"' in answer.text
    page = ivo_with_mail.follow(ivo_with_mail.post("/node/mail/test", {"to": "ivo-marked@example.org"})).text
    assert "The test letter is on its way." in page
    assert "example.org" in page
    assert "ivo-marked" not in page
    with node.database.read() as session:
        assert [line.kind for line in mail.letter_lines(session)] == ["test"]


def test_a_letter_that_failed_is_sent_again(ivo_with_mail: Visitor, node: Node, clock: FixedClock) -> None:
    with node.database.write() as session:
        letter_id = mail.post(
            session, Letter(to="a@example.org", subject="x", text="y"), kind="notice", at=clock()
        )
        row = session.get_one(mail.LetterOut, letter_id)
        row.state, row.error = LetterState.FAILED, "The mail server refuses this letter for good (550)."
    assert "for good (550)" in ivo_with_mail.get("/node/mail").text
    ivo_with_mail.post(f"/node/mail/{letter_id}/retry")
    ivo_with_mail.post(f"/node/mail/{letter_id}/retry", status=422)
    with node.database.read() as session:
        assert session.get_one(mail.LetterOut, letter_id).state is LetterState.WAITING


def test_what_broke_is_found_by_the_number_that_the_page_showed(visit: Visit, node: Node) -> None:
    log.set_up(node.keys, folder=node.settings.home / "log")
    number = log.failure(ZeroDivisionError("marked words"), route="/home")
    ivo = visit("ivo")
    for path in ("/node/log", f"/node/log?number={number.lower()}"):
        page = ivo.get(path).text
        assert number in page
        assert "ZeroDivisionError" in page
        assert "marked words" not in page
    assert "no line with this number" in ivo.get("/node/log?number=000-000").text


def test_no_secret_stands_on_the_page_of_settings(visit: Visit, node: Node) -> None:
    page = visit("ivo").get("/node/settings").text
    assert node.settings.secret.reveal() not in page
    assert "site_url" in page
    assert "sign_in_failure" in page
    assert "5 minutes" in page


def test_accounts_are_found_suspended_and_let_in_again(visit: Visit, node: Node) -> None:
    ivo = visit("ivo")
    signed_in = visit("bruno").holder
    page = ivo.get("/node/people?q=bru").text
    assert "@bruno" in page
    assert "@ana" not in page
    ivo.post("/node/people/nobody-here/suspension", status=404)
    with node.database.write() as session:
        sign_in = session.get_one(SignIn, ivo.holder)
        sign_in.confirmed_at = None
    ivo.post("/node/people/bruno/suspension", status=403)
    with node.database.write() as session:
        session.get_one(SignIn, ivo.holder).confirmed_at = node.clock()
    page = ivo.follow(ivo.post("/node/people/bruno/suspension")).text
    assert "@bruno is signed out everywhere" in html.unescape(page)
    with node.database.read() as session:
        assert session.get_one(SignIn, signed_in).ended_at is not None
    ivo.post("/node/people/bruno/suspension", {"end": "1"})
    with node.database.read() as session:
        assert session.scalar(select(Person.suspended_at).where(Person.handle == "bruno")) is None


def test_the_machine_is_shared_and_the_last_operator_stays(visit: Visit, node: Node) -> None:
    ivo = visit("ivo")
    ivo.post("/node/people/ivo/operator", {"end": "1"}, status=403)
    ivo.post("/node/people/ana/operator")
    visit("ana").get("/node")
    ivo.post("/node/people/ana/operator", {"end": "1"})
    visit("ana").get("/node", status=404)


def test_given_up_work_waits_for_the_operator_alone(
    node: Node, village: Village, clock: FixedClock, dead: str
) -> None:
    with node.database.read() as session:
        assert backlog.needs_of(session, village.ana, at=clock()) == ()
        (line,) = backlog.needs_of(session, village.ivo, at=clock())
    assert (line.kind, line.facts, line.acts[0].address) == ("job_dead", {"n": 1}, "/node/jobs")


def test_late_and_failed_mail_waits_for_the_operator(node: Node, village: Village, clock: FixedClock) -> None:
    with node.database.write() as session:
        first, _ = (
            mail.post(session, Letter(to="a@example.org", subject="x", text="y"), kind="n", at=clock())
            for _ in "ab"
        )
        session.get_one(mail.LetterOut, first).state = LetterState.FAILED
    with node.database.read() as session:
        assert len(backlog.needs_of(session, village.ivo, at=clock())) == 1
        later = clock.forward(hours=2)
        titles = [line.title for line in backlog.needs_of(session, village.ivo, at=later)]
    assert titles == [backlog.LETTERS_FAILED, backlog.LETTERS_WAIT]


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="waiting, running, done or dead"):
        backlog.state_of(new_id())
