"""The line between a web process and its worker: it wakes, gives signs of life, and its end is noticed."""

import threading

import pytest

from minga.interfaces.worker import beside, line
from minga.interfaces.worker.beside import Beside
from minga.interfaces.worker.line import Line
from minga.kit.db import Database
from minga.kit.health import State


def test_what_one_side_commits_wakes_the_other_and_nothing_comes_back() -> None:
    web, worker = Line.pair()
    databases = [Database.open("sqlite://"), Database.open("sqlite://")]
    heard, echo, ended = threading.Event(), threading.Event(), threading.Event()
    databases[0].on_commit(web.tell)
    databases[0].on_commit(echo.set, anywhere=True)
    web.listen(heard=databases[0].committed_elsewhere, ended=lambda: None)
    worker.listen(heard=heard.set, ended=ended.set)
    worker.tell()
    assert echo.wait(10), "who waits in the web process for news is told"
    assert not heard.is_set(), "what came from the other side is not told back to it"
    with databases[0].write():
        pass
    assert heard.wait(10)
    web.close()
    assert ended.wait(10)
    assert worker.ended
    worker.tell()  # to nobody, without harm
    worker.close()


def test_a_line_that_nobody_reads_holds_nobody_up() -> None:
    web, worker = Line.pair()
    for _ in range(5_000):
        web.tell()
    web.close()
    worker.close()


def test_a_silent_worker_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    web, worker = Line.pair()
    child = Beside(web, keeper=0)
    assert child.finding().state is State.OK
    monkeypatch.setattr(beside, "SILENT_SECONDS_MAX", -1)
    assert child.finding().state is State.FAIL
    monkeypatch.setattr(line, "SIGN_OF_LIFE_SECONDS", 0.01)
    heard = threading.Event()
    worker.listen(heard=lambda: None, ended=lambda: None)
    web.listen(heard=heard.set, ended=lambda: None)
    assert heard.wait(10), "a side gives signs of life when there is nothing to tell"
    web.close()
    worker.close()
