"""The larger mode of the queue, seen from outside: refused where it makes no sense, missing packages said in words."""

import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from minga.interfaces.cli.starting import Shape, start_serving
from minga.interfaces.worker.post import Post
from minga.kit.clock import FixedClock
from minga.kit.crypto import Keys
from minga.kit.db import Database, note
from minga.kit.errors import Refused
from minga.kit.settings import Settings


class OnlySettings:
    """As much of a frame of the command line as starting asks for before it refuses."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def settings(self, **_overrides: object) -> Settings:
        return self._settings


@pytest.mark.parametrize("shape", [Shape.ONE, Shape.TWO])
def test_a_node_in_one_place_does_not_take_it(settings: Settings, shape: Shape) -> None:
    by_celery = replace(settings, queue="celery", broker="redis://127.0.0.1:1/0")
    frame: object = OnlySettings(by_celery)
    with pytest.raises(Refused, match="minga worker"):
        start_serving(shape, frame, {}, qr=False, reload=False)  # type: ignore[arg-type]


def test_a_missing_package_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "celery", None)
    with pytest.raises(Refused, match=r"requirements/celery\.txt"):
        Post("redis://127.0.0.1:1/0", Keys("a secret of the tests, long enough to be one"))


def test_a_node_without_the_setting_loads_no_celery() -> None:
    source = (
        "import minga.interfaces.asgi, minga.interfaces.worker.program, sys; print('celery' in sys.modules)"
    )
    import subprocess

    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_notes_are_told_after_the_commit_and_never_of_what_was_undone(
    database: Database, clock: FixedClock
) -> None:
    told: list[object] = []
    in_time: Callable[[list[object]], None] = told.extend
    database.on_notes(in_time)
    with database.write() as session:
        note(session, "one")
        assert told == []
    assert told == ["one"]
    with pytest.raises(RuntimeError), database.write() as session:
        note(session, "undone")
        raise RuntimeError
    with database.train() as unit:
        with unit() as session:
            note(session, "two")
        assert told == ["one"], "the train has not arrived"
    assert told == ["one", "two"]
    with database.read() as session:
        note(session, "reading writes nothing")
    assert told == ["one", "two"]
