"""What the machine writes down."""

import io
import json
import logging
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from minga.kit import log
from minga.kit.crypto import Keys, random_token
from minga.kit.errors import Invalid
from minga.kit.ids import new_id

KEYS = Keys("a secret of the tests, long enough to be one")
MARKED = [
    *("Marked-Ana Marked-Surname", "marked.ana@example.org", "+34 600 123 456", "0151-23456789"),
    *(
        "I cannot pay this month, marked",
        "hunter2-marked-password",
        "Marked Street 7",
        "ES9121000418450200051332",
    ),
]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.set_up(KEYS, level="debug", stream=stream, folder=tmp_path / "log")
    yield stream
    root = logging.getLogger()
    for outlet in [outlet for outlet in root.handlers if getattr(outlet, "ours", False)]:
        root.removeHandler(outlet)
        outlet.close()
    root.setLevel(logging.WARNING)


def entries(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_happened_in_which_request(written: io.StringIO) -> None:
    request_id = new_id()
    with log.about(request_id=request_id, route="/listings/{id}"):
        log.logger().info("request done", status=200, ms=12, sql=3)
    log.logger().info("job.done", job="mail.send")
    first, second = entries(written)
    assert first | {"time": None} == {
        **{"time": None, "level": "info", "event": "request done", "request_id": request_id},
        **{"route": "/listings/{id}", "status": 200, "ms": 12, "sql": 3},
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(first["time"]))
    assert "request_id" not in second


def test_no_personal_string_is_written_whichever_way_it_is_said(written: io.StringIO, tmp_path: Path) -> None:
    token = random_token()
    for text in [*MARKED, token]:
        log.logger().info(text)
        log.logger().info(f"said {text}")
        log.logger().info("said", body=text, title=text, to=text, token=text, handle=text)
        log.logger().info("said", code={"a": text}, name=[text])
        with log.about(typed=text):
            log.logger().warning("within")
        logging.getLogger("some.library").warning("They said %s", text)
        logging.getLogger("uvicorn.access").info('"GET /join/%s"', text)
        try:
            raise Invalid("{words} is refused", words=text)
        except Invalid as error:
            log.failure(error, route="/asks/{id}")
            logging.getLogger("some.library").exception("It broke: %s", error)
        try:
            raise ValueError(text)
        except ValueError:
            log.logger().error("broke", exc_info=True)
    everything = written.getvalue() + (tmp_path / "log" / "minga.log").read_text()
    assert len(everything.splitlines()) > 100
    for text in [*MARKED, token, "marked", "Marked", "hunter2"]:
        assert text not in everything


@pytest.mark.parametrize(
    "text",
    ["marked.ana@example.org", "+34 600 123 456", random_token(), "smtp://ana:pa@host"],
    ids=["mail", "phone", "token", "address"],
)
def test_what_looks_personal_is_dotted_out_even_under_a_known_key(written: io.StringIO, text: str) -> None:
    log.logger().info("said", name=f"for {text}")
    logging.getLogger("uvicorn.error").info(f"for {text}")
    assert text not in written.getvalue()
    assert "•••" in written.getvalue()


def test_identifiers_and_routes_stay_readable(written: io.StringIO) -> None:
    route = "/c/{c}/listings/{listing_id}/agreement"
    for community_id in [*(new_id() for _ in range(300)), "01" * 16]:
        log.logger().info("said", community_id=community_id, route=route)
        entry = entries(written)[-1]
        assert (entry["community_id"], entry["route"]) == (community_id, route)


def test_a_failure_is_found_by_the_number_the_page_shows(written: io.StringIO, tmp_path: Path) -> None:
    try:
        raise ZeroDivisionError("the words of a member")
    except ZeroDivisionError as error:
        number = log.failure(error, route="/home")
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{3}", number)
    (entry,) = log.with_error_id(tmp_path / "log", f" {number.lower()} ")
    assert entry["kind"] == "ZeroDivisionError"
    assert "kit/test_log.py:" in entry["where"]
    assert entry["route"] == "/home"
    assert log.with_error_id(tmp_path / "log", "000-000") == []


def test_libraries_speak_in_the_same_form(written: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    logging.getLogger("alembic.runtime.migration").info("Running upgrade %s -> %s", "0003", "0004")
    assert [entry["event"] for entry in entries(written)] == [
        "Application startup complete.",
        "Running upgrade 0003 -> 0004",
    ]


def test_the_file_is_for_the_node_alone_and_its_newest_lines_are_read(
    written: io.StringIO, tmp_path: Path
) -> None:
    for n in range(5):
        log.logger().info("said", count=n)
    path = tmp_path / "log" / "minga.log"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("a") as file:
        file.write("half a li\n")
    found = log.lines(tmp_path / "log", most=3)
    assert [line.get("count") for line in found] == [3, 4, None]
    assert log.lines(tmp_path / "elsewhere") == []


def test_a_person_has_a_mark_that_does_not_lead_back() -> None:
    ana = new_id()
    assert log.actor_mark(ana) == log.actor_mark(ana) != log.actor_mark(new_id())
    assert ana not in log.actor_mark(ana)
    assert log.actor_mark(None) == ""


def test_people_at_the_machine_read_plain_lines() -> None:
    stream = io.StringIO()
    log.set_up(KEYS, form="plain", stream=stream)
    try:
        log.logger().info("job.done", job="mail.send", ms=3)
        assert re.fullmatch(r"\d\d:\d\d:\d\d info     job\.done job=mail\.send ms=3\n", stream.getvalue())
    finally:
        for outlet in [o for o in logging.getLogger().handlers if getattr(o, "ours", False)]:
            logging.getLogger().removeHandler(outlet)


def test_before_it_is_set_up_nothing_personal_is_written_either(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("Marked-Ana, marked.ana@example.org")
    except ValueError as error:
        number = log.failure(error, body="Marked-Ana")
    assert number in caplog.text
    assert "arked" not in caplog.text
