"""Who stands back leaves the writer's turn to others, but only when they want it."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from minga.kit import turn
from minga.kit.turn import Turn


class Time:
    """A time that passes only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds
        self.meanwhile()


def test_who_stands_back_stays_away_three_times_as_long_while_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    monkeypatch.setattr(turn, "time", time)
    web, worker = Turn(tmp_path / "a.db"), Turn(tmp_path / "a.db")
    worker.stands_back = True
    for _ in range(3):
        with worker.take():
            time.now += 0.01
    assert time.slept == [], "alone it goes on at once"
    with ExitStack() as writing:
        writing.enter_context(web.take())
        time.meanwhile = writing.close
        with worker.take():
            time.now += 0.01
    time.slept.clear()
    with web.take():
        time.now += 0.01
    assert time.slept == [], "the others never stay away"
    with worker.take():
        time.now += 0.5
    assert time.slept == [pytest.approx(0.02)], "thirty milliseconds, of which the other took ten"
    time.slept.clear()
    with worker.take():
        time.now += turn.WANTED_SECONDS
    assert time.slept == [turn.ASIDE_SECONDS_MAX], "never long"
    with worker.take():
        pass
    with worker.take():
        pass
    assert time.slept == [turn.ASIDE_SECONDS_MAX], "nobody wanted it for a second"
    web.close()
    worker.close()
